"""Shifts and blocks against loops."""

import numpy as np
import pytest

from quantquake.measures.evidence.resampling import block_sums, circular_shifts, stationary_blocks


def test_shifts_against_a_loop():
    rng = np.random.default_rng(0)
    weights, values = rng.random(37), rng.random((37, 2))
    found = circular_shifts(weights, values)
    for k in range(37):
        assert found[k] == pytest.approx(weights @ np.roll(values, -k, axis=0))
    assert circular_shifts(weights, values[:, 0]) == pytest.approx(found[:, 0])


def test_blocks_fill_one_history():
    rng = np.random.default_rng(1)
    blocks = stationary_blocks(500, 300, 20, rng)
    assert (blocks.lengths.sum(axis=1) == 500).all()
    assert blocks.starts.min() >= 0
    assert blocks.starts.max() < 500
    # Mean length: 500 days in blocks of 20, the last one cut.
    assert (blocks.lengths > 0).sum(axis=1).mean() == pytest.approx(25.96, abs=1.0)
    whole = stationary_blocks(10, 5, 1000, rng)
    assert (whole.lengths.sum(axis=1) == 10).all()


def test_block_sums_against_a_loop():
    rng = np.random.default_rng(2)
    series = rng.random((50, 3))
    blocks = stationary_blocks(50, 20, 7, rng)
    for d, sums in enumerate(block_sums(blocks, series)):
        days = np.concatenate(
            [
                np.arange(s, s + n) % 50
                for s, n in zip(blocks.starts[d], blocks.lengths[d], strict=True)
            ]
        )
        assert len(days) == 50
        assert sums == pytest.approx(series[days].sum(axis=0))
