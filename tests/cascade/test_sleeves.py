"""Compiled sleeves against what they mean, written out with dense arrays."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.kernels import sleeves


def table(rng, n_rows: int, n_assets: int, n_scenarios: int):
    lengths = rng.integers(0, 6, n_rows)
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    asset = np.concatenate([rng.choice(n_assets, k, replace=False) for k in lengths]).astype(
        np.uint32
    )
    shares = rng.normal(size=(len(asset), n_scenarios))
    recipe = np.sign(shares[:, 0]) * rng.random(len(asset))
    return start, asset, np.ascontiguousarray(shares), recipe, np.repeat(np.arange(n_rows), lengths)


@pytest.mark.parametrize("n_scenarios", [1, 3, 8, 16])
def test_every_number_of_scenarios_gives_the_dense_answer(n_scenarios: int):
    rng = np.random.default_rng(n_scenarios)
    n_rows, n_assets = 40, 9
    start, asset, shares, recipe, row = table(rng, n_rows, n_assets, n_scenarios)
    price = rng.random((n_assets, n_scenarios)) + 0.5
    value = np.empty((n_rows, n_scenarios))
    sleeves.value(start, asset, shares, price, value)
    dense = np.zeros_like(value)
    np.add.at(dense, row, shares * price[asset])
    assert value == pytest.approx(dense, abs=1e-12)

    active = np.flatnonzero(rng.random(n_rows) < 0.7)
    idle = np.setdiff1d(np.arange(n_rows), active)
    sell, buy = rng.random(value.shape), rng.random(value.shape)
    sell[idle] = buy[idle] = 0.0
    order = recipe[:, None] * buy[row] - shares * sell[row]
    want_sold, want_bought = np.zeros((2, n_assets, n_scenarios))
    np.add.at(want_sold, asset, np.maximum(-order, 0))
    np.add.at(want_bought, asset, np.maximum(order, 0))
    sold, bought = np.zeros((2, n_assets, n_scenarios))
    orders = (start, asset, shares, recipe, active, sell, buy)
    sleeves.gather_orders(*orders, sold, bought)
    assert sold == pytest.approx(want_sold, abs=1e-12)
    assert bought == pytest.approx(want_bought, abs=1e-12)

    fill_sell, fill_buy, mid = rng.random((3, n_assets, n_scenarios))
    before, money = shares.copy(), np.zeros((3, *value.shape))
    sleeves.settle(*orders, fill_sell, fill_buy, mid, money)
    filled = np.where(order > 0, order * fill_buy[asset], order * fill_sell[asset])
    assert shares == pytest.approx(before + filled, abs=1e-12)
    for got, cash in (
        (money[0], np.maximum(-filled, 0)),
        (money[1], np.maximum(filled, 0)),
        (money[2], np.abs(order - filled)),
    ):
        want = np.zeros_like(value)
        np.add.at(want, row, cash * mid[asset])
        assert got == pytest.approx(want, abs=1e-12)
