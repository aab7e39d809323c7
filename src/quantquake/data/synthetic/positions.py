"""Who holds what with which rule in a made-up market: tables as a user would bring them, and truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quantquake.data.synthetic.universe import stream
from quantquake.errors import DataError

if TYPE_CHECKING:
    from quantquake.data.synthetic import World

MID, SMALL = "SYN500.IDX", "SYN1000.IDX"

#: Money of the made-up notes and levered funds, in usual days' trading of the small-cap index:
#: they belong to no crowd and are the same in the twin.
NOTES_A_MONTH, LEVERED = 0.02, 0.25

STOP = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Positions of a made-up market on one day.

    Attributes
    ----------
    products : DataFrame or None
        Products of the crowd's index-enhanced funds: ``name``, ``benchmark``, ``launch``,
        ``excess`` [1], ``assets`` [CNY], ``stop``, ``equity_share`` [1]; those alive only. None
        where no fund has money.
    neutral : DataFrame or None
        The crowd's neutral funds: ``name``, ``gross`` [CNY], ``leverage``, ``outside`` [1].
    margin : DataFrame
        Levered funds: ``name``, ``assets`` [CNY], ``leverage``, ``limit``, ``target`` [1].
    snowballs : DataFrame
        Notes on the small-cap index, one a month for two years: ``trade``, ``symbol``, ``date``,
        ``notional`` [CNY], ``spot0`` [points], ``knock_in``, ``knock_out``, ``coupon`` [1],
        ``months``, ``lock``.
    nav : Series by product name, or None
        Truth: net value on the day. [1]
    """

    products: pd.DataFrame | None
    neutral: pd.DataFrame | None
    margin: pd.DataFrame
    snowballs: pd.DataFrame
    nav: pd.Series | None


def synthetic_positions(world: World, on: str | pd.Timestamp) -> Positions:
    """Positions on a day, drawn from the world's own funds and levels; nothing later is read.

    Parameters
    ----------
    world : World
    on : date
        A session of the world, at least 60 after its start.

    Raises
    ------
    DataError
        A day that is none of its sessions, or too early.
    """
    day = pd.Timestamp(on)
    levels = world.frames["index_close"]
    place = int(levels.index.searchsorted(day))
    if place >= len(levels) or levels.index[place] != day or place < 60:
        raise DataError(
            f"{day:%Y-%m-%d} is no session of this made-up market with 60 before it: positions "
            f"there would have no past. Choose one from {levels.index[60]:%Y-%m-%d} on."
        )
    seen = levels.iloc[: place + 1]
    usual = float(world.frames["index_amount"][SMALL].iloc[place - 59 : place + 1].mean())
    rng = stream(world.settings.seed, "positions")
    draws = rng.standard_normal((64, 8))
    money = world.truth.aum.loc[day]
    crowded = float(money.sum()) > 0.0
    products, nav = _products(world, seen, money, draws) if crowded else (None, None)
    return Positions(
        products=products,
        neutral=_neutral(world, money) if crowded else None,
        margin=_margin(usual, draws),
        snowballs=_notes(seen[SMALL], usual, draws),
        nav=nav,
    )


def _products(
    world: World, seen: pd.DataFrame, money: pd.Series, draws: np.ndarray
) -> tuple[pd.DataFrame, pd.Series]:
    """Four products a fund, launched half a year apart; those stopped on the way are gone.

    The excess is what the fund's small-cap sleeve made over the index since then, by the prices of
    this world, and a little luck of the product's own.
    """
    funds = world.truth.funds
    names = funds.index[funds["kind"] == "enhanced"]
    prices = world.frames["close"].iloc[: len(seen)].ffill()
    rows, navs = [], {}
    for k, fund in enumerate(names):
        for vintage in range(4):
            start = max(len(seen) - 1 - 120 * (vintage + 1), 0)
            benchmark = (SMALL, MID)[(k + vintage) % 2]
            level = seen[benchmark].to_numpy()[start:]
            sleeve = _growth(prices, world.truth.weights.loc[fund], start)
            relative = float(funds.loc[fund, "tilt"]) * (sleeve / (level[-1] / level[0]) - 1.0)
            excess = relative + 0.02 * draws[(4 * k + vintage) % 64, 0]
            path = _net_value(level, float(excess))
            if (path <= STOP).any():
                continue
            name = f"{fund}-{vintage + 1}"
            navs[name] = float(path[-1])
            rows.append(
                {"name": name, "benchmark": benchmark, "launch": seen.index[start],
                 "excess": float(excess), "assets": float(money[fund]) / 4, "stop": STOP,
                 "equity_share": 1.0}
            )  # fmt: skip
    return pd.DataFrame(rows), pd.Series(navs, name="nav")


def _growth(prices: pd.DataFrame, weights: pd.Series, start: int) -> float:
    """Price growth of a sleeve bought at the start, names listed by then only."""
    held = weights[weights > 0].index
    ratio = prices[held].iloc[-1] / prices[held].iloc[start]
    return float((ratio * weights[held]).sum() / weights[held][ratio.notna()].sum())


def _net_value(level: np.ndarray, excess: float) -> np.ndarray:
    """Index times an excess earned evenly, 1 at launch."""
    earned = np.linspace(0.0, 1.0, len(level)) if len(level) > 1 else np.ones(1)
    return level / level[0] * (1.0 + excess * earned)


def _neutral(world: World, money: pd.Series) -> pd.DataFrame:
    """Every neutral fund; each third one runs its book through swaps at four times its money."""
    funds = world.truth.funds
    held = funds[funds["kind"] == "neutral"]
    swap = np.arange(len(held)) % 3 == 2
    return pd.DataFrame(
        {
            "name": held.index,
            "gross": money[held.index].to_numpy(),
            "leverage": np.where(swap, 4.0, 1.0),
            "outside": held["tilt"].to_numpy(),
        }
    )


def _margin(usual: float, draws: np.ndarray) -> pd.DataFrame:
    """Eight levered funds of unequal size and room to their limit."""
    size = np.exp(0.6 * draws[:8, 1])
    leverage = 1.6 + 0.5 * np.abs(draws[:8, 2])
    return pd.DataFrame(
        {
            "name": [f"M{i + 1}" for i in range(8)],
            "assets": LEVERED * usual * size / size.sum(),
            "leverage": leverage,
            "limit": leverage * (1.06 + 0.15 * np.abs(draws[:8, 3])),
            "target": leverage,
        }
    )


def _notes(level: pd.Series, usual: float, draws: np.ndarray) -> pd.DataFrame:
    """One note a month over the last two years, terms a little different each time."""
    first = level.groupby(level.index.to_period("M")).head(1).iloc[-24:]
    n = len(first)
    return pd.DataFrame(
        {
            "trade": [f"N{day:%y%m}" for day in first.index],
            "symbol": SMALL,
            "date": first.index,
            "notional": NOTES_A_MONTH * usual * np.exp(0.3 * draws[:n, 4]),
            "spot0": first.to_numpy(),
            "knock_in": np.where(draws[:n, 5] > 0, 0.80, 0.75),
            "knock_out": 1.03,
            "coupon": np.round(0.15 + 0.02 * draws[:n, 6], 3),
            "months": 24,
            "lock": 3,
        }
    )
