"""The simulated tables of spec/crowding.md 3.3 at their full size; `make soak` only."""

from __future__ import annotations

import os

import numpy as np
import pytest

from quantquake.data.synthetic.volume import (
    clip_schedule,
    independent_volume,
    persistent_volume,
    u_shape,
)
from quantquake.measures.spectrum import line_share, null_share, schedule_test, top_share

pytestmark = pytest.mark.skipif(
    os.environ.get("QUANTQUAKE_SOAK") != "1", reason="heavy; set QUANTQUAKE_SOAK=1"
)
DAYS = 4_000


def test_top_share_means_at_full_size():
    # Standard error 0.0002 at 4,000 days: only rounding and the unprinted U-shape remain.
    rng = np.random.default_rng(1)
    quiet, u = independent_volume(DAYS, rng=rng), u_shape(480)
    assert top_share(quiet).mean() == pytest.approx(null_share(), abs=0.0015)
    assert top_share(u * quiet).mean() == pytest.approx(0.381, abs=0.005)
    liquid = u * independent_volume(DAYS, rng=rng, shape=5)
    assert top_share(liquid).mean() == pytest.approx(0.412, abs=0.005)
    assert top_share(persistent_volume(DAYS, rng=rng)).mean() == pytest.approx(0.467, abs=0.005)


def test_line_and_schedule_at_full_size():
    rng = np.random.default_rng(2)
    quiet = independent_volume(DAYS // 2, rng=rng)
    mixed = 0.7 * quiet + 0.3 * clip_schedule(5) / u_shape(480)
    assert line_share(mixed).mean() == pytest.approx(0.555, abs=0.03)
    assert line_share(quiet).mean() == pytest.approx(0.005, abs=0.002)
    noise = schedule_test(quiet)
    assert noise.statistic[:, 2].mean() == pytest.approx(2.0, abs=0.1)
    assert noise.significant.any(axis=-1).mean() < 0.055
