"""The score judged on real indices: the article's own false alarms, and no miracle."""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

from quantquake.app.inputs import read_inputs
from quantquake.app.knobs import turn_knobs
from quantquake.measures.evidence import evaluate
from quantquake.measures.evidence.observation_points import (
    both_ways,
    compare_points,
    percentile_before,
    pick_falls,
)
from quantquake.measures.probability import fall_forecasts

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "evidence_on_indices.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("evidence_on_indices", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["evidence_on_indices"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def market(example, shared_data):
    return example.load(shared_data)


@pytest.fixture(scope="module")
def found(example, market):
    return example.scores(market)


@pytest.mark.feature("B07", "B05", "L18")
def test_the_two_false_alarms_the_article_admits(example, market):
    # S4: alarms on the dividend index at the end of 2014 (mania carried on) and in February 2024
    # (no clear fall). Ours, on the dividend low-volatility index and one dimension only, are the
    # same two among the alarms that began before the article's last day, 2024-03-15.
    dividend = example.DIVIDEND
    signal = example.signals_of(example.return_only(market, dividend))["score"]
    record = evaluate(signal, market.close[dividend], horizons=(60,), draws=0).at(60)
    missed = record.false_alarms
    missed = missed[missed["first"] < "2024-03-15"]
    assert [f"{day:%Y-%m}" for day in missed["first"]] == ["2014-12", "2024-02"]
    assert missed["cause"].iloc[0] == "rally_continued"
    assert record.hits + len(record.false_alarms) == record.episodes
    # Take out the two years and "100 %" is left, of three alarms: no rate is printed.
    after = record.without(2014, 2024)
    assert after["hits"] == after["episodes"] == 3
    assert after["rate"] is None
    assert after["selection"]


@pytest.mark.feature("B03", "B04", "B05", "O09")
def test_the_whole_family(example, market, found):
    family = example.judge(market, found)
    assert len(family.table) > 120
    assert len(family.ledger) == len(family.table)
    score = family.table.loc["score"]
    assert len(score) == 34
    judged = score.dropna(subset="rate")
    # No index on which the score's record is above chance; the plain reading of the article fails
    # here. (Data end in 2024; not all dimensions; other indices than the article's.)
    assert len(judged) >= 10
    assert (judged["verdict"] == "no_evidence").all()
    for horizon in (20, 60):
        pooled = family.pooled.loc[("score", horizon)]
        assert pooled["low"] < 0.0 < pooled["high"]
        assert pooled["clusters"] < pooled["episodes"] / 2
    assert not family.table["discovery"].any()
    # The base rates are those of the closed form's order: 0.2-0.5 a month, 0.4-0.75 a quarter.
    scored = score[score["base_rate"].notna()].drop("883418.THS", level="basket")
    bases = scored["base_rate"].astype(float).unstack()
    assert bases[20].between(0.2, 0.5).all()
    assert bases[60].between(0.4, 0.75).all()


@pytest.mark.feature("B10", "B11", "A21")
def test_looking_back_flatters(example, market, found):
    # CSI 300: the rule finds the peaks everybody names, and the look back from them.
    one, close = found["000300.SH"], market.close["000300.SH"]["2010":]
    picked = pick_falls(close, fall=0.20)
    by_hand = ["2015-06-08", "2018-01-24", "2021-02-10"]  # closes' records of the three manias
    table = compare_points(picked, by_hand, close.index, tolerance=5)
    assert table["found"].iloc[:3].all()
    assert len(table) > 3  # falls that nobody names
    before = percentile_before(one.percentiles, by_hand)
    momentum = before.loc["momentum"]
    assert (momentum > 0.8).all()  # "most indicators were extreme before falls": true ...
    signal = example.signals_of(one)["score"].fillna(0.0)
    record = evaluate(signal, market.close["000300.SH"], horizons=(60,), draws=0).at(60)
    seen = record.detection
    # ... and the other way round: falls of 5 % within a quarter come as often without it.
    assert seen.recall < seen.recall_chance + 0.1
    assert seen.precision < record.base_rate + 0.1
    hit = (close.rolling(60).min().shift(-60) / close - 1 <= -0.05).astype(float)
    hit[close.index[-60:]] = float("nan")
    both = both_ways(signal["2010":], by_hand, hit, days=60)
    assert both["signal_given_fall"] == 1.0  # each of the three manias rang within a quarter
    assert both["fall_given_signal"] == pytest.approx(
        seen.precision, abs=0.03
    )  # the same days, counted by other code
    assert isinstance(picked, pd.DataFrame)


@pytest.mark.feature("O09")
def test_crowding_adds_nothing_shown_to_volatility(example, market, found):
    # The declared run (refit every 60 sessions) is in docs/decisions/0003; here every 600.
    prices = market.close["2009":]
    names = ["000001.SH", "000300.SH", "000905.SH", "399001.SZ"]
    crowding = {s: found[s].percentiles.dropna(axis=1, how="all")["2009":] for s in names}
    one = fall_forecasts(prices, crowding, horizon=20, refit=600, draws=200, trees=False)
    assert not one.passed
    assert one.skill.loc["barrier", "brier"] < one.skill.loc["crowding", "brier"]


@pytest.mark.feature("B13")
def test_the_knobs_of_the_real_score_make_a_flat_surface(shared_data):
    # Percentile, its window, the score's threshold and the depth of the fall, on all indices
    # since 2010: no setting is a hill that signals slid along the calendar would not build too.
    inputs = read_inputs(index=[str(shared_data / "cn_index_daily.parquet")])
    knobs = turn_knobs(inputs, since="2010-01-01", horizon=60)
    surface = knobs.surface
    assert len(surface.table) == 108
    assert surface.table["excess"].notna().all()
    assert surface.flat_p_value > 0.10
    here = surface.table.query("cut == 0.95 and window == 250 and threshold == 3 and loss == 0.05")
    # The same votes as in the table of docs/en/evidence.md, less the whole market's own index.
    assert here["episodes"].item() == 104
    assert here["hits"].item() == 63
    assert abs(here["excess"].item()) < 0.05
    # What was best before mid-2017 was nothing special then, and is nothing special since.
    assert abs(surface.best_before) < 0.10
    assert abs(surface.best_after) < 0.10
    # 3.0 and 2.5 are the same alarm: with two or three dimensions no score lies between them.
    by = surface.by_knob()
    assert by.loc[("threshold", 2.5)].equals(by.loc[("threshold", 3.0)])
