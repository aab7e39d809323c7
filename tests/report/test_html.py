"""One file, no other host, readable without a script, nothing missing shown as 0."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace

import pytest

from quantquake.errors import ConfigError
from quantquake.report.headline import headline
from quantquake.report.html import build_report

SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.S)
LABELS = ("small_caps_sold", "unwind_signature", "momentum_crash", "broad_fall", "rotation",
          "quiet", "mixed", "small_caps_rebound", "broad_rise", "calm_index_wild_members",
          "index_led")  # fmt: skip


def markup(page: str) -> str:
    """The page without its scripts: what a reader without JavaScript gets."""
    return SCRIPT.sub("", page)


def visible(page: str) -> str:
    body = markup(page).split("<body>")[1]
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<pre\b.*?</pre>", "", body, flags=re.S)))


@pytest.fixture(scope="module", params=["en", "zh"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def page(parts, lang):
    return build_report(parts, lang=lang)


def test_headline_and_answers_are_in_the_markup(parts, page, lang):
    text = visible(page)
    assert headline(parts, lang) in text
    assert f"<h1>{headline(parts, lang)}</h1>" in page
    assert markup(page).count('class="q"') == 3


def test_nothing_is_fetched_from_anywhere(page):
    links = re.findall(r"""(?:src|href|action|poster|data)\s*=\s*["']([^"']+)""", markup(page))
    assert [link for link in links if not link.startswith("#")] == []
    assert "@import" not in markup(page)
    assert "url(" not in markup(page)
    assert "default-src 'none'" in page
    assert "<link" not in markup(page)


def test_plotly_is_inlined_once(page):
    assert page.count("plotly.js v") == 1


def test_every_link_leads_somewhere_in_the_page(page):
    text = markup(page)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


def test_missing_percentiles_are_hatched(parts, page):
    baskets = len(parts.baskets)
    hatched = re.findall(r'<td class="heat hatch">(.*?)</td>', page)
    assert len(hatched) == 2 * baskets  # two indicators without data
    assert not any(re.search(r"\d", cell) for cell in hatched)


def test_chinese_page_shows_no_code(parts):
    text = visible(build_report(parts, lang="zh"))
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", text) == []
    for word in ("Micro-cap", "micro-cap", "dividend", "dimensions", "alarm"):
        assert word not in text


@pytest.mark.parametrize("label", LABELS)
def test_every_day_label_has_words(remake, make, label, lang):
    text = visible(build_report(remake(day=make.day(label, reasons=(), also=())), lang=lang))
    assert "_" not in label or label not in text
    assert {"en": "Not enough data.", "zh": "数据不足。"}[lang] not in text


def test_unknown_label_is_not_shown_as_a_code(remake, make):
    text = visible(build_report(remake(day=make.day("brand_new_label"))))
    assert "brand_new_label" not in text
    assert "Not enough data." in text


def test_phrases_without_words_are_marked_as_english(remake):
    page = build_report(remake(issues=("column 7 was odd",)), lang="zh")
    assert '<span lang="en">column 7 was odd</span>' in page


def test_user_text_is_escaped(remake, make):
    import numpy as np

    rng = np.random.default_rng(0)
    evil = "<img src=x onerror=alert(1)>"
    row = make.row(SimpleNamespace(name=evil), make.score(rng), make.price(rng))
    page = build_report(remake(baskets=(row,), issues=("</script><b>",)))
    assert "<img" not in markup(page)
    assert "<img" not in page.split('id="spec-detail')[1].split("</script>")[0]


@pytest.mark.parametrize(
    "gone",
    [
        {"basis": (), "discounts": {}},
        {"day": None, "day_history": {}},
        {"baskets": ()},
        {"truth": None, "seed": None},
        {"baskets": (), "basis": (), "discounts": {}, "day": None, "day_history": {}},
    ],
)
def test_report_is_made_from_whatever_is_there(remake, lang, gone):
    page = build_report(remake(**gone), lang=lang)
    assert page.count("<h1>") == 1
    links = set(re.findall(r'href="#([^"]+)"', markup(page)))
    assert all(f'id="{link}"' in page for link in links)


def test_report_without_figures_ships_no_script(remake):
    page = build_report(
        remake(baskets=(), basis=(), discounts={}, day=None, day_history={})
    )  # fmt: skip
    assert "<script" not in page


def test_theme_decides_what_is_drawn(parts):
    light, dark, auto = (build_report(parts, theme=t) for t in ("light", "dark", "auto"))
    assert 'id="spec-term-dark"' not in light
    assert 'id="spec-term-light"' in dark  # for paper
    assert 'id="spec-term-dark"' in dark
    assert 'id="spec-term-dark"' in auto
    assert "prefers-color-scheme: dark" in light


def test_unknown_theme():
    with pytest.raises(ConfigError, match="auto"):
        build_report(SimpleNamespace(), theme="sepia")


def test_weak_alarm_has_a_hollow_dot(remake, make):
    import numpy as np

    rng = np.random.default_rng(1)
    hot = {"excess_vol": 1.0, "momentum": 1.0, "amount": 1.0, "share": 1.0}
    absent = ("hf_crowding", "capital_structure_volatility", "ep", "bp", "news_score", "turnover")
    row = make.row(
        SimpleNamespace(name="dividend"), make.score(rng, last=hot, missing=absent), make.price(rng)
    )
    text = build_report(remake(baskets=(row,)))
    assert '<span class="dot weak" role="img" aria-label="weak alarm">' in text
    assert "Dividend, weakly." in visible(text)


def test_evidence_columns_and_verdict(remake, make, parts, lang):
    rows = [row._replace(evidence=make.evidence()) for row in parts.rows()]
    page = build_report(remake(baskets=tuple(rows)), lang=lang)
    assert {"en": "No evidence that it warns.", "zh": "没有证据表明它能预警。"}[lang] in page
    few = [row._replace(evidence=make.evidence(2, 5)) for row in parts.rows()]
    page = build_report(remake(baskets=tuple(few)), lang=lang)
    assert {"en": "Too few alarms to say.", "zh": "报警太少，说不准。"}[lang] in page
    assert "40%" not in visible(page)  # no rate is printed for 2 of 5


def test_rows_are_sorted_alarm_first_then_by_score(parts):
    page = build_report(parts)
    names = re.findall(r'<th class="name" scope="row">(.*?)</th>', page)
    assert names[0].endswith("Micro-cap")
    scores = [float(s) for s in re.findall(r'<td class="score">([\d.]+)</td>', page)]
    assert scores[1:] == sorted(scores[1:], reverse=True)


def test_nothing_after_the_date_of_the_report_is_read(parts, remake, make):
    cut = make.dates[-30]
    page = build_report(remake(as_of=cut, day=None, basis=()))
    assert "2024-02-05" not in markup(page)
