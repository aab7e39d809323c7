"""Is everyone in the same trade? The five-dimension crowding score of one basket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.crowding_levels import switch_levels
from quantquake.measures.crowding_points import dimension_values, earned, fired, rings, total
from quantquake.measures.crowding_radar import radar
from quantquake.measures.crowding_rules import (
    DIMENSIONS,
    LOW_IS_CROWDED,
    PRESET_SOURCES,
    PRESETS,
    ScoreRules,
)
from quantquake.measures.crowding_signal import SignalState, merge_runs, signal_state, signal_table
from quantquake.measures.crowding_words import DEFINITION, explain
from quantquake.measures.indicators import COLUMNS, IndicatorParams, indicators
from quantquake.measures.percentile import rolling_percentile
from quantquake.types import Origin, Result

__all__ = [
    "COLUMNS",
    "DEFINITION",
    "DIMENSIONS",
    "PRESETS",
    "PRESET_SOURCES",
    "CrowdingScore",
    "IndicatorParams",
    "ScoreRules",
    "indicators",
    "score",
    "sensitivity",
]

DEFAULT_RULES = ScoreRules()


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
        ranks = rolling_percentile(
            turned, window=self.rules.window, min_periods=self.rules.min_periods
        )
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
                "value": self.indicators.loc[day].to_numpy(),
                "percentile": self.percentiles.loc[day].to_numpy(),
                "flag": self.flags.loc[day].to_numpy(),
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
        return radar(self.crowdedness.loc[day], self.flags.loc[day])

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
        table = switch_levels(self.indicators.loc[:day], self.flags.loc[day], self.rules)
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


def score(indicators: pd.DataFrame, *, rules: ScoreRules = DEFAULT_RULES) -> CrowdingScore:
    """Score how crowded a basket is from its indicators.

    Parameters
    ----------
    indicators : DataFrame of shape (n_dates, up to 10)
        As returned by `indicators`; columns left out count as missing.
    rules : ScoreRules
        The reading of the source; see `PRESETS`.

    Returns
    -------
    CrowdingScore
        ``5 * mean of the dimensions present``, each the mean of its flags; alarm when above 3.
        An indicator whose window is not full is missing, so its dimension may be; a constant
        series sits at the middle of its ties and never fires.

    Raises
    ------
    DataError
        If a column is no indicator, or the index is not sorted, unique dates.

    References
    ----------
    .. [1] S4, chapter "拥挤度模型构建": five dimensions of equal weight, alarm above 3.
    """
    table = _checked(indicators)
    percentiles = rolling_percentile(table, window=rules.window, min_periods=rules.min_periods)
    flags = fired(percentiles, rules)
    dimensions = dimension_values(flags, percentiles.notna(), rules)
    points = total(dimensions, rules).rename("score")
    return CrowdingScore(
        basket=str(indicators.attrs.get("basket", "basket")),
        score=points,
        signal=rings(points, rules).rename("signal"),
        dimensions=dimensions,
        percentiles=percentiles,
        flags=flags,
        indicators=table,
        coverage=dimensions.notna().sum(axis=1).rename("coverage"),
        rules=rules,
        currency=str(indicators.attrs.get("currency", "CNY")),
        origin=_origin(indicators, dimensions, rules),
    )


def sensitivity(indicators: pd.DataFrame) -> pd.DataFrame:
    """Show how much the alarm depends on the reading of the source: every preset, none chosen.

    Returns
    -------
    DataFrame, one row per preset
        `preset`, `signal_days`, `alarms` (runs), `added` and `removed` (alarm days against
        `default`), `last_score`, `last_signal`, `source`.
    """
    scored = {name: score(indicators, rules=rules) for name, rules in PRESETS.items()}
    base = scored["default"].signal
    rows = [
        {
            "preset": name,
            "signal_days": int(one.signal.sum()),
            "alarms": len(one.signal_table()),
            "added": int((one.signal & ~base).sum()),
            "removed": int((base & ~one.signal).sum()),
            "last_score": float(one.score.iloc[-1]),
            "last_signal": bool(one.signal.iloc[-1]),
            "source": PRESET_SOURCES[name],
        }
        for name, one in scored.items()
    ]
    return pd.DataFrame(rows)


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    unknown = [str(c) for c in table.columns if c not in COLUMNS]
    if unknown:
        raise DataError(
            f"the indicators have unknown columns {', '.join(unknown)}: they belong to no "
            f"dimension and would be ignored. Keep only {', '.join(COLUMNS)}."
        )
    index = table.index
    if (
        not isinstance(index, pd.DatetimeIndex)
        or index.empty
        or not (index.is_monotonic_increasing and index.is_unique)
    ):
        raise DataError(
            f"the indicators have {len(index)} rows whose index is not sorted, unique dates: a "
            "rolling percentile would mix past and future. Use a DatetimeIndex, sort it, drop "
            "duplicates."
        )
    return table.reindex(columns=list(COLUMNS)).astype(float)


def _origin(table: pd.DataFrame, dimensions: pd.DataFrame, rules: ScoreRules) -> Origin:
    last = dimensions.iloc[-1]
    missing = [str(name) for name in dimensions.columns if np.isnan(last[name])]
    coverage = {"dimensions": f"{len(DIMENSIONS) - len(missing)} of {len(DIMENSIONS)}"}
    if missing:
        coverage["missing"] = ", ".join(missing)
    for number, note in enumerate(table.attrs.get("notes", ()), start=1):
        coverage[f"note {number}"] = note
    reading = next((name for name, r in PRESETS.items() if r == rules), "own rules")
    return Origin(
        as_of=pd.Timestamp(dimensions.index[-1]),
        coverage=coverage,
        assumptions=(
            *table.attrs.get("assumptions", ()),
            f"rules = {reading}: percentile over {rules.window} sessions, today included; fires "
            f"from {rules.threshold:.0%} (EP, BP to {rules.low:.0%}); alarm above "
            f"{rules.signal_above:g}; missing dimensions: {rules.missing}",
        ),
    )
