"""Index futures of a made-up exchange: four live contracts each, dearer or cheaper than the index.

``F = S exp(carry x calendar years left)`` with one yearly carry for all expiries of a product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.data.calendars import third_friday_expiry
from quantquake.data.synthetic.crowd import Crowd
from quantquake.data.synthetic.law import CrowdLaw
from quantquake.data.synthetic.trading import memory
from quantquake.data.synthetic.universe import Floats, Ints, Settings, stream

ORDINARY_BOOK = 60_000.0  # open contracts of a product without the crowd
ROLL_DAYS = 11.0  # calendar days before expiry over which the front month is left


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Live:
    """Every live contract of every date: four rows a date.

    `row` into the dates, `slot` 0 front .. 3 far, `days` calendar days to expiry. [d]
    """

    row: Ints
    slot: Ints
    expiry: pd.DatetimeIndex
    days: Floats


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
    """Long table: date, symbol, product, expiry, close, settle, volume, open_interest, spot_close.

    Prices carry a quote error that vanishes at expiry, where close, settlement and index are the
    same number.
    """
    live = _live_contracts(pd.DatetimeIndex(index.index))
    table = pd.concat(
        [_quote(settings, code, live, index, carry[code], crowd) for code in PRODUCTS],
        ignore_index=True,
    )
    return table.sort_values(["date", "product", "expiry"], ignore_index=True)


def _quote(
    settings: Settings,
    code: str,
    live: _Live,
    index: pd.DataFrame,
    carry: pd.Series,
    crowd: Crowd,
) -> pd.DataFrame:
    product = PRODUCTS[code]
    spot = index[product.underlying].to_numpy()[live.row]
    # Draws are laid out date by slot, so that a longer world starts with the shorter one.
    draw = stream(settings.seed, f"quotes {code}").standard_normal((len(index), 4, 4))
    error = draw[live.row, live.slot].T
    near = np.sqrt(np.minimum(live.days / 20.0, 1.0))
    fair = spot * np.exp(carry.to_numpy()[live.row] * live.days / 365.0)
    close = fair * (1.0 + 0.0008 * near * error[0])
    interest = _open_interest(product, crowd, spot, live) * np.exp(0.05 * error[1])
    activity = np.array([0.9, 0.6, 0.35, 0.2])[live.slot] * np.exp(0.2 * error[2])
    return pd.DataFrame(
        {
            "date": pd.DatetimeIndex(index.index)[live.row],
            "symbol": [f"{code}{expiry:%y%m}.SYN" for expiry in live.expiry],
            "product": code,
            "expiry": live.expiry,
            "close": close,
            "settle": close * (1.0 + 0.0004 * np.minimum(live.days, 1.0) * error[3]),
            "volume": np.round(interest * activity),
            "open_interest": np.round(interest),
            "spot_close": spot,
        }
    )


def _live_contracts(dates: pd.DatetimeIndex) -> _Live:
    """This month and the next one, then two quarter months; the expiry day is still listed."""
    months = list(_months_from(dates[0], (dates[-1] - dates[0]).days // 28 + 14))
    expiries = pd.DatetimeIndex([third_friday_expiry(*month, provisional=True) for month in months])
    quarters = np.array([i for i, (_, month) in enumerate(months) if month % 3 == 0])
    front = np.searchsorted(expiries, dates)
    later = np.searchsorted(quarters, front + 2)
    chosen = np.stack([front, front + 1, quarters[later], quarters[later + 1]], axis=1)
    row, slot = np.indices(chosen.shape)
    expiry = expiries[chosen.ravel()]
    days = np.asarray((expiry - dates[row.ravel()]).days, dtype=np.float64)
    return _Live(row=row.ravel(), slot=slot.ravel(), expiry=expiry, days=days)


def _months_from(start: pd.Timestamp, count: int) -> Iterator[tuple[int, int]]:
    for i in range(count):
        yield start.year + (start.month - 1 + i) // 12, (start.month - 1 + i) % 12 + 1


def _open_interest(product: FutureProduct, crowd: Crowd, spot: Floats, live: _Live) -> Floats:
    """Contracts held: an ordinary book, plus the hedge of the crowd's neutral funds. [contracts]"""
    neutral = (crowd.funds["kind"] == "neutral").to_numpy()
    hedged = crowd.aum[:, neutral].sum(axis=1)[live.row]
    hedged *= product.exposure / sum(other.exposure for other in PRODUCTS.values())
    total = ORDINARY_BOOK + hedged / (spot * product.multiplier)
    held = np.clip(live.days.reshape(-1, 4)[:, 0] / ROLL_DAYS, 0.15, 1.0)
    shares = np.tile([0.34, 0.16, 0.34, 0.16], (len(held), 1))
    shares[:, 1] += shares[:, 0] * (1.0 - held)
    shares[:, 0] *= held
    return np.asarray(total * shares.ravel(), dtype=np.float64)
