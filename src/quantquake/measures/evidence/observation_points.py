"""Days on which it is known that a fall began: picked by a rule, and set beside those picked by hand.

Looking back from falls shows how often a warning was on, never how often it was right.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError

Array = npt.NDArray[Any]


def pick_falls(close: pd.Series, *, fall: float = 0.15, within: int | None = None) -> pd.DataFrame:
    """List every fall from a peak to a trough that is deeper than `fall`.

    Parameters
    ----------
    close : Series of shape (n_dates,)
        Closes. [points] NaN rows are left out.
    fall : float, default 0.15
        Least depth from peak to trough; a rise of ``fall / (1 - fall)`` from the trough (all of
        the least depth regained) ends it. [1]
    within : int, optional
        Keep falls whose trough lies at most this many sessions after the peak. [d]

    Returns
    -------
    DataFrame
        ``peak``, ``trough`` (dates), ``depth`` (<= 0) [1], ``sessions`` between them [d], and
        ``ended`` (False: the price had not recovered by the last row). Hindsight: a peak is known
        only once the fall has come.

    Raises
    ------
    ConfigError
        If `fall` is no share.
    """
    if not 0.0 < fall < 1.0:
        raise ConfigError(
            f"`fall` is {fall}: the depth is a positive fraction, 0.15 for 15 %. Change it."
        )
    kept = close.dropna()
    pairs = _zigzag(kept.to_numpy(dtype=np.float64), fall)
    rows = [
        (kept.index[p], kept.index[t], kept.iloc[t] / kept.iloc[p] - 1.0, t - p, ended)
        for p, t, ended in pairs
        if within is None or t - p <= within
    ]
    return pd.DataFrame(rows, columns=["peak", "trough", "depth", "sessions", "ended"])


def _zigzag(price: Array, fall: float) -> list[tuple[int, int, bool]]:
    """Alternate between the highest and the lowest price since the last turn."""
    found: list[tuple[int, int, bool]] = []
    top = bottom = 0
    falling = False
    for t in range(1, len(price)):
        if falling:
            if price[t] < price[bottom]:
                bottom = t
            elif price[t] >= price[bottom] / (1.0 - fall):
                found.append((top, bottom, True))
                falling, top = False, t
        elif price[t] >= price[top]:
            top = t
        elif price[t] <= price[top] * (1.0 - fall):
            falling, bottom = True, t
    return [*found, (top, bottom, False)] if falling else found


def compare_points(
    picked: pd.DataFrame, by_hand: Any, dates: pd.DatetimeIndex, *, tolerance: int = 20
) -> pd.DataFrame:
    """Say of each hand-picked date which picked peak it is, if any.

    Parameters
    ----------
    picked : DataFrame
        From `pick_falls`.
    by_hand : sequence of dates
        Days someone calls the start of a fall.
    dates : DatetimeIndex
        Sessions, to count distance in.
    tolerance : int, default 20
        Sessions by which the two may differ. [d]

    Returns
    -------
    DataFrame
        One row a hand-picked date: ``by_hand``, ``peak`` (nearest picked one, NaT if none),
        ``distance`` (peak minus hand date) [d], ``found``. Picked peaks that nobody named are
        appended with ``by_hand`` NaT and ``found`` False.
    """
    hand = pd.DatetimeIndex(pd.to_datetime(list(by_hand)))
    peaks = dates.searchsorted(pd.DatetimeIndex(picked["peak"]))
    rows: list[tuple[Any, Any, float, bool]] = []
    used: set[int] = set()
    for when, place in zip(hand, dates.searchsorted(hand), strict=True):
        if not len(peaks):
            rows.append((when, pd.NaT, np.nan, False))
            continue
        nearest = int(np.argmin(np.abs(peaks - place)))
        distance = int(peaks[nearest] - place)
        found = abs(distance) <= tolerance
        used |= {nearest} if found else set()
        rows.append((when, picked["peak"].iloc[nearest], distance, found))
    rest = [
        (pd.NaT, picked["peak"].iloc[i], np.nan, False) for i in range(len(peaks)) if i not in used
    ]
    return pd.DataFrame([*rows, *rest], columns=["by_hand", "peak", "distance", "found"])


def percentile_before(percentiles: pd.DataFrame, points: Any, *, days: int = 5) -> pd.DataFrame:
    """Mean percentile of each indicator over the `days` sessions before each point.

    Parameters
    ----------
    percentiles : DataFrame of shape (n_dates, n_indicators)
        Rolling percentiles. [1] NaN: not observed.
    points : sequence of dates
        Observation points; the day itself is left out.
    days : int, default 5
        Sessions averaged. [d]

    Returns
    -------
    DataFrame of shape (n_indicators, n_points)
        Mean over the days present; NaN if none is. [1] Ready for a heat map.

    Raises
    ------
    DataError
        If a point lies outside the dates.
    """
    index = percentiles.index
    columns = {}
    for point in pd.to_datetime(list(points)):
        if not len(index) or not index[0] <= point <= index[-1]:
            raise DataError(
                f"observation point {point:%Y-%m-%d} lies outside the percentiles' dates: there is "
                "nothing to average before it. Drop the point or load more history."
            )
        place = int(index.searchsorted(point))
        columns[point] = percentiles.iloc[max(0, place - days) : place].mean()
    return pd.DataFrame(columns, index=percentiles.columns)


def both_ways(
    signal: pd.Series, points: Any, hit: pd.Series, *, days: int = 20
) -> dict[str, float]:
    """Set P(signal given fall) beside P(fall given signal): the first is never the second.

    Parameters
    ----------
    signal : Series of bool, shape (n_dates,)
    points : sequence of dates
        Days on which falls began.
    hit : Series of shape (n_dates,)
        1 where the fall followed the day, 0 where not, NaN unknown.
    days : int, default 20
        A point counts as warned if a signal was on in this many sessions before it. [d]

    Returns
    -------
    dict
        ``signal_given_fall``, ``fall_given_signal``, ``signal_any_day``, ``fall_any_day``. [1]
    """
    on = signal.to_numpy(dtype=np.float64) > 0.0
    recent = pd.Series(on).rolling(days, min_periods=1).max().shift(1).to_numpy()
    places = signal.index.searchsorted(pd.to_datetime(list(points)))
    known = hit.notna().to_numpy()
    fell = hit.to_numpy(dtype=np.float64)
    return {
        "signal_given_fall": float(np.nanmean(recent[places])) if len(places) else float("nan"),
        "fall_given_signal": float(fell[known & on].mean()) if (known & on).any() else float("nan"),
        "signal_any_day": float(np.nanmean(recent)),
        "fall_any_day": float(fell[known].mean()) if known.any() else float("nan"),
    }
