"""The score of one basket: percentiles, coverage, explanation, what would change it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from crowding_standins import history, sessions

from quantquake.errors import ConfigError, DataError
from quantquake.measures.crowding import (
    COLUMNS,
    DEFINITION,
    PRESETS,
    ScoreRules,
    score,
    sensitivity,
)
from quantquake.measures.crowding.levels import firing_level

SEVEN = ("excess_vol", "momentum", "amount", "share", "ep", "bp", "turnover")


def noise(n: int = 400, *, names=SEVEN, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(n, 10)), index=sessions(n), columns=list(COLUMNS))
    return table.where([[name in names for name in COLUMNS]] * n)


@pytest.fixture(scope="module")
def crowded():
    """Four dimensions; the alarm rings on the second and third of five days."""
    table = history(
        {
            "excess_vol": [0, 1, 1, 0, 0],
            "momentum": [0, 1, 1, 0, 0],
            "amount": [1, 1, 1, 0, 0],
            "share": [0, 1, 1, 1, 0],
            "ep": [0, 0, 1, 0, 0],
            "bp": [0, 0, 0, 0, 0],
            "turnover": [0, 1, 1, 0, 0],
        }
    )
    table.attrs = {"basket": "toy", "currency": "CNY"}
    return score(table)


@pytest.mark.feature("A17", "A18", "A23")
def test_flags_dimensions_and_score_of_a_known_history(crowded):
    tail = crowded.dimensions.tail(5)
    assert tail["return"].tolist() == [0, 1, 1, 0, 0]
    assert tail["volume"].tolist() == [0.5, 1, 1, 0.5, 0]
    assert tail["valuation"].tolist() == [0, 0, 0.5, 0, 0]
    assert tail["sentiment"].tolist() == [0, 1, 1, 0, 0]
    assert tail["structure"].isna().all()
    assert crowded.score.tail(5).tolist() == [0.625, 3.75, 4.375, 0.625, 0.0]
    assert crowded.signal.tail(5).tolist() == [False, True, True, False, False]
    assert crowded.coverage.tail(5).tolist() == [4] * 5
    assert crowded.origin.coverage["dimensions"] == "4 of 5"
    assert crowded.origin.coverage["missing"] == "structure"


@pytest.mark.feature("A17")
def test_short_history_is_missing_and_never_zero():
    got = score(noise(249))
    assert got.coverage.eq(0).all()
    assert got.score.isna().all()
    assert not got.signal.any()
    assert score(noise(250)).coverage.iloc[-1] == 4
    assert score(noise(249), rules=PRESETS["early_start"]).coverage.iloc[-1] == 4


@pytest.mark.feature("A17")
def test_a_constant_series_never_fires():
    table = noise()
    table["amount"] = 7.0
    got = score(table)
    # All 250 are tied: rank (0 + (250 + 1) / 2) / 250.
    assert got.percentiles["amount"].iloc[-1] == pytest.approx(125.5 / 250)
    assert not got.flags["amount"].any()


@pytest.mark.feature("A17")
def test_the_thirteenth_largest_fires_and_the_fourteenth_does_not():
    past = np.arange(250.0)
    for rank, fires in ((13, True), (14, False)):
        table = noise(250)
        today = 250 - rank  # as the rank-th largest of 0..249 read in any order with today last
        table["amount"] = np.append(np.delete(past, today), past[today])
        assert bool(score(table).flags["amount"].iloc[-1]) is fires
        table["ep"] = -table["amount"]
        # 12/250 = 4.8 % is within 5 %, 13/250 = 5.2 % is not: the low end is one name narrower.
        assert bool(score(table).flags["ep"].iloc[-1]) is (rank <= 12)


@pytest.mark.feature("A17")
def test_a_hole_costs_its_own_day_and_not_a_year():
    table = noise(300)
    hole = table.columns.get_loc("turnover")
    table.iloc[100, hole] = np.nan
    table.iloc[280, hole] = np.nan
    got = score(table).percentiles["turnover"]
    assert got.iloc[:249].isna().all()  # a full window must pass first, gaps or not
    assert got.iloc[249:].isna().tolist() == [day == 280 for day in range(249, 300)]
    pd.testing.assert_series_equal(
        got.iloc[249:],
        table["turnover"].rolling(250, min_periods=200).rank(pct=True).iloc[249:],
        check_names=False,
    )
    strict = score(table, rules=PRESETS["no_gaps"]).percentiles["turnover"]
    assert strict.isna().all()


def test_too_many_holes_make_the_indicator_missing():
    table = noise(300)
    table.iloc[60:111, table.columns.get_loc("turnover")] = np.nan  # 51 of 250 days
    assert np.isnan(score(table).percentiles["turnover"].iloc[260])
    assert score(table).percentiles["amount"].notna().iloc[260]


@pytest.mark.feature("A17")
def test_tomorrow_changes_nothing_today():
    table, cut = noise(420), 330
    scrambled = table.copy()
    scrambled.iloc[cut:] = np.random.default_rng(9).normal(size=(420 - cut, 10)) * 100
    whole, other = score(table), score(scrambled)
    pd.testing.assert_frame_equal(whole.to_frame().iloc[:cut], other.to_frame().iloc[:cut])
    assert not whole.to_frame().iloc[cut:].equals(other.to_frame().iloc[cut:])
    day = table.index[cut - 1]
    truncated = score(table.iloc[:cut])
    pd.testing.assert_frame_equal(truncated.contributions(), whole.contributions(day))
    pd.testing.assert_frame_equal(truncated.flips(), whole.flips(day))
    assert truncated.state().to_dict() == whole.state(day).to_dict()
    assert truncated.explain() == whole.explain(day)


def test_units_of_money_do_not_matter():
    table = noise()
    assert score(table.assign(amount=table["amount"] * 1e8)).score.equals(score(table).score)


@pytest.mark.feature("A24")
def test_contributions_sum_to_the_score_of_every_day(crowded):
    for day in crowded.score.dropna().index:
        table = crowded.contributions(day)
        assert table["adds"].sum() == pytest.approx(crowded.score[day], abs=1e-12)
        assert table["indicator"].tolist() == list(COLUMNS)
    peak = crowded.contributions(crowded.score.index[-3]).set_index("indicator")
    assert peak.loc["turnover", "adds"] == 1.25
    assert peak.loc["ep", "adds"] == 0.625
    assert np.isnan(peak.loc["news_score", "percentile"])


@pytest.mark.feature("A22")
def test_the_signal_table_of_a_known_history(crowded):
    row = crowded.signal_table().iloc[0]
    days = crowded.score.index
    assert (row["start"], row["end"], row["off"]) == (days[-4], days[-3], days[-2])
    assert (row["days"], row["state"], row["weak"]) == (2, "released", False)
    assert crowded.state(days[-4]).state == "on"
    assert crowded.state().state == "released"
    assert len(crowded.episodes()) == 1


@pytest.mark.feature("A02")
@pytest.mark.parametrize(
    ("stressed", "state"),
    [
        (("turnover", "news_score"), "overheated_sentiment"),
        (("amount", "share", "momentum", "hf_crowding"), "converging_trades"),
        (("ep", "bp", "excess_vol"), "rising_risk"),
    ],
)
def test_one_kind_of_stress_moves_only_its_state(stressed, state):
    names = [n for n in COLUMNS if n != "capital_structure_volatility"]
    calm = history({n: [0] for n in names})
    hot = history({n: [int(n in stressed)] for n in names})
    before, after = score(calm).radar(), score(hot).radar()
    moved = after.index[after["level"] > before["level"] + 0.3]
    assert moved.tolist() == [state]
    assert after.loc[state, "fired"] == len(stressed)
    assert after["fired"].sum() == len(stressed)
    others = after.index != state
    assert after["level"][others].tolist() == before["level"][others].tolist()


def test_a_state_without_data_has_no_level(crowded):
    table = history({"amount": [1]})
    got = score(table).radar()
    assert np.isnan(got.loc["rising_risk", "level"])
    assert got.loc["converging_trades", "present"] == 1


@pytest.mark.parametrize("side", ["above", "below"])
@pytest.mark.parametrize("inclusive", [True, False])
def test_the_firing_level_is_where_the_percentile_crosses(side, inclusive):
    rng = np.random.default_rng(3)
    threshold = 0.9 if side == "above" else 0.1

    def fires(others, today):
        n = len(others) + 1
        p = ((others < today).sum() + ((others == today).sum() + 2) / 2) / n
        if side == "below":
            return p <= threshold if inclusive else p < threshold
        return p >= threshold if inclusive else p > threshold

    for trial in range(60):
        others = rng.integers(0, 12 if trial % 2 else 1000, size=29).astype(float)
        level = firing_level(others, threshold=threshold, side=side, inclusive=inclusive)
        step = 0.5 if side == "above" else -0.5
        assert fires(others, level + step)
        assert not fires(others, level - step)
    short = firing_level(np.arange(5.0), threshold=0.05, side="below", inclusive=inclusive)
    assert np.isnan(short)


def test_what_would_switch_the_alarm_on_does():
    table = noise(300, seed=5)
    base = score(table)
    flips = base.flips()
    assert set(flips["indicator"]) == {n for n in SEVEN if not base.flags[n].iloc[-1]}
    for row in flips.itertuples():
        changed = table.copy()
        sign = -1e-9 if row.side == "below" else 1e-9
        changed.iloc[-1, changed.columns.get_loc(row.indicator)] = row.level + sign
        got = score(changed)
        assert got.flags[row.indicator].iloc[-1]
        assert got.score.iloc[-1] == row.score_if
        assert got.signal.iloc[-1] == row.alarm_if
        changed.iloc[-1, changed.columns.get_loc(row.indicator)] = row.level - 2e6 * sign
        assert not score(changed).flags[row.indicator].iloc[-1]


@pytest.mark.feature("A09", "A14", "A18")
def test_sensitivity_counts_the_days_each_reading_changes(crowded):
    table = sensitivity(crowded.indicators).set_index("preset")
    assert set(table.index) == set(PRESETS)
    assert table.loc["default", ["signal_days", "alarms", "added", "removed"]].tolist() == [
        2,
        1,
        0,
        0,
    ]
    # 3.0 and 3.5 points of five when the missing dimension counts as 0: only the second rings.
    assert table.loc["missing_as_zero", ["signal_days", "removed"]].tolist() == [1, 1]
    for name, rules in PRESETS.items():
        signal = score(crowded.indicators, rules=rules).signal
        assert table.loc[name, "signal_days"] == signal.sum()
        changed = (signal != crowded.signal).sum()
        assert table.loc[name, "added"] + table.loc[name, "removed"] == changed


@pytest.mark.feature("A21")
def test_percentiles_before_known_falls_are_recomputed_from_raw(crowded):
    days = crowded.score.index
    heat = crowded.before_events([days[-1], days[-3] + pd.Timedelta(hours=12)], days=2)
    assert heat.index.name == "event"
    by_hand = crowded.indicators["amount"].rolling(250).rank(pct=True)
    assert heat["amount"].iloc[1] == pytest.approx(by_hand.iloc[-3:-1].mean())
    assert heat["amount"].iloc[0] == pytest.approx(by_hand.iloc[-4:-2].mean())
    assert heat["news_score"].isna().all()
    assert crowded.before_events([days[-1]])["share"].notna().all()


@pytest.mark.feature("A01", "A24")
def test_the_explanation_names_what_fired_what_is_missing_and_the_definition(crowded):
    day = crowded.score.index[-4]
    english, chinese = crowded.explain(day), crowded.explain(day, "zh")
    assert english.startswith(f"toy, {day.day} {day:%b} {day.year}: crowding score 3.8 of 5")
    assert "(4 of 5 dimensions, rescaled)" in english
    assert "Alarm on since" in english
    assert "one-year momentum" in english
    assert "adds 1.25" in english
    assert "No data: trading structure (left out, never counted as 0)." in english
    assert english.endswith(DEFINITION["en"])
    assert "拥挤度 3.8 / 5（5 维中 4 维有数据，已折算为 5 分制）" in chinese
    assert "换手率" in chinese
    assert "交易结构（已剔除，不按 0 计）" in chinese
    assert chinese.endswith(DEFINITION["zh"])
    assert "released on" in crowded.explain()
    assert "释放" in crowded.explain(lang="zh")


def test_the_explanation_speaks_of_every_state():
    weak = score(history({"amount": [1], "share": [1], "turnover": [1]}))
    assert "weakly: fewer than 3 dimensions have data" in weak.explain()
    assert "弱报警" in weak.explain(lang="zh")
    quiet = score(history({"amount": [0], "share": [0], "turnover": [0]}))
    assert "No indicator fires." in quiet.explain()
    assert "No alarm (it takes more than 3)." in quiet.explain()
    assert "未报警（需超过 3 分）" in quiet.explain(lang="zh")
    unknown = score(history({"amount": [0]}).head(10))
    assert "no score, 0 of 5 dimensions have data" in unknown.explain()
    assert "报警状态未知" in unknown.explain(lang="zh")
    near = score(history({"amount": [1], "share": [0], "ep": [1], "bp": [0]}))
    assert "One more would ring it" in near.explain()
    assert "再触发一项即报警" in near.explain(lang="zh")
    with pytest.raises(ConfigError, match="English and Chinese"):
        near.explain(lang="fr")


def test_dates_that_are_no_session_are_refused_with_the_nearest(crowded):
    with pytest.raises(DataError, match="last session before it is"):
        crowded.explain("2031-01-01")
    with pytest.raises(DataError, match="first session is 2020-01-01"):
        crowded.state("1999-01-01")


@pytest.mark.feature("A01")
def test_the_result_leaves_python_with_its_definition(crowded):
    plain = json.loads(json.dumps(crowded.to_dict()))
    assert plain["definition"]["zh"].startswith("拥挤度")
    assert plain["rules"]["window"] == 250
    assert plain["origin"]["as_of"] == f"{crowded.score.index[-1]:%Y-%m-%d}"
    frame = crowded.to_frame()
    assert frame["score"].equals(crowded.score)
    assert {"return", "amount", "amount_percentile"} <= set(frame.columns)


def test_tables_that_are_no_indicators_are_refused(crowded):
    table = noise(260)
    with pytest.raises(DataError, match="unknown columns vix"):
        score(table.assign(vix=1.0))
    with pytest.raises(DataError, match="sorted, unique dates"):
        score(table.iloc[::-1])
    with pytest.raises(DataError, match="sorted, unique dates"):
        score(table.reset_index(drop=True))
    with pytest.raises(DataError, match="0 rows"):
        score(table.iloc[:0])


def test_columns_left_out_count_as_missing():
    table = noise()
    part = score(table[["amount", "share"]], rules=PRESETS["one_dimension"])
    assert part.coverage.iloc[-1] == 1
    assert part.score.iloc[-1] == 5 * part.dimensions["volume"].iloc[-1]
    # One dimension alone gives no score unless asked for (decision 0001).
    assert score(table[["amount", "share"]]).score.isna().all()


def test_every_rule_moves_the_score():
    names = [n for n in COLUMNS if n != "capital_structure_volatility"]
    table = noise(700, names=names, seed=2).rolling(3, min_periods=1).mean()
    holed = table.copy()
    holed.iloc[300:, holed.columns.get_loc("hf_crowding")] = np.nan
    holed.iloc[500:, holed.columns.get_loc("bp")] = np.nan
    base = score(holed, rules=ScoreRules(signal_above=1.0))
    for change in (
        {"window": 200},
        {"threshold": 0.9},
        {"low": 0.1},
        {"signal_above": 1.5},
        {"strict": False},
        {"volume": "and"},
        {"valuation": "or"},
        {"missing": "zero"},
        {"lone": "half"},
        {"turnover_in": "volume"},
        {"min_dimensions": 5},
        {"min_periods": 100},
    ):
        other = score(holed, rules=ScoreRules(**{"signal_above": 1.0, **change}))
        assert not (other.score.equals(base.score) and other.signal.equals(base.signal)), change
