"""Cascades at full size; `make soak` only."""

from __future__ import annotations

import os

import numpy as np
import pytest
from benchmarks.crowd_world import crowd_world
from scipy.sparse import csr_matrix

from quantquake.cascade import crowded_funds, simulate
from quantquake.cascade.closed_form import (
    caccioli_border,
    contagion_map,
    thurner_farmer_geanakoplos,
)

pytestmark = pytest.mark.skipif(
    os.environ.get("QUANTQUAKE_SOAK") != "1", reason="heavy; set QUANTQUAKE_SOAK=1"
)


def test_contagion_border_with_a_thousand_banks_and_assets():
    names = [0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20]
    lever = [5, 6.5, 8, 10, 15, 20, 25, 30, 40]
    border = caccioli_border(names, lever)
    seen = contagion_map(names, lever, n_banks=1000, n_assets=1000, runs=100).probability > 0.15
    for spreads, found in zip(border.spreads, seen, strict=True):
        if not spreads.any() or not found.any():
            assert max(spreads.sum(), found.sum()) <= 2
            continue
        edges = [np.flatnonzero(row)[[0, -1]] for row in (spreads, found)]
        assert np.abs(edges[0] - edges[1]).max() <= 1


def test_hundred_thousand_funds_are_the_sparse_matrix_product():
    world = crowd_world(funds=100_000, rounds=1)
    crowd = crowded_funds(**world)
    rows = np.arange(0, world["index"].size + 1, 200)
    table = csr_matrix((world["shares"].ravel(), world["index"].ravel(), rows), (100_000, 5_000))
    rng = np.random.default_rng(0)
    price, fraction = rng.random(5_000), rng.random(100_000)
    np.testing.assert_allclose(crowd.holdings.value(price), table @ price, rtol=1e-12)
    np.testing.assert_allclose(crowd.holdings.sell(fraction), fraction @ table, rtol=1e-10)


def test_hundred_thousand_funds_on_two_threads_change_no_bit():
    crowd = crowded_funds(**crowd_world(funds=100_000, rounds=60))
    one, two = (simulate(crowd, threads=n) for n in (1, 2))
    np.testing.assert_array_equal(one.final_price, two.final_price)
    np.testing.assert_array_equal(one.equity, two.equity)
    assert one.sold.tolist() == two.sold.tolist()


def test_leverage_trends_over_many_seeds():
    runs = {k: [thurner_farmer_geanakoplos(k, seed=s) for s in range(30)] for k in (1.0, 5.0, 10.0)}
    mean = {
        name: [np.mean([getattr(r, name) for r in runs[k]]) for k in runs]
        for name in ("deviation", "kurtosis", "clustering", "defaults")
    }
    assert mean["deviation"][0] > mean["deviation"][1] > mean["deviation"][2]
    for name in ("kurtosis", "clustering", "defaults"):
        assert mean[name][0] < mean[name][1] < mean[name][2]
