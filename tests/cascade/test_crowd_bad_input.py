"""Nonsense at the door of a crowd: one paragraph with the place, never a hang."""

from __future__ import annotations

import numpy as np
import pytest

import quantquake as qq
from quantquake.cascade.crowd import CrowdRule, PriceLaw
from quantquake.errors import ConfigError, DataError

GOOD = {
    "index": [[0, 1], [1, 2]],
    "shares": [[1.0, 1.0], [2.0, 2.0]],
    "debt": [1.0, 2.0],
    "leverage": [2.0, 2.0],
    "adv": [1.0, 1.0, 1.0],
    "sigma": [0.02, 0.02, 0.02],
    "shocks": np.zeros((3, 3)),
    "rounds": 3,
}


def test_the_good_one_runs():
    assert qq.cascade.simulate(qq.cascade.crowded_funds(**GOOD)).final_price.shape == (3,)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("index", [[0, 1], [1, 3]], r"index\[1, 1\]"),
        ("index", [[0, -1], [1, 2]], r"index\[0, 1\]"),
        ("index", [[0.0, 1.0], [1.0, 2.0]], "whole numbers"),
        ("index", [0, 1], "n_funds, n_held"),
        ("index", np.zeros((0, 2), int), "whole numbers"),
        ("shares", [[1.0, np.nan], [2.0, 2.0]], r"`shares` is not finite.*shares\[0, 1\]"),
        ("shares", [[1.0, -1.0], [2.0, 2.0]], r"shares\[0, 1\]"),
        ("shares", [[1.0], [2.0]], "shape"),
        ("shares", [["a", "b"], ["c", "d"]], "does not hold numbers"),
        ("debt", [1.0, 4.0], r"debt\[1\].*equity would be negative"),
        ("debt", [-1.0, 2.0], r"debt\[0\]"),
        ("debt", [1.0, np.inf], r"debt\[1\]"),
        ("leverage", [2.0, 0.5], r"leverage\[1\]"),
        ("adv", [1.0, 0.0, 1.0], r"adv\[1\]"),
        ("adv", [[1.0, 1.0, 1.0]], "shape"),
        ("sigma", [0.02, -0.02, 0.02], r"sigma\[1\]"),
        ("sigma", [0.02], "shape"),
        ("shocks", np.full((3, 3), np.nan), r"9 of 9 places.*\.\.\."),
        ("shocks", np.zeros((3, 2)), "shape"),
    ],
)
def test_bad_arrays(name, value, words):
    with pytest.raises(DataError, match=words):
        qq.cascade.crowded_funds(**{**GOOD, name: value})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rounds": 0}, "rounds"),
        ({"rounds": 2.5}, "rounds"),
        ({"rounds": 4}, "stand still"),
        ({"shocks": np.zeros((3, 3, 0))}, "scenario"),
        ({"precision": "float16"}, "precision"),
    ],
)
def test_bad_settings(change, words):
    with pytest.raises(ConfigError, match=words):
        qq.cascade.crowded_funds(**{**GOOD, **change})


@pytest.mark.parametrize(
    "build",
    [
        lambda: CrowdRule(tolerance=-0.1), lambda: CrowdRule(max_sale=1.0),
        lambda: PriceLaw(impact=-1.0), lambda: PriceLaw(cap=float("nan")),
        lambda: PriceLaw(noise="x"), lambda: PriceLaw(first_move=-1.0),
    ],
)  # fmt: skip
def test_rules_out_of_range(build):
    with pytest.raises(ConfigError, match="Give a number from"):
        build()


def test_a_scenario_that_is_none():
    with pytest.raises(ConfigError, match="describes no cascade"):
        qq.cascade.simulate(5)
    with pytest.raises(ConfigError, match="threads"):
        qq.cascade.simulate(qq.cascade.crowded_funds(**GOOD), threads=0)


def test_too_many_names():
    many = 65_537
    wide = {"adv": np.ones(many), "sigma": np.ones(many), "shocks": np.zeros((3, many))}
    with pytest.raises(DataError, match="two bytes"):
        qq.cascade.crowded_funds(**{**GOOD, **wide})


def test_the_largest_number_of_names_is_held():
    many = 65_536
    given = {**GOOD, "index": [[0, many - 1], [many - 2, many - 1]]}
    given |= {"adv": np.ones(many), "sigma": np.full(many, 0.02), "shocks": None, "rounds": 2}
    got = qq.cascade.simulate(qq.cascade.crowded_funds(**given))
    worth = np.array([got.final_price[[0, -1]].sum(), 2 * got.final_price[[-2, -1]].sum()])
    np.testing.assert_allclose(got.value, got.kept * worth, rtol=1e-12)


def test_a_fund_without_holdings_waits():
    given = {**GOOD, "shares": [[0.0, 0.0], [2.0, 2.0]], "debt": [0.0, 2.0]}
    got = qq.cascade.simulate(qq.cascade.crowded_funds(**given))
    assert got.value[0] == 0.0
    assert np.isfinite(got.final_price).all()
    scenarios = {**given, "shocks": np.zeros((3, 3, 2))}
    wide = qq.cascade.crowded_funds(**scenarios, precision="float32")
    assert np.isfinite(qq.cascade.simulate(wide).final_price).all()
