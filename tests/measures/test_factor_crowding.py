import numpy as np
import pandas as pd
import pytest

from quantquake.errors import DataError
from quantquake.measures.factor_crowding import FactorWindows, factor_crowding

SHORT = FactorWindows(correlation=20, volatility=20, reversal=60, history=400, every=10)


def world(seed: int = 0, crowd: float = 0.0, n_dates: int = 601, n: int = 60):
    """Top fifth by exposure is pushed together, made dear and shorted against at the end.

    The last row is a formation row: 600 is a multiple of `SHORT.every`.
    """
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2020-01-01", periods=n_dates, name="date")
    names = pd.Index([f"S{i:02d}" for i in range(n)], name="symbol")
    exposure = pd.DataFrame(np.tile(np.arange(n, dtype=float), (n_dates, 1)), dates, names)
    returns = rng.normal(0, 0.01, (n_dates, n))
    book = np.exp(rng.normal(0, 0.02, (n_dates, n)))
    shorts = np.abs(rng.normal(0.05, 0.002, (n_dates, n)))
    late = slice(n_dates - 60, None)
    returns[late, -12:] += crowd * (0.01 * rng.normal(size=(60, 1)) + 0.002)
    book[late, -12:] *= 1 - 0.5 * crowd
    shorts[late, :12] += 0.05 * crowd
    frame = lambda v: pd.DataFrame(v, dates, names)  # noqa: E731
    return exposure, frame(returns), frame(book), frame(shorts)


def score(crowd: float):
    exposure, returns, book, shorts = world(crowd=crowd)
    return factor_crowding(
        exposure,
        returns,
        premium="divergence",
        book_yield=book,
        short_interest=shorts,
        windows=SHORT,
    )


def test_a_planted_crowd_shows_in_every_metric_and_none_does_not():
    crowded, calm = score(1.0), score(0.0)
    assert (crowded.scores.iloc[-1] > 1).all()
    assert crowded.score.iloc[-1] > 1 > calm.score.iloc[-1]
    assert crowded.coverage.iloc[-1] == 5
    assert crowded.origin.coverage["metrics"] == "5 of 5"


def test_valuation_spread_is_the_log_ratio_of_the_legs():
    exposure, returns, book, _ = world()
    book.iloc[:, :12], book.iloc[:, -12:] = 0.8, 0.4
    got = factor_crowding(exposure, returns, premium="convergence", book_yield=book, windows=SHORT)
    np.testing.assert_allclose(got.metrics["valuation_spread"], np.log(2))
    assert got.metrics["short_interest_spread"].isna().all()
    assert got.coverage.max() == 3  # a constant spread has no score, shorts were not supplied


def test_legs_are_held_from_the_next_day():
    exposure, returns, _, _ = world()
    full = factor_crowding(exposure, returns, premium="divergence", windows=SHORT)
    cut = len(exposure) - 1 - SHORT.every - 3  # no formation row: the grid must not move with it
    early = factor_crowding(
        exposure.iloc[: cut + 1], returns.iloc[: cut + 1], premium="divergence", windows=SHORT
    )
    pd.testing.assert_frame_equal(full.metrics.loc[: exposure.index[cut]], early.metrics)


def test_refusals():
    exposure, returns, book, _ = world(n=20)
    with pytest.raises(DataError, match="five names"):
        factor_crowding(exposure, returns, premium="divergence", quantile=0.1)
    with pytest.raises(DataError, match="dates and symbols"):
        factor_crowding(exposure, returns, premium="divergence", book_yield=book.iloc[1:])
