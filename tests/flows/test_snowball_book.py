"""A book of snowballs: state from the path, ladder, hedge flow, map, bad rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.flows.snowball_worlds import INDEX, path, trades

import quantquake as qq
from quantquake.data.calendars import count_sessions, session_on_or_after
from quantquake.errors import ConfigError, DataError
from quantquake.flows.snowball import Snowball, value
from quantquake.flows.snowball_book import HedgeRule, SnowballBook

RATES = {"vol": 0.2, "rate": 0.02, "carry": 0.04}
CLOSES = path()


@pytest.fixture(scope="module")
def table():
    return trades(CLOSES)


@pytest.fixture(scope="module")
def book(table):
    return SnowballBook(table, index=CLOSES, **RATES)


def contract(**changes) -> Snowball:
    """Contract A of spec/derivatives 3.3."""
    terms = {
        "spot0": 1.0, "notional": 1.0, "knock_in": 0.75, "knock_out": 1.03, "sessions": 504,
        "observation_sessions": [63 + 21 * k for k in range(22)], "coupon": 0.15, "bonus": 0.30,
    }  # fmt: skip
    return Snowball(**{**terms, **changes})


# --- the ladder ---------------------------------------------------------------------------------


@pytest.mark.feature("G01")
def test_ladder_of_one_note_is_the_published_reference():
    # Spec 3.3, contract A, sigma 20 %, q 4 %: values exact to 8 digits, Greeks to 1e-5 and 3e-5.
    found = SnowballBook([contract()], rho=4.0).ladder([0.70, 0.90, 1.00]).of("")
    assert found["value"].to_numpy() == pytest.approx(
        [0.66033654, 0.89816413, 0.97825199], abs=2e-5
    )
    assert found["delta_per_point"].to_numpy() == pytest.approx(
        [1.06001177, 1.01420837, 0.58061440], abs=3e-4
    )
    assert found["gamma_per_point2"].loc[1.0] == pytest.approx(-4.32964, abs=2e-2)
    assert found["move"].to_numpy() == pytest.approx([-0.3, -0.1, 0.0])


@pytest.mark.feature("G01")
def test_a_book_is_the_sum_of_its_notes_whatever_their_first_levels():
    notes = [
        contract(notional=3e8, spot0=6000.0),
        contract(notional=2e8, spot0=5000.0, knock_in=0.8, knocked_in=True),
        contract(notional=1e8, spot0=5500.0, sessions=21, observation_sessions=[21], elapsed=483),
    ]
    levels = np.array([4100.0, 4700.0, 5300.0, 6000.0])
    found = SnowballBook(notes, underlying=INDEX, spot=5300.0, **RATES).ladder(levels).of(INDEX)
    alone = [value(n, levels, rho=2.0, **RATES) for n in notes]
    money = sum(n.notional * v.price for n, v in zip(notes, alone, strict=True))
    points = sum(n.notional * v.delta / n.spot0 for n, v in zip(notes, alone, strict=True))
    bend = sum(n.notional * v.gamma / n.spot0**2 for n, v in zip(notes, alone, strict=True))
    assert found["value"].to_numpy() == pytest.approx(money, rel=1e-12)
    assert found["delta_per_point"].to_numpy() == pytest.approx(points, rel=1e-12)
    assert found["delta_money"].to_numpy() == pytest.approx(points * levels, rel=1e-12)
    assert found["delta_lots"].to_numpy() == pytest.approx(points / 200.0, rel=1e-12)  # IC: 200
    assert found["gamma_money_per_1pct"].to_numpy() == pytest.approx(0.01 * bend * levels**2)
    # 6000 x 0.75 = 4500 and 5500 x 0.75 = 4125 lie at or over 4100; only the first over... 4500.
    assert found["knocked_in"].tolist() == [6e8, 2e8, 2e8, 2e8]


def test_doubling_the_currency_unit_moves_money_and_nothing_else(table, book):
    twice = SnowballBook(table.assign(notional=2 * table["notional"]), index=CLOSES, **RATES)
    a, b = book.ladder(moves=[-0.1, 0.0]).frame, twice.ladder(moves=[-0.1, 0.0]).frame
    assert b["value"].to_numpy() == pytest.approx(2 * a["value"].to_numpy())
    assert b["move"].to_numpy() == pytest.approx(a["move"].to_numpy())


def test_order_of_trades_does_not_matter(table, book):
    mixed = SnowballBook(table.sample(frac=1, random_state=3), index=CLOSES, **RATES)
    for one in ("value", "delta_lots"):
        assert mixed.ladder(moves=[-0.1, 0.0]).frame[one].to_numpy() == pytest.approx(
            book.ladder(moves=[-0.1, 0.0]).frame[one].to_numpy(), rel=1e-10
        )


def test_default_ladder_has_81_levels_around_where_the_index_stands(book):
    frame = book.ladder().of(INDEX)
    assert len(frame) == 81
    assert frame["move"].iloc[[0, -1]].to_numpy() == pytest.approx([-0.30, 0.10])
    assert np.isfinite(frame.to_numpy()).all()


@pytest.mark.parametrize(
    ("changed", "column"),
    [({"vol": 0.3}, "value"), ({"rate": 0.05}, "value"), ({"carry": 0.10}, "value"),
     ({"spot": 5000.0}, "move"), ({"days_per_year": 252.0}, "value"),
     ({"rule": HedgeRule(delta_cap=1.0)}, "delta_lots"),
     ({"rule": HedgeRule(barrier_shift=-0.02)}, "delta_lots"), ({"rho": 1.0}, "value")],
)  # fmt: skip
def test_every_argument_moves_the_output(table, book, changed, column):
    other = SnowballBook(table, index=CLOSES, **{**RATES, **changed})
    at = book.spot[INDEX] * np.array([0.85, 1.0])
    assert not np.allclose(
        other.ladder({INDEX: at}).frame[column], book.ladder({INDEX: at}).frame[column], rtol=1e-9
    )


# --- state and schedule --------------------------------------------------------------------------


def naive_state(row, closes, day):
    """One trade followed close by close: the definition."""
    level = row["knock_in"] * closes[row["date"]]
    seen = closes.loc[(closes.index > row["date"]) & (closes.index <= day)]
    months = int(row["months"])
    for place, k in enumerate(range(int(row["lock"]), months + 1)):
        on = session_on_or_after(row["date"] + pd.DateOffset(months=k), provisional=True)
        barrier = (row["knock_out"] - row["step"] * place) * closes[row["date"]]
        if on <= day and closes[on] >= barrier:
            return "knocked_out", on
    end = session_on_or_after(row["date"] + pd.DateOffset(months=months), provisional=True)
    if end <= day:
        return "matured", None
    return ("in" if (seen <= level).any() else "alive"), None


@pytest.mark.feature("G01")
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("day", ["2023-05-15", "2024-02-08"])
def test_state_follows_the_path_as_a_naive_twin_does(seed, day):
    table = trades(CLOSES, 60, seed)
    book = SnowballBook(table, index=CLOSES, **RATES).at(day)
    day = pd.Timestamp(day)
    ended = book.ended.set_index("trade")
    state = dict(zip(book.positions.name, book.positions.columns.knocked_in, strict=True))
    seen = set()
    for _, row in table.iterrows():
        name = row["trade"]
        if row["date"] > day:
            assert ended.loc[name, "outcome"] == "not_issued"
            continue
        want, on = naive_state(row, CLOSES, day)
        seen.add(want)
        if want in ("knocked_out", "matured"):
            assert ended.loc[name, "outcome"] == want
            assert on is None or ended.loc[name, "date"] == on
        else:
            assert state[name] == (want == "in"), name
    assert len(seen) >= 3  # the comparison had something to tell apart


@pytest.mark.feature("G01")
def test_what_is_left_of_a_dated_trade_is_counted_in_sessions():
    row = trades(CLOSES, 1, date=pd.Timestamp("2023-11-15"), knock_in=0.7, knock_out=1.3,
                 step=0.0, months=12.0, lock=3.0, coupon=0.12)  # fmt: skip
    book = SnowballBook(row, index=CLOSES, **RATES)
    c, today = book.positions.columns, CLOSES.index[-1]
    ahead = [session_on_or_after(pd.Timestamp("2023-11-15") + pd.DateOffset(months=k))
             for k in range(3, 13)]  # fmt: skip
    # Both ends counted: today to the observation is one more than the sessions still to come.
    assert c.observation.tolist() == [count_sessions(today, d) - 1 for d in ahead]
    assert c.sessions[0] == c.observation[-1]
    days = [(d - pd.Timestamp("2023-11-15")).days for d in ahead]
    assert c.pays == pytest.approx([1 + 0.12 * d / 365 for d in days])
    assert c.survive[0] == pytest.approx(1 + 0.12 * days[-1] / 365)
    assert c.spot0[0] == CLOSES["2023-11-15"]


def test_tomorrows_closes_change_nothing_today(table):
    day = "2023-08-01"
    scrambled = CLOSES.copy()
    scrambled.loc[scrambled.index > day] *= 0.3
    a = SnowballBook(table, index=CLOSES, as_of=day)
    b = SnowballBook(table, index=scrambled, as_of=day)
    assert a.curves == b.curves
    pd.testing.assert_frame_equal(
        a.ladder(moves=[-0.1, 0.0]).frame, b.ladder(moves=[-0.1, 0.0]).frame
    )
    pd.testing.assert_frame_equal(a.knock_in_map().levels, b.knock_in_map().levels)
    pd.testing.assert_frame_equal(a.ended, b.ended)


def test_the_files_word_on_a_knock_in_goes_before_the_path_and_is_noted(table):
    told = table.assign(knocked_in=[True] + [None] * (len(table) - 1), knock_out=9.0)
    told["knock_out"] = 1.6  # nothing knocks out, so every trade of two years is there
    told = told.assign(months=24.0, date=CLOSES.index[-10], knock_in=0.5)
    book = SnowballBook(told, index=CLOSES, **RATES)
    assert book.positions.columns.knocked_in.tolist() == [True] + [False] * (len(told) - 1)
    assert any("disagree" in i["what"] and "lines 0" in i["where"] for i in book.issues)


def test_an_earlier_day_is_seen_and_a_later_one_is_refused(book):
    assert book.at("2023-06-01").day == pd.Timestamp("2023-06-01")
    assert book.at("2023-06-01").spot[INDEX] == CLOSES["2023-06-01"]
    with pytest.raises(DataError, match="not known"):
        book.at("2024-03-01")
    with pytest.raises(DataError, match="no dates"):
        SnowballBook([contract()]).at("2024-01-02")


# --- hedge flow ----------------------------------------------------------------------------------


@pytest.mark.feature("G02", "H08")
def test_at_the_knock_in_the_hedge_sells_the_drop_of_delta():
    # Spec 3.2, from the exact engine: delta 1.932 just above 75 % and 1.134 knocked in, 252 sessions left.
    note = contract(
        notional=1e8, spot0=6000.0, sessions=252, elapsed=252, bonus=0.30,
        observation_sessions=[21 * k for k in range(1, 13)],
    )  # fmt: skip
    book = SnowballBook([note], underlying=INDEX, spot=0.7501 * 6000, rho=4.0, **RATES)
    flow = book.hedge_flow([0.75 * 6000]).of(INDEX).iloc[0]
    want = (1.134 - 1.932) * 1e8 / 6000  # index held per point, CNY
    assert flow["lots"] == pytest.approx(want / 200, rel=0.01)
    assert flow["flow"] == pytest.approx(want * 0.75 * 6000, rel=0.01)
    assert flow["newly_knocked_in"] == 1e8


@pytest.mark.feature("G02", "H08")
@pytest.mark.parametrize(
    ("left", "above", "inside"), [(504, 1.253, 1.089), (252, 1.932, 1.134), (63, 4.181, 0.996),
                                  (21, 7.307, 0.997)],
)  # fmt: skip
def test_the_drop_grows_as_life_runs_out(left, above, inside):
    # Table of spec 3.2: contract A with so many sessions left.
    months = [21 * k for k in range(1, 25) if 21 * k <= left and (24 - left // 21 + k) >= 3]
    note = contract(notional=6e5, spot0=6000.0, sessions=left, elapsed=504 - left, bonus=0.30,
                    observation_sessions=months)  # fmt: skip
    book = SnowballBook([note], underlying=INDEX, spot=0.7501 * 6000, rho=4.0, **RATES)
    held = book.ladder([0.7501 * 6000, 0.75 * 6000]).of(INDEX)["delta_per_point"].to_numpy() / 100
    assert held[0] == pytest.approx(above, abs=2e-3 * above)
    assert held[1] == pytest.approx(inside, abs=3e-3)


def test_flow_is_what_trades_and_exposure_holds_the_revaluation_too(book):
    frame = book.hedge_flow(moves=[-0.12, -0.03, 0.0, 0.04]).of(INDEX)
    here = book.spot[INDEX]
    held = frame["lots_before"] * 200
    revalued = held * (frame.index - here)
    assert frame["exposure_change"].to_numpy() == pytest.approx(
        (frame["flow"] + revalued).to_numpy(), rel=1e-9, abs=1.0
    )
    assert frame["flow"].to_numpy() == pytest.approx(
        (frame["lots"] * 200 * frame.index).to_numpy(), rel=1e-9, abs=1e-3
    )
    assert abs(frame["flow"].iloc[2]) < 1.0  # no move, no trade


def test_flows_of_two_legs_add_up(book):
    here = book.spot[INDEX]
    whole = book.hedge_flow([0.9 * here]).of(INDEX)["lots"].iloc[0]
    first = book.hedge_flow([0.95 * here]).of(INDEX)["lots"].iloc[0]
    second = book.hedge_flow([0.9 * here], start=0.95 * here).of(INDEX)["lots"].iloc[0]
    assert first + second == pytest.approx(whole, rel=1e-4)


@pytest.mark.feature("G08")
def test_hedge_buys_falls_before_the_barrier_and_sells_them_through_it():
    note = contract(notional=1e8, spot0=6000.0, sessions=252, elapsed=252, bonus=0.3,
                    observation_sessions=[21 * k for k in range(1, 13)])  # fmt: skip
    book = SnowballBook([note], underlying=INDEX, spot=6000.0, **RATES)
    profile = book.sign_profile([4480.0, 4520.0, 5200.0, 5800.0])
    assert profile["calms"].tolist() == [False, False, True, True]
    assert (profile["fall"].iloc[2:] > 0).all()
    assert (profile["rise"].iloc[2:] < 0).all()
    path_down = book.flow_along([6000.0, 5400.0, 4800.0, 4490.0, 4800.0])
    assert path_down["flow"].iloc[1] > 0
    assert path_down["flow"].iloc[2] > 0
    assert path_down["flow"].iloc[3] < 0
    # Knocked in once, knocked in for good: the way back does not restore the old delta.
    assert path_down["held"].iloc[4] < 0.8 * path_down["held"].iloc[2]
    assert path_down["knocked_in"].tolist() == [0, 0, 0, 1e8, 1e8]


@pytest.mark.feature("G08")
def test_sign_profile_is_the_path_of_one_step(book):
    levels = book.spot[INDEX] * np.array([0.82, 0.9, 1.0])
    profile = book.sign_profile({INDEX: levels}[INDEX])
    for level in levels:
        here = book.spot[INDEX]
        down = book.flow_along([here, level, 0.99 * level])["flow"].iloc[-1]
        up = book.flow_along([here, level, 1.01 * level])["flow"].iloc[-1]
        assert profile.loc[level, "fall"] == pytest.approx(down, rel=1e-3)
        assert profile.loc[level, "rise"] == pytest.approx(up, rel=1e-3)


def test_after_a_close_trades_at_or_under_it_are_knocked_in(book):
    level = 0.9 * book.spot[INDEX]
    later = book.after(level)
    hit = book.positions.level[book.positions.waiting] >= level
    c = later.positions.columns
    assert c.knocked_in.sum() == book.positions.columns.knocked_in.sum() + hit.sum()
    assert later.spot[INDEX] == level
    assert not book.positions.columns.knocked_in[book.positions.level < level].all()


def test_rule_caps_the_hedge_and_softens_the_barrier():
    note = contract(notional=1e8, spot0=6000.0, sessions=21, elapsed=483, bonus=0.3,
                    observation_sessions=[21])  # fmt: skip

    def drop(**rule):
        book = SnowballBook([note], underlying=INDEX, spot=4560.0, rule=HedgeRule(**rule), **RATES)
        return -book.hedge_flow([4500.0]).of(INDEX)["lots"].iloc[0]

    assert drop() > drop(barrier_shift=-0.02) > 0
    assert drop() > drop(delta_cap=2.0) > 0
    held = 1e8 / 6000 / 200
    assert drop(delta_cap=2.0) == pytest.approx((2.0 - 0.997) * held, rel=5e-3)
    for wrong in ({"delta_cap": 0.0}, {"delta_cap": -1.0}, {"barrier_shift": -0.7},
                  {"barrier_shift": 0.6}):  # fmt: skip
        with pytest.raises(ConfigError, match="hedge rule"):
            HedgeRule(**wrong)


# --- the map -------------------------------------------------------------------------------------


@pytest.mark.feature("G03")
def test_mass_of_the_map_is_the_notional_that_waits(book):
    found = book.knock_in_map()
    waiting = book.positions.notional[book.positions.waiting].sum()
    assert found.levels["notional"].sum() == pytest.approx(waiting, rel=1e-12)
    assert found.shocks["knocked_in"].is_monotonic_increasing
    assert found.already[INDEX] == pytest.approx(
        book.positions.notional[book.positions.columns.knocked_in].sum()
    )
    assert (book.knock_in_map(moves=[-0.9]).shocks["share"] == 1.0).all()
    assert found.levels["drop_lots"].to_numpy() == pytest.approx(
        (found.levels["lots_before"] - found.levels["lots_after"]).to_numpy()
    )


@pytest.mark.feature("G03")
def test_bins_hold_the_trades_whose_barrier_lies_there(book):
    width = 250.0
    levels = book.knock_in_map(width=width).levels.loc[INDEX]
    positions = book.positions.take(book.positions.waiting)
    for level, row in levels.iterrows():
        inside = np.abs(positions.level - level) <= width / 2
        assert row["notional"] == pytest.approx(positions.notional[inside].sum())
        assert row["trades"] == inside.sum()
        assert row["distance"] == pytest.approx(level / book.spot[INDEX] - 1)


@pytest.mark.feature("G03")
def test_weekly_change_is_the_map_now_less_the_map_five_sessions_ago(book):
    now = book.knock_in_map(width=100.0).levels.loc[INDEX]
    then = book.at(CLOSES.index[-6]).knock_in_map(width=100.0).levels.loc[INDEX]
    every = now.index.union(then.index)
    change = now["notional"].reindex(every).fillna(0) - then["notional"].reindex(every).fillna(0)
    assert now["weekly_change"].reindex(every).fillna(0).to_numpy() == pytest.approx(
        change.to_numpy()
    )
    undated = SnowballBook([contract(spot0=6000.0)], underlying=INDEX, spot=6000.0)
    assert undated.knock_in_map().levels["weekly_change"].isna().all()


@pytest.mark.feature("G09")
def test_alarm_adds_up_what_lies_within_each_distance():
    notes = [
        contract(notional=n, spot0=s) for n, s in ((1e8, 7960.0), (2e8, 7800.0), (4e8, 7300.0))
    ]
    book = SnowballBook(notes, underlying=INDEX, spot=6000.0)
    # Barriers 5970 (0.5 % below), 5850 (2.5 %), 5475 (8.75 %).
    alarm = book.knock_in_map().alarm.loc[INDEX]
    assert alarm["notional"].tolist() == [1e8, 3e8, 3e8, 7e8]
    assert alarm.index.tolist() == [0.01, 0.03, 0.05, 0.10]
    assert book.knock_in_map(within=[0.02]).alarm["share"].tolist() == pytest.approx([1 / 7])
    with pytest.raises(ConfigError, match="alarm distances"):
        book.knock_in_map(within=[5])


def test_futures_give_shares_of_volume_and_open_interest_and_the_carry(table):
    day = CLOSES.index[-1]
    futures = pd.DataFrame(
        {
            "date": [d for d in CLOSES.index[-30:] for _ in range(3)],
            "symbol": ["IC2402.CFE", "IC2403.CFE", "IC2406.CFE"] * 30,
            "close": [c * f for c in CLOSES.iloc[-30:] for f in (0.995, 0.99, 0.97)],
            "volume": 1000.0,
            "open_interest": [2000.0, 5000.0, 3000.0] * 30,
        }
    )
    book = SnowballBook(table, index=CLOSES, futures=futures)
    assert book.liquidity.volume[INDEX] == 3000.0
    assert book.liquidity.open_interest[INDEX] == 10000.0
    assert book.liquidity.by_expiry[INDEX].tolist() == [0.2, 0.5, 0.3]
    assert book.curves.carry[INDEX] == pytest.approx(0.02 - book.liquidity.discount[INDEX])
    assert book.liquidity.discount[INDEX] < 0
    flow = book.hedge_flow(moves=[-0.05, -0.1])
    split = flow.by_expiry(INDEX)
    assert split["IC2403.CFE"].to_numpy() == pytest.approx(0.5 * flow.of(INDEX)["lots"].to_numpy())
    assert split.sum(axis=1).to_numpy() == pytest.approx(flow.of(INDEX)["lots"].to_numpy())
    shock = book.knock_in_map().shocks.iloc[4]
    assert shock["of_volume"] == pytest.approx(shock["lots"] / 3000.0)
    assert shock["of_open_interest"] == pytest.approx(shock["lots"] / 10000.0)
    later = pd.concat([futures, futures.assign(date=day + pd.Timedelta(days=30), volume=9e9)])
    assert SnowballBook(table, index=CLOSES, futures=later).liquidity.volume[INDEX] == 3000.0
    with pytest.raises(DataError, match="no futures row"):
        SnowballBook(table, index=CLOSES, futures=futures, as_of="2023-01-05")


# --- bad rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"knock_in": np.nan}, "no_knock_in"), ({"knock_out": np.nan}, "no_knock_out"),
     ({"knock_in": 1.05}, "knock_in_above_start"), ({"notional": -1e6}, "notional_not_positive"),
     ({"notional": 0.0}, "notional_not_positive"), ({"notional": np.nan}, "no_notional"),
     ({"knock_in": 7.0}, "barrier_unit"), ({"date": pd.NaT}, "no_issue_date"),
     ({"months": np.nan}, "no_maturity"), ({"months": -3.0}, "no_maturity"),
     ({"coupon": np.nan}, "no_coupon"), ({"symbol": None}, "no_underlying"),
     ({"knock_out": 0.6}, "knock_out_below_knock_in"), ({"knock_out": "1.03;1.02"}, "knock_out_count"),
     ({"observations": "2024-02-10;2024-05-13"}, "observation_closed"),
     ({"observations": "2024-05-13;2024-03-13"}, "observation_order"),
     ({"date": pd.Timestamp("2019-01-02")}, "no_start_level"), ({"trade": "T0"}, "name_twice")],
)  # fmt: skip
def test_bad_rows_are_listed_with_their_line_and_the_rest_computed(table, book, change, reason):
    bad = table.astype(object).copy()
    extra = {"observations": None} if "observations" in change else {}
    bad = bad.assign(**extra)
    for field, value_ in change.items():
        bad.loc[7, field] = value_
    found = SnowballBook(bad, index=CLOSES, **RATES)
    assert found.rejected[["line", "reason"]].to_numpy().tolist() == [[7, reason]]
    rest = SnowballBook(table.drop(index=7), index=CLOSES, **RATES)
    assert found.ladder(moves=[-0.1]).frame["value"].to_numpy() == pytest.approx(
        rest.ladder(moves=[-0.1]).frame["value"].to_numpy(), rel=1e-9
    )


def test_knocked_out_and_matured_trades_are_listed_and_not_priced(table, book):
    assert len(book) + len(book.ended) + len(book.rejected) == len(table)
    assert set(book.ended["outcome"]) <= {"knocked_out", "matured", "not_issued"}
    assert (book.ended["outcome"] == "knocked_out").any()
    assert book.origin.coverage["trades"] == f"{len(book)} of {len(table)}"


@pytest.mark.parametrize(
    ("written", "same"), [("80%", 0.8), (80.0, 0.8), ("0.80", 0.8)]
)  # fmt: skip
def test_barriers_as_ratio_percent_or_level(table, written, same):
    at = SnowballBook(table.assign(knock_in=same), index=CLOSES, **RATES)
    got = SnowballBook(table.assign(knock_in=written), index=CLOSES, **RATES)
    assert got.positions.level == pytest.approx(at.positions.level)
    level = [0.8 * CLOSES[d] for d in table["date"]]
    by_level = SnowballBook(table.assign(knock_in=level), index=CLOSES, **RATES)
    assert by_level.positions.level == pytest.approx(at.positions.level)


@pytest.mark.parametrize(
    "trades_",
    [[], None, pd.DataFrame({"symbol": [], "notional": [], "knock_in": [], "knock_out": []})],
)
def test_no_trades_at_all_are_refused(trades_):
    with pytest.raises(DataError):
        SnowballBook(trades_, index=CLOSES)


def test_a_book_with_nothing_alive_is_empty_and_says_so(table):
    bad = SnowballBook(table.assign(notional=-1.0), index=CLOSES)
    assert len(bad) == 0
    assert len(bad.rejected) == len(table)
    assert bad.ladder().frame.empty
    assert bad.knock_in_map().levels.empty
    assert bad.hedge_flow(moves=[-0.1]).frame.empty
    old = SnowballBook(table, index=CLOSES, as_of="2021-03-01")
    assert len(old) == 0
    assert (old.ended["outcome"] == "not_issued").all()


def test_questions_that_cannot_be_answered_are_refused(table, book):
    with pytest.raises(DataError, match="no day to stand on"):
        SnowballBook(table.assign(spot0=6000.0))
    with pytest.raises(ConfigError, match="both given"):
        book.ladder([5000.0], moves=[-0.1])
    with pytest.raises(DataError, match="above 0"):
        book.ladder([-5.0])
    with pytest.raises(DataError, match="above 0"):
        book.ladder(moves=[-1.2])
    with pytest.raises(ConfigError, match="does not hold"):
        book.ladder({"000300.SH": [4000.0]})
    with pytest.raises(ConfigError, match="mode"):
        SnowballBook(table, index=CLOSES, mode="fast")
    with pytest.raises(ConfigError, match="vol"):
        SnowballBook(table, index=CLOSES, vol=20.0)
    with pytest.raises(DataError, match="at or below 0"):
        SnowballBook(table, index=-CLOSES)
    with pytest.raises(ConfigError, match="bin width"):
        book.knock_in_map(width=0.0)


def test_two_indices_keep_their_own_levels_and_lots(table):
    half = table.assign(symbol=[INDEX, "000852.SH"] * 20)
    closes = pd.DataFrame({INDEX: CLOSES, "000852.SH": 1.1 * CLOSES})
    book = SnowballBook(half, index=closes, **RATES)
    assert set(book.underlyings) == {INDEX, "000852.SH"}
    alone = SnowballBook(half[half["symbol"] == "000852.SH"], index=closes, **RATES)
    pd.testing.assert_frame_equal(
        book.ladder(moves=[-0.1, 0.0]).frame.loc[["000852.SH"]],
        alone.ladder(moves=[-0.1, 0.0]).frame,
    )
    with pytest.raises(ConfigError, match="one array of levels"):
        book.ladder([5000.0])
    with pytest.raises(ConfigError, match="Name one of them"):
        book.sign_profile()
    with pytest.raises(DataError, match="one spot"):
        SnowballBook(half, index=closes, spot=5000.0)


def test_an_earlier_day_may_hold_an_index_that_is_gone_by_now(table):
    gone = table.iloc[:3].assign(
        symbol="000852.SH", trade=["g0", "g1", "g2"], date=CLOSES.index[-400], months=12.0, knock_out=1.9,
        knock_in=0.4,
    )  # fmt: skip
    closes = pd.DataFrame({INDEX: CLOSES, "000852.SH": CLOSES})
    book = SnowballBook(pd.concat([table, gone]), index=closes, **RATES)
    assert book.underlyings == [INDEX]
    then = book.at(CLOSES.index[-300])
    assert set(then.underlyings) == {INDEX, "000852.SH"}
    assert np.isfinite(then.ladder(moves=[-0.1]).frame["value"]).all()


def test_a_path_reads_the_file_itself(tmp_path, table):
    table.to_csv(tmp_path / "book.csv", index=False)
    by_file = SnowballBook(tmp_path / "book.csv", index=CLOSES, **RATES)
    again = SnowballBook(qq.read(tmp_path / "book.csv", kind="snowballs"), index=CLOSES, **RATES)
    assert len(by_file) == len(again) > 0
    assert by_file.positions.line.min() >= 2  # lines of the file, header first


def test_a_table_counted_in_sessions_is_a_book_too():
    table = pd.DataFrame(
        {
            "spot0": 6000.0, "notional": [1e8, 2e8, -1.0], "knock_in": [0.75, 0.8, 0.75],
            "knock_out": [1.03, 1.0, 1.03], "sessions": [504, 42, 504], "coupon": 0.15,
            "observation_sessions": [[63 + 21 * k for k in range(22)], [21, 42], [504]],
            "mine": "x",
        }
    )  # fmt: skip
    book = SnowballBook(table, underlying=INDEX, spot=6000.0, **RATES)
    notes = [contract(spot0=6000.0, notional=1e8, bonus=None),
             contract(spot0=6000.0, notional=2e8, knock_in=0.8, knock_out=1.0, bonus=None,
                      sessions=42, observation_sessions=[21, 42])]  # fmt: skip
    same = SnowballBook(notes, underlying=INDEX, spot=6000.0, **RATES)
    assert book.ladder([5000.0]).frame["value"].iloc[0] == pytest.approx(
        same.ladder([5000.0]).frame["value"].iloc[0]
    )
    assert book.rejected[["line", "reason"]].to_numpy().tolist() == [[2, "terms"]]
    assert "notional" in book.rejected["detail"].iloc[0]
    assert book.origin.coverage["trades"] == "2 of 3"


# Every reason a row can be given has its words in both languages.
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_reason_has_words(lang):
    from quantquake.flows.snowball_book.rejects import REASONS
    from quantquake.report.words import say

    assert all(say(f"snowball.reason.{code}", lang) for code in REASONS)


def test_results_leave_python_as_plain_values(book):
    import json

    for result in (book.ladder(moves=[-0.1]), book.hedge_flow(moves=[-0.1]), book.knock_in_map()):
        text = json.dumps(result.to_dict(), allow_nan=False)
        assert "assumptions" in text
