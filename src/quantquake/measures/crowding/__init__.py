"""Is everyone in the same trade? The five-dimension crowding score of one basket."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.crowding.indicators import COLUMNS, IndicatorParams, indicators
from quantquake.measures.crowding.percentiles import own_percentiles
from quantquake.measures.crowding.points import dimension_values, fired, rings, total
from quantquake.measures.crowding.rules import DIMENSIONS, PRESET_SOURCES, PRESETS, ScoreRules
from quantquake.measures.crowding.score_result import CrowdingScore
from quantquake.measures.crowding.signal import SignalState
from quantquake.measures.crowding.words import DEFINITION
from quantquake.types import Origin

__all__ = [
    "COLUMNS",
    "DEFINITION",
    "DIMENSIONS",
    "PRESETS",
    "PRESET_SOURCES",
    "CrowdingScore",
    "IndicatorParams",
    "ScoreRules",
    "SignalState",
    "indicators",
    "score",
    "sensitivity",
]

DEFAULT_RULES = ScoreRules()


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
    percentiles = own_percentiles(table, rules)
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
