"""What a report is made of: the results of other rooms, and the few reads all of its pages share.

The protocols name exactly the fields the report touches, so that any room may send its own
result class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import pandas as pd

from quantquake import __version__
from quantquake.report.crowd_parts import CrowdParts
from quantquake.report.flow_parts import FlowParts
from quantquake.report.hedge_parts import HedgeParts
from quantquake.report.outlook_parts import OutlookLike
from quantquake.report.snowball_parts import SnowballParts

DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "return": ("excess_vol", "momentum"),
    "volume": ("amount", "share"),
    "structure": ("hf_crowding", "capital_structure_volatility"),
    "valuation": ("ep", "bp"),
    "sentiment": ("news_score", "turnover"),
}
INDICATORS = tuple(name for names in DIMENSIONS.values() for name in names)
WEAK_BELOW = 3  # an alarm from fewer dimensions is called weak
MAX_SCORE = 5


class BasketLike(Protocol):
    """A named basket."""

    @property
    def name(self) -> str:
        """Its name."""


class RulesLike(Protocol):
    """The reading of the score that was used (``measures.crowding.ScoreRules``)."""

    @property
    def window(self) -> int: ...  # noqa: D102
    @property
    def signal_above(self) -> float: ...  # noqa: D102


class ScoreLike(Protocol):
    """A crowding score through time (``measures.crowding.CrowdingScore``)."""

    @property
    def score(self) -> pd.Series: ...  # noqa: D102 - fields are described in measures.crowding
    @property
    def signal(self) -> pd.Series: ...  # noqa: D102
    @property
    def dimensions(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def flags(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def percentiles(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def crowdedness(self) -> pd.DataFrame: ...  # noqa: D102 - percentiles, high = crowded
    @property
    def coverage(self) -> pd.Series: ...  # noqa: D102
    @property
    def currency(self) -> str: ...  # noqa: D102
    @property
    def rules(self) -> RulesLike: ...  # noqa: D102
    def contributions(self, date: Any = None) -> pd.DataFrame: ...  # noqa: D102
    def episodes(self) -> pd.DataFrame: ...  # noqa: D102
    def flips(self, date: Any = None) -> pd.DataFrame: ...  # noqa: D102


class BasisLike(Protocol):
    """One product's hedging cost on a day (``BasisCard``)."""

    @property
    def product(self) -> str: ...  # noqa: D102 - IF, IH, IC, IM
    @property
    def curve(self) -> pd.DataFrame: ...  # noqa: D102 - as basis.term_structure
    @property
    def front(self) -> str: ...  # noqa: D102 - nearest contract
    @property
    def weighted_discount(self) -> float: ...  # noqa: D102 - a year; negative = discount
    @property
    def nav_move(self) -> float: ...  # noqa: D102 - of money already hedged, on the day
    @property
    def adjusted_annual(self) -> float: ...  # noqa: D102 - a year, after dividends; a cost is > 0
    @property
    def cheapest(self) -> str | None: ...  # noqa: D102 - contract to open


class ReasonLike(Protocol):
    """One rule's verdict on a day (``measures.day_label.Reason``)."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def fired(self) -> bool | None: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def threshold(self) -> float: ...  # noqa: D102


class MomentumLike(Protocol):
    """The momentum trade on a day (``measures.momentum.DayReport``)."""

    @property
    def spread(self) -> float: ...  # noqa: D102 - winners minus losers
    @property
    def sigma(self) -> Mapping[str, float]: ...  # noqa: D102 - by yardstick


class DayLike(Protocol):
    """What kind of day it was (``measures.day.DayBoard``); NaN or None = not observed."""

    @property
    def on(self) -> pd.Timestamp: ...  # noqa: D102
    @property
    def index(self) -> str: ...  # noqa: D102
    @property
    def index_return(self) -> float: ...  # noqa: D102
    @property
    def names(self) -> int: ...  # noqa: D102
    @property
    def median_return(self) -> float: ...  # noqa: D102
    @property
    def advance_share(self) -> float: ...  # noqa: D102
    @property
    def breadth(self) -> float: ...  # noqa: D102
    @property
    def breadth_percentile(self) -> float: ...  # noqa: D102
    @property
    def limit_down(self) -> int: ...  # noqa: D102
    @property
    def limit_threshold(self) -> float: ...  # noqa: D102
    @property
    def volatility_ratio(self) -> float: ...  # noqa: D102
    @property
    def volatility_ratio_percentile(self) -> float: ...  # noqa: D102
    @property
    def contrarian_pnl(self) -> float: ...  # noqa: D102
    @property
    def contrarian_sigma(self) -> float: ...  # noqa: D102
    @property
    def size_groups(self) -> pd.DataFrame | None: ...  # noqa: D102
    @property
    def momentum(self) -> MomentumLike | None: ...  # noqa: D102
    @property
    def unwind_phase(self) -> str | None: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def also(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def reasons(self) -> Sequence[ReasonLike]: ...  # noqa: D102
    @property
    def since(self) -> pd.Timestamp: ...  # noqa: D102


class EvidenceLike(Protocol):
    """Whether alarms meant anything, for one horizon (``measures.evidence``)."""

    @property
    def hits(self) -> int: ...  # noqa: D102
    @property
    def alarms(self) -> int: ...  # noqa: D102 - separate episodes
    @property
    def base_rate(self) -> float: ...  # noqa: D102 - after days of like volatility
    @property
    def interval(self) -> tuple[float, float]: ...  # noqa: D102 - 95% of the hit rate
    @property
    def horizon(self) -> int: ...  # noqa: D102 - sessions
    @property
    def loss(self) -> float: ...  # noqa: D102 - fall that counts as a hit
    @property
    def verdict(self) -> str: ...  # noqa: D102 - too_few, no_evidence, more_often, less_often


class BasketRow(NamedTuple):
    """One line of the crowding board."""

    basket: BasketLike
    score: ScoreLike
    price: pd.Series
    evidence: EvidenceLike | None = None
    outlook: OutlookLike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthNote:
    """What a synthetic market was built to contain, so that a reader can check the answer.

    Attributes
    ----------
    basket : str or None
        Name of the basket funds were made to crowd into; None in the twin without crowding.
    decoy : str or None
        Name of a basket that is hot but held by no crowd.
    unwind_on : Timestamp or None
        First day of forced sales, None where nothing of the kind happens.
    seed : int
    """

    basket: str | None = None
    decoy: str | None = None
    unwind_on: pd.Timestamp | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParts:
    """Everything one report shows, already computed.

    Attributes
    ----------
    market : str
        Code of the market, worded under ``market`` ("synthetic", "china-a"), or its own name.
    as_of : Timestamp
        Last day any number was read at.
    baskets : sequence of (Basket, CrowdingScore, price Series[, Evidence[, FallOutlook]])
        Price index of the basket by date. [any base]
    basis : sequence of BasisCard
    discounts : mapping of product to Series
        Weighted discount by date, negative = discount. [1/yr]
    hedge : HedgeParts or None
        One product in detail: regimes, rules, entries, ledger, rolls.
    crowd : CrowdParts or None
        Only for a synthetic market: its crowd's exit, rehearsed.
    flows : FlowParts or None
        Who must trade at which level of an index.
    day : DayBoard or None
    day_history : mapping of str to Series
        By date, as ``measures.breadth.breadth`` ("breadth") and
        ``measures.dispersion.volatility_ratio`` ("volatility_ratio") return them. [1]
    index_returns : Series or None
        Returns of named indices on the day, by index symbol. [1]
    snowball : SnowballParts or None
        A book of snowballs: where it knocks in, what its hedge holds and trades.
    coverage : mapping of str to str
        What was present of what was wanted.
    assumptions, issues : sequence of str
        Conventions that change numbers; what was repaired or found wrong in the data.
    truth : TruthNote or None
        Only for a synthetic market.
    seed : int or None
    version : str
    """

    market: str
    as_of: pd.Timestamp
    baskets: Sequence[BasketRow | tuple[BasketLike, ScoreLike, pd.Series]] = ()
    basis: Sequence[BasisLike] = ()
    discounts: Mapping[str, pd.Series] = field(default_factory=dict)
    hedge: HedgeParts | None = None
    crowd: CrowdParts | None = None
    flows: FlowParts | None = None
    day: DayLike | None = None
    day_history: Mapping[str, pd.Series] = field(default_factory=dict)
    index_returns: pd.Series | None = None
    snowball: SnowballParts | None = None
    coverage: Mapping[str, str] = field(default_factory=dict)
    assumptions: Sequence[str] = ()
    issues: Sequence[str] = ()
    truth: TruthNote | None = None
    seed: int | None = None
    version: str = __version__

    def rows(self) -> list[BasketRow]:
        """Return the board's rows: alarms first, then by score, baskets without a score last."""
        rows = [BasketRow(*row) for row in self.baskets]
        return sorted(rows, key=self._rank)

    def _rank(self, row: BasketRow) -> tuple[int, float, int]:
        """Alarms first, weak ones after; then by score; of equals the one with more dimensions."""
        today = today_of(row.score, self.as_of)
        known = today.score == today.score
        order = 2 if not today.alarm else 1 if today.weak else 0
        return (order, -today.score if known else 1.0, -today.dims)


class Today(NamedTuple):
    """A basket's score on the day of the report."""

    score: float
    alarm: bool
    dims: int
    since: pd.Timestamp | None

    @property
    def weak(self) -> bool:
        """An alarm that rests on fewer than three of the five dimensions."""
        return self.alarm and self.dims < WEAK_BELOW


def upto(series: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Return the part of a series the report may look at."""
    return series.loc[:as_of]


def today_of(score: ScoreLike, as_of: pd.Timestamp) -> Today:
    """Read the score, the alarm, its first day and the number of dimensions at `as_of`."""
    values, signal = upto(score.score, as_of), upto(score.signal, as_of)
    if not len(values):
        return Today(float("nan"), False, 0, None)
    alarm = bool(signal.iloc[-1])
    dims = score.coverage.loc[:as_of].iloc[-1]
    return Today(
        float(values.iloc[-1]),
        alarm,
        0 if pd.isna(dims) else int(dims),
        _since(signal.astype(bool)) if alarm else None,
    )


def _since(signal: pd.Series) -> pd.Timestamp:
    """First day of the run of alarms that ends on the last row."""
    quiet = signal.index[~signal.to_numpy(dtype=bool)]
    run = signal.index[signal.index > quiet[-1]] if len(quiet) else signal.index
    return pd.Timestamp(run[0])


def last_alarm(score: ScoreLike, as_of: pd.Timestamp) -> tuple[pd.Timestamp, int] | None:
    """Return the latest day in alarm up to `as_of` and how many sessions ago it was."""
    signal = upto(score.signal, as_of).to_numpy(dtype=bool)
    if not signal.any():
        return None
    ago = int(signal[::-1].argmax())
    return pd.Timestamp(upto(score.signal, as_of).index[len(signal) - 1 - ago]), ago


def crowdedness(score: ScoreLike) -> pd.DataFrame:
    """Return the ten percentiles with high = crowded, all columns present, in board order."""
    return score.crowdedness.reindex(columns=list(INDICATORS)).astype(float)
