"""Every alarm with what came of it, and what leaving out years would do to the record."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.measures.evidence.episodes import Episodes
from quantquake.measures.evidence.falls import Outcome, Path
from quantquake.measures.evidence.intervals import wilson
from quantquake.measures.evidence.lead_time import lead_times

Array = npt.NDArray[Any]

#: What became of an alarm; all but the first and the last two are false alarms.
CAUSES = (
    "fall",  # the fall came within the horizon
    "rally_continued",  # the horizon ended at least `loss` higher
    "fall_after_horizon",  # too early: the fall came within a second horizon
    "volatility_without_fall",  # wilder days than the year before, no fall
    "quiet",  # nothing happened
    "unsettled",  # the horizon has not passed
    "unknown",  # a hole in the prices
)


def alarm_log(
    path: Path,
    outcome: Outcome,
    episodes: Episodes,
    dates: pd.DatetimeIndex,
    matched: Array,
    *,
    loss: float,
    horizon: int,
) -> pd.DataFrame:
    """One row an episode: when, what followed, and if no fall, why not.

    Parameters
    ----------
    path, outcome, episodes
        On the same positions.
    dates : DatetimeIndex of shape (n,)
    matched : ndarray of shape (n,)
        Volatility-matched base rate of each day. [1]
    loss, horizon
        What counts as a fall. [1], [d]

    Returns
    -------
    DataFrame
        ``first``, ``last`` (dates), ``signal_days``, ``worst``, ``final`` [1], ``hit`` (None while
        unsettled), ``cause`` (one of `CAUSES`), ``chance`` [1], ``touch``, ``trough``, ``peak`` [d].
    """
    first = episodes.first
    worst = outcome.worst[first]
    causes = [_cause(path, outcome, int(s), loss, horizon) for s in first]
    known = [c not in ("unsettled", "unknown") for c in causes]
    log = pd.DataFrame(
        {
            "first": dates[first],
            "last": dates[episodes.last],
            "signal_days": episodes.days,
            "worst": worst,
            "final": outcome.final[first],
            "hit": pd.Series(
                [bool(w <= -loss) if k else None for w, k in zip(worst, known, strict=True)],
                dtype=object,
            ),
            "cause": pd.Series(causes, dtype=object),
            "chance": np.where(known, matched[first], np.nan),
        }
    )
    leads = lead_times(path, first, loss=loss, horizon=horizon)
    leads.loc[~np.array(known, dtype=bool)] = np.nan
    return pd.concat([log, leads], axis=1)


def _cause(path: Path, outcome: Outcome, start: int, loss: float, horizon: int) -> str:
    if outcome.unsettled[start]:
        return "unsettled"
    if np.isnan(outcome.worst[start]):
        return "unknown"
    if outcome.worst[start] <= -loss:
        return "fall"
    if outcome.final[start] >= loss:
        return "rally_continued"
    later = path.low[start + horizon + 1 : start + 2 * horizon + 1]
    if later.size and later.min() <= (1.0 - loss) * path.close[start]:
        return "fall_after_horizon"
    after = np.diff(np.log(path.close[start : start + horizon + 1]))
    before = np.diff(np.log(path.close[max(0, start - 250) : start + 1]))
    wilder = before.size >= 20 and after.std() > before.std()
    return "volatility_without_fall" if wilder else "quiet"


def year_table(log: pd.DataFrame, dates: pd.DatetimeIndex, hit: Array) -> pd.DataFrame:
    """Count episodes, hits, days and days before falls by calendar year (of the first day).

    `hit` is NaN on days without a known outcome; these and unsettled episodes are not counted.
    """
    known = np.isfinite(hit)
    days = pd.Series(hit[known], index=dates.year[known], dtype=float).groupby(level=0)
    settled = log[log["hit"].notna()]
    by_year = settled["hit"].astype(float).groupby(settled["first"].dt.year)
    table = pd.DataFrame({"days": days.size(), "fall_days": days.sum()})
    table["episodes"] = by_year.size().reindex(table.index, fill_value=0)
    table["hits"] = by_year.sum().reindex(table.index, fill_value=0.0)
    return table.astype(int).rename_axis("year")


def without_years(years: pd.DataFrame, *removed: int, minimum: int = 10) -> dict[str, Any]:
    """What the record would read if these years were left out: selection, never evidence.

    Parameters
    ----------
    years : DataFrame
        From `year_table`.
    *removed : int
        Calendar years.
    minimum : int, default 10
        Episodes needed to print a rate.

    Returns
    -------
    dict
        ``removed``, ``episodes``, ``hits``, ``rate``, ``low``, ``high`` (None below `minimum`),
        ``base_rate``, and ``selection`` (True as soon as anything is removed).
    """
    kept = years.drop(index=[y for y in removed if y in years.index])
    episodes, hits = int(kept["episodes"].sum()), int(kept["hits"].sum())
    low, high = wilson(hits, episodes)
    enough = episodes >= minimum
    days = int(kept["days"].sum())
    return {
        "removed": " ".join(map(str, removed)),
        "episodes": episodes,
        "hits": hits,
        "rate": hits / episodes if enough else None,
        "low": low if enough else None,
        "high": high if enough else None,
        "base_rate": int(kept["fall_days"].sum()) / days if days else None,
        "selection": bool(removed),
    }


def leave_one_year_out(years: pd.DataFrame, *, minimum: int = 10) -> pd.DataFrame:
    """List the record without each year in turn; the first row is the whole record."""
    rows = [without_years(years, minimum=minimum)]
    rows += [without_years(years, int(year), minimum=minimum) for year in years.index]
    return pd.DataFrame(rows)
