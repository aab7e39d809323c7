"""Headline, answers and verdict: which sentence, by which rule."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from quantquake.report.answers import answers, listing
from quantquake.report.board import verdict
from quantquake.report.headline import dearest, headline, truth_text
from quantquake.report.parts import TruthNote, today_of


@pytest.fixture
def calm(make):
    rng = np.random.default_rng(5)
    cool = {"excess_vol": 0.5, "turnover": 0.96}
    row = make.row(SimpleNamespace(name="dividend"), make.score(rng, level=0.3, last=cool),
                   make.price(rng))  # fmt: skip
    return (row,)


def flat(make, last, before=-0.02):
    series = pd.Series(before, index=make.dates)
    series.iloc[-1] = last
    return {"IM": series}


def test_day_of_stress_leads_and_the_crowd_follows(parts):
    assert headline(parts, "en") == "Small caps were sold across the board; Micro-cap is crowded"
    assert headline(parts, "zh") == "小盘股全线遭抛，微盘拥挤"


def test_alarm_leads_on_a_quiet_day_and_the_dear_hedge_follows(remake, make):
    parts = remake(day=make.day("quiet"), discounts=flat(make, -0.27))
    assert headline(parts, "en") == (
        "Micro-cap is crowded: 3.8 of 5; rolling an IM hedge costs 27.0% a year"
    )


def test_dear_hedge_leads_when_nothing_is_crowded(remake, make, calm):
    parts = remake(day=make.day("quiet"), discounts=flat(make, -0.27), baskets=calm)
    assert headline(parts, "en") == (
        "Hedging with IM has not cost this much in 250 days: 27.0% a year; "
        "nothing is crowded by the score"
    )


def test_calm_names_what_comes_closest(remake, make, calm):
    parts = remake(day=make.day("quiet"), discounts=flat(make, -0.01), baskets=calm)
    assert headline(parts, "en").startswith("Nothing is crowded; Dividend comes closest at ")


def test_no_score_at_all(remake):
    parts = remake(day=None, discounts={}, basis=(), baskets=())
    assert headline(parts, "en") == "No basket has enough history for a score"
    assert [a.key for a in answers(parts, "en")] == [
        "Too little history to say.", "No hedging cost was computed.", "No day board was computed.",
    ]  # fmt: skip


def test_a_cost_of_another_day_is_not_todays(remake, make):
    stale = {k: v.iloc[:-1] for k, v in remake().discounts.items()}
    said = answers(remake(discounts=stale), "en")[1]
    assert said.key == "It cannot be told."
    assert "missing that day" in said.rest


def test_rebound_after_an_unwind_is_not_called_an_unwind(remake, make):
    parts = remake(day=make.day("unwind_signature", unwind_phase="rebound"))
    assert headline(parts, "en").startswith("Quant books rebound as after an unwind")
    assert answers(parts, "en")[2].key == "Rebound after an unwind."


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (-0.27, "the deepest of 250 trading days"),
        (-0.01, "the highest of 250 trading days"),
        (0.01, "a new short is paid to hold"),
    ],
)
def test_hedge_answer_says_where_today_stands(remake, make, last, words):
    answer = answers(remake(discounts=flat(make, last)), "en")[1]
    assert words in answer.rest


def test_hedge_in_between_gives_the_range(remake, make):
    series = pd.Series(np.linspace(-0.10, -0.02, len(make.dates)), index=make.dates)
    series.iloc[-1] = -0.03
    answer = answers(remake(discounts={"IM": series}), "en")[1]
    # The window holds the last 250 of 700 points: the deepest is the oldest of them.
    low = -0.10 + 0.08 * 450 / 699
    assert f"between \u2212{-100 * low:.1f}% and \u22122.0%" in answer.rest


def test_dearest_is_the_product_with_the_deepest_discount(parts):
    assert dearest(parts).product == "IM"


def test_crowded_answer_dates_the_alarm_and_names_the_reasons(parts):
    answer = answers(parts, "en")[0]
    row = parts.rows()[0]
    assert today_of(row.score, parts.as_of).since == pd.Timestamp("2024-01-19")
    assert answer.key == "Micro-cap."
    assert "since 19 Jan" in answer.rest
    assert "excess volatility, one-year momentum, amount and 3 more" in answer.rest


def test_day_answer_counts_names(parts):
    rest = answers(parts, "en")[2].rest
    assert "225 of 3,756 names rose" in rest  # 6 % of 3,756
    assert "1,681 closed at \u22129.8% or worse" in rest


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        ((2, 5, 0.5, (0.1, 0.8)), "too_few"),
        ((9, 9, 0.1, (0.7, 1.0)), "too_few"),  # nine are too few however good
        ((10, 26, 0.53, (0.22, 0.57), "no_evidence"), "no_evidence"),
        ((20, 26, 0.40, (0.58, 0.89), "more_often"), "above"),
        ((3, 26, 0.53, (0.04, 0.29), "less_often"), "below"),
    ],
)
def test_verdict_wording_is_fixed(make, parts, evidence, code):
    row = parts.rows()[0]._replace(evidence=make.evidence(*evidence))
    assert verdict(row) == code


def test_listing():
    assert listing(["A"], "en") == "A"
    assert listing(["A", "B", "C"], "en") == "A, B and C"
    assert listing(list("ABCDE"), "en") == "A, B, C and 2 more"
    assert listing(["甲", "乙"], "zh") == "甲和乙"


def test_truth_note(remake):
    assert truth_text(remake(truth=None), "en") == ""
    assert "false one" in truth_text(remake(truth=TruthNote(seed=3)), "en")
    told = truth_text(remake(), "zh")
    assert "微盘" in told
    assert "2024年1月22日" in told


def test_a_page_about_hedging_alone_says_nothing_about_crowds(remake, parts):
    alone = remake(baskets=(), day=None)
    assert [answer.code for answer in answers(alone, "en")] == ["hedge"]
    assert "crowded" not in headline(alone, "en")
    assert "拥挤" not in headline(alone, "zh")
