"""Greenwood, Landier and Thesmar: identities of one linear round."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.closed_form import greenwood_landier_thesmar
from quantquake.errors import DataError


def system(seed=0, n_banks=7, n_assets=5):
    rng = np.random.default_rng(seed)
    assets = rng.uniform(50, 500, n_banks)
    weights = rng.dirichlet(np.ones(n_assets), n_banks)
    return {
        "assets": assets,
        "equity": assets / rng.uniform(8, 30, n_banks),
        "weights": weights,
        "shock": rng.normal(-0.02, 0.01, n_assets),
        "impact": rng.uniform(1e-6, 1e-4, n_assets),
    }


@pytest.mark.parametrize("seed", range(5))
def test_vulnerability_is_the_sum_of_its_parts(seed):
    given = system(seed)
    got = greenwood_landier_thesmar(**given)
    total = got.aggregate_vulnerability
    assert total < 0
    assert got.systemicness.sum() == pytest.approx(total, rel=1e-12)
    weighted = given["equity"] / given["equity"].sum() * got.indirect_vulnerability
    assert weighted.sum() == pytest.approx(total, rel=1e-12)


def test_matrix_form_of_the_paper():
    given = system()
    got = greenwood_landier_thesmar(**given)
    A, M, L = np.diag(given["assets"]), given["weights"], np.diag(given["impact"])
    B = np.diag(given["assets"] / given["equity"] - 1)
    loss = np.ones(7) @ A @ M @ L @ M.T @ B @ A @ (M @ given["shock"])
    assert got.aggregate_vulnerability == pytest.approx(loss / given["equity"].sum(), rel=1e-12)


@pytest.mark.parametrize("n", [1, 4])
def test_identical_banks_with_one_asset(n):
    # AV = l b f A^2 / E with system totals.
    got = greenwood_landier_thesmar(
        np.full(n, 200.0), np.full(n, 10.0), np.ones((n, 1)), [-0.01], [1e-5]
    )
    expected = 1e-5 * 19 * -0.01 * (200.0 * n) ** 2 / (10.0 * n)
    assert got.aggregate_vulnerability == pytest.approx(expected, rel=1e-12)


@pytest.mark.feature("I01")
def test_no_leverage_no_sale():
    given = system()
    got = greenwood_landier_thesmar(**{**given, "equity": given["assets"]})
    assert not got.flow.any()
    assert got.aggregate_vulnerability == 0


@pytest.mark.feature("I02")
def test_zero_overlap_zero_contagion():
    got = greenwood_landier_thesmar(
        [100.0, 100.0], [5.0, 5.0], np.eye(2), [-0.02, 0.0], [1e-4, 1e-4]
    )
    assert got.indirect_vulnerability[0] < 0
    assert got.indirect_vulnerability[1] == 0


def test_permutation():
    given, rng = system(), np.random.default_rng(1)
    banks, assets = rng.permutation(7), rng.permutation(5)
    moved = greenwood_landier_thesmar(
        given["assets"][banks], given["equity"][banks], given["weights"][np.ix_(banks, assets)],
        given["shock"][assets], given["impact"][assets],
    )  # fmt: skip
    one = greenwood_landier_thesmar(**given)
    np.testing.assert_allclose(moved.systemicness, one.systemicness[banks], rtol=1e-12)
    np.testing.assert_allclose(moved.price_change, one.price_change[assets], rtol=1e-12)


@pytest.mark.parametrize("name", ["assets", "equity", "weights", "shock", "impact"])
def test_every_argument_moves_the_output(name):
    given = system()
    changed = dict(given)
    changed[name] = given[name][::-1].copy() if name == "weights" else 0.9 * given[name]
    one, other = greenwood_landier_thesmar(**given), greenwood_landier_thesmar(**changed)
    assert one.aggregate_vulnerability != other.aggregate_vulnerability


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("equity", [1.0], "shape"),
        ("equity", np.zeros(7), "above 0"),
        ("equity", np.full(7, 1e4), "above the assets"),
        ("weights", np.full((7, 5), 0.3), "sum to 1"),
        ("impact", np.full(5, -1.0), "negative"),
        ("shock", np.full(5, np.nan), r"shock\[0\]"),
    ],
)
def test_bad_input_is_named(name, value, words):
    with pytest.raises(DataError, match=words):
        greenwood_landier_thesmar(**{**system(), name: value})


def test_one_row_a_bank():
    assert list(greenwood_landier_thesmar(**system()).to_frame().columns) == [
        "bank_return", "direct", "indirect_vulnerability", "systemicness",
    ]  # fmt: skip
