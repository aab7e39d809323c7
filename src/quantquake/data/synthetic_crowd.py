"""The crowd of a made-up market: similar funds that buy together and one day leave together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from quantquake.data.synthetic_returns import BaseReturns, component_variance, daily_volatility
from quantquake.data.synthetic_universe import (
    INDEX_SLOTS,
    Bools,
    Floats,
    Ints,
    Settings,
    Universe,
    stream,
)
from quantquake.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdLaw:
    """The declared law of the crowd: every number that makes its footprint.

    Attributes
    ----------
    peak_days : float
        Crowd holding of its own names at full size, in days of their normal amount. [d]
    impact : float
        Log price move, in daily volatilities, of buying one day's normal amount. [1]
    permanent : float
        Share of the impact that stays; the rest fades. [1]
    fade : float
        Share of the temporary impact left after one session. [1]
    rotation : float
        Daily joint reshuffle of the holding, one standard deviation: the common factor. [1/d]
    trading : float
        Share of the holding traded gross each day (both ways, moves no price). [1/d]
    hazard_most, hazard_middle, hazard_width : float
        Daily probability of an unwind: ``most / (1 + exp(-(days - middle) / width))``.
    exit_share : float
        Share of the holding sold in the unwind. [1]
    stress : float
        Impact is this much larger on unwind days, when others step back. [1]
    swap : float
        Share of the proceeds that goes into mid-index members the session after. [1]
    hedge_cost : float
        Deepening of the small product's yearly discount per day of crowd holding. [1/yr/d]
    panic : float
        Deepening of that discount at the worst of the unwind. [1/yr]
    """

    peak_days: float = 3.75
    impact: float = 4.5
    permanent: float = 0.5
    fade: float = 0.7
    rotation: float = 0.020
    trading: float = 0.15
    hazard_most: float = 0.02
    hazard_middle: float = 3.0
    hazard_width: float = 0.3
    exit_share: float = 0.75
    stress: float = 1.6
    swap: float = 0.8
    hedge_cost: float = 0.016
    panic: float = 0.16

    def hazard(self, crowd_days: Floats) -> Floats:
        """Daily probability that the unwind starts, given the crowd's size. [1/d]

        Parameters
        ----------
        crowd_days : ndarray
            Crowd holding in days of its names' normal amount. [d] Zero means no crowd.
        """
        size = np.asarray(crowd_days, dtype=float)
        rate = self.hazard_most / (
            1.0 + np.exp(-(size - self.hazard_middle) / self.hazard_width)
        )
        return np.where(size > 0.0, rate, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Funds and their footprint: T sessions, F funds, N symbols. Money in CNY.

    `aum`, `sleeve`, `sold` (T, F); `weights` (F, N), rows sum to one; `holding`, `flow`,
    `pressure` (log price) (T, N); `days`, `hazard`, `panic` (T,); `members` (N,) bool;
    `unwind` sessions; `vol_match` (T,): factor that gives a crowd-free basket the same volatility.
    """

    funds: pd.DataFrame
    aum: Floats
    sleeve: Floats
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The crowd's story over the whole horizon H: growth (H, F) and exits (H, F), in 0..1."""

    growth: Floats
    exits: Floats
    unwind: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def build_crowd(
    settings: Settings, universe: Universe, base: BaseReturns, law: CrowdLaw
) -> Crowd:
    """Let the funds grow, trade and leave; return what they did to each price."""
    funds = _funds(settings)
    weights, members = _books(settings, universe)
    plan = _plan(settings, law, funds)
    T = settings.n_dates
    growth, left = plan.growth[:T], 1.0 - np.cumsum(plan.exits, axis=0)[:T]
    adv = universe.adv
    # The sleeve is scaled so that, at full growth, members are held for `peak_days` on average.
    held = funds["share"].to_numpy() @ weights[:, members]
    full = settings.crowd * law.peak_days * adv[members].sum() / held.sum()
    sleeve = full * growth * left * funds["share"].to_numpy()
    sold = full * growth * plan.exits[:T] * funds["share"].to_numpy()
    aum = full * growth * funds["share"].to_numpy() / funds["tilt"].to_numpy()
    aum = aum - (1.0 - law.swap) * np.cumsum(sold, axis=0)
    holding = sleeve @ weights
    flow = np.diff(holding, axis=0, prepend=0.0) + _swap(universe, sold, law)
    days = holding[:, members].sum(axis=1) / adv[members].sum()
    unwind = plan.unwind[plan.unwind < T]
    quiet = np.ones(T)
    quiet[unwind] = 0.0
    reshuffle = law.rotation * quiet * base.scale
    common = reshuffle * stream(settings.seed, "rotation").standard_normal(T)
    flow = flow + common[:, None] * holding
    coefficient = law.impact * daily_volatility(universe) / adv
    pressure = _pressure(flow, coefficient, np.where(quiet > 0, 1.0, law.stress), law)
    steady = law.rotation * (holding[:, members] * coefficient[members]).mean(axis=1)
    return Crowd(
        funds=funds,
        aum=aum,
        sleeve=sleeve,
        sold=sold,
        weights=weights,
        holding=holding,
        flow=flow,
        pressure=pressure,
        days=days,
        hazard=law.hazard(days),
        panic=_panic(T, unwind),
        members=members,
        unwind=unwind,
        vol_match=np.sqrt(1.0 + steady**2 / component_variance(universe, members)),
    )


def without_crowd(crowd: Crowd) -> Crowd:
    """The same funds and names, but nobody ever put money in: every trace is zero."""
    empty = {
        name: np.zeros_like(getattr(crowd, name))
        for name in (
            "aum", "sleeve", "sold", "holding", "flow", "pressure", "days", "hazard", "panic"
        )
    }
    return replace(crowd, unwind=crowd.unwind[:0], **empty)


def _funds(settings: Settings) -> pd.DataFrame:
    """Fund table: kind, share of the crowd's sleeve, small-cap tilt of the fund's money."""
    rng, n = stream(settings.seed, "funds"), settings.n_funds
    return pd.DataFrame(
        {
            "kind": np.where(np.arange(n) % 2 == 0, "neutral", "enhanced"),
            "share": rng.dirichlet(np.full(n, 3.0)),
            "tilt": rng.uniform(0.2, 0.4, n),
        },
        index=pd.Index([f"F{i + 1:02d}" for i in range(n)], name="fund"),
    )


def _books(settings: Settings, universe: Universe) -> tuple[Floats, Bools]:
    """Fund weights in small names with a shared signal, and the names held the most.

    Funds see the same signal plus their own noise. A name's weight follows its normal amount,
    so that the holding in days of volume is what the signal decides.
    """
    rng = stream(settings.seed, "books")
    n = settings.n_symbols
    score = universe.size + rng.standard_normal(n)
    noise = rng.standard_normal((settings.n_funds, n))
    eligible = (universe.listing == 0) & ~universe.dividend & ~universe.theme & (universe.size > 0)
    floor = np.quantile(score[eligible], 1.0 - min(1.0, 0.3 * n / eligible.sum()))
    eligible &= score >= floor
    raw = np.where(eligible, universe.adv * np.exp(0.5 * score + 0.5 * noise), 0.0)
    weights = raw / raw.sum(axis=1, keepdims=True)
    intensity = weights.mean(axis=0) / universe.adv
    members = np.zeros(n, dtype=bool)
    members[np.argsort(-intensity, kind="stable")[: max(10, int(0.15 * n))]] = True
    return weights, members & eligible


def _plan(settings: Settings, law: CrowdLaw, funds: pd.DataFrame) -> _Plan:
    """Lay the story over the horizon: two years of growth, then the exit if there is one."""
    rng, H, F = stream(settings.seed, "plan"), settings.horizon, settings.n_funds
    t = np.arange(H)[:, None]
    start, length = 0.42 * H, 0.5 * H
    lag = rng.uniform(-0.05, 0.05, F) * H
    middle = start + 0.6 * length + lag
    growth = np.where(t < start, 0.0, 1.0 / (1.0 + np.exp(-(t - middle) * 9.0 / length)))
    wobble = np.cumsum(0.004 * rng.standard_normal((H, F)), axis=0)
    growth = growth * np.exp(wobble - wobble[int(start)])
    none = _Plan(growth=growth, exits=np.zeros((H, F)))
    size = settings.crowd * law.peak_days * (growth @ funds["share"].to_numpy())
    first = _first_session(settings, law.hazard(size), int(start + 0.4 * length), rng)
    if first is None or settings.crowd == 0:
        return none
    count = int(rng.integers(3, 6))
    sessions = np.arange(first, min(first + count, H))
    exits = np.zeros((H, F))
    shared = rng.dirichlet(np.full(len(sessions), 6.0))
    own = rng.dirichlet(40.0 * shared, F).T
    exits[sessions] = own * np.clip(law.exit_share + 0.08 * rng.standard_normal(F), 0.0, 1.0)
    growth[first:] = growth[first]  # nobody gives the crowd new money once it has run
    return _Plan(growth=growth, exits=exits, unwind=sessions)


def _first_session(
    settings: Settings, hazard: Floats, earliest: int, rng: np.random.Generator
) -> int | None:
    """Session on which the unwind starts, None for never."""
    luck = rng.random()
    if settings.unwind is False:
        return None
    if settings.unwind is True:
        # Drawn from the hazard, given that it happens and leaves time to see what follows.
        window = slice(earliest, settings.horizon - max(10, settings.horizon // 25))
        odds = hazard[window] * np.cumprod(1.0 - hazard[window])
        if odds.sum() <= 0.0:
            return None
        return earliest + int(np.searchsorted(np.cumsum(odds) / odds.sum(), luck))
    if settings.unwind == "draw":
        fired = np.flatnonzero(1.0 - np.cumprod(1.0 - hazard) > luck)
        return int(fired[0]) if len(fired) else None
    if isinstance(settings.unwind, int) and 0 < settings.unwind < settings.horizon:
        return settings.unwind
    raise ConfigError(
        f"`unwind` is {settings.unwind!r}: the day of the unwind cannot be told from it. Pass True "
        f"(planted), False (none), 'draw' (by the hazard) or a session from 1 to "
        f"{settings.horizon - 1}."
    )


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
    push = flow * coefficient * stress[:, None]
    temporary = np.zeros_like(push)
    state = np.zeros(push.shape[1])
    for t in range(len(push)):
        state = law.fade * state + (1.0 - law.permanent) * push[t]
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
