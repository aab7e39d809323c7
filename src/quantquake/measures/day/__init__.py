"""What kind of day it was: one board of breadth, volatility, size, contrarian and momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.basis.chain import absent_date
from quantquake.measures.breadth import LIMIT_DOWN
from quantquake.measures.day import facts as facts_of
from quantquake.measures.day.label import Reason, confidence, label, reasons
from quantquake.measures.momentum.leg_report import DayReport
from quantquake.measures.momentum.legs import LOOKBACK, QUANTILE, SKIP
from quantquake.types import Origin, Result

if TYPE_CHECKING:
    from quantquake.data.market import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBoard(Result):
    """One day of one market. NaN or None = not observed; `origin.coverage` says why.

    Attributes
    ----------
    on : Timestamp
        The day; nothing later was read.
    index : str
        Name of the index, or "equal-weight mean" where the market has none.
    index_return, index_sigma : float
        [1], and in deviations of the 250 days before.
    names : int
        Names with a return.
    median_return, mean_return : float
        Of the names. [1]
    advance_share : float
        Share of names that rose. [1]
    breadth, breadth_percentile : float
        Share of names that beat the index, and its percentile since `since`. [1]
    limit_down : int
        Names at or below `limit_threshold`.
    limit_threshold : float
        [1]
    volatility_ratio, volatility_ratio_percentile : float
        Mean 5-day member deviation over index deviation, percentile since `since`. [1]
    contrarian_pnl, contrarian_sigma : float
        Per unit of gross long [1], and in deviations of the year before.
    size_groups : DataFrame or None
        :func:`quantquake.measures.day.size_groups.size_group_returns`.
    momentum : DayReport or None
        :func:`quantquake.measures.momentum.day_report`.
    calm_index_wild_members : bool or None
        Ratio in its top tenth, index volatility below its median, mean member volatility above.
    unwind_phase : {"none", "losing", "rebound"} or None
        :func:`quantquake.measures.day.unwind_signature.unwind_signature`.
    label : str
        "unwind_signature", "small_caps_sold", "small_caps_rebound", "momentum_crash",
        "broad_fall", "broad_rise", "rotation", "calm_index_wild_members", "index_led" or "quiet".
    also : tuple of str
        Further rules that fired.
    reasons : tuple of Reason
        Every rule with its value and threshold.
    confidence : float
        0..1, see :func:`quantquake.measures.day.label.confidence`; not a probability.
    since : Timestamp
        First date percentiles and ranks count from.
    origin : Origin
        As-of date, coverage, conventions.
    """

    on: pd.Timestamp
    index: str
    index_return: float
    index_sigma: float
    names: int
    median_return: float
    mean_return: float
    advance_share: float
    breadth: float
    breadth_percentile: float
    limit_down: int
    limit_threshold: float
    volatility_ratio: float
    volatility_ratio_percentile: float
    contrarian_pnl: float
    contrarian_sigma: float
    size_groups: pd.DataFrame | None
    momentum: DayReport | None
    calm_index_wild_members: bool | None
    unwind_phase: str | None
    label: str
    also: tuple[str, ...]
    reasons: tuple[Reason, ...]
    confidence: float
    since: pd.Timestamp
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return the plain numbers, one row each: index `measure`, column `value`."""
        numbers = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if isinstance(getattr(self, name), (int, float))
        }
        return pd.DataFrame({"value": numbers}, dtype=float).rename_axis("measure")


def day_board(
    market: Market,
    on: str | pd.Timestamp | None = None,
    *,
    index: str | None = None,
    start: str | pd.Timestamp | None = None,
    limit_down: float = LIMIT_DOWN,
    groups: int = 10,
    ranked_on: str | pd.Timestamp | None = None,
    lookback: int = LOOKBACK,
    skip: int = SKIP,
    quantile: float = QUANTILE,
    seed: int = 0,
) -> DayBoard:
    """Measure and label one day of a market.

    Parameters
    ----------
    market : Market
        `close` is enough; `index_close` and `float_cap` add their blocks.
    on : date-like, optional
        A date of the market with a date before it; default the last.
    index : str, optional
        Column of `market.index_close`; needed where it has several. Without any index the
        equal-weight mean of the names stands in, and the board says so.
    start : date-like, optional
        First date percentiles and ranks count from; default the market's first.
    limit_down : float
        Fall that counts as locked. [1]
    groups, ranked_on
        Size groups and the day of their caps (default: the session before).
    lookback, skip, quantile, seed
        As in :func:`quantquake.measures.momentum.day_report`.

    Raises
    ------
    DataError
        If `on` is absent or the first date, or `index` is not among the indices.
    """
    date = _date(market, on)
    seen = market.until(date)
    returns = seen.returns()
    name, index_returns = _index(seen, returns, index)
    since = seen.dates[0] if start is None else pd.Timestamp(start)
    facts: dict[str, Any] = facts_of.cross_section(returns, index_returns, limit_down, since)
    facts |= facts_of.member_volatility(returns, index_returns, since)
    facts |= facts_of.contrarian_book(returns, index_returns)
    caps = seen.float_cap
    size = None if caps is None else facts_of.sizes(returns, caps, date, groups, ranked_on)
    momentum = facts_of.momentum_legs(
        seen.close, returns, index_returns, lookback, skip, quantile, start=start, seed=seed
    )
    asked = facts_of.rule_inputs(facts, size, momentum)
    found = reasons(asked)
    named = label(found, asked)
    return DayBoard(
        on=date,
        index=name,
        size_groups=size,
        momentum=momentum,
        label=named,
        also=tuple(reason.code for reason in found if reason.fired and reason.code != named),
        reasons=found,
        confidence=confidence(found),
        limit_threshold=limit_down,
        since=since,
        origin=_origin(date, facts, size, momentum, name, caps is not None, len(returns), lookback),
        **{field: facts[field] for field in facts if field in DayBoard.__dataclass_fields__},
    )


def _date(market: Market, on: str | pd.Timestamp | None) -> pd.Timestamp:
    date = market.dates[-1] if on is None else pd.Timestamp(on)
    if date not in market.dates:
        raise absent_date(market.dates, date, "market")
    if date == market.dates[0]:
        raise DataError(
            f"{date:%Y-%m-%d} is the market's first date: without a close before it no name has "
            "a return that day. Ask for a later date, or add the session before."
        )
    return pd.Timestamp(date)


def _index(market: Market, returns: pd.DataFrame, index: str | None) -> tuple[str, pd.Series]:
    if market.index_close is None and index is None:
        return "equal-weight mean", returns.mean(axis=1)
    present = [] if market.index_close is None else list(market.index_close.columns)
    name = present[0] if index is None and len(present) == 1 else index
    if name not in present:
        asked = "No index was named" if index is None else f"Index {index!r} is absent"
        raise DataError(
            f"{asked} and the market holds {len(present)}: {present}. Breadth and calm are "
            "measured against one index. Pass index= with one of them."
        )
    return str(name), market.index_returns()[name]


def _origin(
    on: pd.Timestamp,
    facts: dict[str, Any],
    size: pd.DataFrame | None,
    momentum: DayReport | None,
    index: str,
    has_caps: bool,
    rows: int,
    lookback: int,
) -> Origin:
    short = f"missing: {rows - 1} earlier sessions"
    return Origin(
        as_of=on,
        coverage={
            "names": f"{facts['names']} with a return",
            "index": index,
            "breadth percentile": _there(facts["breadth_percentile"], short),
            "volatility ratio": _there(facts["volatility_ratio_percentile"], short),
            "contrarian": _there(facts["contrarian_sigma"], short),
            "size groups": (
                f"{int(size['names'].sum())} names"
                if size is not None
                else "missing: no caps that day"
                if has_caps
                else "missing: no `float_cap`"
            ),
            "momentum": (
                momentum.origin.coverage["names"]
                if momentum is not None
                else f"missing: needs enough names {lookback} sessions back, {rows - 1} are given"
            ),
        },
        assumptions=(
            "equal-weight names; volatility as 5-day standard deviation",
            "percentiles count the day itself, from `since`",
            "label: fixed rules in order, thresholds in measures/day/label.py",
        ),
    )


def _there(value: float, otherwise: str) -> str:
    return otherwise if np.isnan(value) else "present"
