"""Expected H given how often a stock trades."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.data.synthetic.volume import u_shape
from quantquake.errors import DataError
from quantquake.measures.spectrum import null_share, top_share
from quantquake.measures.spectrum.null import fit_null, null_table


@pytest.fixture(scope="module")
def table():
    return null_table(paths=60)


@pytest.mark.feature("A11")
def test_table_limits(table):
    # Rare trades drag H to the floor, liquid U-shaped days push it above the white null.
    assert table["share"].iloc[table["zero_fraction"].argmax()] < 0.30
    assert table.loc[table["zero_fraction"] == 0, "share"].iloc[0] > 0.42
    middle = table[(table["zero_fraction"].between(0.5, 0.9)) & (table["volume"] < 0.5)]
    np.testing.assert_allclose(middle["share"], null_share(), atol=0.008)


def test_excess_is_centred_on_unseen_unscheduled_stocks(table):
    fit = fit_null(table["share"], table["zero_fraction"], table["volume"])
    rng = np.random.default_rng(3)
    for trades in (0.1, 0.7, 3.0, 12.0):
        counts = rng.poisson(trades * u_shape(480), (200, 480))
        volume = np.where(counts > 0, rng.standard_gamma(np.maximum(counts, 1)), 0.0)
        excess = fit.excess(top_share(volume), np.mean(volume == 0, axis=1), volume.mean(axis=1))
        assert abs(excess.mean()) < 0.012
    assert np.isnan(fit.expected(0.1, 0.0))


def test_fit_recovers_a_known_surface():
    rng = np.random.default_rng(0)
    z, v = rng.uniform(0, 1, 50), rng.lognormal(0, 1, 50)
    truth = np.array([0.4, 0.1, -0.2, 0.03, 0.01, 0.05])
    x = np.log(v)
    share = np.stack([z**0, z, z**2, x, x**2, z * x], -1) @ truth
    fit = fit_null(share, z, v)
    np.testing.assert_allclose(fit.coefficients, truth, atol=1e-9)
    np.testing.assert_allclose(fit.excess(share + 0.02, z, v), 0.02, atol=1e-9)


def test_too_few_points():
    with pytest.raises(DataError, match="at least 12"):
        fit_null([0.4] * 5, [0.1] * 5, [1.0] * 5)
