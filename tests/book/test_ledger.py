"""The ledger's identities, the worked book of the spec, and every way to hand it nonsense."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantquake.book.ledger import COLUMNS, neutral_ledger
from quantquake.errors import DataError

DATES = pd.bdate_range("2024-01-02", periods=12, name="date")


def path(seed: int = 0, n: int = 12) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Stocks worth 100m, an index near 5000, and a basis that ends at zero."""
    rng = np.random.default_rng(seed)
    dates = DATES[:n]
    index = pd.Series(5000 * np.cumprod(1 + rng.normal(0, 0.02, n)), index=dates)
    stocks = pd.Series(1e8 * np.cumprod(1 + rng.normal(0, 0.02, n)), index=dates)
    basis = rng.normal(-40, 30, n)
    basis[-1] = 0.0
    return stocks, index, index + basis


def test_columns_are_the_design() -> None:
    stocks, index, future = path()
    ledger = neutral_ledger(stocks, index, future, -100, multiplier=200, expiry=DATES[-1])
    assert tuple(ledger.columns) == COLUMNS
    assert {"alpha", "basis_pnl", "realised", "locked_cost", "total"} <= set(ledger.columns)


@pytest.mark.feature("F07", "F08", "F31")
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), lots=st.integers(-300, 300).filter(bool))
def test_identities_hold(seed: int, lots: int) -> None:
    stocks, index, future = path(seed)
    ledger = neutral_ledger(
        stocks, index, future, lots, multiplier=200, expiry=DATES[-1], fee_rate=2.3e-5
    )
    scale = 1e-9 * max(1.0, abs(lots) * 200 * 1000)
    # A contract held to expiry pays what it locked at entry: + lots*M*(0 - b0), path or no path.
    entry = future.iloc[0] - index.iloc[0]
    assert ledger["basis_pnl"].sum() == pytest.approx(-lots * 200 * entry, abs=scale)
    # Locked + path = realised at expiry; nothing is left.
    assert ledger["realised"].sum() == pytest.approx(ledger["basis_pnl"].sum(), abs=scale)
    assert ledger["locked_cost"].iloc[0] == pytest.approx(lots * 200 * entry, abs=scale)
    assert ledger[["locked_cost", "paper"]].iloc[-1].tolist() == [0.0, 0.0]
    # Day by day.
    cumulated = ledger["realised"].cumsum() + ledger["paper"]
    np.testing.assert_allclose(ledger["basis_pnl"].cumsum(), cumulated, atol=scale)
    step = ledger["locked_cost"].diff().fillna(ledger["locked_cost"].iloc[0])
    np.testing.assert_allclose(step, ledger["basis_pnl"] + ledger["relocked"], atol=scale)
    # The total is the plain profit and loss of stocks and futures.
    plain = stocks.diff().fillna(0) + lots * 200 * future.diff().fillna(0) - ledger["fees"]
    np.testing.assert_allclose(ledger["total"], plain, atol=1e-9 * 1e8)


@pytest.mark.feature("F05", "F08", "M08")
def test_widening_pays_and_narrowing_costs_a_short() -> None:
    # F05: basis ratio -0.03 % -> -0.96 % in a day on 100m hedged is +930,000, beside no alpha.
    dates = pd.DatetimeIndex(["2020-03-13", "2020-03-16"])
    index = pd.Series([4000.0, 4000.0], index=dates)
    future = index * (1 + np.array([-0.0003, -0.0096]))
    lots = -1e8 / (300 * 4000)
    stocks = pd.Series(1e8, index=dates)
    wide = neutral_ledger(stocks, index, future, lots, multiplier=300, expiry="2020-03-20")
    assert wide["basis_pnl"].iloc[1] == pytest.approx(930_000)
    assert wide["alpha"].iloc[1] == 0.0
    assert wide["paper"].iloc[1] == pytest.approx(930_000)
    assert wide["realised"].sum() == 0.0
    back = pd.Series(future.to_numpy()[::-1], index=dates)
    narrow = neutral_ledger(stocks, index, back, lots, multiplier=300, expiry="2020-03-20")
    assert narrow["basis_pnl"].iloc[1] == pytest.approx(-930_000)


def rolled() -> tuple[pd.Series, pd.Series, pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Two contracts: short the near one, rolled on day 6, the near one settles on day 8."""
    stocks, index, near = path(3)
    far = index - 60 + np.arange(12.0)
    futures = pd.DataFrame({"IC2401": near, "IC2402": far})
    futures.loc[DATES[9:], "IC2401"] = np.nan
    lots = pd.DataFrame(0.0, index=DATES, columns=["IC2401", "IC2402"])
    lots.loc[: DATES[5], "IC2401"] = -50
    lots.loc[DATES[6] :, "IC2402"] = -50
    return stocks, index, futures, lots, {"IC2401": "2024-01-12", "IC2402": "2024-02-08"}


@pytest.mark.feature("F31")
def test_roll_relocks_the_spread_without_profit() -> None:
    stocks, index, futures, lots, ends = rolled()
    ledger = neutral_ledger(stocks, index, futures, lots, multiplier=200, expiry=ends)
    day = DATES[6]
    spread = futures.loc[day, "IC2402"] - futures.loc[day, "IC2401"]
    assert ledger.loc[day, "relocked"] == pytest.approx(-50 * 200 * spread, abs=1e-6)
    near = futures["IC2401"] - index
    assert ledger["realised"].loc[: DATES[6]].sum() == pytest.approx(
        -50 * 200 * (near.iloc[6] - near.iloc[0]), abs=1e-6
    )
    left = futures["IC2402"] - index
    assert ledger["locked_cost"].iloc[-1] == pytest.approx(-50 * 200 * left.iloc[-1])


def test_partial_close_realises_its_share_and_adding_averages() -> None:
    _, index, _ = path()
    flat = pd.Series(5000.0, index=DATES)
    future = flat - np.array([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120.0])
    lots = pd.Series([-10, -20, -20, -5, -5, 5, 5, 0, 0, 0, 0, 0.0], index=DATES)
    ledger = neutral_ledger(flat, flat, future, lots, multiplier=1, expiry="2024-06-21")
    # Entry basis (-10*10 - 20*10)/20 = -15; 15 lots closed at -40 bank 15 * 25.
    assert ledger["realised"].iloc[3] == pytest.approx(375)
    # Reversal at -60: the last 5 short bank 45 each; the new long starts there.
    assert ledger["realised"].iloc[5] == pytest.approx(225)
    assert ledger["paper"].iloc[5] == 0.0
    assert ledger["realised"].iloc[7] == pytest.approx(5 * (-80 + 60))
    assert index is not None


def test_flow_is_no_profit_and_fees_skip_settlement() -> None:
    stocks, index, future = path()
    bought = stocks + np.where(np.arange(12) >= 4, 5e6, 0.0)
    frame = pd.DataFrame({"value": bought, "flow": 0.0}, index=DATES)
    frame.loc[DATES[4], "flow"] = 5e6
    args = (index, future, -100.0)
    kwargs = {"multiplier": 200, "expiry": DATES[-1], "fee_rate": 1e-4}
    with_flow = neutral_ledger(frame, *args, **kwargs)
    without = neutral_ledger(stocks, *args, **kwargs)
    np.testing.assert_allclose(with_flow["alpha"], without["alpha"], atol=1e-6)
    paid = without["fees"]
    assert paid.iloc[0] == pytest.approx(1e-4 * 100 * 200 * future.iloc[0])
    assert paid.iloc[1:].sum() == 0.0


@pytest.mark.feature("P06")
def test_no_look_ahead() -> None:
    stocks, index, futures, lots, ends = rolled()
    whole = neutral_ledger(stocks, index, futures, lots, multiplier=200, expiry=ends)
    cut = neutral_ledger(stocks[:7], index[:7], futures[:7], lots[:7], multiplier=200, expiry=ends)
    pd.testing.assert_frame_equal(whole.iloc[:7], cut, check_freq=False)


def test_doubling_lots_and_book_doubles_every_line() -> None:
    stocks, index, future = path()
    one = neutral_ledger(stocks, index, future, -50, multiplier=200, expiry=DATES[-1])
    two = neutral_ledger(2 * stocks, index, future, -100, multiplier=200, expiry=DATES[-1])
    np.testing.assert_allclose(two, 2 * one, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"expiry": "2024-01-08"}, "after their contract's expiry, first future on 2024-01-09"),
        ({"multiplier": 0.0}, "multiplier"),
        ({"futures": path()[2].where(DATES[4] != DATES)}, "missing or not above zero"),
        ({"futures": path()[2].where(DATES[4] != DATES, -1.0)}, "not above zero"),
        ({"index": path()[1].iloc[3:]}, "no level above zero on 3 of the 12"),
        ({"portfolio": path()[0].iloc[:5]}, "no value on 7 dates"),
        ({"lots": pd.Series(-1.0, index=DATES[:4])}, "same dates"),
        ({"portfolio": path()[0].to_frame("nav")}, "no `value`"),
        ({"futures": path()[2].iloc[::-1]}, "not sorted"),
        ({"futures": pd.DataFrame({"a": path()[2], "b": path()[2]})}, "One number of lots"),
    ],
)
def test_nonsense_is_named(change: dict[str, object], match: str) -> None:
    stocks, index, future = path()
    given = {
        "portfolio": stocks,
        "index": index,
        "futures": future,
        "lots": -10.0,
        "multiplier": 200.0,
        "expiry": DATES[-1],
    } | change
    with pytest.raises(DataError, match=match):
        neutral_ledger(**given)  # type: ignore[arg-type]


def plain_book(
    index: np.ndarray, prices: np.ndarray, lots: np.ndarray, settle: list[int], unit: list[float]
) -> dict[str, list[float]]:
    """The same book kept by hand: a cash account, and average entry basis contract by contract."""
    held, average, cash, equity = np.zeros(len(unit)), np.zeros(len(unit)), 0.0, 0.0
    kept: dict[str, list[float]] = {
        k: [] for k in ("total", "realised", "paper", "locked", "relocked")
    }
    for day, level in enumerate(index):
        banked, relocked = 0.0, 0.0
        for one, size in enumerate(unit):
            wanted = 0.0 if day >= settle[one] else float(lots[day, one])
            basis, change = prices[day, one] - level, wanted - held[one]
            cash -= change * size * prices[day, one]
            relocked += change * size * basis
            if change and (wanted == 0 or held[one] * wanted <= 0):
                banked += held[one] * size * (basis - average[one])
                average[one] = basis if wanted else 0.0
            elif change and abs(wanted) > abs(held[one]):
                average[one] = (average[one] * held[one] + basis * change) / wanted
            elif change:
                banked -= change * size * (basis - average[one])
            held[one] = wanted
        worth = cash + float(np.sum(held * unit * prices[day]))
        kept["total"].append(worth - equity)
        kept["realised"].append(banked)
        kept["relocked"].append(relocked)
        kept["paper"].append(float(np.sum(held * unit * (prices[day] - level - average))))
        kept["locked"].append(float(np.sum(held * unit * (prices[day] - level))))
        equity = worth
    return kept


@pytest.mark.feature("F07", "F08", "F31", "M08")
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 100_000), contracts=st.integers(1, 4), days=st.integers(12, 50))
def test_ledger_equals_a_book_kept_by_hand(seed: int, contracts: int, days: int) -> None:
    # Random trades: opened, added to, cut, reversed, rolled, settled; a cash account does not know
    # what alpha, basis or an average are.
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2023-01-02", periods=days + 12, name="date")
    index = 5000 * np.cumprod(1 + rng.normal(0, 0.02, days))
    stocks = pd.Series(1e8 * np.cumprod(1 + rng.normal(0, 0.02, days)), dates[:days])
    prices = index[:, None] + rng.normal(-40, 30, (days, contracts))
    moves = rng.integers(-30, 31, (days, contracts)) * (rng.random((days, contracts)) < 0.3)
    settle = sorted(int(d) for d in rng.choice(np.arange(3, days + 10), contracts, replace=False))
    lots = np.cumsum(moves, axis=0).astype(float)
    for one, day in enumerate(settle):
        lots[day + 1 :, one] = 0.0
    names = [f"c{one}" for one in range(contracts)]
    unit = [float(rng.choice([200, 300])) for _ in names]
    ledger = neutral_ledger(
        stocks,
        pd.Series(index, dates[:days]),
        pd.DataFrame(prices, dates[:days], names),
        pd.DataFrame(lots, dates[:days], names),
        multiplier=dict(zip(names, unit, strict=True)),
        expiry={name: dates[day] for name, day in zip(names, settle, strict=True)},
    )
    hand = plain_book(index, prices, lots, settle, unit)
    slack = 1e-9 * 1e8
    hand["total"] = list(np.array(hand["total"]) + stocks.diff().fillna(0.0).to_numpy())
    for column, kept in (("locked_cost", "locked"), ("total", "total"), ("realised", "realised"),
                         ("paper", "paper"), ("relocked", "relocked")):  # fmt: skip
        np.testing.assert_allclose(ledger[column], hand[kept], atol=slack, err_msg=column)
