"""The crowd of a made-up market: similar funds that buy together and one day leave together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from quantquake.data.synthetic.law import CrowdLaw
from quantquake.data.synthetic.plan import draw_funds, lay_plan
from quantquake.data.synthetic.returns import BaseReturns, component_variance, daily_volatility
from quantquake.data.synthetic.universe import (
    INDEX_SLOTS,
    Bools,
    Floats,
    Ints,
    Settings,
    Universe,
    stream,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Funds and their footprint: T sessions, F funds, N symbols. Money in CNY.

    `aum`, `sold` (T, F); `weights` (F, N), rows sum to one; `holding`, `flow`,
    `pressure` (log price) (T, N); `days`, `hazard`, `panic` (T,); `members` (N,) bool;
    `unwind` sessions; `vol_match` (T,): factor that gives a crowd-free basket the same volatility.
    """

    funds: pd.DataFrame
    aum: Floats
    sold: Floats
    weights: Floats
    holding: Floats
    flow: Floats
    pressure: Floats
    days: Floats
    hazard: Floats
    panic: Floats
    members: Bools
    unwind: Ints
    vol_match: Floats


def build_crowd(settings: Settings, universe: Universe, base: BaseReturns, law: CrowdLaw) -> Crowd:
    """Let the funds grow, trade and leave; return what they did to each price."""
    T, adv = settings.n_dates, universe.adv
    funds = draw_funds(settings)
    weights, members = _books(settings, universe)
    held = funds["share"].to_numpy() * weights[:, members].sum(axis=1)
    plan = lay_plan(settings, law, held / held.sum())
    # The sleeve is scaled so that, at full growth, members are held for `peak_days` on average.
    full = settings.crowd * law.peak_days * adv[members].sum() / held.sum()
    money = full * plan.growth[:T] * funds["share"].to_numpy()
    sold = money * plan.exits[:T]
    sleeve = money * (1.0 - np.cumsum(plan.exits, axis=0)[:T])
    holding = sleeve @ weights
    days = holding[:, members].sum(axis=1) / adv[members].sum()
    unwind = plan.unwind[plan.unwind < T]
    quiet = ~np.isin(np.arange(T), unwind)
    flow = np.diff(holding, axis=0, prepend=0.0) + _swap(universe, sold, law)
    flow += (_reshuffle(settings, base, law) * quiet)[:, None] * holding
    coefficient = law.impact * daily_volatility(universe) / adv
    joint = law.rotation * (holding[:, members] * coefficient[members]).mean(axis=1)
    return Crowd(
        funds=funds,
        aum=money / funds["tilt"].to_numpy() - (1.0 - law.swap) * np.cumsum(sold, axis=0),
        sold=sold,
        weights=weights,
        holding=holding,
        flow=flow,
        pressure=_pressure(flow, coefficient, np.where(quiet, 1.0, law.stress), law),
        days=days,
        hazard=law.hazard(days),
        panic=_panic(T, unwind),
        members=members,
        unwind=unwind,
        vol_match=np.sqrt(1.0 + joint**2 / component_variance(universe, members)),
    )


def without_crowd(crowd: Crowd) -> Crowd:
    """The same funds and names, but nobody ever put money in: every trace is zero."""
    traces = ("aum", "sold", "holding", "flow", "pressure", "days", "hazard", "panic")
    empty = {name: np.zeros_like(getattr(crowd, name)) for name in traces}
    return replace(crowd, unwind=crowd.unwind[:0], **empty)


def _books(settings: Settings, universe: Universe) -> tuple[Floats, Bools]:
    """Fund weights in small names with a shared signal, and the names held the most.

    Funds see the same signal plus their own noise. A name's weight follows its normal amount,
    so that the holding in days of volume is what the signal decides.
    """
    rng = stream(settings.seed, "books")
    n = settings.n_symbols
    score = universe.small + rng.standard_normal(n)
    noise = rng.standard_normal((settings.n_funds, n))
    eligible = (universe.listing == 0) & ~universe.dividend & ~universe.theme & (universe.small > 0)
    floor = np.quantile(score[eligible], 1.0 - min(1.0, 0.3 * n / eligible.sum()))
    eligible &= score >= floor
    raw = np.where(eligible, universe.adv * np.exp(0.5 * score + 0.5 * noise), 0.0)
    weights = raw / raw.sum(axis=1, keepdims=True)
    intensity = weights.mean(axis=0) / universe.adv
    members = np.zeros(n, dtype=bool)
    members[np.argsort(-intensity, kind="stable")[: max(10, int(0.15 * n))]] = True
    return weights, members & eligible


def _reshuffle(settings: Settings, base: BaseReturns, law: CrowdLaw) -> Floats:
    """Share of their holding the funds buy (sell) together that day, on the same signal."""
    draw = stream(settings.seed, "rotation").standard_normal(settings.n_dates)
    return law.rotation * base.scale * draw


def _swap(universe: Universe, sold: Floats, law: CrowdLaw) -> Floats:
    """Money that goes from the crowded names into mid-index members one session later."""
    low, high = INDEX_SLOTS["SYN500.IDX"]
    rank = np.argsort(np.argsort(-universe.cap, kind="stable"), kind="stable") / len(universe.cap)
    slot = (rank >= low) & (rank < high) & (universe.listing == 0)
    share = np.where(slot, universe.adv, 0.0)
    later = np.concatenate([[0.0], sold.sum(axis=1)[:-1]])
    return law.swap * np.outer(later, share / share.sum())


def _pressure(flow: Floats, coefficient: Floats, stress: Floats, law: CrowdLaw) -> Floats:
    """Log price pressure: a part of each push stays, the rest fades day by day."""
    push = flow * coefficient
    fleeting = (stress - law.permanent)[:, None] * push
    temporary = np.zeros_like(push)
    state = np.zeros(push.shape[1])
    for t in range(len(push)):
        state = law.fade * state + fleeting[t]
        temporary[t] = state
    return law.permanent * np.cumsum(push, axis=0) + temporary


def _panic(n_dates: int, unwind: Ints) -> Floats:
    """Stress of the futures market, 0..1: climbs while they sell, halves every four sessions."""
    panic = np.zeros(n_dates)
    for t in range(n_dates):
        panic[t] = (0.84 * panic[t - 1]) if t else 0.0
        if t in unwind:
            panic[t] = (t - unwind[0] + 1) / len(unwind)
    return panic
