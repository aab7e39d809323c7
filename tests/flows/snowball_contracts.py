"""Contracts the tests share."""

from __future__ import annotations

import dataclasses

import numpy as np

from quantquake.flows.snowball import Snowball

YEAR = 252
MARKET = {"vol": 0.20, "rate": 0.02, "carry": 0.04}


def contract_a(*, months=24, lock=3, step=0.0, **terms) -> Snowball:
    """Contract A of spec/derivatives.md 3.3: months of 21 sessions, knock-out 1.03, knock-in 0.75."""
    days = np.arange(21 * lock, 21 * months + 1, 21)
    plain = {
        "spot0": 1.0,
        "notional": 1.0,
        "knock_in": 0.75,
        "knock_out": 1.03 - step * np.arange(len(days)),
        "observation_sessions": days,
        "sessions": 21 * months,
        "coupon": 0.15,
        "days_per_year": YEAR,
    }
    return Snowball(**{**plain, **terms})


def random_trade(kind: str, rng: np.random.Generator, *, most: int = 12):
    """A note of a kind, of random age, level and market; returns it with a spot and the market."""
    from quantquake.flows.snowball.variants import variant

    trade = variant(
        kind,
        knock_in=float(rng.choice([0.70, 0.75, 0.80])),
        knock_out=float(rng.choice([1.0, 1.03])),
        coupon=float(rng.uniform(0.05, 0.25)),
        months=int(rng.integers(3, most + 1)),
        lock=int(rng.integers(1, 4)),
    )
    age = int(rng.uniform(0, 0.9) * trade.sessions)
    below = min([0.99, *trade.knock_out[:-1]]) - 0.001
    between = rng.uniform(trade.knock_in + 0.001, below, age)
    trade = trade.after(between) if age else trade
    if trade.watch == "daily" and rng.random() < 0.25:
        trade = dataclasses.replace(trade, knocked_in=True)
    market = {
        "vol": float(rng.uniform(0.12, 0.35)),
        "rate": float(rng.uniform(0.0, 0.04)),
        "carry": float(rng.uniform(-0.02, 0.15)),
    }
    return trade, float(rng.uniform(0.7, 1.08)), market
