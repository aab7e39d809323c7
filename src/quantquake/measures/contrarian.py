"""Would a plain buy-the-losers book have bled today? The footprint of a quant unwind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.kernels import contrarian as kernels
from quantquake.measures.labels import dates_of, strip
from quantquake.types import Origin, Result

Names = Literal["both", "formation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrarianResult(Result):
    """Daily results of the contrarian book of Khandani and Lo.

    Attributes
    ----------
    pnl : Series of shape (n_dates,)
        Profit per unit of gross long capital. [1] Multiply by the leverage run.
    gross : Series of shape (n_dates,)
        Gross long capital ``I = 0.5 sum |w|`` of weights ``w = -(R - mean) / n``. [1]
    names : Series of shape (n_dates,)
        Names carrying weight that day.
    sigma : Series of shape (n_dates,)
        ``(pnl - mean) / deviation``: the day in standard deviations of the days before. [1]
    mean, deviation : Series of shape (n_dates,)
        Of `pnl` over the `sigma_window` rows up to the day before. [1]
    sigma_window : int
        Rows behind `mean` and `deviation`. [d]
    origin : Origin
        As-of date, coverage, conventions.
    """

    pnl: pd.Series
    gross: pd.Series
    names: pd.Series
    sigma: pd.Series
    mean: pd.Series
    deviation: pd.Series
    sigma_window: int
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a day: pnl, sigma, gross, names."""
        return pd.DataFrame(
            {"pnl": self.pnl, "sigma": self.sigma, "gross": self.gross, "names": self.names}
        )

    def sigma_before(self, event: Any) -> pd.Series:
        """Days from `event` on, in standard deviations of the `sigma_window` days before it.

        `sigma` widens its yardstick with each bad day; this one is fixed before the event, so
        the days of one crisis are measured alike.
        """
        earlier = self.pnl[self.pnl.index < event].dropna().iloc[-self.sigma_window :]
        during = self.pnl[self.pnl.index >= event]
        sigma: pd.Series = (during - earlier.mean()) / earlier.std()
        return sigma.rename("sigma")


def contrarian_returns(
    returns: Any, *, lag: int = 1, names: Names = "both", sigma_window: int = 250
) -> ContrarianResult:
    """Profit of buying the losers of `lag` days ago against the winners, and how unusual it is.

    Parameters
    ----------
    returns : DataFrame or ndarray of shape (n_dates, n_symbols)
        Simple daily returns. [1] NaN = not observed. Mask the universe here, with nothing later
        than the day before: ``returns.where(close.shift(1) > 5)``.
    lag : int
        Days between ranking and holding (k). [d]
    names : {"both", "formation"}
        "both": weights over names seen on both days. "formation": over names seen at t - lag,
        those unseen at t earning nothing; the book that could have been held.
    sigma_window : int
        Days behind `sigma`, at least 80 % of them observed; the day itself excluded. [d]

    Returns
    -------
    ContrarianResult

    Raises
    ------
    ConfigError
        If `lag` is below 1 or `sigma_window` below 2.
    DataError
        If `returns` is no date x symbol table of numbers.

    References
    ----------
    .. [1] A. Khandani and A. Lo, "What Happened to the Quants in August 2007?", Journal of
       Investment Management 5(4), 2007, equations 1-3. Daily rebalanced, no costs.
    """
    _check(returns, lag, names, sigma_window)
    matrix, _ = strip(returns, name="returns")
    dates = dates_of(returns)
    raw, gross = np.empty(len(dates)), np.empty(len(dates))
    count = np.empty(len(dates), np.int64)
    kernels.contrarian(np.ascontiguousarray(matrix), lag, names == "formation", raw, gross, count)
    with np.errstate(invalid="ignore"):
        pnl = pd.Series(raw / np.where(gross > 0, gross, np.nan), index=dates, name="pnl")
    before = pnl.shift(1).rolling(sigma_window, min_periods=max(2, int(0.8 * sigma_window)))
    mean, deviation = before.mean(), before.std()
    return ContrarianResult(
        pnl=pnl,
        gross=pd.Series(gross, index=dates, name="gross"),
        names=pd.Series(count, index=dates, name="names"),
        sigma=((pnl - mean) / deviation).rename("sigma"),
        mean=mean.rename("mean"),
        deviation=deviation.rename("deviation"),
        sigma_window=sigma_window,
        origin=_origin(dates, pnl, lag, names),
    )


def _origin(dates: pd.Index, pnl: pd.Series, lag: int, names: str) -> Origin:
    dated = isinstance(dates, pd.DatetimeIndex) and len(dates) > 0
    return Origin(
        as_of=dates[-1] if dated else None,
        coverage={"days": f"{int(pnl.notna().sum())} of {len(pnl)}"},
        assumptions=(
            f"weights set {lag} day(s) before on names seen on "
            + ("both days" if names == "both" else "the day they are set"),
            "per unit of gross long capital, no costs",
            "sigma: deviations from the mean of the days before",
        ),
    )


def _check(returns: Any, lag: int, names: str, sigma_window: int) -> None:
    if lag < 1:
        raise ConfigError(
            f"`lag` is {lag}: a book set on the returns it earns would know the future. "
            "Give 1 or more days."
        )
    if sigma_window < 2:
        raise ConfigError(
            f"`sigma_window` is {sigma_window}: a deviation needs two days. Give 2 or more."
        )
    if names not in ("both", "formation"):
        raise ConfigError(
            f"`names` is {names!r}: it decides which names carry weight. "
            "Give 'both' or 'formation'."
        )
    if np.ndim(returns) != 2:
        raise DataError(
            f"`returns` has {np.ndim(returns)} axes: a book needs a cross-section to rank. "
            "Pass a date x symbol table."
        )
