"""Warming up compiles what users then call."""

import numpy as np
import pytest

from quantquake._jit import DISABLED
from quantquake.cascade import crowded_funds, simulate
from quantquake.cascade.kernels import contagion, crowd, lanes, pack, value_funds
from quantquake.cascade.warm_up import CALLS, warm_up


@pytest.mark.skipif(DISABLED, reason="nothing compiles under NUMBA_DISABLE_JIT=1")
def test_nothing_compiles_after_warming_up():
    assert set(warm_up()) == set(CALLS)
    kernels = (
        crowd.run_rounds, crowd.settle_blocks, crowd.reprice, crowd.value_all, lanes.run_rounds,
        lanes.settle_blocks, lanes.reprice, pack.fill, contagion.spread, value_funds.trade,
    )  # fmt: skip
    before = [len(kernel.signatures) for kernel in kernels]
    rng = np.random.default_rng(0)
    for precision in ("float64", "float32"):
        for shape in ((4, 30), (4, 30, 17)):
            scenario = crowded_funds(
                rng.integers(0, 30, (9, 5)), rng.random((9, 5)), np.zeros(9), np.ones(9),
                np.ones(30), np.full(30, 0.02), rng.standard_normal(shape), 4, precision=precision,
            )  # fmt: skip
            for path in (False, True):
                simulate(scenario, threads=2, path=path)
                simulate(scenario, path=path)
    assert [len(kernel.signatures) for kernel in kernels] == before
