"""Calls of the log against the prices that followed."""

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import DataError
from quantquake.measures.evidence.track_record import settle, tally, track_record

DAYS = pd.bdate_range("2024-03-01", periods=40, name="date")


def log(*calls):
    """Rows as `CallLog.rows` gives them; each call: (day number, signal, changes)."""
    rows = []
    for number, (day, signal, *changes) in enumerate(calls, start=1):
        row = {
            "sequence": number,
            "as_of": DAYS[day],
            "market": "XSHG",
            "basket": "micro",
            "index_symbol": None,
            "preset": "default",
            "signal": signal,
            "score": 4.0 if signal else 1.0,
            "dimensions_present": 3,
            "late": False,
            "revises": pd.NA,
            "horizons": [5],
            "loss": 0.05,
            "price": 100.0,
        }
        rows.append(row | (changes[0] if changes else {}))
    return pd.DataFrame(rows).astype({"revises": "Int64"})


def path(**dips):
    """A level of 100 with some closes changed, by day number: d7=94."""
    close = pd.Series(100.0, DAYS)
    for name, value in dips.items():
        close.iloc[int(name[1:])] = value
    return close


def outcome(close, *calls, **options):
    return settle(log(*calls), {"micro": close}, **options).iloc[0]


@pytest.mark.parametrize(
    ("dips", "expected", "worst"),
    [
        ({"d6": 95.0}, "hit", -0.05),  # at the loss counts
        ({"d6": 95.01}, "no_hit", -0.0499),
        ({"d11": 94.0}, "no_hit", 0.0),  # the sixth session is too late
        ({"d10": 94.0}, "hit", -0.06),  # the fifth is not
        ({"d5": 94.0}, "no_hit", 100 / 94 - 1),  # the day of the call is its base
        ({"d3": 90.0}, "no_hit", 0.0),  # what was before does not count
    ],
)
def test_the_fall_is_the_worst_close_of_the_sessions_after(dips, expected, worst):
    row = outcome(path(**dips), (5, True))
    assert row["outcome"] == expected
    assert row["worst"] == pytest.approx(worst, abs=1e-12)
    assert row["sessions_left"] == 0


def test_when_it_fell():
    row = outcome(path(d7=94.0, d9=90.0), (5, True))
    assert row["fell_on"] == DAYS[7]
    assert row["worst"] == pytest.approx(-0.10)
    assert pd.isna(outcome(path(), (5, True))["fell_on"])


def test_a_call_is_open_until_its_whole_horizon_has_passed():
    close = path(d37=90.0)
    settled, last, early = settle(
        log((34, True), (35, True), (36, True)), {"micro": close}
    ).itertuples()
    assert (settled.outcome, settled.sessions_left) == ("hit", 0)
    assert (last.outcome, last.sessions_left) == ("open", 1)
    # It fell already, but those that did not yet cannot be counted beside it.
    assert (early.outcome, early.sessions_left, early.fell_on) == ("open", 2, DAYS[37])
    assert early.worst == pytest.approx(-0.10)


def test_a_call_of_the_last_day_has_seen_nothing():
    row = outcome(path(), (39, True))
    assert (row["outcome"], row["sessions_left"]) == ("open", 5)
    assert np.isnan(row["worst"])


def test_sessions_are_counted_on_observed_closes():
    close = path(d7=np.nan, d11=94.0)
    assert outcome(close, (5, True))["outcome"] == "hit"
    assert outcome(close.dropna(), (5, True))["outcome"] == "hit"


def test_every_horizon_is_a_row_and_counts_for_itself():
    table = settle(log((5, True, {"horizons": [2, 10]})), {"micro": path(d12=90.0)})
    assert table[["horizon", "outcome"]].to_numpy().tolist() == [[2, "no_hit"], [10, "hit"]]


def test_calls_without_prices_are_named_not_dropped():
    holed = path().iloc[np.r_[0:8, 20:40]]
    calls = log(
        (5, True, {"basket": "elsewhere"}),
        (5, True, {"basket": "holed"}),
        (6, True, {"basket": "gap"}),
        (1, True, {"basket": "holed"}),
    )
    gap = path(d6=np.nan)
    table = settle(calls, {"holed": holed, "gap": gap})
    assert table["outcome"].tolist() == ["no_price"] * 3 + ["no_hit"]
    assert table["why"].tolist() == ["no_series", "hole", "no_close", None]
    assert track_record(calls, {"holed": holed, "gap": gap}).missing == ("elsewhere",)


def test_prices_by_basket_name_then_by_index():
    calls = log((5, True, {"index_symbol": "000852.SH"}))
    falling, flat = path(d6=90.0), path()
    assert settle(calls, {"000852.SH": falling})["outcome"].item() == "hit"
    both = pd.DataFrame({"000852.SH": falling, "micro": flat})
    assert settle(calls, both)["outcome"].item() == "no_hit"


def test_ratios_stay_inside_the_settling_series():
    # Settled on a level of another base: the same fall, and the difference is said.
    row = outcome(path(d6=94.0) * 7, (5, True))
    assert (row["outcome"], row["worst"]) == ("hit", pytest.approx(-0.06))
    assert row["restated"]
    assert not outcome(path(d6=94.0), (5, True))["restated"]
    assert not outcome(path(), (5, True, {"price": np.nan}))["restated"]


def test_late_calls_revisions_and_calls_without_a_score_are_left_out():
    calls = log(
        (5, True),
        (6, True, {"late": True}),
        (7, True, {"revises": 1}),
        (8, False, {"score": np.nan}),
        (9, False, {"late": True, "revises": 2}),
    )
    why = [None, "late", "revision", "no_score", "revision"]
    table = settle(calls, {"micro": path()})
    assert table["left_out"].tolist() == why
    counts = tally(table).iloc[0]
    assert [counts[c] for c in ("calls", "late", "revisions", "unscored")] == [1, 1, 2, 1]
    with_late = settle(calls, {"micro": path()}, include_late=True)
    assert with_late["left_out"].tolist() == [None, None, *why[2:]]


def test_a_run_of_warnings_has_one_vote():
    # Gaps of 4 and 5 sessions at a horizon of 5: the first joins, the second does not.
    calls = log((2, True), (3, False), (6, True), (11, True), (12, True))
    table = settle(calls, {"micro": path(d14=90.0)})
    first = [DAYS[2], pd.NaT, DAYS[2], DAYS[11], DAYS[11]]
    assert table["episode"].tolist() == first
    counts = tally(table).iloc[0]
    assert (counts["warnings"], counts["hits"], counts["false_alarms"]) == (4, 2, 2)
    assert (counts["episodes"], counts["episode_hits"]) == (2, 1)
    assert (counts["quiet"], counts["quiet_falls"]) == (1, 0)


@pytest.mark.feature("O09")
def test_eleven_of_sixteen_reads_as_published():
    # features.md B: 11 of 16 -> 44 to 86 %, a Wilson interval of independent episodes.
    calls = log(*((5, True, {"basket": f"B{n}"}) for n in range(16)))
    prices = {f"B{n}": path(d6=94.0) if n < 11 else path() for n in range(16)}
    counts = tally(settle(calls, prices)).iloc[0]
    assert (counts["episode_hits"], counts["episodes"]) == (11, 16)
    assert counts["rate"] == pytest.approx(0.6875)
    assert (round(counts["low"], 2), round(counts["high"], 2)) == (0.44, 0.86)
    assert counts["base_rate"] == pytest.approx(11 / 16)


def test_few_episodes_give_counts_and_no_rate():
    calls = log(*((5, True, {"basket": f"B{n}"}) for n in range(9)))
    counts = tally(settle(calls, {f"B{n}": path() for n in range(9)})).iloc[0]
    assert counts["episodes"] == 9
    assert np.isnan([counts["rate"], counts["low"], counts["high"], counts["base_rate"]]).all()


@pytest.mark.feature("B07")
def test_the_log_of_false_alarms_is_complete():
    rng = np.random.default_rng(7)
    close = pd.Series(100 * np.exp(np.cumsum(rng.normal(0, 0.02, len(DAYS)))), DAYS)
    warned = log(*((day, bool(rng.random() < 0.5)) for day in range(len(DAYS))))
    gone = log((5, True, {"basket": "gone", "sequence": 99}))
    table = settle(pd.concat([warned, gone]), {"micro": close})
    counts = tally(table).iloc[0]
    parts = ["hits", "false_alarms", "open", "no_price"]
    assert counts["warnings"] == int(warned["signal"].sum()) + 1
    assert counts["warnings"] == counts[parts].sum()
    assert (counts[parts] > 0).all()
    settled = table[table["outcome"].isin(["hit", "no_hit"])]
    # The outcome of every settled call, counted by hand.
    place = [DAYS.get_loc(day) for day in settled["as_of"]]
    fell = [close.iloc[p + 1 : p + 6].min() / close.iloc[p] - 1 <= -0.05 for p in place]
    assert (settled["outcome"] == "hit").tolist() == fell


@pytest.mark.feature("P06")
def test_what_comes_after_the_horizon_changes_no_settled_call():
    rng = np.random.default_rng(3)
    close = pd.Series(100 * np.exp(np.cumsum(rng.normal(0, 0.02, len(DAYS)))), DAYS)
    calls = log(*((day, day % 2 == 0) for day in range(20)))
    short, long = (settle(calls, {"micro": close.iloc[:n]}) for n in (25, 40))
    passed = short["outcome"] != "open"
    assert passed.sum() == 20
    pd.testing.assert_frame_equal(short[passed], long[passed])


def test_presets_and_baskets_have_runs_of_their_own():
    calls = log((5, True), (6, True, {"preset": "literal"}), (7, True, {"basket": "other"}))
    table = settle(calls, {"micro": path(), "other": path()})
    assert table["episode"].tolist() == [DAYS[5], DAYS[6], DAYS[7]]
    assert tally(table)["preset"].tolist() == ["default", "literal"]
    assert tally(table, by=("basket",))["episodes"].tolist() == [2, 1]


def test_an_empty_log_gives_empty_tables():
    record = track_record(log((5, True)).iloc[:0], {"micro": path()})
    assert len(record.calls) == len(record.tally) == len(record.by_basket) == 0
    assert record.to_dict()["missing"] == []
    assert {"outcome", "left_out", "episode"} <= set(record.calls)


def test_no_prices_at_all():
    record = track_record(log((5, True)), {})
    assert record.missing == ("micro",)
    assert record.origin.as_of is None


def test_prices_out_of_order_are_refused():
    with pytest.raises(DataError, match="not sorted by date"):
        settle(log((5, True)), {"micro": path().iloc[::-1]})
    with pytest.raises(DataError, match="not positive"):
        settle(log((5, True)), {"micro": path(d3=0.0)})
