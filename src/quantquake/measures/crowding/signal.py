"""An alarm has a life: it rings, it lasts, it is released."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.types import Origin, Result

# Below this many dimensions an alarm is called weak (decision 0001).
WEAK_BELOW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalState(Result):
    """Where the alarm stands on one day.

    Attributes
    ----------
    state : str
        "on"; "released" after an alarm ended; "normal" if none has rung yet; "unknown" if the day
        has no score.
    since : Timestamp or None
        First day of the state; None if unknown.
    days : int
        Sessions in the state, both ends counted.
    score : float
        Score of the day. [0..5]
    coverage : int
        Dimensions with data.
    weak : bool
        True if fewer than 3 dimensions have data.
    direction : str
        "after_rise" or "after_fall": which way the basket went over the past year when the alarm
        rang (today if it is not on); "unknown" without a year of prices.
    origin : Origin
        As-of date.
    """

    state: str
    since: pd.Timestamp | None
    days: int
    score: float
    coverage: int
    weak: bool
    direction: str
    origin: Origin


def signal_table(
    signal: pd.Series, score: pd.Series, momentum: pd.Series, coverage: pd.Series
) -> pd.DataFrame:
    """List the runs of alarm days; see `CrowdingScore.signal_table`.

    Days without a score neither ring nor release: a hole in the data is no evidence of calm.
    """
    known = signal[score.notna()].astype(bool)
    sessions, on = pd.DatetimeIndex(known.index), known.to_numpy(dtype=bool)
    turns = np.flatnonzero(np.diff(on, prepend=False))
    starts, offs = turns[::2], turns[1::2]
    still_on = len(starts) > len(offs)
    ends = np.append(offs - 1, len(on) - 1) if still_on else offs - 1
    table = pd.DataFrame({"start": sessions[starts], "end": sessions[ends]})
    table["off"] = pd.to_datetime([*sessions[offs], pd.NaT] if still_on else list(sessions[offs]))
    spans = list(zip(table["start"], table["end"], strict=True))
    table["days"] = [int(known.loc[a:b].sum()) for a, b in spans]
    table["state"] = np.where(table["off"].isna(), "on", "released")
    table["direction"] = [direction(float(momentum[a])) for a, _ in spans]
    table["weak"] = [bool(coverage[a] < WEAK_BELOW) for a, _ in spans]
    table["peak"] = [float(score.loc[a:b].max()) for a, b in spans]
    return table


def signal_state(
    signal: pd.Series, score: pd.Series, momentum: pd.Series, coverage: pd.Series
) -> SignalState:
    """Return the state of the alarm on the last row; earlier rows are its past."""
    table = signal_table(signal, score, momentum, coverage)
    today = pd.Timestamp(score.index[-1])
    state, since = _standing(table, score)
    rang = table["start"].iloc[-1] if state == "on" else today
    return SignalState(
        state=state,
        since=since,
        days=0 if since is None else len(score.loc[since:]),
        score=float(score.iloc[-1]),
        coverage=int(coverage.iloc[-1]),
        weak=bool(coverage.iloc[-1] < WEAK_BELOW),
        direction=direction(float(momentum[rang])),
        origin=Origin(as_of=today),
    )


def direction(momentum: float) -> str:
    """Return which way the basket has come; volatility alone has no direction (A05)."""
    if np.isnan(momentum) or momentum == 0:
        return "unknown"
    return "after_rise" if momentum > 0 else "after_fall"


def merge_runs(table: pd.DataFrame, sessions: pd.DatetimeIndex, *, gap: int) -> pd.DataFrame:
    """Join alarms with fewer than `gap` quiet sessions between them into one episode.

    Returns
    -------
    DataFrame, one row per episode
        `start`, `end`, `alarms` (runs joined), `days` (alarm days), `direction` and `weak` of the
        first alarm, `peak`.
    """
    first = sessions.get_indexer(pd.DatetimeIndex(table["start"]))
    last = sessions.get_indexer(pd.DatetimeIndex(table["end"]))
    quiet = np.append(gap, first[1:] - last[:-1] - 1) if len(table) else np.array([], dtype=int)
    grouped = table.groupby(np.cumsum(quiet >= gap))
    return grouped.agg(
        start=("start", "first"),
        end=("end", "last"),
        alarms=("start", "size"),
        days=("days", "sum"),
        direction=("direction", "first"),
        weak=("weak", "first"),
        peak=("peak", "max"),
    ).reset_index(drop=True)


def _standing(table: pd.DataFrame, score: pd.Series) -> tuple[str, pd.Timestamp | None]:
    if np.isnan(score.iloc[-1]):
        return "unknown", None
    if table.empty:
        return "normal", pd.Timestamp(score.dropna().index[0])
    latest = table.iloc[-1]
    if latest["state"] == "on":
        return "on", pd.Timestamp(latest["start"])
    return "released", pd.Timestamp(latest["off"])
