"""Signal and price side by side, checked and without holes: what every judgement starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.falls import Path

Array = npt.NDArray[Any]

#: Longest horizon that has a meaning. [d]
CENTURY = 25_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A signal on the days that have a price.

    Attributes
    ----------
    path : Path
        Closes (and lows) without holes.
    dates : DatetimeIndex of shape (n,)
    signal : ndarray of shape (n,)
        1 on signal days, 0 on others, NaN where the signal was not observed.
    score : ndarray of shape (n,) or None
        The continuous number behind the signal, if given.
    unpriced : int
        Signal days left out because the day has no close. [d]
    """

    path: Path
    dates: pd.DatetimeIndex
    signal: Array
    score: Array | None
    unpriced: int


def pair(
    signal: pd.Series, price: pd.Series, low: pd.Series | None, score: pd.Series | None
) -> Warned:
    """Check that the inputs speak of the same days, and drop days without a close.

    Raises
    ------
    DataError
        If an input is no Series, dates differ or are not sorted, a price is not positive, or the
        signal is neither yes nor no.
    """
    _check_dates(signal, "signal", price)
    flags = _flags(signal)
    close = _numbers(price, "price")
    _check_positive(close, price)
    lows = scores = None
    if low is not None:
        _check_dates(low, "low", price)
        lows = _numbers(low, "low")
    if score is not None:
        _check_dates(score, "score", price)
        scores = _numbers(score, "score")
    path = Path.of(close, lows)
    return Warned(
        path=path,
        dates=pd.DatetimeIndex(price.index[path.rows]),
        signal=flags[path.rows],
        score=None if scores is None else scores[path.rows],
        unpriced=int(np.nansum(flags) - np.nansum(flags[path.rows])),
    )


def check_rules(horizons: tuple[int, ...], loss: float, draws: int, minimum: int) -> None:
    """Refuse rules under which nothing could be counted."""
    if not horizons or any(int(h) != h or not 1 <= h <= CENTURY for h in horizons):
        raise ConfigError(
            f"`horizons` is {horizons}: each is a whole number of sessions looked ahead, at least 1 "
            f"and at most {CENTURY:,} (a century). Use (20, 60) for one and three months."
        )
    if not 0.0 < loss < 1.0:
        raise ConfigError(
            f"`loss` is {loss}: the depth of the fall is a positive fraction, 0.05 for -5 %; "
            "otherwise every day or none is a hit. Change `loss`."
        )
    if draws < 0 or minimum < 1:
        raise ConfigError(
            f"`draws` is {draws} and `minimum` {minimum}: neither can be that small. "
            "Use 5000 draws and a minimum of 10 episodes."
        )


def _check_dates(values: Any, name: str, price: Any) -> None:
    for what, given in ((name, values), ("price", price)):
        if not isinstance(given, pd.Series) or not isinstance(given.index, pd.DatetimeIndex):
            raise DataError(
                f"`{what}` is {type(given).__name__} without dates: an alarm is judged by what "
                "followed its day. Pass a Series with a DatetimeIndex."
            )
    if not price.index.is_monotonic_increasing or not price.index.is_unique:
        raise DataError(
            "`price` has dates that repeat or run backwards: 'the next 60 sessions' has no meaning "
            "then. Sort it and drop duplicates."
        )
    if values.index.equals(price.index):
        return
    extra, missing = values.index.difference(price.index), price.index.difference(values.index)
    first = min([*extra[:1], *missing[:1]], default=None)
    where = f", first {first:%Y-%m-%d}" if first is not None else ": same dates, other order"
    raise DataError(
        f"`{name}` and `price` do not share their dates: {len(extra)} only in `{name}`, "
        f"{len(missing)} only in `price`{where}. A shifted signal would be judged by the wrong "
        f"days. Use `{name}.reindex(price.index)` if the gaps are meant."
    )


def _numbers(values: pd.Series, name: str) -> Array:
    try:
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as reason:
        raise DataError(
            f"`{name}` holds values that are no numbers ({reason}): they cannot be judged. "
            "Convert it to numbers, missing ones to NaN."
        ) from None


def _check_positive(close: Array, price: pd.Series) -> None:
    bad = np.flatnonzero((close <= 0.0) | np.isinf(close))
    if bad.size:
        raise DataError(
            f"`price` has {bad.size} values that are zero, negative or infinite, first "
            f"{price.index[bad[0]]:%Y-%m-%d}: a fall of 5 % from there is undefined. Set them to NaN."
        )


def _flags(signal: pd.Series) -> Array:
    flags = _numbers(signal, "signal")
    odd = flags[np.isfinite(flags) & (flags != 0.0) & (flags != 1.0)]
    if odd.size or np.isinf(flags).any():
        raise DataError(
            f"`signal` holds {odd[0] if odd.size else 'infinity'}: it must say yes or no each day. "
            "Compare the score with a threshold first (score > 3), and pass the number as `score=`."
        )
    return flags
