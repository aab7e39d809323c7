"""Prices and warnings whose worth is known, for the tests of the evidence."""

import numpy as np
import pandas as pd

from quantquake.measures.evidence.effect import measure_effect
from quantquake.measures.evidence.episodes import find_episodes
from quantquake.measures.evidence.falls import Path, forward_outcome
from quantquake.measures.evidence.judgement import count_days
from quantquake.measures.evidence.resampling import stationary_blocks
from quantquake.measures.evidence.warned import Warned


def dates(n, start="2010-01-04"):
    return pd.bdate_range(start, periods=n, name="date")


def series(values, start="2010-01-04", name=None):
    return pd.Series(np.asarray(values), index=dates(len(values), start), name=name)


def random_price(rng, n=2250, vol=0.25, drift=0.05, wander=False):
    """Random walk with t(4) days; `wander` lets volatility drift for years."""
    days = rng.standard_t(4, n) * np.sqrt(0.5)
    if wander:
        path = pd.Series(rng.standard_normal(n) * 0.1).ewm(alpha=0.015).mean().to_numpy()
        days = days * np.exp(8.0 * path)
    return 100.0 * np.exp(np.cumsum(days * vol / np.sqrt(250) + (drift - vol**2 / 2) / 250))


def random_signal(rng, n=2250, share=0.08, run=10.0):
    """Runs of geometric length (mean `run`) on `share` of the days: persistent, and useless."""
    gap = run * (1.0 - share) / share
    on, flags, t = rng.random() < share, np.zeros(n), 0
    while t < n:
        length = rng.geometric(1.0 / (run if on else gap))
        flags[t : t + length] = on
        t, on = t + length, not on
    return flags


def null_history(seed, horizon, *, draws=1000, wander=False, n=2250):
    """Effect of a useless signal on one history, or None with fewer than 3 episodes."""
    rng = np.random.default_rng(seed)
    price, signal = random_price(rng, n, wander=wander), random_signal(rng, n)
    warned = Warned(path=Path.of(price), dates=dates(n), signal=signal, score=None, unpriced=0)
    outcome = forward_outcome(warned.path, horizon)
    day = count_days(warned, outcome, find_episodes(signal, gap=horizon), 0.05)
    if day.vote.sum() < 3:
        return None
    blocks = stationary_blocks(len(day.kept), draws, max(horizon, 20), rng)
    return measure_effect(*day[1:], blocks), float(day.hit.mean()), int(day.vote.sum())


def null_study(histories, horizon, **kw):
    """Table over histories of a useless signal: p-values, coverage, errors of the win rate."""
    rows = []
    for seed in range(histories):
        found = null_history((seed, horizon), horizon, **kw)
        if found is None:
            continue
        effect, base, episodes = found
        chance = effect.rate - effect.excess_volatility
        rows.append(
            {
                "episodes": episodes,
                "p": effect.p_value,
                "p_volatility": effect.p_value_volatility,
                "day_error": effect.day_rate - base,
                "error": effect.excess,
                "wilson": effect.wilson[0] <= base <= effect.wilson[1],
                "above": effect.wilson[0] > max(base, chance),
                "below": effect.wilson[1] < min(base, chance),
                "excess": effect.excess_interval[0] <= 0.0 <= effect.excess_interval[1],
                "excess_volatility": effect.excess_volatility_interval[0]
                <= 0.0
                <= effect.excess_volatility_interval[1],
                "lift": effect.lift_interval[0] <= 1.0 <= effect.lift_interval[1],
                "relative_risk": effect.relative_risk_interval[0]
                <= 1.0
                <= effect.relative_risk_interval[1],
                "day_rate": effect.day_rate_interval[0] <= base <= effect.day_rate_interval[1],
                "basic": abs(effect.excess) <= np.inf
                and 2 * effect.excess - effect.excess_interval[1]
                <= 0.0
                <= 2 * effect.excess - effect.excess_interval[0],
            }
        )
    return pd.DataFrame(rows)


def crowded_histories(seeds):
    """Truth's own alarm on made-up crowds, worlds put end to end: (signal, crowded price, twin's).

    Alarm: the declared daily hazard of an unwind is above 1 %. Whether one comes is drawn by that
    hazard. The twin has the same seed, shocks and volatility, but no crowd; the alarm is the same.
    """
    from quantquake.app.scoring import basket_price
    from quantquake.data.synthetic import synthetic_world

    parts = []
    for seed in seeds:
        world = synthetic_world(seed=seed, n_symbols=60, n_dates=1000, unwind="draw")
        both = [basket_price(w.market, w.baskets[0]) for w in (world, world.twin())]
        alarm = (world.truth.hazard > 0.01).astype(float).reindex(both[0].index)
        growth = [np.log(price / price.shift(1)).fillna(0.0).to_numpy() for price in both]
        parts.append((alarm.to_numpy(), *growth))
    signal, crowded, twin = (np.concatenate(column) for column in zip(*parts, strict=True))
    index = pd.bdate_range("1900-01-01", periods=len(signal), name="date")
    return (
        pd.Series(signal, index),
        pd.Series(100.0 * np.exp(np.cumsum(crowded)), index),
        pd.Series(100.0 * np.exp(np.cumsum(twin)), index),
    )
