"""Put one horizon's record together from the warning and the prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from quantquake.measures.evidence import base_rate, detection, lead_time
from quantquake.measures.evidence.alarm_log import alarm_log, leave_one_year_out, year_table
from quantquake.measures.evidence.effect import measure_effect
from quantquake.measures.evidence.episodes import Episodes, find_episodes
from quantquake.measures.evidence.falls import Outcome, find_falls, forward_outcome
from quantquake.measures.evidence.horizon import Counts, HorizonEvidence
from quantquake.measures.evidence.intervals import wilson
from quantquake.measures.evidence.loss_curve import loss_curve, worst_prices
from quantquake.measures.evidence.ranking import rank_score
from quantquake.measures.evidence.resampling import stationary_blocks
from quantquake.measures.evidence.verdict import judge
from quantquake.measures.evidence.warned import Warned

Array = npt.NDArray[Any]

#: Most days drawn for the simulated base rate: 4,000 histories up to 500 sessions, fewer beyond.
DAYS_DRAWN = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What counts, see `evidence.evaluate`."""

    loss: float = 0.05
    draws: int = 5000
    minimum: int = 10
    gap: int | None = None
    seed: int = 0


class Counted(NamedTuple):
    """The days with a signal reading and a known outcome, without the others between them.

    Attributes
    ----------
    kept : ndarray of int, shape (n_days,)
        Positions on the path.
    vote, signal, hit, worst, matched : ndarray of shape (n_days,)
        First days of episodes; signal days; falls; worst prices [1]; base rate of like days [1].
    """

    kept: Array
    vote: Array
    signal: Array
    hit: Array
    worst: Array
    matched: Array


def count_days(warned: Warned, outcome: Outcome, episodes: Episodes, loss: float) -> Counted:
    """Label every day whose outcome is known."""
    kept = np.flatnonzero(np.isfinite(outcome.worst) & np.isfinite(warned.signal))
    vote = np.zeros(len(warned.signal))
    vote[episodes.first] = 1.0
    hit = (outcome.worst[kept] <= -loss).astype(np.float64)
    vol = base_rate.ewma_volatility(warned.path.close)[kept]
    matched = base_rate.volatility_matched(hit, vol)
    # The first weeks have no volatility yet: any day stands in.
    matched = np.where(np.isnan(matched), hit.mean() if hit.size else np.nan, matched)
    return Counted(kept, vote[kept], warned.signal[kept], hit, outcome.worst[kept], matched)


def judge_horizon(warned: Warned, horizon: int, rules: Rules) -> HorizonEvidence:
    """Count, compare with chance and list every alarm, at one horizon."""
    outcome = forward_outcome(warned.path, horizon)
    episodes = find_episodes(warned.signal, gap=rules.gap or horizon)
    day = count_days(warned, outcome, episodes, rules.loss)
    counts = _counts(warned, outcome, episodes, day)
    base = _base_rates(warned, day, horizon, rules)
    blocks = stationary_blocks(
        max(1, len(day.kept)), rules.draws, max(horizon, 20), np.random.default_rng(rules.seed)
    )
    enough = counts.episodes >= rules.minimum
    log = alarm_log(
        warned.path,
        outcome,
        episodes,
        warned.dates,
        _spread(day.matched, day.kept, len(warned.dates)),
        loss=rules.loss,
        horizon=horizon,
    )
    falls, chance = _falls(warned, horizon, rules.loss)
    first = np.flatnonzero(day.vote)
    years = year_table(log, warned.dates[day.kept], day.hit)
    score = None if warned.score is None else warned.score[day.kept]
    return HorizonEvidence(
        horizon=horizon,
        loss=rules.loss,
        minimum=rules.minimum,
        verdict=judge(
            counts.episodes,
            wilson(counts.hits, counts.episodes),
            (base.any_day, base.like_volatility),
            minimum=rules.minimum,
        ),
        counts=counts,
        base=base,
        effect=measure_effect(*day[1:], blocks) if enough else None,
        detection=detection.detect(
            day.signal, day.hit, counts.episodes - counts.hits, falls, chance
        ),
        ranking=None if score is None else rank_score(score, day.hit, blocks),
        lead=lead_time.summarise_leads(log.loc[log["hit"].notna(), list(lead_time.MARKS)]),
        losses=loss_curve(day.worst, first, minimum=rules.minimum),
        worst=worst_prices(day.worst, first, minimum=rules.minimum),
        years=years,
        without_year=leave_one_year_out(years, minimum=rules.minimum),
        log=log,
        falls=falls,
    )


def _counts(warned: Warned, outcome: Outcome, episodes: Episodes, day: Counted) -> Counts:
    unsettled = outcome.unsettled & np.isfinite(warned.signal)
    return Counts(
        days=len(day.kept),
        signal_days=int(day.signal.sum()),
        signal_day_hits=int((day.signal * day.hit).sum()),
        episodes=int(day.vote.sum()),
        hits=int((day.vote * day.hit).sum()),
        unsettled_days=int(unsettled.sum()),
        unsettled_signal_days=int(warned.signal[unsettled].sum()),
        unsettled_episodes=int(outcome.unsettled[episodes.first].sum()),
        unpriced_signal_days=warned.unpriced,
    )


def _base_rates(warned: Warned, day: Counted, horizon: int, rules: Rules) -> base_rate.BaseRates:
    log_returns = np.diff(np.log(warned.path.close))
    vol = float("nan")
    if log_returns.size > 1:
        vol = float(log_returns.std(ddof=1) * np.sqrt(base_rate.DAYS_PER_YEAR))
    nothing = not len(day.kept)
    # The first weeks have no volatility yet; such an alarm is left out of these two means.
    alarms = base_rate.ewma_volatility(warned.path.close)[day.kept][day.vote > 0.0]
    drawn = base_rate.simulated_fall_probability(
        np.append(vol, alarms),
        horizon,
        loss=rules.loss,
        paths=max(200, min(4000, DAYS_DRAWN // horizon)),
        seed=rules.seed,
    )
    return base_rate.BaseRates(
        any_day=float("nan") if nothing else float(day.hit.mean()),
        like_volatility=(
            float((day.vote * day.matched).sum() / day.vote.sum())
            if day.vote.any()
            else float("nan")
        ),
        formula=float(base_rate.fall_probability(vol, horizon, loss=rules.loss)),
        simulated=float(drawn[0]),
        formula_at_alarms=_mean(base_rate.fall_probability(alarms, horizon, loss=rules.loss)),
        simulated_at_alarms=_mean(drawn[1:]),
        vol=vol,
    )


def _mean(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _falls(warned: Warned, horizon: int, loss: float) -> tuple[Any, float]:
    """Falls since the signal was first observed, and the share of days it covers by chance."""
    observed = np.flatnonzero(np.isfinite(warned.signal))
    since = int(observed[0]) if observed.size else len(warned.signal)
    falls = find_falls(warned.path, loss=loss, horizon=horizon)
    late = falls.touch > since
    table = lead_time.warned_falls(
        type(falls)(falls.peak[late], falls.touch[late]), warned.signal, horizon=horizon
    )
    for mark in ("peak", "touch"):
        table[mark] = warned.dates[table[mark].to_numpy(dtype=np.int64)]
    return table, detection.share_covered(warned.signal, horizon, since + 1)


def _spread(values: Array, positions: Array, n: int) -> Array:
    whole = np.full(n, np.nan)
    whole[positions] = values
    return whole
