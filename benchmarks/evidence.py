"""Evidence: one full record, and the grid of 120 tests. No peer does the same; goals in CPU seconds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.clock import clock
from quantquake.measures.evidence import evaluate
from quantquake.measures.evidence.family import evaluate_family

DAYS = 3500
DRAWS = 5000


def measure() -> list[str]:
    """Time both; wall time on two cores is below the CPU time of one thread."""
    price, signal, score = _history(0)
    one = clock(lambda: evaluate(signal, price, score=score, draws=DRAWS), 5).least
    signals, prices = _market()
    grid = clock(lambda: evaluate_family(signals, prices, draws=DRAWS), 1).least
    return [
        _note(f"One Evidence, 20 and 60 sessions, {DRAWS:,} draws on {DAYS:,} days", one, 1.0),
        _note(f"Grid of 120 tests, {DRAWS:,} draws on {DAYS:,} days", grid, 60.0),
    ]


def _note(what: str, seconds: float, goal: float) -> str:
    verdict = "reached" if seconds <= goal else "**missed**"
    return f"{what}: {seconds:.2f} CPU s (goal <= {goal:g}: {verdict})."


def _history(seed: int) -> tuple[pd.Series, pd.Series, pd.Series]:
    """A random walk, an alarm on 8 % of days in runs of about ten, and the number behind it."""
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2010-01-04", periods=DAYS, name="date")
    price = pd.Series(np.exp(np.cumsum(0.015 * rng.standard_t(4, DAYS))), dates)
    score = pd.Series(rng.standard_normal(DAYS), dates).ewm(alpha=0.1).mean()
    return price, (score > score.quantile(0.92)).astype(float), score


def _market() -> tuple[dict[str, Any], pd.DataFrame]:
    """Ten indicators on six baskets, as in the source article."""
    prices = pd.DataFrame({f"b{b}": _history(b)[0] for b in range(6)})
    signals = {
        name: pd.DataFrame({f"i{i}": _history(100 * b + i + 10)[1] for i in range(10)})
        for b, name in enumerate(prices)
    }
    return signals, prices
