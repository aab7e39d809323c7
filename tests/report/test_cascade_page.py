"""Page, screen and words of a simulation: complete, honest, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.report.cascade_runs import library_run, many_paths, one

from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import kinds
from quantquake.cascade.scenario import News
from quantquake.cascade.scenario_file import library, load
from quantquake.report.cascade_page import build_cascade
from quantquake.report.cascade_paths import difference_rows
from quantquake.report.cascade_screen import cascade_screen
from quantquake.report.cascade_titles import compared, headline, survivors
from quantquake.report.cascade_words import event_text, stories, told
from quantquake.report.words import catalogue, name

UNCALIBRATED = {
    "en": "Uncalibrated: shows the order of events, not their size.",
    "zh": "未校准：只说明先后次序，不说明大小。",
}
HAN = re.compile(r"[\u4e00-\u9fff]")


def markup(page: str) -> str:
    """The page without scripts and style."""
    return re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)


def screen(parts, lang="en", width=100) -> str:
    console = Console(width=width, color_system=None, legacy_windows=False, file=StringIO())
    console.print(cascade_screen(parts, lang=lang, width=width))
    return console.file.getvalue()


@pytest.fixture(scope="module", params=["en", "zh"])
def lang(request):
    return request.param


@pytest.mark.parametrize("which", ["margin-spiral", "many"])
def test_the_page_is_whole_and_its_links_lead_somewhere(which, lang):
    parts = many_paths() if which == "many" else library_run(which)
    page = build_cascade(parts, lang=lang)
    text = markup(page)
    assert page.count("<h1>") == 1
    assert UNCALIBRATED[lang] in text
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links
    assert all(f'id="{link}"' in page for link in links)
    drawn = set(re.findall(r'data-figure="(\w+)"', text))
    assert {"cascade_fan", "cascade_sellers", "cascade_holders", "cascade_stress"} <= drawn
    for theme in ("light", "dark"):
        assert all(f'id="spec-{code}-{theme}"' in page for code in drawn)
    assert ('id="cascade_difference"' in text) == (which == "many")
    assert ('id="cascade_chances"' in text) == (which == "many")
    assert "http://" not in text
    assert "https://" not in text


def test_a_users_text_is_escaped():
    evil = "<img src=x onerror=alert(1)>"
    scenario = load("margin-spiral").but(
        title={"en": evil}, about={"en": evil}, news=(News(day=2, move=-0.03, label=evil),)
    )
    page = build_cascade(one(scenario, changes=(evil,)))
    assert "<img" not in markup(page)
    assert "<img" not in screen(one(scenario)).replace(evil, "")


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("which", [*sorted(library()), "many"])
def test_the_screen_fits_and_nothing_is_cut(which, lang, width):
    parts = many_paths() if which == "many" else library_run(which)
    text = screen(parts, lang, width)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text
    assert UNCALIBRATED[lang] in text
    assert bool(HAN.search(text)) == (lang == "zh")


def test_the_screen_tells_every_first_time():
    parts = library_run("margin-spiral")
    text = " ".join(screen(parts).split())
    turns = parts.result.turns.query("participant == 'swaps'")
    called = (turns["day"] == turns["day"].min()).sum()
    assert 0 < called < 20
    assert f"first margin call: swaps, {called} of 20" in text
    assert "bad news on small companies: small −3.0%" in text
    assert "lowest close: small" in text
    firsts = told(parts)
    assert (firsts["kind"] == "margin_call").sum() >= 2
    assert set(stories(parts, "en")) == set(firsts["day"])


def test_many_paths_show_a_range_and_the_other_run_an_interval():
    text = screen(many_paths())
    assert re.search(r"90% of paths −\d", text)
    assert "without swaps" in text
    rows = difference_rows(many_paths(), "en")
    assert all(" to " in str(row[-1].text) for row in rows)


def test_one_path_beside_another_has_no_interval():
    parts = many_paths()
    from quantquake.cascade.readings import difference

    alone = replace(
        parts, ensemble=None, order=None,
        against=replace(
            parts.against, ensemble=None,
            difference=difference(parts.result, parts.against.result),
        ),
    )  # fmt: skip
    assert {str(row[-1].text) for row in difference_rows(alone, "en")} == {"—"}


def test_a_run_that_was_stopped_says_so(lang):
    parts = many_paths()
    short = replace(parts, stopped=True, ensemble=replace(parts.ensemble, wanted=1000))
    said = {"en": "stopped at 16 of 1,000 paths", "zh": "中断于 16/1,000 条路径"}[lang]
    assert said in " ".join(screen(short, lang).split())
    assert said in build_cascade(short, lang=lang)


def test_headlines_are_chosen_by_what_happened():
    quiet = load("margin-spiral").but(news=())
    assert headline(one(quiet), "en").startswith("In this model nobody sells")
    assert survivors(one(quiet), "en") == "All 50 holders still hold their books"
    steep = Impact(law="linear", strength=5000.0, permanent=1.0)
    groups = tuple(replace(g, limit=None) for g in load("margin-spiral").groups)
    closed = one(load("margin-spiral").but(impact=steep, groups=groups))
    assert headline(closed, "zh").startswith("在该模型里，第2天停止交易")
    assert closed.closed_on == 2
    assert "trading stops" in build_cascade(closed)
    parts = library_run("margin-spiral")
    called = (parts.result.holders["outcome"] == "margin_called").sum()
    assert f"{called} of 50" in survivors(parts, "en")
    assert re.match(
        r"Small: [\d.]+ points lower at the end than without swaps", compared(many_paths(), "en")
    )


def names_in(scenario):
    yield from (g.name for g in scenario.groups)
    yield from (i.name for i in scenario.indices)
    yield from (p.name for p in scenario.participants)
    yield from (n.label for n in scenario.news if n.label)
    yield from (r.label for r in scenario.rules if r.label)


@pytest.mark.parametrize("which", sorted(library()))
def test_every_name_of_the_library_is_said_in_chinese(which):
    scenario = load(which)
    bare = {n for n in [scenario.name, *names_in(scenario)] if not HAN.search(name(n, "zh"))}
    assert bare == set()
    parts = library_run(which)
    for _, event in parts.events.iterrows():
        assert HAN.search(event_text(event, parts, "zh"))


def test_every_kind_of_participant_has_a_name(lang):
    words = catalogue(lang)
    built_in = {k for k in kinds() if kinds()[k].__module__.startswith("quantquake.")}
    assert {k for k in built_in if f"kind.{k}" not in words} == set()


CAUSAL = re.compile(
    r"\b(because|leads? to|due to|triggers?|therefore|causes|as a result|drives)\b|导致|引发|因此|由于"
)
CLAIMS = re.compile(r"\b(predicts?|forecasts?|calibrated to|will (fall|lose|rise))\b|预测将|将会跌")


@pytest.mark.parametrize("section", ["simulate", "event", "crowd", "rule"])
def test_no_word_claims_a_cause_or_a_calibration(section, lang):
    texts = {c: t for c, t in catalogue(lang).items() if c.startswith(f"{section}.")}
    assert len(texts) > 5
    said = {c: t for c, t in texts.items() if CAUSAL.search(t) or CLAIMS.search(t)}
    # The page's own disclaimers may name what they disclaim.
    assert set(said) <= {"simulate.disclaimer", "simulate.order_foot"}
