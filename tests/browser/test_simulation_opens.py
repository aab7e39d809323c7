"""The page of a simulation in a real browser: no error, no request, nothing cut off."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.report.cascade_runs import library_run, many_paths

from quantquake.report.cascade_page import build_cascade

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
pytestmark = pytest.mark.skipif(
    not CHROMIUM.is_file(), reason=f"no browser at {CHROMIUM}; set CHROMIUM to its path"
)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
OUTSIDE = """() => [...document.querySelectorAll('[data-figure]')].flatMap(slot => {
     const box = slot.getBoundingClientRect();
     return [...slot.querySelectorAll('.annotation-text, .xtick text, .ytick text')]
       .filter(t => t.getBoundingClientRect().width > 0)
       .filter(t => { const b = t.getBoundingClientRect();
         return b.right > box.right + 1 || b.left < box.left - 1; })
       .map(t => slot.dataset.figure + ': ' + t.textContent);
   })"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        started = p.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


@pytest.fixture
def open_page(browser, tmp_path):
    opened = []

    def opener(parts, lang="en", width=1440):
        file = tmp_path / f"{parts.scenario.name}-{lang}.html"
        file.write_text(build_cascade(parts, lang=lang), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900})
        opened.append(context)
        page, seen = context.new_page(), {"errors": [], "requests": []}
        page.on("console", lambda m: seen["errors"].append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: seen["errors"].append(str(e)))
        page.on("request", lambda r: seen["requests"].append(r.url))
        page.goto(file.as_uri())
        page.wait_for_selector("#cascade_fan .main-svg")
        return page, seen

    yield opener
    for context in opened:
        context.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("which", ["cn-2024-02", "basis-loop", "many"])
def test_opens_offline_without_errors_and_cuts_nothing_off(open_page, which, lang):
    parts = many_paths() if which == "many" else library_run(which)
    page, seen = open_page(parts, lang)
    figures = page.locator("[data-figure]").count()
    assert page.locator("[data-figure] > .plot-container").count() == figures >= 5
    assert seen["errors"] == []
    assert [u for u in seen["requests"] if not u.startswith(("file://", "data:", "blob:"))] == []
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_page_is_never_wider_than_the_window(open_page, width):
    page, _ = open_page(many_paths(), "zh", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
