"""How far one product is from its stop line: in the index, in points, in days, in sigmas."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quantquake.errors import ConfigError
from quantquake.types import Result

STOP = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDistance(Result):
    """What lies between a product and its stop.

    Attributes
    ----------
    move : float
        Index move at which the stop is reached, fall < 0; 0 where it is reached already. [1] NaN:
        the index alone cannot bring the product there.
    level, points : float
        The same as an index level and as points from here. [points] NaN without `spot`.
    sessions : float
        Sessions of `daily_move` and `daily_excess` until then, rounded up. [sessions] inf: never;
        NaN without a daily move.
    sigmas : float
        `move` in daily standard deviations of the index. [1] NaN without `volatility`.
    """

    move: float
    level: float
    points: float
    sessions: float
    sigmas: float


def distance_to_stop(
    nav: float,
    *,
    stop: float = STOP,
    equity_share: float = 1.0,
    spot: float | None = None,
    daily_move: float | None = None,
    daily_excess: float = 0.0,
    volatility: float | None = None,
) -> StopDistance:
    """Say how far the index must go until a product closes at its stop line.

    Parameters
    ----------
    nav : float
        Net value, 1 at launch. [1]
    stop : float
        Net value at which the product is liquidated. [1]
    equity_share : float
        Change of the net value per unit of index move: stocks over net assets, times beta. [1]
    spot : float, optional
        Index level now. [points]
    daily_move, daily_excess : float
        What the index, and the product above the index, do each session from now on. [1/d]
    volatility : float, optional
        Daily standard deviation of the index. [1/d]

    Returns
    -------
    StopDistance
        With ``(stop / nav - 1) / equity_share`` as the move: nothing but the index changes.

    Raises
    ------
    ConfigError
        A net value, stop, spot or volatility not above 0, or a negative share of stocks.
    """
    _check(nav, stop, equity_share, spot, volatility)
    move = _move(nav, stop, equity_share)
    level = math.nan if spot is None else spot * (1.0 + move)
    return StopDistance(
        move=move,
        level=level,
        points=math.nan if spot is None else level - spot,
        sessions=_sessions(nav, stop, equity_share, daily_move, daily_excess),
        sigmas=math.nan if volatility is None else move / volatility,
    )


def _move(nav: float, stop: float, share: float) -> float:
    if nav <= stop:
        return 0.0
    move = (stop / nav - 1.0) / share if share > 0 else -math.inf
    return move if move > -1.0 else math.nan


def _sessions(nav: float, stop: float, share: float, move: float | None, excess: float) -> float:
    if move is None and excess == 0.0:
        return math.nan
    if nav <= stop:
        return 0.0
    growth = (1.0 + share * (move or 0.0)) * (1.0 + excess)
    if growth >= 1.0:
        return math.inf
    if growth <= 0.0:
        return 1.0
    # A stop that is reached exactly counts; 1e-9 takes the rounding of the logarithms off.
    return float(math.ceil(math.log(stop / nav) / math.log(growth) - 1e-9))


def _check(
    nav: float, stop: float, share: float, spot: float | None, volatility: float | None
) -> None:
    above = {"nav": nav, "stop": stop, "spot": spot, "volatility": volatility}
    wrong = {k: v for k, v in above.items() if v is not None and not 0 < v < math.inf}
    if not 0 <= share < math.inf:
        wrong["equity_share"] = share
    if wrong:
        said = ", ".join(f"`{k}`={v:g}" for k, v in wrong.items())
        raise ConfigError(
            f"{said}: net value, stop, index level and volatility stand above 0 and the share of "
            "stocks at 0 or more, or no distance exists. Give them as plain numbers (0.85, not 85)."
        )
