"""No product table: what stop lines might sell under a stated spread of net values, as a range."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.stops.distance import STOP
from quantquake.types import Origin

FloatArray = npt.NDArray[np.float64]


def assumed_stops(
    moves: Sequence[float] | FloatArray,
    *,
    assets: tuple[float, float],
    nav: tuple[float, float],
    since: float = 0.0,
    stop: float = STOP,
    equity_share: float = 1.0,
    underlying: str = "",
    currency: str = "CNY",
) -> ForcedSource:
    """Range of sales by products nobody has listed, under a normal spread of their net values.

    Parameters
    ----------
    moves : array of shape (n_moves,), rising
        Index move from now, fall < 0. [1]
    assets : tuple of float
        Least and most net assets under a stop line. [money]
    nav : tuple of float
        Mean and standard deviation of the net values, on the day they are stated for. [1]
    since : float
        Index move from that day until now: those it has stopped already do not sell again. [1]
    stop, equity_share : float
        Of every product. [1]
    underlying, currency : str

    Returns
    -------
    ForcedSource
        `flow` is NaN throughout: a spread that was assumed gives a range, never a number.

    Raises
    ------
    ConfigError
        A range the wrong way round, a spread not above 0, or a move of -100 % or below.
    """
    at = np.asarray(moves, dtype=float)
    (least, most), (mean, spread) = assets, nav
    if not (0 <= least <= most < np.inf) or not (mean > 0 and spread > 0 and since > -1):
        raise ConfigError(
            f"`assets`={assets}, `nav`={nav}, `since`={since:g}: assets run from the least to the "
            "most, net values have a mean and a spread above 0, an index cannot lose all. Give "
            "e.g. assets=(20e9, 150e9), nav=(0.92, 0.07)."
        )
    share = _newly_stopped(at, mean, spread, since, stop, equity_share)
    stocks = share * equity_share * np.maximum(1.0 + at, 0.0)
    return ForcedSource.of(
        "stop",
        at,
        low=-most * stocks,
        high=-least * stocks,
        timing=Timing.NEXT_OPEN,
        underlying=underlying,
        currency=currency,
        origin=Origin(
            coverage={"products": "none given"},
            assumptions=(
                f"net values assumed normal, mean {mean:g}, spread {spread:g}, the index since at "
                f"{1 + since:.1%}",
                f"stop {stop:g}, {least:,.0f} to {most:,.0f} of assets under one: assumed, not known",
            ),
        ),
    )


def _newly_stopped(
    at: FloatArray, mean: float, spread: float, since: float, stop: float, share: float
) -> FloatArray:
    """Share of the assets alive now that a move would stop. [1]"""
    now = 1.0 + share * since
    gone = ndtr((stop / now - mean) / spread)
    after = now * (1.0 + share * at)
    with np.errstate(divide="ignore"):
        line = np.where(after > 0, stop / after, np.inf)
    below = ndtr((line - mean) / spread)
    alive = 1.0 - gone
    return np.maximum(below - gone, 0.0) / alive if alive > 0 else np.zeros_like(at)
