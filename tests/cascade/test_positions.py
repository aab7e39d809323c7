"""Whole baskets are the same books as shares kept one by one, and the kernels are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.baskets import NONE, Baskets
from quantquake.cascade.clearing import Fills
from quantquake.cascade.kernels import baskets as kernel
from quantquake.cascade.positions import Positions, by_sleeve, sleeve_zeros
from quantquake.cascade.scenario_file import load
from quantquake.cascade.simulation import run

GROUPS, HOLDERS, ASSETS = 2, 5, 9


def table(rng: np.random.Generator, sides: int = 2):
    """Random books: five holders, two groups, long and short, some sleeves without a basket."""
    collected, shared = Baskets(), rng.random(ASSETS)
    common = collected.legs(np.arange(ASSETS), shared)
    chosen = np.full((sides * GROUPS, HOLDERS), NONE, dtype=np.int64)
    for k in range(sides * GROUPS):
        for f in range(HOLDERS):
            inside = (k % GROUPS) * 4 + np.sort(rng.choice(4, rng.integers(0, 4), replace=False))
            weight = rng.random(len(inside))
            # Some by weights of their own, some by a list that all share.
            own = rng.random() < 0.5
            legs = collected.legs(inside, weight) if own else common[inside]
            chosen[k, f] = collected.number(legs, weight.sum() if own else shared[inside].sum())
    held = np.where(chosen == NONE, 0.0, rng.random(chosen.shape) * 1e9)
    held[GROUPS:] *= -1
    return collected.table([chosen], [held], sides=sides, n_assets=ASSETS)


def broken(positions: Positions) -> Positions:
    """The same books with every share counted by itself."""
    positions.broken = positions.broken.joined(positions.table, positions.whole, positions.held)
    positions.whole = positions.whole[:0]
    return positions


def sheet(rng: np.random.Generator, value, n: int):
    """Random orders in money: undo part of some sleeves, add to others, both to a few."""
    sell, buy = sleeve_zeros(*value.shape), sleeve_zeros(*value.shape)
    sell[:] = np.abs(value) * rng.random(value.shape) * (rng.random(value.shape) < 0.5)
    buy[:] = 1e8 * rng.random(value.shape) * (rng.random(value.shape) < 0.5)
    return sell, buy


@pytest.mark.parametrize("n", [1, 3, 8, 16])
@pytest.mark.parametrize("cut", [0.0, 0.2])
def test_whole_baskets_are_the_same_books_as_shares_kept_one_by_one(n: int, cut: float):
    rng = np.random.default_rng(n)
    own = table(rng)
    price = 0.5 + rng.random((ASSETS, n))
    books = Positions.opening(own, price), broken(Positions.opening(own, price))
    for _ in range(6):
        price = price * (0.9 + 0.2 * rng.random(price.shape))
        for one in books:
            one.mark(price)
        orders = sheet(rng, books[0].value, n)
        fills = Fills(
            sell=np.where(rng.random(price.shape) < cut, rng.random(price.shape), 1.0),
            buy=np.where(rng.random(price.shape) < cut, rng.random(price.shape), 1.0),
            mid=price * (0.95 + 0.1 * rng.random(price.shape)),
        )
        traded = []
        for one in books:
            wanted = one.orders(*(_copy(o) for o in orders), queue=False)
            traded.append((wanted.sold, wanted.bought, *one.settle(wanted, fills)))
        for whole, single in zip(*traded, strict=True):
            assert whole == pytest.approx(single, rel=1e-11, abs=1.0)
        for path in (0, n - 1):
            shares = [one.books(path).toarray() for one in books]
            assert shares[0] == pytest.approx(shares[1], rel=1e-11, abs=1.0)
        assert books[0].value == pytest.approx(books[1].value, rel=1e-11, abs=1.0)
    assert bool(len(books[0].broken.rows)) == (cut > 0)


def _copy(orders):
    fresh = sleeve_zeros(*orders.shape)
    fresh[:] = orders
    return fresh


@pytest.mark.parametrize("n", [1, 5, 16])
def test_kernels_are_the_dense_answer(n: int):
    rng = np.random.default_rng(n)
    own = table(rng)
    dense = np.zeros((len(own.start) - 1, ASSETS))
    for b in range(len(dense)):
        part = slice(own.start[b], own.start[b + 1])
        dense[b, own.asset[part]] = own.weight[part]
    assert dense.sum(axis=1) == pytest.approx(1.0)
    price = rng.random((ASSETS, n))
    which, out = np.arange(0, len(dense), 2), np.full((len(dense), n), -1.0)
    legs = np.empty((len(own.leg_asset), n))
    kernel.legs(own.leg_asset, own.leg_weight, price, legs)
    kernel.price(own.start, own.leg, own.factor, which, legs, out)
    assert out[which] == pytest.approx(dense[which] @ price)
    assert (out[1::2] == -1.0).all()
    traded = rng.random(out.shape) * (rng.random(out.shape) < 0.3)
    flow = np.zeros_like(price)
    legs[:] = 0.0
    kernel.spread(own.start, own.leg, own.factor, traded, legs)
    kernel.shares(own.leg_asset, own.leg_weight, legs, flow)
    assert flow == pytest.approx(dense.T @ traded)
    both = np.stack([traded, np.zeros_like(traded)])
    short = np.zeros((2, ASSETS, n), dtype=bool)
    short[:, 3, 0] = True
    found = np.zeros(len(dense), dtype=bool)
    kernel.caught(own.start, own.leg, own.leg_asset, both, short, found)
    assert (found == ((dense[:, 3] > 0) & (traded[:, 0] > 0))).all()


def test_the_same_list_is_one_basket_and_stands_with_its_group():
    same, other = np.array([4, 5]), np.array([0, 2])
    collected = Baskets()
    legs = [collected.legs(a, np.array([0.5, 0.5])) for a in (same, other, same)]
    assert [list(one) for one in legs] == [[0, 1], [2, 3], [0, 1]]
    assert [collected.number(one, 1.0) for one in legs] == [0, 1, 0]
    assert collected.number(same[:0], 0.0) == NONE
    chosen = np.array([[1, NONE], [0, 0]])
    own = collected.table([chosen], [np.ones((2, 2))], sides=1, n_assets=6)
    assert own.asset.tolist() == [0, 2, 4, 5]  # in the order of the groups, not of the holders
    assert own.basket.tolist() == [0, NONE, 1, 1]
    assert own.used.tolist() == [0, 2, 3]


@pytest.mark.parametrize("name", ["us-2007-08", "margin-spiral", "cn-2024-02"])
def test_a_scenario_of_broken_books_tells_the_same_story(name: str, monkeypatch):
    asked = load(name)
    together = run(asked, seed=1, paths=[0, 1])
    as_usual = Positions.opening.__func__
    with monkeypatch.context() as patch:
        patch.setattr(Positions, "opening", classmethod(lambda *given: broken(as_usual(*given))))
        apart = run(asked, seed=1, paths=[0, 1])
    assert not len(apart.state.positions.whole)
    assert apart.record.groups == pytest.approx(together.record.groups, rel=1e-9)
    assert apart.record.sold == pytest.approx(together.record.sold, rel=1e-6, abs=1e3)
    if all(g.limit is None for g in asked.groups):
        assert not len(together.state.positions.broken.rows)


def test_rows_of_a_sheet_are_a_view():
    cube = sleeve_zeros(3, 2, 4)
    by_sleeve(cube)[4] = 1.0  # sleeve 1 of holder 1
    assert cube[1, 1].tolist() == [1.0] * 4
    assert cube.sum() == 4
