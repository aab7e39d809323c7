"""What an alarm adds to chance, with intervals that know how few and how alike its days are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.measures.evidence.intervals import (
    Interval,
    binomial_tail,
    percentile_interval,
    upper_share,
    wilson,
)
from quantquake.measures.evidence.resampling import Blocks, block_sums, circular_shifts
from quantquake.types import Result

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(Result):
    """What the alarm adds to chance; absent with too few episodes.

    Attributes
    ----------
    rate : float
        Hits over episodes. [1]
    wilson, rate_interval : (float, float)
        Wilson interval of `rate`; percentile interval of the block bootstrap. [1]
    day_rate : float
        Share of signal days followed by a fall: long episodes count more. [1]
    day_rate_interval : (float, float)
    excess, excess_interval : float, (float, float)
        `rate` minus the base rate of any day, in fractions (0.15 is 15 points).
    excess_volatility, excess_volatility_interval
        `rate` minus the base rate of days as volatile.
    lift, lift_interval, lift_volatility
        `rate` over either base rate; above 1 helps. [1]
    relative_risk, relative_risk_interval
        `rate` over the share of days *without* signal that were followed by a fall. [1]
    p_value, p_value_volatility : float
        Share of slides of the signal along the calendar that do at least as well, against either
        base rate; one-sided. Equal hits are ordered by the mean worst price. [1]
    p_binomial : float
        Exact binomial tail at `like_volatility`. [1]
    """

    rate: float
    wilson: Interval
    rate_interval: Interval
    day_rate: float
    day_rate_interval: Interval
    excess: float
    excess_interval: Interval
    excess_volatility: float
    excess_volatility_interval: Interval
    lift: float
    lift_interval: Interval
    lift_volatility: float
    relative_risk: float
    relative_risk_interval: Interval
    p_value: float
    p_value_volatility: float
    p_binomial: float


def measure_effect(
    vote: Array, signal: Array, hit: Array, worst: Array, matched: Array, blocks: Blocks
) -> Effect:
    """Compare the hits of an alarm with chance on the counted days.

    Parameters
    ----------
    vote : ndarray of shape (n_days,)
        1 on the first day of each episode.
    signal, hit : ndarray of shape (n_days,)
        1 on signal days; 1 where the fall followed.
    worst : ndarray of shape (n_days,)
        Worst price of the horizon. [1]
    matched : ndarray of shape (n_days,)
        Base rate of days as volatile. [1]
    blocks : Blocks
        Histories drawn from the same days.
    """
    columns = _columns(vote, signal, hit, matched)
    seen = _statistics(columns.sum(axis=0, keepdims=True))
    drawn = _statistics(block_sums(blocks, columns))
    ranges = {name: percentile_interval(values) for name, values in drawn.items()}
    value = {name: float(values[0]) for name, values in seen.items()}
    cases, hits = int(vote.sum()), int((vote * hit).sum())
    return Effect(
        rate=value["rate"],
        wilson=wilson(hits, cases),
        rate_interval=ranges["rate"],
        day_rate=value["day_rate"],
        day_rate_interval=ranges["day_rate"],
        excess=value["excess"],
        excess_interval=ranges["excess"],
        excess_volatility=value["excess_volatility"],
        excess_volatility_interval=ranges["excess_volatility"],
        lift=value["lift"],
        lift_interval=ranges["lift"],
        lift_volatility=value["lift_volatility"],
        relative_risk=value["relative_risk"],
        relative_risk_interval=ranges["relative_risk"],
        p_value=upper_share(shifted_hits(vote, hit, worst)),
        p_value_volatility=upper_share(circular_shifts(vote, hit - matched)),
        p_binomial=binomial_tail(hits, cases, value["rate"] - value["excess_volatility"]),
    )


def shifted_hits(vote: Array, hit: Array, worst: Array) -> Array:
    """Hits of the alarm slid by 0, 1, 2 ... days; equal counts ordered by how deep it fell.

    The depth of the mean worst price adds less than half a hit: it only breaks ties, without which
    the p-value of 15 episodes could take 16 values.
    """
    sums = circular_shifts(vote, np.stack([hit, np.clip(worst, -1.0, 1.0)], axis=1))
    return np.round(sums[:, 0]) - 0.4 * sums[:, 1] / max(1.0, float(vote.sum()))


def _columns(vote: Array, signal: Array, hit: Array, matched: Array) -> Array:
    ones = np.ones_like(hit)
    return np.stack(
        [ones, hit, vote, vote * hit, signal, signal * hit, vote * matched],
        axis=1,
        dtype=np.float64,
    )


def _statistics(sums: Array) -> dict[str, Array]:
    """Rates and contrasts from the seven sums of each history."""
    days, falls, votes, hits, on, on_hits, matched = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, base, chance = hits / votes, falls / days, matched / votes
        return {
            "rate": rate,
            "day_rate": on_hits / on,
            "excess": rate - base,
            "excess_volatility": rate - chance,
            "lift": rate / base,
            "lift_volatility": rate / chance,
            "relative_risk": rate / ((falls - on_hits) / (days - on)),
        }
