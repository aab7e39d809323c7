"""Five public signs that a factor is crowded, each on its own history and together.

The construction follows the public description of MSCI's integrated factor crowding model; its
metric weights and look-backs are not public, so weights here are equal and both are arguments.
What the score means depends on the premium: after crowding, divergence premia (momentum)
underperformed and convergence premia (value) outperformed (Baltas 2019), so every answer carries
the premium class of its factor.

References
----------
.. [1] Bonne, Roisenberg, Kouzmenko, Zangari, "MSCI Integrated Factor Crowding Model", 2018.
.. [2] Baltas, "The Impact of Crowding in Alternative Risk Premia Investing", Financial Analysts
   Journal, 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quantquake.errors import DataError
from quantquake.measures.comomentum import mean_pairwise_correlation
from quantquake.types import Origin, Result

METRICS = (
    "valuation_spread",
    "short_interest_spread",
    "pairwise_correlation",
    "relative_volatility",
    "factor_reversal",
)

Array = NDArray[np.float64]
Legs = list[tuple[int, NDArray[np.intp], NDArray[np.intp]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorWindows:
    """Look-backs of the five metrics. [d]

    Attributes
    ----------
    correlation : int
        Pairwise correlation inside each leg.
    volatility : int
        Volatility of the long-short return against the market's.
    reversal : int
        Long-run factor return whose size invites a crowd.
    history : int
        Own history each metric is standardised on, t included.
    every : int
        Legs are formed every that many sessions, counted from the first, so that a longer history
        moves no earlier formation; the last one may be up to ``every - 1`` sessions old.
    """

    correlation: int = 60
    volatility: int = 60
    reversal: int = 750
    history: int = 1250
    every: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCrowding(Result):
    """How crowded a factor is and by which of the five signs.

    Attributes
    ----------
    metrics : DataFrame of shape (n_formations, 5)
        The raw metrics; higher is more crowded. NaN where an input was not supplied.
    scores : DataFrame of shape (n_formations, 5)
        Each metric standardised on its own past. [standard deviations]
    score : Series of shape (n_formations,)
        Mean of the scores present; above 1 is the published event. [standard deviations]
    coverage : Series of shape (n_formations,)
        How many of the five are present.
    premium : str
        ``"divergence"`` or ``"convergence"``: decides what crowding foretells.
    origin : Origin
    """

    metrics: pd.DataFrame
    scores: pd.DataFrame
    score: pd.Series
    coverage: pd.Series
    premium: Literal["divergence", "convergence"]
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Score, coverage and the five standardised metrics, one row a formation date."""
        return pd.concat(
            [self.score.rename("score"), self.coverage.rename("coverage"), self.scores], axis=1
        )


def factor_crowding(
    exposure: pd.DataFrame,
    returns: pd.DataFrame,
    *,
    premium: Literal["divergence", "convergence"],
    book_yield: pd.DataFrame | None = None,
    short_interest: pd.DataFrame | None = None,
    quantile: float = 0.2,
    windows: FactorWindows | None = None,
) -> FactorCrowding:
    """Score the crowding of a factor from its top and bottom fifth.

    Parameters
    ----------
    exposure : DataFrame of shape (n_dates, n_symbols)
        Factor exposure at each close; high is the long side. NaN: not in the universe.
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1]
    premium : {"divergence", "convergence"}
        Class of the factor; see the module's note.
    book_yield, short_interest : DataFrame of shape (n_dates, n_symbols), optional
        Book value / market cap [1]; shorted shares / float [1].
    quantile : float
        Size of each leg. [1]
    windows : FactorWindows, optional
        Look-backs. Legs formed at t hold from t + 1; nothing after t enters row t.

    Raises
    ------
    DataError
        If inputs differ in dates or symbols, or a leg would hold fewer than five names throughout.
    """
    windows = windows or FactorWindows()
    _same_shape(exposure, returns, book_yield, short_interest)
    legs = _form_legs(exposure.to_numpy(float), quantile, windows.every)
    if not legs:
        raise DataError(
            f"no date has five names in each leg at `quantile`={quantile}: spreads between legs "
            "would rest on single stocks. Supply more names or a larger quantile."
        )
    rows = exposure.index[[row for row, _, _ in legs]]
    factor = _long_short(returns.to_numpy(float), legs)
    metrics = pd.DataFrame(
        {
            "valuation_spread": _log_gap(book_yield, legs),
            "short_interest_spread": _gap(short_interest, legs),
            "pairwise_correlation": _correlation(returns, legs, windows.correlation),
            "relative_volatility": _relative_volatility(factor, returns, legs, windows.volatility),
            "factor_reversal": _trailing_return(factor, legs, windows.reversal),
        },
        index=rows,
    )
    scores = _standardise(metrics, max(windows.history // windows.every, 12))
    return FactorCrowding(
        metrics=metrics,
        scores=scores,
        score=scores.mean(axis=1).rename("score"),
        coverage=scores.notna().sum(axis=1).rename("coverage"),
        premium=premium,
        origin=_origin(exposure, scores, quantile),
    )


def _same_shape(exposure: pd.DataFrame, *others: pd.DataFrame | None) -> None:
    for other in others:
        if other is not None and not (
            other.index.equals(exposure.index) and other.columns.equals(exposure.columns)
        ):
            raise DataError(
                f"an input of shape {other.shape} does not share the dates and symbols of "
                f"`exposure` {exposure.shape}: legs would be measured on other names. "
                "Reindex every panel to the exposure's dates and symbols."
            )


def _form_legs(exposure: Array, quantile: float, every: int) -> Legs:
    """Return (row, bottom names, top names) at every formation row."""
    legs = []
    for row in range(0, len(exposure), every):
        known = np.flatnonzero(~np.isnan(exposure[row]))
        size = int(len(known) * quantile)
        if size >= 5:
            order = known[np.argsort(exposure[row, known], kind="stable")]
            legs.append((row, order[:size], order[-size:]))
    return legs


def _long_short(returns: Array, legs: Legs) -> Array:
    """Daily return of top minus bottom, legs as of the last formation before the day."""
    out = np.full(len(returns), np.nan)
    ends = [row for row, _, _ in legs[1:]] + [len(returns) - 1]
    for (row, bottom, top), end in zip(legs, ends, strict=True):
        held = slice(row + 1, end + 1)
        out[held] = _row_mean(returns[held][:, top]) - _row_mean(returns[held][:, bottom])
    return out


def _row_mean(block: Array) -> Array:
    count = (~np.isnan(block)).sum(axis=1)
    return np.nansum(block, axis=1) / np.where(count > 0, count, np.nan)


def _gap(panel: pd.DataFrame | None, legs: Legs) -> Array:
    """Bottom minus top: shorts pile up in the leg the crowd sells."""
    if panel is None:
        return np.full(len(legs), np.nan)
    values = panel.to_numpy(float)
    return np.array(
        [_mean(values[row, bottom]) - _mean(values[row, top]) for row, bottom, top in legs]
    )


def _log_gap(panel: pd.DataFrame | None, legs: Legs) -> Array:
    """Log of the bottom's mean book yield over the top's: positive when the long side is dear."""
    if panel is None:
        return np.full(len(legs), np.nan)
    # Negative book values carry no valuation and would break the logarithm.
    values = panel.where(panel > 0).to_numpy(float)
    pairs = np.array([[_mean(values[r, b]), _mean(values[r, t])] for r, b, t in legs])
    return np.log(pairs[:, 0] / pairs[:, 1])


def _mean(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _correlation(returns: pd.DataFrame, legs: Legs, window: int) -> Array:
    """Mean pairwise correlation of market-adjusted returns, averaged over the two legs."""
    values = returns.to_numpy(float)
    values = values - _row_mean(values)[:, None]
    out = np.full(len(legs), np.nan)
    for k, (row, bottom, top) in enumerate(legs):
        if row + 1 >= window:
            block = values[row + 1 - window : row + 1]
            sides = [
                mean_pairwise_correlation(block[:, leg], window=window) for leg in (bottom, top)
            ]
            out[k] = np.mean([side[-1] for side in sides])
    return out


def _relative_volatility(factor: Array, returns: pd.DataFrame, legs: Legs, window: int) -> Array:
    market = pd.Series(_row_mean(returns.to_numpy(float)))
    ratio = pd.Series(factor).rolling(window).std() / market.rolling(window).std()
    return ratio.to_numpy()[[row for row, _, _ in legs]]


def _trailing_return(factor: Array, legs: Legs, window: int) -> Array:
    growth = pd.Series(np.log1p(factor)).rolling(window).sum()
    return np.expm1(growth.to_numpy()[[row for row, _, _ in legs]])


def _standardise(metrics: pd.DataFrame, history: int) -> pd.DataFrame:
    rolling = metrics.rolling(history, min_periods=12)
    deviation = rolling.std()
    return (metrics - rolling.mean()) / deviation.where(deviation > 0)


def _origin(exposure: pd.DataFrame, scores: pd.DataFrame, quantile: float) -> Origin:
    present = int(scores.iloc[-1].notna().sum())
    return Origin(
        as_of=exposure.index[-1],
        coverage={"metrics": f"{present} of {len(METRICS)}"},
        assumptions=(
            f"legs: top and bottom {quantile:.0%} by exposure, equal weight",
            "equal metric weights (the published weights are not public)",
        ),
    )
