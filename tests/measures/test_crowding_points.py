"""Flags to score: every reading of the source's rule, by enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from crowding_standins import sessions

from quantquake.errors import ConfigError
from quantquake.measures.crowding import COLUMNS, PRESET_SOURCES, PRESETS, ScoreRules
from quantquake.measures.crowding.points import dimension_values, earned, fired, rings, total

DEFAULT = ScoreRules()
PAIRS = [
    ("excess_vol", "momentum"),
    ("amount", "share"),
    ("hf_crowding",),
    ("ep", "bp"),
    ("news_score", "turnover"),
]
SOURCE = [name for pair in PAIRS for name in pair]


def table(rows: list[dict[str, bool]]) -> pd.DataFrame:
    frame = pd.DataFrame(False, index=sessions(len(rows)), columns=list(COLUMNS))
    for day, row in zip(frame.index, rows, strict=True):
        for name, flag in row.items():
            frame.loc[day, name] = flag
    return frame


def points(flags: pd.DataFrame, present: list[str], rules: ScoreRules = DEFAULT):
    here = flags.copy()
    here[:] = [[name in present for name in COLUMNS]] * len(here)
    return dimension_values(flags, here, rules), here


@pytest.mark.feature("A18")
def test_every_one_of_the_512_flag_sets_scores_as_the_source_says():
    sets = [dict(zip(SOURCE, bits, strict=True)) for bits in product([False, True], repeat=9)]
    values, _ = points(table(sets), SOURCE)
    got = total(values, DEFAULT).to_numpy()
    # The rule in the source's words: a dimension of two weighs 0.5 each, of one it weighs 1.
    by_hand = [sum(sum(s[n] for n in pair) / len(pair) for pair in PAIRS) for s in sets]
    assert got.tolist() == by_hand
    assert set(got) == set(np.arange(0, 5.5, 0.5))


@pytest.mark.feature("A19")
@pytest.mark.parametrize(
    ("score", "strict", "alarm"),
    [
        (2.5, True, False),
        (3.0, True, False),
        (3.5, True, True),
        (3.0, False, True),
    ],
)
def test_three_does_not_ring_and_three_and_a_half_does(score, strict, alarm):
    rules = ScoreRules(strict=strict)
    # Reached through dimensions, so that rounding inside the sum would show.
    halves = int(score * 2)
    row = [1.0] * (halves // 2) + [0.5] * (halves % 2)
    values = pd.DataFrame([row + [0.0] * (5 - len(row))])
    points = total(values, rules)
    assert points.tolist() == [score]
    assert rings(points, rules).tolist() == [alarm]
    assert rings(pd.Series([np.nan]), rules).tolist() == [False]


@pytest.mark.feature("A09", "A14")
@pytest.mark.parametrize(
    ("rules", "pair", "dimension", "truth"),
    [
        (ScoreRules(volume="and"), ("amount", "share"), "volume", [0, 0, 0, 1]),
        (ScoreRules(volume="half"), ("amount", "share"), "volume", [0, 0.5, 0.5, 1]),
        (ScoreRules(valuation="or"), ("ep", "bp"), "valuation", [0, 1, 1, 1]),
        (ScoreRules(valuation="half"), ("ep", "bp"), "valuation", [0, 0.5, 0.5, 1]),
    ],
)
def test_truth_tables_of_the_two_pairs(rules, pair, dimension, truth):
    sets = [dict(zip(pair, bits, strict=True)) for bits in product([False, True], repeat=2)]
    values, _ = points(table(sets), SOURCE, rules)
    assert values[dimension].tolist() == truth


@pytest.mark.parametrize("rules", [ScoreRules(volume="and"), ScoreRules(valuation="or"), DEFAULT])
@pytest.mark.parametrize("name", ["amount", "share", "ep", "bp", "excess_vol"])
def test_an_indicator_alone_carries_its_dimension(rules, name):
    values, _ = points(table([{name: True}, {name: False}]), [name], rules)
    assert values[rules.dimension_of(name)].tolist() == [1.0, 0.0]
    assert values.notna().sum(axis=1).tolist() == [1, 1]


def test_a_lone_indicator_may_keep_its_half():
    values, _ = points(table([{"ep": True}]), ["ep", "hf_crowding"], ScoreRules(lone="half"))
    assert values.loc[:, "valuation"].tolist() == [0.5]
    assert values.loc[:, "structure"].tolist() == [0.0]


@pytest.mark.feature("A23")
def test_a_missing_dimension_is_left_out_or_zero_by_rule():
    row = table([{"excess_vol": True, "momentum": True, "amount": True}])
    present = [n for n in SOURCE if n != "hf_crowding"]
    values, _ = points(row, present)
    assert values["structure"].isna().all()
    assert total(values, DEFAULT).tolist() == [1.5 * 5 / 4]
    assert total(values, ScoreRules(missing="zero")).tolist() == [1.5]
    assert total(values, ScoreRules(min_dimensions=5)).isna().all()
    nothing, _ = points(row, [])
    for missing in ("rescale", "zero"):
        assert total(nothing, ScoreRules(missing=missing)).isna().all()


@pytest.mark.feature("A10")
def test_turnover_can_stand_under_volume():
    rules = ScoreRules(turnover_in="volume")
    values, _ = points(table([{"turnover": True}]), SOURCE, rules)
    assert values["volume"].tolist() == pytest.approx([1 / 3])
    assert values["sentiment"].tolist() == [0.0]


@pytest.mark.feature("A24")
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_contributions_add_up_under_every_reading(preset):
    rules = PRESETS[preset]
    rng = np.random.default_rng(4)
    for _ in range(20):
        present = [n for n in COLUMNS if rng.random() < 0.7]
        flags = table([{n: bool(rng.random() < 0.6) for n in present}])
        values, here = points(flags, present, rules)
        score, adds = total(values, rules).iloc[0], earned(flags, here, values, rules)
        if np.isnan(score):
            continue
        assert adds.sum() == pytest.approx(score, abs=1e-12)
        assert not adds[~flags.iloc[0]].any(), "a silent indicator earned points"


@pytest.mark.feature("A13", "A17")
def test_high_fires_for_all_but_ep_and_bp_and_ties_with_the_line_follow_the_rule():
    ranks = pd.DataFrame([[0.95] * 10, [0.05] * 10, [np.nan] * 10], columns=list(COLUMNS))
    low = ["ep", "bp"]
    got = fired(ranks, DEFAULT)
    assert got.drop(columns=low).all(axis=1).tolist() == [True, False, False]
    assert got[low].all(axis=1).tolist() == [False, True, False]
    assert not fired(ranks, ScoreRules(inclusive=False)).any().any()


def test_every_preset_says_where_it_comes_from_and_differs():
    assert set(PRESETS) == set(PRESET_SOURCES)
    assert len(set(PRESETS.values())) == len(PRESETS)
    assert all(len(text) > 20 for text in PRESET_SOURCES.values())
    assert PRESETS["default"] == ScoreRules()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"volume": "both"}, "half, and"),
        ({"threshold": 95.0}, "percentiles as fractions"),
        ({"low": 0.96}, "not ordered"),
        ({"window": 1}, "at least two observations"),
        ({"window": 100, "min_periods": 200}, "no more than the window"),
        ({"min_dimensions": 6}, "from 1 to 5"),
    ],
)
def test_rules_that_mean_nothing_are_refused(wrong, says):
    with pytest.raises(ConfigError, match=says):
        ScoreRules(**wrong)
