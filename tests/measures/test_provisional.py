"""Expiries past the announced calendar: measured, marked, and off by a known amount."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.data.calendars import calendar, count_sessions, sessions, third_friday_expiry
from quantquake.errors import CalendarError, ContractError
from quantquake.measures import basis
from quantquake.measures.basis.audit import chain_audit


def autumn() -> pd.DataFrame:
    prices = {"IM2612": 7000.0, "IM2701": 6960.0, "IM2703": 6880.0, "IM2706": 6760.0}
    return pd.DataFrame(
        {
            "date": pd.Timestamp("2026-11-20"),
            "symbol": list(prices),
            "close": list(prices.values()),
            "open_interest": [9e4, 1e4, 8e4, 4e4],
            "spot_close": 7050.0,
        }
    )


def test_curve_of_next_year_is_measured_and_marked() -> None:
    curve = basis.term_structure(autumn(), None, "2026-11-20")
    assert curve["provisional"].tolist() == [False, True, True, True]
    # 2026-11-20 .. 2026-12-18: 21 sessions, no holiday between
    assert curve["sessions"].iloc[0] == 21
    assert curve["inter_expiry_months"].notna().sum() == 3
    card = basis.basis_card(autumn(), None, "2026-11-20")
    assert any("provisional" in text for text in card.origin.assumptions)
    assert basis.weighted_discount(autumn()).attrs["provisional"] == 3


def test_strict_reading_and_an_announced_year_clear_the_mark() -> None:
    with pytest.raises(CalendarError, match="announced"):
        basis.term_structure(autumn(), None, "2026-11-20", provisional=False)
    # A made-up announcement: New Year's Day and a week of February closed.
    closed = ["2027-01-01", *[f"2027-02-{d:02d}" for d in range(8, 13)]]
    book = calendar("XSHG").with_holidays(closed, announced="2027-12-31")
    known = basis.term_structure(autumn(), None, "2026-11-20", exchange=book)
    guess = basis.term_structure(autumn(), None, "2026-11-20")
    assert not known["provisional"].any()
    assert (guess["sessions"] - known["sessions"]).tolist() == [0, 1, 6, 6]
    assert (known["annualised"].abs() >= guess["annualised"].abs()).all()


def test_weekday_count_overstates_by_what_the_note_says() -> None:
    over = {1: [], 3: [], 6: []}
    for year in range(2010, 2026):
        for day in sessions("XSHG", f"{year}-10-08", f"{year}-12-31")[::5]:
            for month in over:
                expiry = third_friday_expiry(year + 1, month)
                end = np.datetime64(expiry.date()) + 1
                guess = count_sessions(day, f"{year}-12-31") + np.busday_count(
                    f"{year + 1}-01-01", end
                )
                over[month].append(guess - count_sessions(day, expiry))
    # docs/decisions/0010: too many, never too few
    assert {m: (min(v), max(v)) for m, v in over.items()} == {1: (1, 3), 3: (6, 8), 6: (9, 16)}


def test_mistyped_year_and_twin_spelling_are_refused() -> None:
    with pytest.raises(ContractError, match="more than 400 days"):
        basis.term_structure(autumn().assign(symbol="IM2912").head(1), None, "2026-11-20")
    twin = pd.concat([autumn(), autumn().head(1).assign(symbol="IM2612.CFE")])
    with pytest.raises(ContractError, match="two spellings"):
        basis.term_structure(twin, None, "2026-11-20")


def test_audit_counts_every_reason_once() -> None:
    rows = pd.concat([autumn(), autumn().assign(date=pd.Timestamp("2026-11-24"))])
    rows = rows.reset_index(drop=True)
    rows.loc[0, "close"] = np.nan
    rows.loc[1, "open_interest"] = 0.0
    rows.loc[7, "spot_close"] = np.nan
    row = chain_audit(rows).loc["IM"]
    assert row[["rows", "dates", "measured"]].tolist() == [8, 2, 6]
    assert row[["no_price", "no_index", "no_open_interest", "expiry_day"]].tolist() == [1, 1, 1, 0]
    assert row["absent_sessions"] == 1  # 2026-11-23
    assert row["provisional"] == 6
    assert chain_audit(rows.drop(index=3)).loc["IM", "short_days"] == 1


@pytest.mark.feature("F26")
def test_expiring_contract_is_no_reference_on_its_last_day() -> None:
    # The shape of IC on 2019-05-17: the front settles 0.8 % above the index, the rest trades lower.
    rows = pd.DataFrame(
        {
            "date": pd.Timestamp("2019-05-17"),
            "symbol": ["IC1905", "IC1906", "IC1909", "IC1912"],
            "close": [5040.0, 4880.0, 4750.0, 4650.0],
            "open_interest": [0.0, 80000.0, 20000.0, 5000.0],
            "spot_close": 5000.0,
        }
    )
    discount = basis.weighted_discount(rows)
    far = [(4750 - 4880) / 5000 * 12 / 3, (4650 - 4880) / 5000 * 12 / 6]
    assert discount.iloc[0] == pytest.approx(np.average(far, weights=[20000, 5000]))
    assert discount.attrs["expiry_days"] == 1
    assert discount.attrs["rows"] == 2
    card = basis.basis_card(rows, None, "2019-05-17")
    assert any("expiry day" in text for text in card.origin.assumptions)
