"""The report in a real browser: no error, no request, figures drawn, nothing cut off."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from quantquake.report.html import build_report

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
pytestmark = pytest.mark.skipif(
    not CHROMIUM.is_file(), reason=f"no browser at {CHROMIUM}; set CHROMIUM to its path"
)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def fixture_parts():
    """The throw-away market of tests/report."""
    path = Path(__file__).parents[1] / "report" / "conftest.py"
    spec = importlib.util.spec_from_file_location("report_fixture", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_parts()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        started = p.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def parts():
    return fixture_parts()


@pytest.fixture
def open_page(browser, parts, tmp_path):
    opened = []

    def opener(lang="en", theme="light", width=1440, scheme="light", script=True):
        file = tmp_path / f"report-{lang}-{theme}.html"
        file.write_text(build_report(parts, lang=lang, theme=theme), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme,
            java_script_enabled=script,
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        seen = {"errors": [], "requests": []}
        page.on("console", lambda m: seen["errors"].append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: seen["errors"].append(str(e)))
        page.on("request", lambda r: seen["requests"].append(r.url))
        page.goto(file.as_uri())
        return page, seen

    yield opener
    for context in opened:
        context.close()


def test_opens_offline_without_errors(open_page):
    page, seen = open_page()
    page.wait_for_selector("#term .main-svg")
    figures = page.locator("[data-figure]").count()
    assert page.locator("[data-figure] > .plot-container").count() == figures >= 6
    assert seen["errors"] == []
    assert [
        url for url in seen["requests"] if not url.startswith(("file://", "data:", "blob:"))
    ] == []


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_page_is_never_wider_than_the_window(open_page, width):
    page, _ = open_page("zh", width=width)
    page.wait_for_selector("#term .main-svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_auto_theme_follows_the_system_and_prints_light(open_page):
    page, _ = open_page(theme="auto", scheme="dark")
    page.wait_for_selector("#term .main-svg")
    ink = "() => document.querySelector('[data-figure=term]').layout.template.layout.font.color"
    assert page.evaluate(ink) == "#BDBAB2"
    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(236, 233, 226)"
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(ink) == "#4A5158"
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(ink) == "#BDBAB2"
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(300)  # wait_for_function would need eval, which the page forbids
    assert page.evaluate(ink) == "#4A5158"


def test_reads_without_a_script(open_page):
    page, _ = open_page(script=False)
    assert page.locator("h1").inner_text()
    assert page.locator("table.board tbody tr").count() == 8
    assert page.locator("noscript").first.is_visible()


def test_no_end_label_is_cut_off(open_page):
    page, _ = open_page()
    page.wait_for_selector("#term .main-svg")
    outside = page.evaluate(
        """() => [...document.querySelectorAll('[data-figure]')].flatMap(slot => {
             const box = slot.getBoundingClientRect();
             return [...slot.querySelectorAll('.annotation-text, .xtick text, .ytick text')]
               .filter(t => t.getBoundingClientRect().width > 0)
               .filter(t => { const b = t.getBoundingClientRect();
                 return b.right > box.right + 1 || b.left < box.left - 1; })
               .map(t => slot.dataset.figure + ': ' + t.textContent);
           })"""
    )
    assert outside == []
