"""All forced flows on one axis: what is sold if the index falls this far, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyCurve(Result):
    """Forced flow by level, stacked by source; a source of unknown size stays a range.

    Attributes
    ----------
    parts, low, high : DataFrame of shape (n_levels, n_sources)
        Middle and range of each source: buy > 0, sell < 0. [money] NaN: not known there.
    timing : Series indexed by source
        When each flow arrives.
    total : Series of shape (n_levels,)
        Sum of the sources whose size is known. [money] NaN where none is.
    total_low, total_high : Series of shape (n_levels,)
        Sum of the ranges, sources known only as a range included. [money] The ends are reached
        only if every source is at its own end at once.
    range_only : DataFrame of bool, as `parts`
        Where a source has a range and no middle: it is in the range, not in the total.
    unknown : DataFrame of bool, as `parts`
        Where nothing is known of a source: it is in no figure, which is therefore a lower bound.
    underlying, currency : str
    origin : Origin
    """

    parts: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    timing: pd.Series
    total: pd.Series
    total_low: pd.Series
    total_high: pd.Series
    range_only: pd.DataFrame
    unknown: pd.DataFrame
    underlying: str
    currency: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a level: each source, then ``total``, ``total_low``, ``total_high`` [money]."""
        return self.parts.assign(
            total=self.total, total_low=self.total_low, total_high=self.total_high
        )

    def by_timing(self) -> pd.DataFrame:
        """Known flows summed by when they arrive, soonest first. [money]"""
        summed = self.parts.T.groupby(self.timing.to_numpy()).sum(min_count=1).T
        return summed[[t.value for t in Timing if t.value in summed.columns]]

    def share_of(self, depth: float) -> pd.DataFrame:
        """Express every figure as a multiple of `depth`, say the money traded in a day. [1]"""
        if not depth > 0:
            raise ConfigError(
                f"`depth`={depth:g}: a share of no volume has no meaning. Give the money traded in "
                "the period the flow falls into, above 0."
            )
        return self.to_frame() / depth


def supply_curve(
    sources: Iterable[ForcedSource],
    levels: Sequence[float] | npt.NDArray[np.float64],
    *,
    spot: float | None = None,
) -> SupplyCurve:
    """Stack forced sources on one axis of index levels.

    Parameters
    ----------
    sources : iterable of ForcedSource
        All on the same underlying and in the same currency (an empty `underlying` fits any).
    levels : array of shape (n_levels,)
        Moves of the index, falls negative, [1]; or, with `spot`, index levels. [points]
    spot : float, optional
        Where the index stands: then `levels` are index levels and the result is indexed by them.

    Raises
    ------
    ConfigError
        If there is no source, or two differ in underlying or currency or share a name.
    DataError
        If a level is not finite, or looks like an index level while no `spot` is given.
    """
    given = list(sources)
    underlying, currency = _common(given)
    at, index = _axis(levels, spot)
    read = {s.name: s.at(at) for s in given}
    parts, low, high = (
        pd.DataFrame({name: three[k] for name, three in read.items()}, index=index)
        for k in range(3)
    )
    range_only = parts.isna() & low.notna() & high.notna()
    return SupplyCurve(
        parts=parts,
        low=low,
        high=high,
        timing=pd.Series({s.name: s.timing.value for s in given}, name="timing"),
        total=parts.sum(axis=1, min_count=1).rename("total"),
        total_low=low.sum(axis=1, min_count=1).rename("total_low"),
        total_high=high.sum(axis=1, min_count=1).rename("total_high"),
        range_only=range_only,
        unknown=parts.isna() & ~range_only,
        underlying=underlying,
        currency=currency,
        origin=_origin(given),
    )


def _common(sources: list[ForcedSource]) -> tuple[str, str]:
    if not sources:
        raise ConfigError(
            "`sources` is empty: no curve can be stacked from nothing, and zero would say that "
            "nobody must sell. Give at least one source."
        )
    names = [s.name for s in sources]
    on = {s.underlying for s in sources if s.underlying}
    money = {s.currency for s in sources}
    if len(set(names)) < len(names) or len(on) > 1 or len(money) > 1:
        raise ConfigError(
            f"`sources` {names} are on {sorted(on)} in {sorted(money)}: flows of different indices, "
            "currencies or with one name for two cannot be added. Stack one underlying in one "
            "currency, and name each source once."
        )
    return next(iter(on), ""), money.pop()


def _axis(
    levels: Sequence[float] | npt.NDArray[np.float64], spot: float | None
) -> tuple[npt.NDArray[np.float64], pd.Index]:
    at = np.asarray(levels, dtype=float)
    if spot is not None:
        if not spot > 0:
            raise DataError(f"`spot`={spot:g}: an index stands above 0. Give its level in points.")
        return at / spot - 1.0, pd.Index(at, name="level")
    if not np.isfinite(at).all() or (np.abs(at) >= 1).any():
        raise DataError(
            f"`levels` run from {np.nanmin(at):g} to {np.nanmax(at):g}: moves are fractions between "
            "-1 and 1 (-0.05 is a fall of five per cent). For index levels give `spot` as well."
        )
    return at, pd.Index(at, name="move")


def _origin(sources: list[ForcedSource]) -> Origin:
    dates = [s.origin.as_of for s in sources if s.origin.as_of is not None]
    return Origin(
        as_of=max(dates, default=None),
        coverage={
            f"{s.name}: {key}": value for s in sources for key, value in s.origin.coverage.items()
        },
        assumptions=tuple(f"{s.name}: {said}" for s in sources for said in s.origin.assumptions),
    )
