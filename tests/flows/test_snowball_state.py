"""The note's state machine, and notes made from dates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from tests.flows.snowball_contracts import MARKET, contract_a

from quantquake.data.calendars import sessions
from quantquake.errors import CalendarError, ConfigError, DataError
from quantquake.flows.snowball import Outcome, Snowball, value
from quantquake.flows.snowball.variants import KINDS, variant

TERMS = {
    "spot0": 5000.0,
    "notional": 1e6,
    "knock_in": 0.75,
    "knock_out": 1.03,
    "coupon": 0.15,
}


def test_a_quiet_path_only_ages_the_note():
    aged = contract_a().after([0.9] * 100)
    assert (aged.sessions, aged.elapsed, aged.knocked_in) == (404, 100, False)
    # Days 63 and 84 have passed; day 105 is five sessions away, and pays for 105 days.
    assert aged.observation_sessions[:2] == (5, 26)
    assert aged.knock_out_amounts()[0] == pytest.approx(1 + 0.15 * 105 / 252)
    assert aged.survival_amount() == pytest.approx(1.30)


def test_moving_on_in_two_steps_is_moving_on_once():
    path = np.linspace(0.99, 0.74, 130)
    once = contract_a().after(path)
    twice = contract_a().after(path[:50]).after(path[50:])
    assert once == twice
    assert once.knocked_in


@pytest.mark.feature("G01")
def test_knock_in_and_knock_out_at_the_barrier_itself():
    assert contract_a().after([0.75]).knocked_in
    assert not contract_a().after([0.7501]).knocked_in
    out = contract_a().after([1.0] * 62 + [1.03])
    assert out.outcome is Outcome.KNOCKED_OUT
    assert out.settlement == pytest.approx(1 + 0.15 * 63 / 252)
    assert contract_a().after([1.0] * 62 + [1.0299]).outcome is Outcome.ALIVE
    # Above the knock-out on a day that is no observation: nothing happens.
    assert contract_a().after([1.2] * 62).outcome is Outcome.ALIVE
    # Levels typed as products of the spot at issue hit their barrier too.
    note = dataclasses.replace(contract_a(), spot0=5431.7, knock_in=0.8)
    assert note.after([0.8 * 5431.7]).knocked_in


@pytest.mark.feature("G01")
def test_a_knocked_in_note_can_still_be_called():
    out = contract_a().after([0.7] + [1.0] * 61 + [1.1])
    assert out.outcome is Outcome.KNOCKED_OUT
    assert out.settlement == pytest.approx(1 + 0.15 * 63 / 252)


def test_maturity_pays_what_the_path_earned():
    quiet, fallen = [0.9] * 504, [0.9] * 200 + [0.7] + [0.9] * 303
    assert contract_a().after(quiet).settlement == pytest.approx(1.30)
    assert contract_a().after(fallen).settlement == pytest.approx(0.9)
    assert contract_a().after(fallen).outcome is Outcome.MATURED
    limited = contract_a(floor=0.8).after([0.9] * 503 + [0.6])
    assert limited.settlement == pytest.approx(0.8)
    strike = contract_a(strike=0.9).after([0.7] + [0.85] * 503)
    assert strike.settlement == pytest.approx(0.95)
    european = contract_a(watch="maturity")
    assert european.after([0.5] + [0.9] * 503).settlement == pytest.approx(1.30)
    assert european.after([0.9] * 503 + [0.7]).settlement == pytest.approx(0.7)


def test_an_ended_note_has_no_value_but_what_is_due_today():
    out = contract_a().after([1.1] * 63)
    got = value(out, [0.8, 1.0, 1.2], **MARKET)
    assert got.price == pytest.approx([out.settlement] * 3)
    assert not got.delta.any()
    assert not got.gamma.any()
    later = contract_a().after([1.1] * 64)
    assert later.settlement == 0.0
    assert out.after([1.0]).settlement == 0.0
    assert value(later, 1.0, **MARKET).price == 0.0


@pytest.mark.feature("G01")
@pytest.mark.parametrize("kind", KINDS)
def test_value_the_session_before_maturity_converges_to_the_payment(kind):
    # With next to no volatility left, tomorrow's close is today's forward.
    note = variant(kind, months=2, lock=1)
    for spot in (0.6, 0.85, 1.0, 1.2):
        last = note.after([0.99] * 41)
        paid = last.after([spot]).settlement
        got = value(last, spot, vol=0.002, rate=0.0, carry=0.0).price
        assert got == pytest.approx(paid, abs=2e-4)


def test_phoenix_coupons_met_on_the_way_are_gone():
    note = variant("phoenix", months=3, lock=1)
    path = [0.9] * 62
    assert note.after([*path, 0.9]).settlement == pytest.approx(1 + 0.15 / 12)
    assert note.after([*path, 0.7]).settlement == pytest.approx(0.7)


def test_missing_closes_are_refused():
    with pytest.raises(DataError, match="1 of 3 are missing"):
        contract_a().after([0.9, np.nan, 0.9])
    with pytest.raises(DataError, match="barrier may have been hit"):
        contract_a().after([0.9, 0.0])


# --- from dates -----------------------------------------------------------------------------------


@pytest.mark.feature("G01")
def test_monthly_observations_roll_to_the_next_session():
    note = Snowball.from_terms("2022-01-05", **TERMS)
    days = sessions("XSHG", "2022-01-05", "2024-01-05")
    dates = [days[s] for s in note.observation_sessions]
    # 2022-04-05 is Qingming, 2022-10-05 the National Day week, 2022-11-05 a Saturday.
    assert dates[0] == pd.Timestamp("2022-04-06")
    assert dates[6] == pd.Timestamp("2022-10-10")
    assert dates[7] == pd.Timestamp("2022-11-07")
    assert days[note.sessions] == pd.Timestamp("2024-01-05")
    assert len(dates) == 22


def test_step_down_and_calendar_coupons():
    note = Snowball.from_terms(
        "2022-01-05", **TERMS, knock_out_step=-0.005, coupon_days="calendar", months=12
    )
    assert note.knock_out == pytest.approx([1.03 - 0.005 * k for k in range(10)])
    assert note.accrual[0] == pytest.approx(91 / 365)
    assert note.bonus == pytest.approx(0.15)


def test_observations_on_closed_days_are_listed():
    given = ["2022-04-05", "2022-05-05", "2022-06-05"]
    with pytest.raises(CalendarError, match=r"2 of 3 .*2022-04-05 \(row 0\), 2022-06-05 \(row 2\)"):
        Snowball.from_terms("2022-01-05", **TERMS, observation_dates=given)
    rolled = Snowball.from_terms(
        "2022-01-05", **TERMS, observation_dates=given, roll="forward", maturity="2022-06-07"
    )
    assert rolled.sessions == rolled.observation_sessions[-1] + 1
    with pytest.raises(CalendarError, match="10 of 22"):
        Snowball.from_terms("2022-01-05", **TERMS, roll="refuse")
    with pytest.raises(CalendarError, match="no session"):
        Snowball.from_terms("2022-01-01", **TERMS)


def test_years_not_announced_need_a_word():
    with pytest.raises(CalendarError, match="provisional"):
        Snowball.from_terms("2026-03-02", **TERMS)
    assert Snowball.from_terms("2026-03-02", **TERMS, provisional=True).sessions > 480


def test_a_dated_path_brings_the_note_to_today():
    days = sessions("XSHG", "2022-01-05", "2022-03-31")[1:]
    closes = pd.Series(np.linspace(5000, 3700, len(days)), index=days)
    note = Snowball.from_terms("2022-01-05", **TERMS, closes=closes)
    assert note.elapsed == len(days)
    assert note.knocked_in
    earlier = Snowball.from_terms("2022-01-05", **TERMS, closes=closes, as_of="2022-02-28")
    assert not earlier.knocked_in
    assert earlier == Snowball.from_terms(
        "2022-01-05", **TERMS, closes=closes[:"2022-02-28"], as_of="2022-02-28"
    )
    stated = Snowball.from_terms("2022-01-05", **TERMS, as_of="2022-03-31", knocked_in=True)
    assert stated == note
    with pytest.raises(DataError, match="lack 1 of"):
        Snowball.from_terms("2022-01-05", **TERMS, closes=closes.drop(days[7]))
    with pytest.raises(ConfigError, match="neither `closes` nor `knocked_in`"):
        Snowball.from_terms("2022-01-05", **TERMS, as_of="2022-03-31")
    with pytest.raises(ConfigError, match="has ended"):
        Snowball.from_terms("2020-01-06", **TERMS, as_of="2023-03-31", knocked_in=False)


def test_levels_are_fractions_after_construction():
    ratio = contract_a(spot0=5000.0)
    level = contract_a(
        spot0=5000.0, knock_in=3750.0, knock_out=5150.0, coupon_barrier=0.0, barriers_as="level"
    )
    assert level.knock_in == pytest.approx(0.75)
    assert value(level, 5000.0, **MARKET) == value(ratio, 5000.0, **MARKET)


BAD = [
    ({"knock_in": None}, "knock_in.*missing"),
    ({"knock_in": np.nan}, "knock_in.*missing"),
    ({"knock_in": 1.05}, "at or above the spot at issue"),
    ({"knock_in": 4000.0}, "at or above the spot at issue"),
    ({"knock_out": [1.03] * 21 + [np.nan]}, "1 of 22 barriers are missing"),
    ({"knock_out": 0.70}, "below `knock_in`"),
    ({"knock_out": [1.03] * 3}, r"shape \(3,\) for 22 observations"),
    ({"notional": -1e6}, "not by a negative notional"),
    ({"notional": 0.0}, "above 0"),
    ({"spot0": np.nan}, "no number"),
    ({"spot0": "5000"}, "no number"),
    ({"coupon": "x"}, "cannot be read as numbers"),
    ({"days_per_year": 0}, "above 0"),
    ({"coupon": np.nan}, "missing"),
    ({"bonus": np.inf}, "infinite"),
    ({"sessions": None}, "no number"),
    ({"observation_sessions": np.inf}, "no whole numbers"),
    ({"sessions": 400}, "not after maturity"),
    ({"sessions": -1}, "counted"),
    ({"observation_sessions": np.arange(22)}, "after today"),
    ({"observation_sessions": np.r_[63:85, 85][:22][::-1]}, "must rise"),
    ({"observation_sessions": [63.5] * 22}, "no whole numbers"),
    ({"watch": "weekly"}, "none of"),
    ({"watch": "maturity", "knocked_in": True}, "only daily closes"),
    ({"floor": 1.2}, "floor between 0 and 1"),
    ({"margin": 0.0}, "share above 0"),
    ({"barriers_as": "points"}, "barriers_as"),
]


@pytest.mark.parametrize(("terms", "message"), BAD)
def test_terms_no_note_has(terms, message):
    with pytest.raises(ConfigError, match=message):
        contract_a(**terms)


def test_unknown_kind_names_the_known_ones():
    with pytest.raises(ConfigError, match="step_down, double_down"):
        variant("reverse")
