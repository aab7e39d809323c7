"""How ten percentiles become one score: the rules, and every other reading of the source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from quantquake.errors import ConfigError

DIMENSIONS = ("return", "volume", "structure", "valuation", "sentiment")

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "volume": ("half", "and"),
    "valuation": ("half", "or"),
    "missing": ("rescale", "zero"),
    "lone": ("carries", "half"),
    "turnover_in": ("sentiment", "volume"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRules:
    """One reading of the source's scoring rule.

    Attributes
    ----------
    window : int
        Past the percentile is taken in, t included. [sessions]
    gaps : float
        Share of the window that may be unobserved once a full window has passed since the first
        observation. [1] 0 wants every day, and one missing day then costs the indicator a year.
    min_periods : int or None
        Observations needed in the window, however short the history; overrides `gaps`.
    threshold, low : float
        An indicator fires at or above `threshold`; `ep` and `bp` fire at or below `low`. [1]
    inclusive : bool
        True: "at or above"; False: strictly beyond. Only ties can make a difference at 250.
    signal_above : float
        The alarm rings when the score exceeds this. [0..5]
    strict : bool
        True: 3.0 does not ring; False: it does.
    volume : {"half", "and"}
        Amount and share count half each, or only together.
    valuation : {"half", "or"}
        EP and BP count half each, or either one counts in full.
    missing : {"rescale", "zero"}
        A dimension without data is left out and the rest scaled up to 5, or counts as 0.
    lone : {"carries", "half"}
        An indicator alone in its dimension counts in full, or still half.
    turnover_in : {"sentiment", "volume"}
        The source names turnover under both headings.
    min_dimensions : int
        Fewer dimensions with data than this: no score (NaN).
    """

    window: int = 250
    gaps: float = 0.2
    min_periods: int | None = None
    threshold: float = 0.95
    low: float = 0.05
    inclusive: bool = True
    signal_above: float = 3.0
    strict: bool = True
    volume: Literal["half", "and"] = "half"
    valuation: Literal["half", "or"] = "half"
    missing: Literal["rescale", "zero"] = "rescale"
    lone: Literal["carries", "half"] = "carries"
    turnover_in: Literal["sentiment", "volume"] = "sentiment"
    min_dimensions: int = 2

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ConfigError(
                    f"rule `{name}` is {getattr(self, name)!r}: the score would have no meaning. "
                    f"Choose one of {', '.join(allowed)}."
                )
        if not 0 < self.low < self.threshold < 1:
            raise ConfigError(
                f"`low` {self.low} and `threshold` {self.threshold} are not ordered inside (0, 1): "
                "they are percentiles as fractions. Give for example low=0.05, threshold=0.95."
            )
        if not 2 <= (self.min_periods or self.window) <= self.window:
            raise ConfigError(
                f"`window` {self.window} with `min_periods` {self.min_periods}: a percentile needs "
                "at least two observations and no more than the window. Give for example 250, 200."
            )
        if not 0 <= self.gaps < 1:
            raise ConfigError(
                f"`gaps` is {self.gaps}: it is the share of a window that may be missing. Give 0 or "
                "more and less than 1, such as 0.2."
            )
        if not 1 <= self.min_dimensions <= len(DIMENSIONS):
            raise ConfigError(
                f"`min_dimensions` is {self.min_dimensions}: there are {len(DIMENSIONS)} "
                "dimensions. Give a number from 1 to 5."
            )

    @property
    def needed(self) -> int:
        """Observations a window must hold. [sessions]"""
        if self.min_periods is not None:
            return self.min_periods
        return max(2, math.ceil((1 - self.gaps) * self.window))

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Indicators of each dimension under these rules."""
        moved = self.turnover_in == "volume"
        return {
            "return": ("excess_vol", "momentum"),
            "volume": ("amount", "share", "turnover") if moved else ("amount", "share"),
            "structure": ("hf_crowding", "capital_structure_volatility"),
            "valuation": ("ep", "bp"),
            "sentiment": ("news_score",) if moved else ("news_score", "turnover"),
        }

    def dimension_of(self, indicator: str) -> str:
        """Return the dimension an indicator counts in."""
        return next(name for name, inside in self.members.items() if indicator in inside)


# Low means crowded for these two (cheap earnings, cheap book are the opposite of crowded).
LOW_IS_CROWDED = ("ep", "bp")

_TABLE: tuple[tuple[str, ScoreRules, str], ...] = (
    ("default", ScoreRules(), "S4: 'two indicators inside a dimension weigh 0.5 each'; score > 3"),
    (
        "literal",
        ScoreRules(volume="and", valuation="or", inclusive=False),
        "S4 text of each chapter: volume rings when both fire, valuation when EP or BP does, "
        "percentile 'exceeds' 95 %; the text is silent on missing data, which stay left out",
    ),
    ("volume_and", ScoreRules(volume="and"), "S4 volume chapter: amount and share together (A09)"),
    ("valuation_or", ScoreRules(valuation="or"), "S4 valuation chapter: EP or BP (A14)"),
    (
        "threshold_exceeded",
        ScoreRules(inclusive=False),
        "S4: 'exceeds 95 %' against spec/crowding.md 3.2: 'at or above'",
    ),
    (
        "inclusive",
        ScoreRules(strict=False),
        "spec/crowding.md 3.2, ambiguity 4: score >= 3 instead of > 3",
    ),
    (
        "missing_as_zero",
        ScoreRules(missing="zero"),
        "spec/crowding.md 3.2, ambiguity 5: the intraday series starts in 2018, before that 0",
    ),
    (
        "lone_half",
        ScoreRules(lone="half"),
        "spec/crowding.md 3.2, ambiguity 5: a lone indicator keeps its half, its twin missing",
    ),
    (
        "turnover_in_volume",
        ScoreRules(turnover_in="volume"),
        "S4 heading 'amount and turnover' against its list of five dimensions (ambiguity 3)",
    ),
    (
        "one_dimension",
        ScoreRules(min_dimensions=1),
        "decision 0001: one dimension alone, rescaled to 5, says what a single indicator says",
    ),
    (
        "no_gaps",
        ScoreRules(gaps=0.0),
        "spec/crowding.md 3.1: a percentile only where the whole window was observed",
    ),
    (
        "early_start",
        ScoreRules(min_periods=200),
        "spec/crowding.md 3.1: 0.8 of the window allowed, so that one gap does not cost a year",
    ),
    ("year_242", ScoreRules(window=242), "S4 does not say how many sessions 'one year' has"),
)

PRESETS: Mapping[str, ScoreRules] = MappingProxyType({name: rules for name, rules, _ in _TABLE})
PRESET_SOURCES: Mapping[str, str] = MappingProxyType({name: why for name, _, why in _TABLE})
