"""Caccioli, Shrestha, Moore and Farmer: where one failure spreads, on paper and simulated."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake._jit import DISABLED
from quantquake.cascade.closed_form import caccioli_border, contagion_map
from quantquake.cascade.closed_form.contagion_border import TEN_PER_CENT, one_hit
from quantquake.cascade.kernels import contagion
from quantquake.errors import ConfigError, DataError

NAMES = [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0]
LEVERAGE = [5.0, 8.0, 12.0, 20.0, 30.0]
#: Share of runs from which a point counts as lying in the window.
SEEN = 0.15


def steps_apart(border, simulated):
    """Largest distance of a simulated edge of the window from the eigenvalue's, in grid steps."""
    worst = 0
    for spreads, probability in zip(border.spreads, simulated.probability, strict=True):
        seen = probability > SEEN
        if not spreads.any() or not seen.any():
            assert max(spreads.sum(), seen.sum()) <= 3  # near the critical leverage: see rows
            continue
        for edge in (np.flatnonzero(spreads), np.flatnonzero(seen)):
            assert (np.diff(edge) == 1).all()  # one window
        ends = np.flatnonzero(spreads)[[0, -1]] - np.flatnonzero(seen)[[0, -1]]
        worst = max(worst, int(np.abs(ends).max()))
    return worst


@pytest.fixture(scope="module")
def maps():
    if DISABLED:
        pytest.skip("a minute without compiled kernels")
    border = caccioli_border(NAMES, LEVERAGE, draws=10_000)
    return border, contagion_map(NAMES, LEVERAGE, n_banks=400, n_assets=400, runs=50)


def test_simulated_border_is_the_eigenvalue_border(maps):
    assert steps_apart(*maps) <= 1


def test_critical_leverage_below_which_nothing_spreads(maps):
    border, simulated = maps
    lowest = [
        np.flatnonzero(a.any(axis=1))[0] for a in (border.spreads, simulated.probability > SEEN)
    ]
    assert lowest[0] > 0
    assert abs(lowest[0] - lowest[1]) <= 1
    assert (simulated.probability[0] == 0).all()


def test_too_little_and_too_much_diversification_are_safe_and_the_window_grows(maps):
    border, simulated = maps
    for window in (border.spreads, simulated.probability > SEEN):
        assert not window[:, 0].any()
        assert not window[:, -1].any()
        assert (np.diff(window.sum(axis=1)) >= 0).all()
        assert window[-1].sum() > window[1].sum()


def test_robust_yet_fragile(maps):
    # At its rare edge contagion, once it happens, takes nearly everybody.
    _, simulated = maps
    rare = (simulated.probability > 0) & (simulated.probability < 0.5) & (np.array(NAMES) >= 4)
    assert rare.any()
    assert (simulated.extent[rare] > 0.9).all()


def test_one_hit_condition():
    # spec/cascade 3.5: alpha = -ln(0.9) / 0.1, 10 % sold takes 10 % off the price.
    assert round(TEN_PER_CENT, 4) == 1.0536
    assert np.exp(-TEN_PER_CENT * 0.1) == pytest.approx(0.9, rel=1e-12)
    assert one_hit(4, 5, 20) == pytest.approx(20 * (1 - np.exp(-TEN_PER_CENT / 4)) / 5, rel=1e-12)


@pytest.mark.parametrize("leverage", [6.0, 9.0])
def test_regular_network_fails_just_when_one_hit_says_so(leverage):
    """Three banks, two assets held by all: n = 3 holders, k = 2 assets each."""
    rows, names = np.array([0, 2, 4, 6]), np.array([0, 1] * 3)
    columns, owner = np.array([0, 3, 6]), np.array([0, 1, 2] * 2)
    whole = np.full(2, 1.5)
    # The seller sells a third of both assets of a bank: twice the loss of one hit.
    falls = 2 * one_hit(3, 2, leverage)
    border = leverage / falls
    for factor, dead in ((0.999, 1), (1.001, 3)):
        count = contagion.spread(
            rows, names, columns, owner, whole, 1 / (border * factor), TEN_PER_CENT, 0
        )
        assert count == dead


def spread_python(links, leverage, alpha, first):
    """All losses of a generation at once, by dense matrices."""
    held = links / np.maximum(links.sum(axis=1, keepdims=True), 1)
    failed = np.arange(len(links)) == first
    while True:
        part = (failed @ held) / np.maximum(held.sum(axis=0), 1e-300)
        lost = held @ (1 - np.exp(-alpha * part))
        more = failed | (lost >= (1 - 1e-12) / leverage)
        if (more == failed).all():
            return failed.sum()
        failed = more


@pytest.mark.parametrize("seed", range(20))
def test_failures_one_by_one_end_as_failures_by_generation(seed):
    rng = np.random.default_rng(seed)
    links = rng.random((60, 50)) < 0.08
    links[links.sum(axis=1) == 0, 0] = True
    banks, names = np.nonzero(links)
    order = np.argsort(names, kind="stable")
    held = links / links.sum(axis=1, keepdims=True)
    count = contagion.spread(
        np.r_[0, links.sum(axis=1).cumsum()], names, np.r_[0, links.sum(axis=0).cumsum()],
        banks[order], held.sum(axis=0), 1 / 14.0, 1.0, seed,
    )  # fmt: skip
    assert count == spread_python(links, 14.0, 1.0, seed)


@pytest.mark.feature("I02")
def test_no_common_asset_no_contagion():
    rows, names = np.array([0, 1, 2]), np.array([0, 1])
    assert contagion.spread(rows, names, rows, names, np.ones(2), 1e-9, 1.0, 0) == 1


def test_a_chain_inside_one_asset_is_counted():
    # Holders of 1, 2 and 3 assets: the seller fails the first, both together the second.
    rows, degree = np.array([0, 2]), np.array([1, 2])
    needed = np.array([0.0, 0.1, 0.7, 1.0])
    failed = np.zeros((4, 4))
    contagion.failed_holders(rows, degree, needed, True, failed)
    assert failed[3].tolist() == [0, 1, 1, 0]  # 1/3 of 11/6, then 4/3 of 11/6 = 0.73
    alone = np.zeros((4, 4))
    contagion.failed_holders(rows, degree, needed, False, alone)
    assert alone[3].tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("name", ["alpha", "banks_per_asset", "chained", "draws", "seed"])
def test_every_argument_moves_the_border(name):
    changes = {"alpha": 2.0, "banks_per_asset": 2.0, "chained": False, "draws": 999, "seed": 1}
    base = caccioli_border([3.0], [15.0], draws=1000)
    other = caccioli_border([3.0], [15.0], **{"draws": 1000, name: changes[name]})
    assert base.eigenvalue != other.eigenvalue


@pytest.mark.parametrize(
    "changes",
    [
        {"alpha": 3.0},
        {"n_banks": 90},
        {"n_assets": 30},
        {"runs": 37},
        {"threshold": 1.0},
        {"seed": 5},
    ],
)
def test_every_argument_moves_the_map(changes):
    given = {"n_banks": 60, "n_assets": 60, "runs": 30}
    base = contagion_map([1.0, 2.5], [9.0], **given)
    other = contagion_map([1.0, 2.5], [9.0], **{**given, **changes})
    assert not np.array_equal(base.probability, other.probability)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: caccioli_border([0.0], [5.0]), DataError, "diversification"),
        (lambda: caccioli_border([1.0], [0.5]), DataError, "leverage"),
        (lambda: caccioli_border([1.0], [5.0], alpha=0.0), ConfigError, "alpha"),
        (lambda: contagion_map([1.0], [5.0], runs=0), ConfigError, "runs"),
        (lambda: contagion_map([1.0], [5.0], threshold=2.0), ConfigError, "threshold"),
        (lambda: contagion_map([np.nan], [5.0]), DataError, r"diversification\[0\]"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
