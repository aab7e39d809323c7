"""From percentiles to points: flags, dimension values, the score, and who earned it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.measures.crowding.rules import DIMENSIONS, LOW_IS_CROWDED, ScoreRules


def fired(percentiles: pd.DataFrame, rules: ScoreRules) -> pd.DataFrame:
    """Say where an indicator is extreme; a missing percentile is never extreme. bool"""
    high, low = percentiles.gt(rules.threshold), percentiles.lt(rules.low)
    if rules.inclusive:
        high, low = percentiles.ge(rules.threshold), percentiles.le(rules.low)
    return high.assign(**{name: low[name] for name in LOW_IS_CROWDED})


def dimension_values(flags: pd.DataFrame, present: pd.DataFrame, rules: ScoreRules) -> pd.DataFrame:
    """Return each dimension's value in [0, 1] by date; NaN where no member is present."""
    points = counted(flags, present, rules).astype(float).where(present)
    values = {}
    for name, inside in rules.members.items():
        part = points[list(inside)]
        if rules.lone == "carries":
            values[name] = part.mean(axis=1)
        else:
            values[name] = part.sum(axis=1, min_count=1) / len(inside)
    return pd.DataFrame(values, index=flags.index, columns=list(DIMENSIONS))


def counted(flags: pd.DataFrame, present: pd.DataFrame, rules: ScoreRules) -> pd.DataFrame:
    """Apply AND and OR by giving both twins the value of the pair; a lone twin stays itself."""
    out = flags
    if rules.volume == "and":
        both = (flags["amount"] | ~present["amount"]) & (flags["share"] | ~present["share"])
        out = out.assign(amount=both, share=both)
    if rules.valuation == "or":
        either = flags["ep"] | flags["bp"]
        out = out.assign(ep=either, bp=either)
    return out


def total(dimensions: pd.DataFrame, rules: ScoreRules) -> pd.Series:
    """Add the dimensions up to a score of 0 to 5; NaN with too few of them."""
    present = dimensions.notna().sum(axis=1)
    points = dimensions.sum(axis=1)
    if rules.missing == "rescale":
        # Multiplied before dividing: 3.0 of 5 must be 3.0 to the last bit, it must not ring.
        points = points * len(DIMENSIONS) / present.where(present > 0)
    return points.where(present >= rules.min_dimensions)


def rings(points: pd.Series, rules: ScoreRules) -> pd.Series:
    """Say on which days the alarm rings; no score, no alarm. bool"""
    return points.gt(rules.signal_above) if rules.strict else points.ge(rules.signal_above)


def earned(
    flags: pd.DataFrame, present: pd.DataFrame, dimensions: pd.DataFrame, rules: ScoreRules
) -> pd.Series:
    """Share the score of one day among the indicators that made it; sums to the score.

    Parameters
    ----------
    flags, present, dimensions : DataFrame of one row
        The day's flags, presence and dimension values.
    rules : ScoreRules
        The reading.

    Returns
    -------
    Series by indicator
        Points. Half an AND pair earns nothing; under OR only the one that fired earns. [0..5]
    """
    credit = (flags & counted(flags, present, rules)).iloc[0]
    values = dimensions.iloc[0]
    count = int(values.notna().sum())
    scale = len(DIMENSIONS) / count if rules.missing == "rescale" and count else 1.0
    adds: dict[str, float] = {}
    for name, inside in rules.members.items():
        worth = 0.0 if np.isnan(values[name]) else float(values[name]) * scale
        winners = sum(bool(credit[one]) for one in inside)
        adds |= {one: worth * bool(credit[one]) / max(winners, 1) for one in inside}
    return pd.Series(adds)
