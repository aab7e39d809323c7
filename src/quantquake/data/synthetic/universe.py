"""The stocks of a made-up market: size, sector, habits, and the days on which they trade."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.calendars import sessions
from quantquake.errors import ConfigError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

N_SECTORS = 12
MEDIAN_CAP = 8e9  # [CNY]
# Share of the listed stocks in each index, by cap rank: the large, mid and small slots of 300,
# 500 and 1000 names out of a bigger market, scaled down. The last 40 % belong to no index.
INDEX_SLOTS = {
    "SYN300.IDX": (0.0, 0.10),
    "SYN500.IDX": (0.10, 0.27),
    "SYN1000.IDX": (0.27, 0.60),
    "SYNALL.IDX": (0.0, 1.0),
}


def stream(seed: int, name: str) -> np.random.Generator:
    """One independent random stream per purpose, so that adding one never shifts another."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def session_dates(end: str | pd.Timestamp, count: int) -> pd.DatetimeIndex:
    """The last `count` sessions up to `end`."""
    return sessions(end=end)[-count:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides a world; see `synthetic_world` for the meaning of each."""

    seed: int
    n_symbols: int
    n_dates: int
    horizon: int
    end: pd.Timestamp
    crowd: float
    n_funds: int
    unwind: bool | str | int

    def __post_init__(self) -> None:
        """Refuse sizes that leave a slot of the world empty."""
        for name, least, why in (
            ("seed", 0, "random streams are numbered from zero"),
            ("n_symbols", 60, "every index slot and basket needs members"),
            ("n_dates", 2, "a return needs two sessions"),
            ("horizon", max(self.n_dates, 120), "the crowd's story must fit and contain n_dates"),
            ("n_funds", 1, "a crowd has members"),
            ("crowd", 0, "the crowd's size is a multiple of the default one"),
        ):
            value = getattr(self, name)
            if not value >= least:
                raise ConfigError(
                    f"`{name}` is {value!r}, the least is {least}: {why}. Pass `{name}` >= {least}."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Universe:
    """Fixed traits of each stock, all of shape (n_symbols,) unless said otherwise.

    `cap` [CNY], `price` [CNY/share], yields [1] and `adv` are those of the first session; `small`:
    smallness in standard deviations of log cap; `size`: loading on the size factor, near zero for
    the largest; `turnover`: normal share of the float traded [1/d]; `idio`: own daily volatility
    [1]; `listing`: first session (0 = before the world starts); `dividend`, `theme`: members.
    """

    symbols: pd.Index
    cap: Floats
    float_share: Floats
    price: Floats
    sector: Ints
    beta: Floats
    small: Floats
    size: Floats
    idio: Floats
    turnover: Floats
    earnings_yield: Floats
    book_yield: Floats
    listing: Ints
    dividend: Bools
    theme: Bools

    @property
    def adv(self) -> Floats:
        """Normal amount traded in a day at the start. [CNY/d]"""
        return self.turnover * self.float_share * self.cap


def build_universe(settings: Settings) -> Universe:
    """Draw the stocks: lognormal sizes, small ones traded faster and moving more."""
    n, rng = settings.n_symbols, stream(settings.seed, "universe")
    cap = np.clip(MEDIAN_CAP * np.exp(1.25 * rng.standard_normal(n)), 6e8, 1.5e12)
    relative = cap / MEDIAN_CAP
    small = np.clip(-np.log(relative) / 1.25, -2.0, 2.0)
    earnings = 0.045 * np.exp(0.5 * rng.standard_normal(n))
    sector = rng.integers(0, N_SECTORS, n)
    dividend = _best(earnings, relative > np.median(relative), n // 12)
    theme = _best(-np.abs(np.log(relative)), (sector < 3) & ~dividend, n // 20)
    calm = np.where(dividend, 0.75, 1.0)
    return Universe(
        symbols=pd.Index([f"S{i + 1:05d}.SYN" for i in range(n)], name="symbol"),
        cap=cap,
        float_share=rng.uniform(0.45, 0.9, n),
        price=np.exp(np.log(15.0) + 0.6 * rng.standard_normal(n)),
        sector=sector,
        beta=np.clip(1.0 + 0.2 * rng.standard_normal(n), 0.5, 1.6) * calm,
        small=small,
        size=(small + 1.5) * calm,
        idio=0.0140 * np.exp(0.2 * rng.standard_normal(n)) * relative**-0.04 * calm,
        turnover=np.clip(
            0.018 * relative**-0.3 * np.exp(0.25 * rng.standard_normal(n)), 0.002, 0.08
        ),
        # One company in twelve makes a loss; a dividend payer never does.
        earnings_yield=np.where((rng.random(n) < 1 / 12) & ~dividend, -0.4, 1.0) * earnings,
        book_yield=0.45 * np.exp(0.45 * rng.standard_normal(n)),
        listing=_listings(rng, settings, seasoned=dividend | theme),
        dividend=dividend,
        theme=theme,
    )


def _best(value: Floats, allowed: Bools, count: int) -> Bools:
    """Mark the `count` allowed stocks with the highest value."""
    chosen = np.zeros(len(value), dtype=bool)
    order = np.argsort(-np.where(allowed, value, -np.inf), kind="stable")[: max(count, 3)]
    chosen[order] = True
    return chosen


def _listings(rng: np.random.Generator, settings: Settings, seasoned: Bools) -> Ints:
    """Session of listing; one stock in eight is listed while the world runs."""
    n = settings.n_symbols
    late = (rng.random(n) < 0.125) & ~seasoned
    session = rng.integers(20, int(0.85 * settings.horizon), n)
    return np.where(late, session, 0)


def trading_days(settings: Settings, universe: Universe) -> tuple[Bools, Bools]:
    """Return (listed, suspended), both of shape (n_dates, n_symbols).

    A stock is suspended with probability 0.0004 a day and resumes with 0.12, so a suspension
    lasts 8 sessions on average; the first session is never suspended, so that each price starts.
    """
    shape = (settings.n_dates, settings.n_symbols)
    draw = stream(settings.seed, "suspension").random(shape)
    listed = np.arange(shape[0])[:, None] >= universe.listing
    suspended = np.zeros(shape, dtype=bool)
    for t in range(1, shape[0]):
        suspended[t] = np.where(suspended[t - 1], draw[t] > 0.12, draw[t] < 0.0004)
        suspended[t] &= listed[t - 1]
    return listed, suspended
