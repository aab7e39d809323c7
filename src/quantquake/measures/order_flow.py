"""Is a factor portfolio being traded right now? Signed order flow against its rebalancing.

Reference
---------
.. [1] Volpati, Benzaquen, Eisler, Mastromatteo, Toth, Bouchaud, "Zooming in on equity factor
   crowding", 2020: correlation of daily trade imbalance with the change of the factor's target,
   slowed over D days; significance from reshuffled six-month blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quantquake.errors import DataError
from quantquake.types import Origin, Result

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFlowAlignment(Result):
    """Whether the market's order flow leans with a factor's rebalancing.

    Attributes
    ----------
    daily : Series of shape (n_dates,)
        Cross-sectional correlation of imbalance and slowed target change. [1]
    mean : float
        Average over the days known. [1]
    band : tuple of float
        Central 95 % of the average when blocks of the target are reshuffled. [1]
    p_value : float
        Share of reshuffles at least as large in absolute value, the observed order counted in.
    blocks : int
        Number of blocks reshuffled; with fewer than 6 the band is hardly one.
    origin : Origin
    """

    daily: pd.Series
    mean: float
    band: tuple[float, float]
    p_value: float
    blocks: int
    origin: Origin

    @property
    def distinguishable(self) -> bool:
        """Whether the average lies outside what reshuffled blocks give."""
        low, high = self.band
        return not low <= self.mean <= high

    def to_frame(self) -> pd.DataFrame:
        """The daily correlations."""
        return self.daily.to_frame()


def order_flow_alignment(
    imbalance: pd.DataFrame,
    target: pd.DataFrame,
    *,
    slow: int = 20,
    block: int = 125,
    draws: int = 200,
    seed: int = 0,
) -> OrderFlowAlignment:
    """Correlate signed trade imbalance with the change of a factor portfolio's target.

    Parameters
    ----------
    imbalance : DataFrame of shape (n_dates, n_symbols)
        Signed volume / volume of the day. [1] NaN: not traded.
    target : DataFrame of shape (n_dates, n_symbols)
        Target weights of the factor portfolio at each close. [1]
    slow : int
        A trader who needs `slow` days: exponential average of target changes. [d]
    block, draws, seed : int
        Sessions per reshuffled block (six months), number of reshuffles, seed.

    Raises
    ------
    DataError
        If the frames differ in dates or symbols, or hold fewer than two blocks.
    """
    if not (imbalance.index.equals(target.index) and imbalance.columns.equals(target.columns)):
        raise DataError(
            f"`imbalance` {imbalance.shape} and `target` {target.shape} differ in dates or symbols: "
            "flow would be compared with another stock's rebalancing. Reindex them alike."
        )
    change = target.diff().ewm(span=slow, ignore_na=True).mean()
    flow, wish = imbalance.to_numpy(float)[1:], change.to_numpy(float)[1:]
    starts = np.arange(0, len(flow), block)
    if len(starts) < 2:
        raise DataError(
            f"{len(flow)} days hold fewer than two blocks of {block}: nothing can be reshuffled, "
            "so no significance can be given. Supply a longer history or a smaller `block`."
        )
    daily = _row_correlation(flow, wish)
    null = _reshuffled(flow, wish, starts, block, draws, np.random.default_rng(seed))
    mean = float(np.nanmean(daily))
    low, high = np.quantile(null, [0.025, 0.975])
    return OrderFlowAlignment(
        daily=pd.Series(daily, index=imbalance.index[1:], name="alignment"),
        mean=mean,
        band=(float(low), float(high)),
        p_value=float((1 + (np.abs(null) >= abs(mean)).sum()) / (1 + draws)),
        blocks=len(starts),
        origin=Origin(
            as_of=imbalance.index[-1],
            seed=seed,
            assumptions=(f"target slowed over {slow} sessions", f"blocks of {block} sessions"),
        ),
    )


def _reshuffled(
    flow: Array,
    wish: Array,
    starts: NDArray[np.intp],
    block: int,
    draws: int,
    rng: np.random.Generator,
) -> Array:
    """Averages after permuting blocks of the target against the flow (never the identity)."""
    pieces = [np.arange(s, min(s + block, len(wish))) for s in starts]
    out = np.empty(draws)
    for k in range(draws):
        order = rng.permutation(len(pieces))
        while (order == np.arange(len(pieces))).all():
            order = rng.permutation(len(pieces))
        rows = np.concatenate([pieces[i] for i in order])
        out[k] = np.nanmean(_row_correlation(flow, wish[rows]))
    return out


def _row_correlation(a: Array, b: Array) -> Array:
    """Correlation across each row over the pairs known in both; NaN without variation."""
    known = ~(np.isnan(a) | np.isnan(b))
    count = known.sum(axis=1, keepdims=True)
    safe = np.where(count > 1, count, np.nan)
    a = np.where(known, a, 0.0)
    b = np.where(known, b, 0.0)
    a = np.where(known, a - a.sum(axis=1, keepdims=True) / safe, 0.0)
    b = np.where(known, b - b.sum(axis=1, keepdims=True) / safe, 0.0)
    norm = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return (a * b).sum(axis=1) / np.where(norm > 0, norm, np.nan)
