"""A row that misses its goal says so, and the stand-in peers are right."""

import numpy as np
import pytest
from benchmarks.clock import Timing
from benchmarks.peers import OWN
from benchmarks.report import Row, page

from quantquake.measures.percentile import rolling_percentile


def test_verdicts():
    ours, other = Timing(1.0, 1.0), Timing(10.0, 12.0)
    assert Row("w", "peer", ours, other, 10.0).verdict == "reached"
    assert Row("w", "peer", ours, other, 11.0).verdict == "**below goal**"
    assert Row("w", "floor", other, ours, 4.0, floor=True).verdict == "**below goal**"
    assert Row("w", "floor", other, ours, 10.0, floor=True).verdict == "reached"
    assert Row("w", "peer", ours, other).ratios == pytest.approx((10.0, 12.0))


def test_a_missing_peer_is_a_line_with_its_reason():
    row = Row("w", "peer", Timing(1.0, 1.0), None, 3.0, agreement="absent")
    assert "skipped" in row.line()
    assert "absent" in page([row], ["a note"])


def test_own_pandas_peer_computes_the_same():
    frame, window = OWN["w1_pandas"].setup(stocks=3, window=250)
    theirs, _ = OWN["w1_pandas"].run((frame, window))
    ours = rolling_percentile(frame.to_numpy(), window=window, dtype=np.float32)
    np.testing.assert_array_equal(ours, theirs)
