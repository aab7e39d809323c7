"""Overlap of books: by hand, against the plain double loop, planted crowd, bad tables."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantquake.data.synthetic import hidden_holder_world
from quantquake.errors import DataError
from quantquake.measures.overlap import book_overlap, chance_overlap, effective_number


def table(rows):
    return pd.DataFrame(rows, columns=["date", "fund", "symbol", "weight"])


def plain(books):
    """spec/crowding.md 3.5 (iii), pair by pair: sum of min(|a|, |b|) where the signs agree."""
    books = books / np.abs(books).sum(axis=1, keepdims=True)
    pairs = [
        np.minimum(np.abs(a), np.abs(b))[np.sign(a) == np.sign(b)].sum()
        for a, b in combinations(books, 2)
    ]
    return np.mean(pairs)


@pytest.mark.feature("B16")
def test_by_hand():
    day = "2024-01-31"
    found = book_overlap(
        table(
            [
                (day, "A", "x", 50.0), (day, "A", "y", 50.0),
                (day, "B", "x", 0.5), (day, "B", "z", -0.5),
                (day, "C", "z", -3.0), (day, "C", "x", -1.0),
            ]
        )
    ).iloc[0]  # fmt: skip
    # A-B share x (0.5); A-C nothing: opposite sides; B-C share the short z, min(0.5, 0.75).
    assert found["overlap"] == pytest.approx((0.5 + 0.0 + 0.5) / 3)
    assert found["funds"] == 3


def test_ends_of_the_scale():
    rng = np.random.default_rng(0)
    one = rng.normal(size=30)
    same = [("2024-01-31", f, i, one[i]) for f in "ABCD" for i in range(30)]
    found = book_overlap(table(same)).iloc[0]
    assert found["overlap"] == pytest.approx(1.0)
    assert found["effective_books"] == pytest.approx(1.0)
    apart = [("2024-01-31", f, (f, i), 1.0) for f in "ABCD" for i in range(5)]
    found = book_overlap(table(apart)).iloc[0]
    assert found["overlap"] == 0.0
    assert found["effective_books"] == pytest.approx(4.0)
    alone = book_overlap(table(same[:30])).iloc[0]
    assert np.isnan(alone["overlap"])
    assert np.isnan(alone["effective_books"])
    # Two books of cosine c: eigenvalues 1 + c and 1 - c, entropy by hand.
    assert effective_number(np.array([[1.0, 0.6], [0.6, 1.0]])) == pytest.approx(
        np.exp(-0.8 * np.log(0.8) - 0.2 * np.log(0.2))
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(1, 12), st.integers(0, 2**31))
def test_against_the_double_loop(n_funds, n_symbols, seed):
    rng = np.random.default_rng(seed)
    books = rng.normal(size=(n_funds, n_symbols)) * (rng.random((n_funds, n_symbols)) < 0.7)
    books[:, 0] += 0.1  # nobody holds nothing
    rows = [
        ("2024-01-31", f, i, books[f, i])
        for f in range(n_funds)
        for i in range(n_symbols)
        if books[f, i]
    ]
    found = book_overlap(table(rows)).iloc[0]
    assert found["overlap"] == pytest.approx(plain(books))
    assert 1.0 - 1e-9 <= found["effective_books"] <= n_funds + 1e-9
    # Names, funds and the currency are only labels.
    moved = table(rows).assign(weight=lambda t: t["weight"] * 7e6, fund=lambda t: -t["fund"])
    other = book_overlap(moved.sample(frac=1.0, random_state=0)).iloc[0]
    assert other["overlap"] == pytest.approx(found["overlap"])


@pytest.mark.feature("B16")
def test_planted_crowd_is_above_luck_and_noise_is_not():
    world = hidden_holder_world(3)
    found = book_overlap(world.holdings)["overlap"]
    luck = chance_overlap(world.holdings, draws=100)
    gathered = found.index[(world.shared.reindex(found.index) > 0.3).to_numpy()]
    apart = found.index[(world.shared.reindex(found.index) == 0.0) & (found.index < world.event)]
    assert (found[gathered] > luck[gathered] + 0.1).all()
    assert found[gathered].max() > 0.6
    # Books drawn by lot lie above the 95 % quantile of the lot rarely; reports repeat each other.
    assert (found[apart] > luck[apart]).mean() < 0.3
    assert chance_overlap(world.holdings, draws=20, share=0.5).mean() < luck.mean()
    assert not chance_overlap(world.holdings, draws=5, seed=1).equals(
        chance_overlap(world.holdings, draws=5)
    )


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t.drop(columns="weight"), "no column"),
        (lambda t: t.assign(weight="much"), "no numbers, first rows"),
        (lambda t: t.assign(weight=np.inf), "no numbers, first rows"),
        (lambda t: pd.concat([t, t], ignore_index=True), "positions twice, first rows"),
        (lambda t: None, "no column"),
    ],
)
def test_bad_tables_are_refused(change, match):
    good = table([("2024-01-31", "A", "x", 1.0), ("2024-01-31", "B", "x", 1.0)])
    with pytest.raises(DataError, match=match):
        book_overlap(change(good))


def test_empty_and_unobserved_books_say_nothing():
    good = table([("2024-01-31", "A", "x", 1.0), ("2024-01-31", "B", "x", np.nan)])
    assert np.isnan(book_overlap(good)["overlap"].iloc[0])
    assert book_overlap(good.iloc[:0]).empty
    nothing = table([("2024-01-31", "A", "x", 0.0), ("2024-01-31", "B", "x", 0.0)])
    assert book_overlap(nothing)["funds"].iloc[0] == 0
