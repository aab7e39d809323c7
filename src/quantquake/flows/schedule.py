"""Flows of several sources by time of day: what reaches the market in each bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.day_curve import DayCurve
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySchedule(Result):
    """Flows of a day by bucket.

    Attributes
    ----------
    flow : DataFrame of shape (n_buckets, n_sources)
        Index: local start of each bucket. [money] Each column sums to the source's flow.
    total : Series of shape (n_buckets,)
        Sum of the sources that are known. [money]
    origin : Origin
        Its assumptions name the curve of each source.
    """

    flow: pd.DataFrame
    total: pd.Series
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a bucket: each source, then ``total`` [money]."""
        return self.flow.assign(total=self.total)


def day_schedule(
    flows: Mapping[str, float], curves: DayCurve | Mapping[str, DayCurve]
) -> DaySchedule:
    """Spread each source's flow over the buckets of the day and add them up.

    Parameters
    ----------
    flows : mapping of source to float
        Flow of the day. [money] NaN stays NaN and is in no total.
    curves : DayCurve or mapping of source to DayCurve
        One for all, or one each, on the same buckets.

    Raises
    ------
    ConfigError
        A source without a curve, or curves on different buckets.
    """
    one = {name: curves if isinstance(curves, DayCurve) else curves.get(name) for name in flows}
    lacking = [name for name, curve in one.items() if curve is None]
    chosen = {name: curve for name, curve in one.items() if curve is not None}
    grids = {(curve.starts, curve.minutes) for curve in chosen.values()}
    if lacking or len(grids) != 1:
        raise ConfigError(
            f"{len(lacking)} of {len(flows)} sources have no curve ({', '.join(lacking)}) and the "
            f"others stand on {len(grids)} grids of buckets: they cannot be added. Give each "
            "source a curve on the same exchange and bucket length."
        )
    starts = next(iter(grids))[0]
    table = pd.DataFrame(
        {name: flows[name] * np.asarray(curve.share) for name, curve in chosen.items()},
        index=pd.Index(starts, name="bucket"),
    )
    said = tuple(f"{name}: {curve.source}" for name, curve in chosen.items())
    total = table.sum(axis=1, min_count=1).rename("total")
    return DaySchedule(flow=table, total=total, origin=Origin(assumptions=said))
