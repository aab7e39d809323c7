"""The workload of the cascade benchmarks, its floors, and what is said where a peer is missing."""

import numpy as np
import pytest
from benchmarks import crowd, floors
from benchmarks.crowd_world import crowd_world

from quantquake.cascade import crowded_funds


def test_the_world_is_always_the_same_and_ready_to_run():
    one, other = crowd_world(funds=5, assets=50, held=8, rounds=2), crowd_world(5, 50, 8, 2)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])
    assert crowded_funds(**one).holdings.n_funds == 5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floors_value_the_same_portfolios(dtype):
    world = crowd_world(funds=20, assets=50, held=16, rounds=1)
    held = crowded_funds(**world, precision=np.dtype(dtype).name).holdings
    price, expected = np.arange(50, dtype=dtype), (world["shares"] * world["index"]).sum(axis=1)
    names, value = np.ascontiguousarray(world["index"]).reshape(-1), np.empty(20)
    shares = world["shares"].astype(dtype).reshape(-1)
    floors._gather(names.view(np.uint64), shares, price, 4, value)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(held.value(price), expected, rtol=1e-5)
    assert floors.gather(world["index"], world["shares"], dtype, 1).least >= 0
    assert floors.packed_gather(held, 1).least >= 0


def test_a_check_value_that_is_missed_is_said():
    assert crowd.checked(0.505436612, 10_000).endswith("exact")
    assert crowd.checked(0.5055, 10_000).endswith("6.3e-05 off")


def test_without_mesa_the_row_says_why(monkeypatch):
    monkeypatch.setattr(crowd, "peer", lambda _: "cannot be imported")
    monkeypatch.delenv(crowd.MESA, raising=False)
    assert crowd.MESA in crowd.mesa("cascade_mesa_lists")
