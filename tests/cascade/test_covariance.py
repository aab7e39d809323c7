"""Cont and Wagalath: covariance under distressed selling, and the sale read back from it."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.closed_form import cont_wagalath, fire_sale_forensics
from quantquake.cascade.closed_form.distressed_covariance import liquidation_response
from quantquake.errors import ConfigError, DataError

N = 20


def twenty():
    return cont_wagalath(0.02**2 * np.eye(N), np.full(N, 1 / N), np.full(N, 0.5))


@pytest.mark.feature("I02")
def test_unrelated_assets_become_correlated_by_a_seventeenth():
    # spec/cascade 3.3: n = 20, sigma 2 %, equal positions, u = 0.5.
    got = twenty()
    off = got.correlation[~np.eye(N, dtype=bool)]
    np.testing.assert_allclose(off, 1 / 17, rtol=1e-12)
    assert got.fund_variance_ratio == pytest.approx(2.25, rel=1e-12)
    assert got.fund_variance == pytest.approx(2.25 * 0.02**2 / N, rel=1e-12)


def test_draws_agree_with_the_formula():
    # spec/cascade 3.3: 200,000 draws agree within 0.7 %.
    rng = np.random.default_rng(0)
    own = 0.02 * rng.standard_normal((200_000, N))
    moved = own + 0.5 * (own @ np.full(N, 1 / N))[:, None]
    got = twenty()
    fund = moved @ np.full(N, 1 / N)
    assert fund.var() == pytest.approx(got.fund_variance, rel=0.007)
    sample = np.corrcoef(moved, rowvar=False)[~np.eye(N, dtype=bool)].mean()
    assert sample == pytest.approx(1 / 17, abs=0.003)


def test_orthogonal_portfolios_are_spared():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(6, 6))
    base, position = root @ root.T / 1e4, rng.uniform(1, 5, 6)
    response = liquidation_response(position, rng.uniform(100, 300, 6), 0.4)
    got = cont_wagalath(base, position, response)
    other = rng.normal(size=6)
    other -= response * (other @ response) / (response @ response)
    during, before = got.variance_of(other)
    assert during == pytest.approx(before, rel=1e-12)
    during, before = got.variance_of(position)
    assert during / before == pytest.approx(got.fund_variance_ratio, rel=1e-12)


def test_no_reaction_no_change():
    got = cont_wagalath(0.02**2 * np.eye(N), np.full(N, 1 / N), np.zeros(N))
    assert not got.excess.any()


def test_response_is_position_over_depth_times_slope():
    np.testing.assert_allclose(liquidation_response([2.0, 6.0], [10.0, 20.0], 0.5), [0.1, 0.15])


def injected(periods=None, seed=0, n=12):
    """A fund sells in proportion to its loss; what it sold, and what an observer sees."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n)) * 0.003 + np.eye(n) * 0.01
    base = root @ root.T
    position, depth = rng.uniform(-1, 3, n), rng.uniform(20, 60, n)
    slope = 1.5
    response = liquidation_response(position, depth, slope)
    if periods is None:
        own = rng.multivariate_normal(np.zeros(n), base)
        seen = cont_wagalath(base, position, response).covariance
        returns = own + response * (position @ own)
        return base, seen, depth, returns, slope * position * (position @ own)
    calm, own = (rng.multivariate_normal(np.zeros(n), base, periods) for _ in range(2))
    own -= 0.02 * np.sign(position) * np.sqrt(np.diag(base))  # a drift that makes it sell
    path = own + response * (own @ position)[:, None]
    sold = slope * position * (own @ position).sum()
    return np.cov(calm.T), np.cov(path.T), depth, path.sum(axis=0), sold


@pytest.mark.feature("I02")
@pytest.mark.parametrize("sellers", [1, None])
def test_a_known_sale_is_recovered_exactly_from_exact_covariances(sellers):
    *seen, sold = injected()
    got = fire_sale_forensics(*seen, sellers=sellers)
    np.testing.assert_allclose(got.flow, sold, rtol=1e-7, atol=1e-12)
    assert got.total == pytest.approx(np.abs(sold).sum(), rel=1e-8)
    np.testing.assert_allclose(
        got.portfolio, sold / np.abs(sold).sum() * np.sign(sold[np.argmax(np.abs(sold))]), atol=1e-8
    )
    assert (np.abs(got.strength[1:]) < 1e-9 * got.strength[0]).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_known_sale_is_recovered_from_a_sample(seed):
    # 20,000 returns: covariances are good to about 1 %, the amount sold to a few per cent.
    *seen, sold = injected(20_000, seed)
    got = fire_sale_forensics(*seen)
    assert got.total == pytest.approx(np.abs(sold).sum(), rel=0.1)
    assert np.corrcoef(got.flow, sold)[0, 1] > 0.99
    assert np.sign(got.flow @ sold) == 1


def test_two_sellers_are_told_apart_from_one():
    rng = np.random.default_rng(2)
    n, depth = 8, np.full(8, 50.0)
    base = 1e-4 * np.eye(n)
    funds = rng.uniform(0, 3, (2, n))
    move = np.eye(n) + np.diag(1 / depth) @ (funds.T @ funds)
    own = rng.normal(-0.01, 0.01, n)
    got = fire_sale_forensics(base, move @ base @ move.T, depth, move @ own, sellers=2)
    np.testing.assert_allclose(got.flow, funds.T @ (funds @ own), rtol=1e-8)
    assert got.strength[1] > 100 * abs(got.strength[2])


def test_no_sale_is_found_where_there_is_none():
    base, _, depth, returns, _ = injected()
    assert fire_sale_forensics(base, base, depth, returns).total < 1e-12


def test_bad_input_is_named():
    base, seen, depth, returns, _ = injected()
    with pytest.raises(DataError, match="full rank"):
        fire_sale_forensics(np.ones((12, 12)), seen, depth, returns)
    with pytest.raises(DataError, match="shape"):
        fire_sale_forensics(base, seen[:3, :3], depth, returns)
    with pytest.raises(DataError, match=r"depth\[0\]"):
        fire_sale_forensics(base, seen, 0 * depth, returns)
    with pytest.raises(ConfigError, match="sellers"):
        fire_sale_forensics(base, seen, depth, returns, sellers=0)
    with pytest.raises(DataError, match="not symmetric"):
        cont_wagalath([[1.0, 0.5], [0.0, 1.0]], [1, 1], [0, 0])
    with pytest.raises(DataError, match="eigenvalue"):
        cont_wagalath([[1.0, 2.0], [2.0, 1.0]], [1, 1], [0, 0])


@pytest.mark.parametrize("name", ["before", "during", "depth", "returns", "sellers"])
def test_every_argument_of_the_forensics_moves_the_output(name):
    base, seen, depth, returns, _ = injected(400)
    given = {"before": base, "during": seen, "depth": depth, "returns": returns, "sellers": 1}
    changed = {**given, name: 3 if name == "sellers" else 1.1 * given[name]}
    assert fire_sale_forensics(**given).total != fire_sale_forensics(**changed).total
