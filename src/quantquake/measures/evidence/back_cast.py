"""Was there a sign? What indicators said in the weeks before a day, and how often they say as much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.stretches import stretch_chances, weekly_peaks
from quantquake.types import Origin, Result

Array = npt.NDArray[Any]
Sign = Literal["warning", "no_warning", "unknown"]

#: A place among fewer weeks says nothing.
LEAST_WEEKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BackCast(Result):
    """What was said before an event, beside what is said before any other day.

    Attributes
    ----------
    event : Timestamp
        The day asked about; nothing from it on was read.
    weeks : DataFrame of shape (n_indicators, weeks)
        Columns ``-weeks`` ... ``-1``: place of each week's highest value among the highest values
        of the earlier weeks; 1 = higher than all. [1] NaN: not observed, or fewer than 20 of these.
    table : DataFrame of shape (n_indicators, ...)
        ``loudest`` (highest of these places) [1], ``week`` (when); ``as_loud``: share of earlier
        stretches of as many weeks that were at least as loud [1]; ``chance``: probability of being
        this loud by the calendar alone [1]; ``least``: the smallest chance this history allows
        [1]; ``verdict``.
    loud, judged : int
        Indicators with a warning, of those that could give one.
    usual : float
        Mean number of warnings in other stretches, by the same rule.
    chance_of_as_many : float
        Probability of that many warnings at once by the calendar alone. [1] NaN: none judged.
    verdict : str
        Of all together: "warning", "no_warning", or "unknown" (history too short to tell).
    level : float
        Chance up to which it is called a warning. [1]
    origin : Origin
    """

    event: pd.Timestamp
    weeks: pd.DataFrame
    table: pd.DataFrame
    loud: int
    judged: int
    usual: float
    chance_of_as_many: float
    verdict: Sign
    level: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row an indicator: verdict, chance, and its place in each week."""
        return self.table.join(self.weeks.add_prefix("week "))


def back_cast(
    indicators: pd.DataFrame | Mapping[str, pd.Series],
    event: Any,
    *,
    weeks: int = 4,
    week: int = 5,
    level: float = 0.10,
) -> BackCast:
    """Ask whether anything stood out in the weeks before a day, and how often it does so anyway.

    Parameters
    ----------
    indicators : DataFrame of shape (n_dates, n_indicators), or mapping of name to Series
        Daily values, high = alarm; any unit, and each known at its date (shift by the reporting
        lag what was published later). NaN: not observed.
    event : date
        The day asked about. Rows from it on are not read.
    weeks : int, default 4
        Weeks looked at before the event.
    week : int, default 5
        Rows of a week, counted back from the last row before the event. [d]
    level : float, default 0.10
        Chance up to which being loud is called a warning. [1]

    Returns
    -------
    BackCast
        "unknown" where the history before these weeks is too short for any warning at `level`:
        with m such stretches behind it, even a record has a chance of ``1 / (1 + m)``.

    Raises
    ------
    DataError
        If there is no indicator, no row before the event, or dates are not sorted.
    ConfigError
        If a length or the level makes no sense.

    Notes
    -----
    The loudness of a stretch is the highest value in it, as somebody who looks daily sees it. It is
    compared with all earlier stretches of the same length, so that an indicator which is always
    nervous, or slow, gets no credit for it. Of many indicators one is loud at most times; therefore
    their number is set beside the number at other times, too. A trend is a record every week:
    detrend what grows by itself.
    """
    _check(weeks, week, level)
    frame = _frame(indicators)
    when = pd.Timestamp(event)
    before = frame[frame.index < when]
    if before.empty:
        raise DataError(
            f"no row of the indicators lies before {when:%Y-%m-%d}: there is nothing to look back "
            "at. Give longer history or a later day."
        )
    peaks = weekly_peaks(before.to_numpy(dtype=np.float64), week)
    chances = stretch_chances(peaks, weeks)
    table = _table(peaks, chances, frame.columns, weeks, level)
    known = (table["verdict"] != "unknown").to_numpy()
    loud = int((table["verdict"] == "warning").sum())
    usual, together = _together(chances[:, known], weeks, level, loud)
    return BackCast(
        event=when,
        weeks=_places(peaks, frame.columns, weeks),
        table=table,
        loud=loud,
        judged=int(known.sum()),
        usual=usual,
        chance_of_as_many=together,
        verdict=_sign(together, level, bool(loud)) if known.any() else "unknown",
        level=level,
        origin=Origin(
            as_of=before.index[-1],
            coverage={"indicators": f"{int(known.sum())} of {len(known)} judged"},
            assumptions=(
                f"{weeks} weeks of {week} sessions, highest value of each",
                f"warning: louder than in all but {100 * level:g} % of stretches as long",
            ),
        ),
    )


def _table(peaks: Array, chances: Array, names: pd.Index, weeks: int, level: float) -> pd.DataFrame:
    places = _places(peaks, names, weeks)
    seen = np.isfinite(peaks).sum(axis=0) - weeks
    least = weeks / (weeks + np.maximum(seen, 0))
    chance = chances[-1]
    with np.errstate(invalid="ignore"):
        verdicts = np.where(chance <= level, "warning", "no_warning").astype(object)
    verdicts[np.isnan(chance) | (least > level)] = "unknown"
    whole = places.notna().any(axis=1)
    return pd.DataFrame(
        {
            "loudest": places.max(axis=1),
            "week": places[whole].idxmax(axis=1).reindex(names).astype("Int64"),
            "as_loud": (chance * (1.0 + seen / weeks) - 1.0) / (seen / weeks),
            "chance": chance,
            "least": least,
            "verdict": verdicts,
        },
        index=names,
    )


def _places(peaks: Array, names: pd.Index, weeks: int) -> pd.DataFrame:
    """Place of each of the last weeks among the weeks before the stretch."""
    columns = range(-weeks, 0)
    earlier = peaks[: max(len(peaks) - weeks, 0)]
    rows = {}
    for k in columns:
        now = peaks[k] if len(peaks) >= -k else np.full(len(names), np.nan)
        count = np.isfinite(earlier).sum(axis=0)
        less, same = (earlier < now).sum(axis=0), (earlier == now).sum(axis=0)
        place = (less + 0.5 * same) / np.where(count >= LEAST_WEEKS, count, np.nan)
        rows[k] = np.where(np.isfinite(now), place, np.nan)
    return pd.DataFrame(rows, index=names, columns=list(columns))


def _together(chances: Array, weeks: int, level: float, loud: int) -> tuple[float, float]:
    """Mean number of warnings in other stretches, and the chance of as many as now."""
    whole = chances[np.isfinite(chances).all(axis=1)]
    others = whole[:-weeks]
    if not chances.shape[1] or not len(others):
        return float("nan"), float("nan")
    counts = (others <= level).sum(axis=1)
    # The other stretches overlap each other: end to end there are only so many.
    fit = (len(others) + weeks - 1) / weeks
    share = float((counts >= loud).mean())
    return float(counts.mean()), (1.0 + share * fit) / (1.0 + fit)


def _sign(chance: float, level: float, loud: bool) -> Sign:
    if not np.isfinite(chance):
        return "unknown"
    return "warning" if loud and chance <= level else "no_warning"


def _frame(indicators: pd.DataFrame | Mapping[str, pd.Series]) -> pd.DataFrame:
    frame = indicators if isinstance(indicators, pd.DataFrame) else pd.DataFrame(dict(indicators))
    if not frame.shape[1]:
        raise DataError(
            "there is no indicator: nothing can have warned. Pass at least one daily series."
        )
    if not isinstance(frame.index, pd.DatetimeIndex) or not (
        frame.index.is_monotonic_increasing and frame.index.is_unique
    ):
        raise DataError(
            f"the indicators have {len(frame)} rows that are not sorted, unique dates: 'the weeks "
            "before' has no meaning then. Use a DatetimeIndex, sort it, drop duplicates."
        )
    try:
        return frame.astype(float).replace([np.inf, -np.inf], np.nan)
    except (TypeError, ValueError) as reason:
        raise DataError(
            f"the indicators hold values that are no numbers ({reason}): they cannot be ranked. "
            "Convert them, missing ones to NaN."
        ) from None


def _check(weeks: int, week: int, level: float) -> None:
    if weeks < 1 or week < 1 or not 0.0 < level < 1.0:
        raise ConfigError(
            f"weeks={weeks}, week={week}, level={level}: at least one week of one session and a "
            "chance between 0 and 1 are needed. Use 4 weeks of 5 sessions and 0.10."
        )
