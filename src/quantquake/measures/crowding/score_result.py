"""One basket's crowding, day by day, and everything one may ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.crowding.indicators import COLUMNS
from quantquake.measures.crowding.levels import switch_levels
from quantquake.measures.crowding.percentiles import own_percentiles
from quantquake.measures.crowding.points import dimension_values, earned, rings, total
from quantquake.measures.crowding.radar import radar
from quantquake.measures.crowding.rules import LOW_IS_CROWDED, ScoreRules
from quantquake.measures.crowding.signal import SignalState, merge_runs, signal_state, signal_table
from quantquake.measures.crowding.words import DEFINITION, explain
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdingScore(Result):
    """How crowded a basket is, day by day, with everything the number was made of.

    Attributes
    ----------
    basket : str
        Name of the basket.
    score : Series of shape (n_dates,)
        0 to 5; NaN where fewer than `rules.min_dimensions` dimensions have data.
    signal : Series of shape (n_dates,)
        True on alarm days; False also where there is no score (see `state`).
    dimensions : DataFrame of shape (n_dates, 5)
        Value of each dimension in [0, 1]; NaN means no data, never 0.
    percentiles : DataFrame of shape (n_dates, 10)
        Percentile of each indicator in its trailing window, t included. [1] For `ep` and `bp` low
        is crowded; see `crowdedness` for all of them one way round.
    flags : DataFrame of shape (n_dates, 10)
        True where an indicator fires; False also where it is missing.
    indicators : DataFrame of shape (n_dates, 10)
        The raw indicators.
    coverage : Series of shape (n_dates,)
        Dimensions with data, 0 to 5.
    rules : ScoreRules
        The reading of the source that was used.
    currency : str
        Currency of `amount`.
    origin : Origin
        As-of date, coverage on that date, assumptions, version.
    """

    basket: str
    score: pd.Series
    signal: pd.Series
    dimensions: pd.DataFrame
    percentiles: pd.DataFrame
    flags: pd.DataFrame
    indicators: pd.DataFrame
    coverage: pd.Series
    rules: ScoreRules
    currency: str
    origin: Origin

    @property
    def crowdedness(self) -> pd.DataFrame:
        """Percentiles with high = crowded everywhere: `ep` and `bp` are ranked the other way."""
        turned = self.indicators[list(LOW_IS_CROWDED)] * -1.0
        ranks = own_percentiles(turned, self.rules)
        return self.percentiles.assign(**{name: ranks[name] for name in LOW_IS_CROWDED})

    def day(self, date: Any = None) -> pd.Timestamp:
        """Return the session meant by `date`, the last one if None.

        Raises
        ------
        DataError
            If the date is no session of this score; the nearest earlier one is named.
        """
        index = self.score.index
        if date is None:
            return pd.Timestamp(index[-1])
        wanted = pd.Timestamp(date)
        if wanted in index:
            return wanted
        earlier = index[index <= wanted]
        hint = (
            f"The last session before it is {earlier[-1]:%Y-%m-%d}"
            if len(earlier)
            else (f"The first session is {index[0]:%Y-%m-%d}")
        )
        raise DataError(
            f"{wanted:%Y-%m-%d} is no session of the score of {self.basket!r}, which runs "
            f"{index[0]:%Y-%m-%d} to {index[-1]:%Y-%m-%d}: a score belongs to a close. {hint}."
        )

    def contributions(self, date: Any = None) -> pd.DataFrame:
        """Split the score of one day by indicator; the column `adds` sums to the score.

        Returns
        -------
        DataFrame of shape (10, 6)
            Columns `indicator`, `dimension`, `value`, `percentile`, `flag`, `adds`. A missing
            indicator has NaN value or percentile, no flag, and adds 0.
        """
        day = self.day(date)
        one = self.flags.loc[[day]], self._present(day), self.dimensions.loc[[day]]
        adds = earned(*one, self.rules)
        return pd.DataFrame(
            {
                "indicator": list(COLUMNS),
                "dimension": [self.rules.dimension_of(name) for name in COLUMNS],
                "value": _row(self.indicators, day).to_numpy(),
                "percentile": _row(self.percentiles, day).to_numpy(),
                "flag": _row(self.flags, day).to_numpy(),
                "adds": [adds[name] for name in COLUMNS],
            }
        )

    def signal_table(self) -> pd.DataFrame:
        """List every alarm: when it rang, when it was released, and what kind it was.

        Returns
        -------
        DataFrame, one row per alarm
            `start`, `end` (last alarm day), `off` (first day without, NaT while on), `days`,
            `state` ("on"/"released"), `direction` ("after_rise"/"after_fall"/"unknown", by the
            sign of the past year's return), `weak` (fewer than 3 dimensions at the start), `peak`.
        """
        return signal_table(self.signal, self.score, self.indicators["momentum"], self.coverage)

    def episodes(self, *, gap: int = 20) -> pd.DataFrame:
        """Count alarms as a statistician would: runs closer than `gap` sessions are one."""
        return merge_runs(self.signal_table(), pd.DatetimeIndex(self.score.index), gap=gap)

    def state(self, date: Any = None) -> SignalState:
        """Return whether the alarm is on, released, never rung or unknown, and since when."""
        day = self.day(date)
        return signal_state(
            self.signal.loc[:day],
            self.score.loc[:day],
            self.indicators["momentum"].loc[:day],
            self.coverage.loc[:day],
        )

    def radar(self, date: Any = None) -> pd.DataFrame:
        """Return which of the three crowded states the market is in; see `crowding_radar`."""
        day = self.day(date)
        return radar(_row(self.crowdedness, day), _row(self.flags, day))

    def flips(self, date: Any = None) -> pd.DataFrame:
        """Return what would switch each silent indicator on, and whether the alarm would follow.

        Returns
        -------
        DataFrame, one row per indicator that has a percentile and does not fire
            `indicator`, `dimension`, `value`, `level` (fires from here on), `change`
            (``level / value - 1``; level - value for momentum and news), `side`
            ("above"/"below"), `score_if` and `alarm_if` with that one flag added.
        """
        day = self.day(date)
        table = switch_levels(self.indicators.loc[:day], _row(self.flags, day), self.rules)
        scores = [self._score_if(day, name) for name in table["indicator"]]
        alarms = rings(pd.Series(scores, dtype=float), self.rules)
        return table.assign(score_if=scores, alarm_if=alarms.to_numpy())

    def _score_if(self, day: pd.Timestamp, indicator: str) -> float:
        """Score of the day if one more indicator fired."""
        flags = self.flags.loc[[day]].copy()
        flags[indicator] = True
        values = dimension_values(flags, self._present(day), self.rules)
        return float(total(values, self.rules).iloc[0])

    def _present(self, day: pd.Timestamp) -> pd.DataFrame:
        return self.percentiles.loc[[day]].notna()

    def before_events(self, events: Any, *, days: int = 5) -> pd.DataFrame:
        """Average each percentile over the sessions just before given dates (S4's picture test).

        It shows how often a fall was preceded by extremes, never how often extremes were followed
        by a fall: the dates are chosen because the fall came.

        Parameters
        ----------
        events : sequence of dates
            First days of large falls; each needs not be a session.
        days : int
            Sessions before the date, the date itself left out.

        Returns
        -------
        DataFrame of shape (n_events, 10)
            Mean percentile of the observed days. [1] NaN where the indicator was missing.
        """
        index = pd.DatetimeIndex(sorted(pd.Timestamp(one) for one in events), name="event")
        rows = [self.percentiles[self.percentiles.index < one].tail(days).mean() for one in index]
        return pd.DataFrame(rows, index=index, columns=list(COLUMNS))

    def explain(self, date: Any = None, lang: str = "en") -> str:
        """Say the score of one day in sentences, in English ("en") or Chinese ("zh")."""
        return explain(self, self.day(date), lang)

    def to_frame(self) -> pd.DataFrame:
        """Lay everything out by date: score, signal, coverage, dimensions, values, percentiles."""
        head = pd.DataFrame({"score": self.score, "signal": self.signal, "coverage": self.coverage})
        ranks = self.percentiles.add_suffix("_percentile")
        return pd.concat([head, self.dimensions, self.indicators, ranks], axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, with the definition in both languages."""
        return {**Result.to_dict(self), "definition": dict(DEFINITION)}


def _row(frame: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    return frame.loc[[day]].iloc[0]
