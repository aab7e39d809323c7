"""Did an outperformance that a crowd made come back? (re-convergence of two indices)"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.types import Origin, Result

#: Share of the gap that must be gone before "cleared out" is said.
GIVEN_BACK = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconvergence(Result):
    """How far one index ran ahead of another and how much it gave back.

    Attributes
    ----------
    path : Series of shape (n_dates,)
        Log relative strength since the start date. [1]
    peak, peak_date : float, Timestamp
        Widest gap in absolute size and its date. [1]
    gap : float
        Gap at the last date. [1]
    given_back : float
        ``1 - gap / peak``; above 1 it overshot. [1]
    standard_gap : float
        Last gap in standard deviations of a random walk with the pair's own daily volatility over
        the same time: within +-2 it cannot be told from no gap.
    peak_p_value : float
        Chance that such a random walk strays at least as far as the peak (reflection principle):
        without a small value there was nothing to give back.
    state : str
        ``"reconverged"``, ``"partly"``, ``"open"``, or ``"never_apart"``.
    origin : Origin
    """

    path: pd.Series
    peak: float
    peak_date: pd.Timestamp
    gap: float
    given_back: float
    standard_gap: float
    peak_p_value: float
    state: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """The path of log relative strength."""
        return self.path.to_frame()


def reconvergence(
    index: pd.Series, against: pd.Series, *, start: str | pd.Timestamp
) -> Reconvergence:
    """Follow the relative strength of two indices and say whether it has come back.

    Parameters
    ----------
    index, against : Series of shape (n_dates,)
        Closes; dates where either is missing are left out. [index points]
    start : date
        Where the gap is counted from; stated in the answer because the answer depends on it.

    Raises
    ------
    DataError
        If fewer than 60 common sessions follow the start.
    """
    both = pd.concat([index, against], axis=1, keys=["a", "b"]).dropna().loc[pd.Timestamp(start) :]
    if len(both) < 60:
        raise DataError(
            f"{len(both)} common sessions since {pd.Timestamp(start):%Y-%m-%d}: a gap and its return "
            "need at least 60 to be told from noise. Choose an earlier start."
        )
    path = np.log(both["a"] / both["b"])
    path = (path - path.iloc[0]).rename("relative_strength")
    daily = float(path.diff().std())
    peak_date = path.abs().idxmax()
    peak, gap = float(path[peak_date]), float(path.iloc[-1])
    spread = daily * np.sqrt(len(path) - 1)
    given_back = 1 - gap / peak if peak else float("nan")
    standard_gap = gap / spread if spread > 0 else float("nan")
    p_value = _stray_probability(abs(peak) / spread) if spread > 0 else 1.0
    return Reconvergence(
        path=path,
        peak=peak,
        peak_date=peak_date,
        gap=gap,
        given_back=given_back,
        standard_gap=standard_gap,
        peak_p_value=p_value,
        state=_state(p_value, given_back),
        origin=Origin(
            as_of=path.index[-1], assumptions=(f"gap counted from {path.index[0]:%Y-%m-%d}",)
        ),
    )


def _stray_probability(distance: float) -> float:
    """P(max |W| over [0, 1] >= distance): the classic alternating series, exact to 1e-12."""
    from scipy.special import ndtr

    if distance <= 0:
        return 1.0
    k = np.arange(-20, 21)
    inside = ((-1.0) ** k * (ndtr((2 * k + 1) * distance) - ndtr((2 * k - 1) * distance))).sum()
    return float(np.clip(1 - inside, 0, 1))


def _state(p_value: float, given_back: float) -> str:
    if p_value > 0.1:
        return "never_apart"
    if given_back >= GIVEN_BACK:
        return "reconverged"
    return "partly" if given_back >= 0.5 else "open"
