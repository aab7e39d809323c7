"""The record of one warning at one horizon: counts, chance, effect, detection, every alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from quantquake.measures.evidence.alarm_log import without_years
from quantquake.measures.evidence.base_rate import BaseRates
from quantquake.measures.evidence.detection import Detection
from quantquake.measures.evidence.effect import Effect
from quantquake.measures.evidence.ranking import Ranking
from quantquake.measures.evidence.verdict import TITLES, Language, Verdict, sentence
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(Result):
    """What was counted.

    Attributes
    ----------
    days : int
        Days with a signal reading and a known outcome. [d]
    signal_days, signal_day_hits : int
        Signal days among them, and those followed by a fall. [d]
    episodes, hits : int
        Episodes whose first day is among them, and those followed by a fall: one vote each.
    unsettled_days, unsettled_signal_days, unsettled_episodes : int
        Within `horizon` of the end: neither hits nor misses.
    unpriced_signal_days : int
        Signal days without a close. [d]
    """

    days: int
    signal_days: int
    signal_day_hits: int
    episodes: int
    hits: int
    unsettled_days: int
    unsettled_signal_days: int
    unsettled_episodes: int
    unpriced_signal_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonEvidence(Result):
    """Whether a warning meant anything at one horizon.

    Attributes
    ----------
    horizon : int
        Sessions looked ahead. [d]
    loss, minimum
        Depth of the fall [1]; episodes needed to print a rate.
    verdict : str
        ``too_few``, ``no_evidence``, ``more_often`` or ``less_often``.
    counts, base, detection
        See their classes.
    effect : Effect or None
        None below `minimum` episodes: no rate is printed.
    ranking : Ranking or None
        None unless a continuous score was given.
    lead : DataFrame
        Median and quartiles of the lead times; see `summarise_leads`. [d]
    losses : DataFrame
        Rate, base and lift at several depths; see `loss_curve`.
    worst : DataFrame
        ``mean`` and ``q05`` of the worst price of the horizon, after alarms and any day. [1]
    years, without_year : DataFrame
        Counts by year; the record without each year (selection, never evidence).
    log : DataFrame
        One row an episode with its cause; see `alarm_log`.
    falls : DataFrame
        One row a fall, warned or not; see `warned_falls`.
    """

    horizon: int
    loss: float
    minimum: int
    verdict: Verdict
    counts: Counts
    base: BaseRates
    effect: Effect | None
    detection: Detection
    ranking: Ranking | None
    lead: pd.DataFrame
    losses: pd.DataFrame
    worst: pd.DataFrame
    years: pd.DataFrame
    without_year: pd.DataFrame
    log: pd.DataFrame
    falls: pd.DataFrame

    @property
    def episodes(self) -> int:
        """Settled episodes."""
        return self.counts.episodes

    @property
    def hits(self) -> int:
        """Settled episodes followed by a fall."""
        return self.counts.hits

    @property
    def rate(self) -> float | None:
        """Hits over episodes; None below `minimum` episodes. [1]"""
        return None if self.effect is None else self.effect.rate

    @property
    def base_rate(self) -> float:
        """Share of all counted days followed by a fall. [1]"""
        return self.base.any_day

    @property
    def chance(self) -> float:
        """Share of falls after days as volatile as the alarms' first days. [1]"""
        return self.base.like_volatility

    @property
    def false_alarms(self) -> pd.DataFrame:
        """Rows of the log that were settled without a fall."""
        return self.log[self.log["hit"].eq(False)]

    def without(self, *years: int) -> dict[str, Any]:
        """Recompute the record with years left out, marked as selection; see `without_years`."""
        return without_years(self.years, *years, minimum=self.minimum)

    def title(self, language: Language = "en") -> str:
        """Word the verdict."""
        return TITLES[language][self.verdict]

    def sentence(self, language: Language = "en") -> str:
        """Say it in one line: '11 of 16 episodes (44-86 %), chance alone 54 %, ...'."""
        return sentence(
            self.verdict,
            hits=self.hits,
            episodes=self.episodes,
            interval=None if self.effect is None else self.effect.wilson,
            chance=None if self.effect is None else self.chance,
            language=language,
        )
