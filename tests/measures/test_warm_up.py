"""Warming up compiles what users then call."""

import numpy as np
import pytest

from quantquake._jit import DISABLED
from quantquake.measures.kernels import last_day, percentile, spectrum
from quantquake.measures.percentile import rolling_percentile, rolling_percentile_last
from quantquake.measures.warm_up import CALLS, warm_up


@pytest.mark.skipif(DISABLED, reason="nothing compiles under NUMBA_DISABLE_JIT=1")
def test_nothing_compiles_after_warming_up():
    assert set(warm_up()) == set(CALLS)
    kernels = (percentile.gather, percentile.divide, last_day.rank_last, spectrum.top_share_480)
    before = [len(kernel.signatures) for kernel in kernels]
    panel = np.random.default_rng(0).standard_normal((60, 3))
    for x in (panel, panel.astype(np.float32), np.asfortranarray(panel)):
        rolling_percentile(x, window=9)
    rolling_percentile_last(panel)
    spectrum.top_share_batch(np.ones((3, 480), np.float32))
    assert [len(kernel.signatures) for kernel in kernels] == before
