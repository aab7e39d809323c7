"""Chances of a fall on the page and the terminal, and the views of `evidence`: they fit, and say it."""

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.measures.evidence_worlds import dates, random_price, series

from quantquake.data.synthetic import hidden_holder_world
from quantquake.measures.early_warning import early_warning
from quantquake.measures.evidence.back_cast import back_cast
from quantquake.measures.evidence.sensitivity import sensitivity
from quantquake.measures.probability import FallOutlook, fall_forecasts, fall_outlook, measured
from quantquake.report import numbers
from quantquake.report.html import build_report
from quantquake.report.knobs import knobs_screen
from quantquake.report.odds import odds_screen, verdict
from quantquake.report.outlook import crowding_note, extremes_note, outlooks_block
from quantquake.report.signs import sentence, signs_screen
from quantquake.report.single import score_screen

LANGUAGES = ["en", "zh"]


def drawn(renderable, width=100):
    console = Console(width=width, file=None, record=True, color_system=None)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def flat(text):
    return text.replace("\n", " ")


def fits(text, width=100):
    return max(cell_len(line) for line in text.splitlines()) <= width and "…" not in text


@pytest.fixture(scope="module")
def outlook():
    return fall_outlook(series(random_price(np.random.default_rng(0), 900)))


@pytest.fixture(scope="module")
def with_outlook(parts, remake, outlook):
    rows = [row._replace(outlook=outlook) for row in parts.rows()]
    return remake(baskets=rows)


@pytest.mark.feature("O09")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_states_the_chance_and_what_crowding_adds(parts, with_outlook, outlook, lang):
    page = build_report(with_outlook, lang=lang)
    assert 'id="outlook"' in page
    for one in outlook.chances:
        assert f"<dd>{numbers.percent(one.probability, 0)}</dd>" in page
    assert crowding_note(lang) in page
    assert extremes_note(lang) in page
    assert 'id="outlook"' not in build_report(parts, lang=lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_score_prints_every_basket_with_its_chance(with_outlook, parts, outlook, lang):
    text = drawn(score_screen(with_outlook, lang=lang, width=100))
    assert fits(text)
    chance = numbers.percent(outlook.at(60).probability, 0, unit=False)
    rows = [line for line in text.splitlines() if line.rstrip().endswith(
        numbers.percent(outlook.at(60).usual, 0, unit=False))]  # fmt: skip
    assert len([line for line in rows if f" {chance} " in line]) >= len(with_outlook.baskets)
    assert numbers.percent(measured()[0].against_barrier[0]) in text
    # Parts of an older make, without outlooks, still print.
    assert numbers.percent(measured()[0].against_barrier[0]) not in drawn(
        score_screen(parts, lang=lang, width=100)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_too_short_a_history_prints_a_dash(lang):
    short: FallOutlook = fall_outlook(series([100.0] * 10))
    text = drawn(outlooks_block({"CSI 300": short}, lang, 100))
    assert text.count(numbers.MISSING) >= 3
    assert "nan" not in text.lower()
    assert drawn(outlooks_block({}, lang, 100)).strip() == ""


def test_the_dated_figures_are_those_of_the_file():
    for lang in LANGUAGES:
        note = crowding_note(lang)
        for one in measured():
            assert numbers.percent(one.against_barrier[0]) in note
            assert str(one.horizon) in note
    assert "21 Nov 2026" in crowding_note("en")
    assert "2026年11月21日" in crowding_note("zh")


@pytest.fixture(scope="module")
def forecasts():
    rng = np.random.default_rng(1)
    prices = pd.DataFrame({k: random_price(rng, 1300) for k in "AB"}, index=dates(1300))
    crowding = {k: pd.DataFrame({"amount": rng.random(1300)}, index=dates(1300)) for k in "AB"}
    rule = {k: pd.Series((rng.random(1300) < 0.1) * 1.0, index=dates(1300)) for k in "AB"}
    found = fall_forecasts(
        prices, crowding, alarms=rule, horizon=20, refit=300, draws=30, trees=False,
        recalibrate=("barrier",),
    )  # fmt: skip
    return prices, found


@pytest.mark.feature("O09")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_forecasts_say_what_crowding_adds_here(forecasts, lang):
    prices, found = forecasts
    outlooks = {k: fall_outlook(prices[k]) for k in prices}
    text = drawn(
        odds_screen(outlooks, [found], as_of=prices.index[-1], notes=["a note"], lang=lang)
    )
    assert fits(text)
    assert numbers.number(found.skill.loc["barrier", "brier"], 4) in text
    assert numbers.percent(found.against_barrier.skill, 1, sign=True) in verdict(found, lang)
    assert "· a note" in text
    assert ("does not pass" if lang == "en" else "没有通过") in verdict(found, lang)
    # Noise never passes; a result that did is worded otherwise.
    import dataclasses

    passed = dataclasses.replace(found, passed=True)
    assert verdict(passed, lang) != verdict(found, lang)


@pytest.mark.feature("B13")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_knobs_say_flat_uneven_or_too_few(lang):
    rng = np.random.default_rng(2)
    price = series(random_price(rng, 2000))
    values = series(rng.standard_normal(2000)).ewm(alpha=0.1).mean()

    def build(cut, window, threshold):
        ranks = values.rolling(window).rank(pct=True)
        return (ranks > cut).astype(float).where(ranks.notna())

    defaults = {"cut": 0.95, "window": 250, "threshold": 3.0, "loss": 0.05}
    found = sensitivity(build, price, horizon=20)
    few = sensitivity(build, price, horizon=20, minimum=500)
    said = []
    for one in (found, few):
        screen = knobs_screen(
            one, defaults=defaults, baskets=["A"], horizon=20, as_of=price.index[-1],
            notes=["a note"], lang=lang,
        )  # fmt: skip
        text = drawn(screen)
        assert fits(text)
        assert "▸ 95%" in text
        assert "▸ 250" in text
        assert "· a note" in text
        assert "nan" not in text.lower()
        said.append(flat(text))
    assert said[0] != said[1]
    assert ("too few" if lang == "en" else "太少") in said[1]


@pytest.mark.feature("B16")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_signs_say_warning_no_warning_or_unknown(lang):
    world = hidden_holder_world(0)
    table = early_warning(world.returns())
    calm, loud = back_cast(table, world.event), back_cast(table, world.close.index[-2])
    short = back_cast(table.iloc[:60], world.close.index[70])
    words = {
        "en": ("No warning", "Warning", "Cannot be told"),
        "zh": ("没有预警", "有预警", "无法判断"),
    }[lang]
    for found, word in zip((calm, loud, short), words, strict=True):
        text = drawn(signs_screen(found, names=200, notes=["a note"], lang=lang))
        assert fits(text)
        assert sentence(found, lang).startswith(word)
        assert "nan" not in text.lower()
        assert "· a note" in text
    # An indicator of the user's own keeps its name.
    own = back_cast({"my gauge": series(np.arange(300.0))}, "2030-01-01")
    assert "my gauge" in drawn(signs_screen(own, names=1, lang=lang))


@pytest.mark.feature("B03", "O09")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_grid_fits_with_the_longest_names(lang):
    from quantquake.measures.evidence.family import evaluate_family
    from quantquake.report.proof import proof_screen

    rng = np.random.default_rng(5)
    names = ["H30184.CSI", "931160.CSI", "399001.SZ"]
    prices = pd.DataFrame({n: random_price(rng, 1500) for n in names}, index=dates(1500))
    flags = pd.DataFrame(0.0, index=prices.index, columns=["score"])
    flags.iloc[[*range(40, 1480, 90), 1490]] = 1.0
    family = evaluate_family(dict.fromkeys(names, flags), prices, horizons=(20, 60), draws=20)
    text = drawn(
        proof_screen(family.table, family.pooled, as_of=prices.index[-1], lang=lang, width=100)
    )
    assert fits(text)
    assert " +1 " in text  # the last alarm's horizon is not over
    for _, row in family.table.iterrows():
        assert f"{row['hits']} / {row['episodes']}" in text
