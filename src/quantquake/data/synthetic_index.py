"""Indices by cap rank and the futures on three of them, as a made-up exchange would list them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.data.synthetic_crowd import Crowd, CrowdLaw
from quantquake.data.synthetic_trading import memory
from quantquake.data.synthetic_universe import INDEX_SLOTS, Bools, Floats, Settings, Universe, stream

REVIEW = 120  # sessions between two index reviews
SEASONED = 60  # sessions since listing before a stock may join
BASE_LEVEL = {"SYN300.IDX": 3500.0, "SYN500.IDX": 5500.0, "SYN1000.IDX": 6000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureProduct:
    """A made-up index future: money per point, ordinary yearly carry, exposure to the crowd."""

    underlying: str
    multiplier: float  # [CNY/point]
    carry: float  # [1/yr]
    exposure: float  # share of the crowd's hedging and panic that reaches this product


PRODUCTS = {
    "SF": FutureProduct(underlying="SYN300.IDX", multiplier=300.0, carry=-0.010, exposure=0.25),
    "SC": FutureProduct(underlying="SYN500.IDX", multiplier=200.0, carry=-0.035, exposure=0.70),
    "SM": FutureProduct(underlying="SYN1000.IDX", multiplier=200.0, carry=-0.050, exposure=1.0),
}


def expiry_of(year: int, month: int, dates: pd.DatetimeIndex) -> pd.Timestamp:
    """Third Friday, or the next session where that Friday has none within `dates`."""
    # Swap for quantquake.data.calendars.third_friday_expiry once it is merged.
    first = pd.Timestamp(year, month, 1)
    friday = first + pd.Timedelta(days=(4 - first.weekday()) % 7 + 14)
    if not dates[0] <= friday <= dates[-1]:
        return friday
    return dates[dates.searchsorted(friday)]


def index_members(
    settings: Settings, universe: Universe, market_cap: Floats
) -> dict[str, Bools]:
    """Members of each index on each date (n_dates, n_symbols), reviewed every 120 sessions.

    A review ranks seasoned stocks by the cap of the session before; the first one uses the caps
    of the first session.
    """
    shape = (settings.n_dates, settings.n_symbols)
    members = {name: np.zeros(shape, dtype=bool) for name in INDEX_SLOTS}
    for start in range(0, shape[0], REVIEW):
        known = max(start - 1, 0)
        seasoned = (universe.listing == 0) | (universe.listing + SEASONED <= known)
        cap = np.where(seasoned, market_cap[known], -np.inf)
        rank = np.argsort(np.argsort(-cap, kind="stable"), kind="stable") / seasoned.sum()
        for name, (low, high) in INDEX_SLOTS.items():
            members[name][start : start + REVIEW] = (rank >= low) & (rank < high) & seasoned
    return members


def index_levels(members: dict[str, Bools], float_cap: Floats, simple: Floats) -> pd.DataFrame:
    """Levels weighted by the float cap of the session before; a suspended stock stands still."""
    levels = {}
    for name, mask in members.items():
        weight = np.where(mask[1:], np.nan_to_num(float_cap[:-1]), 0.0)
        daily = (weight * simple[1:]).sum(axis=1) / weight.sum(axis=1)
        path = np.concatenate([[1.0], np.cumprod(1.0 + daily)])
        levels[name] = BASE_LEVEL.get(name, 4000.0) * path
    return pd.DataFrame(levels)


def yearly_carry(
    settings: Settings, index: pd.DataFrame, crowd: Crowd, law: CrowdLaw
) -> pd.DataFrame:
    """Annualised basis of each product (negative: discount), one rate for all expiries. [1/yr]

    Ordinary carry, noise with memory, a fifth of the index's last month (fear and greed), the
    hedging demand of the crowd's neutral half, and the panic of the unwind.
    """
    rates = {}
    crowding = law.hedge_cost * crowd.days + law.panic * crowd.panic
    for code, product in PRODUCTS.items():
        rng = stream(settings.seed, f"basis {code}")
        noise = memory(rng, (settings.n_dates, 1), 0.92, 0.010)[:, 0]
        level = index[product.underlying].to_numpy()
        past = np.concatenate([np.full(20, level[0]), level])[: len(level)]
        mood = np.clip(0.2 * (level / past - 1.0), -0.03, 0.03)
        rates[code] = product.carry + noise + mood - product.exposure * crowding
    return pd.DataFrame(rates, index=index.index)


def future_quotes(
    settings: Settings, index: pd.DataFrame, carry: pd.DataFrame, crowd: Crowd
) -> pd.DataFrame:
    """Long table of four live contracts per product and date, with their expiry.

    ``F = S exp(carry x calendar years left)`` plus a quote error that vanishes at expiry, where
    close, settlement and index are the same number.
    """
    dates = pd.DatetimeIndex(index.index)
    tables = [
        _quote_product(settings, code, dates, index, carry[code], crowd) for code in PRODUCTS
    ]
    table = pd.concat(tables, ignore_index=True)
    return table.sort_values(["date", "product", "expiry"], ignore_index=True)


def _quote_product(
    settings: Settings,
    code: str,
    dates: pd.DatetimeIndex,
    index: pd.DataFrame,
    carry: pd.Series,
    crowd: Crowd,
) -> pd.DataFrame:
    product = PRODUCTS[code]
    rows, slot, expiry = _listed_contracts(dates)
    spot = index[product.underlying].to_numpy()[rows]
    days = np.asarray((expiry - dates[rows]).days, dtype=float)
    # Draws are laid out date by slot, so that a longer world starts with the shorter one.
    draw = stream(settings.seed, f"quotes {code}").standard_normal((len(dates), 4, 4))[rows, slot]
    near = np.minimum(days / 20.0, 1.0)
    fair = spot * np.exp(carry.to_numpy()[rows] * days / 365.0)
    close = fair * (1.0 + 0.0008 * np.sqrt(near) * draw[:, 0])
    interest = _open_interest(product, crowd, spot, rows, slot, days) * np.exp(0.05 * draw[:, 1])
    activity = np.array([0.9, 0.6, 0.35, 0.2])[slot] * np.exp(0.2 * draw[:, 2])
    return pd.DataFrame(
        {
            "date": dates[rows],
            "symbol": [f"{code}{e:%y%m}.SYN" for e in expiry],
            "product": code,
            "expiry": expiry,
            "close": close,
            "settle": close * (1.0 + 0.0004 * np.minimum(days, 1.0) * draw[:, 3]),
            "volume": np.round(interest * activity),
            "open_interest": np.round(interest),
            "spot_close": spot,
        }
    )


def _listed_contracts(
    dates: pd.DatetimeIndex,
) -> tuple[np.ndarray, np.ndarray, pd.DatetimeIndex]:
    """Rows of `dates`, slot 0..3 and expiry of every live contract: two months, two quarters."""
    months = list(_months_from(dates[0], (dates[-1] - dates[0]).days // 28 + 14))
    expiries = [expiry_of(year, month, dates) for year, month in months]
    front = np.searchsorted(pd.DatetimeIndex(expiries), dates)  # expires today: still listed
    quarters = [i for i, (_, month) in enumerate(months) if month % 3 == 0]
    rows, slots, chosen = [], [], []
    for t, first in enumerate(front):
        later = [i for i in quarters if i > first + 1][:2]
        rows += [t] * 4
        slots += [0, 1, 2, 3]
        chosen += [first, first + 1, *later]
    return np.array(rows), np.array(slots), pd.DatetimeIndex(expiries)[chosen]


def _months_from(start: pd.Timestamp, count: int) -> Iterator[tuple[int, int]]:
    for i in range(count):
        yield start.year + (start.month - 1 + i) // 12, (start.month - 1 + i) % 12 + 1


def _open_interest(
    product: FutureProduct,
    crowd: Crowd,
    spot: Floats,
    rows: np.ndarray,
    slot: np.ndarray,
    days: Floats,
) -> Floats:
    """Contracts held: an ordinary book, plus the hedge of the crowd's neutral funds. [contracts]"""
    neutral = (crowd.funds["kind"] == "neutral").to_numpy()
    hedge = product.exposure / 1.95 * crowd.aum[rows][:, neutral].sum(axis=1)
    total = 60_000.0 + hedge / (spot * product.multiplier)
    # The front month is left for the next one over its last eight days.
    rolling = np.clip(days / 11.0, 0.15, 1.0)
    front_days = days.reshape(-1, 4)[:, 0].repeat(4)
    moved = 0.34 * (1.0 - np.clip(front_days / 11.0, 0.15, 1.0))
    share = np.array([0.34, 0.16, 0.34, 0.16])[slot] * np.where(slot == 0, rolling, 1.0)
    return total * (share + np.where(slot == 1, moved, 0.0))
