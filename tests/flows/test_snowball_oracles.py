"""Every variant against its oracles: two grids, simulated paths, dense quadrature on odd terms."""

from __future__ import annotations

import numpy as np
import pytest
from tests.flows.snowball_contracts import random_trade
from tests.flows.snowball_truth import dense_value

from quantquake.flows.snowball import Snowball, simulate_value, value
from quantquake.flows.snowball.variants import KINDS

TRADES, PATHS = 16, 5_000  # make soak: 50 and 40,000


def agree(kind: str, trades: int, paths: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance of two grids, and of the simulation in standard errors, trade by trade."""
    rng = np.random.default_rng(seed)
    grids, errors = [], []
    for k in range(trades):
        trade, spot, market = random_trade(kind, rng)
        coarse, fine = (value(trade, spot, rho=r, **market).price for r in (2.0, 3.5))
        told = simulate_value(trade, spot, **market, paths=paths, seed=seed + k)
        grids.append(coarse - fine)
        # A payoff certain in every path has no error of its own but rounding.
        errors.append((told.price - fine) / max(told.standard_error, 1e-6))
    return np.array(grids), np.array(errors)


@pytest.mark.feature("G01")
@pytest.mark.parametrize("kind", KINDS)
def test_grids_and_paths_agree(kind):
    grids, errors = agree(kind, TRADES, PATHS, seed=list(KINDS).index(kind))
    assert np.abs(grids).max() < 2e-5
    assert np.abs(errors).max() < 3.5
    assert np.sqrt(np.mean(errors**2)) < 2.0


def odd_trade(rng: np.random.Generator) -> tuple[Snowball, np.ndarray, dict[str, float]]:
    """Terms no desk would write: irregular dates, any barrier beside any other, mixed features."""
    sessions = int(rng.integers(1, 50))
    n = int(rng.integers(0, min(sessions, 8) + 1))
    knock_in, watch = rng.choice([0.5, 0.75, 0.8, 0.95]), rng.choice(["daily", "maturity", "never"])
    knock_out = np.where(rng.random(n) < 0.15, np.inf, rng.uniform(knock_in, 1.1, n))
    if n and rng.random() < 0.2:
        knock_out[-1] = knock_in
    trade = Snowball(
        spot0=1.0,
        notional=1.0,
        knock_in=None if watch == "never" else knock_in,
        knock_out=knock_out,
        observation_sessions=np.sort(rng.choice(np.arange(1, sessions + 1), n, replace=False)),
        sessions=sessions,
        coupon=rng.uniform(-0.1, 0.4, n),
        bonus=rng.choice([0.0, 0.3]),
        watch=watch,
        knocked_in=bool(rng.random() < 0.2) and watch == "daily",
        strike=rng.choice([0.0, 0.7, 1.0, 1.2, knock_in]),
        floor=rng.choice([0.0, 0.5, 0.9]),
        period_coupon=rng.choice([0, 1]) * rng.uniform(0, 0.1, n),
        coupon_barrier=rng.choice([0.0, 0.8, 1.0, 1.2, knock_in], n),
        margin=rng.choice([1.0, 0.3]),
        elapsed=int(rng.integers(0, 300)),
    )
    market = {
        "vol": rng.uniform(0.08, 0.5), "rate": rng.uniform(-0.01, 0.06),
        "carry": rng.uniform(-0.05, 0.3),
    }  # fmt: skip
    return trade, np.sort(rng.uniform(0.6, 1.2, 6)), market


def odd_errors(trades: int, seed: int) -> tuple[float, float]:
    """Largest error of value and delta over odd trades."""
    rng, worst = np.random.default_rng(seed), [0.0, 0.0]
    for _ in range(trades):
        trade, spots, market = odd_trade(rng)
        truth, got = dense_value(trade, spots, **market), value(trade, spots, **market)
        for k, mine in enumerate((got.price, got.delta)):
            worst[k] = max(worst[k], float(np.abs(mine - truth[k]).max()))
    return worst[0], worst[1]


@pytest.mark.feature("G01")
def test_odd_terms_against_dense_quadrature():
    price, delta = odd_errors(12, seed=0)
    assert price < 1e-7
    assert delta < 1e-5
