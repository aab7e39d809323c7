"""Reading: a file of a market's years, a long table made wide, a made-up world. Goals in CPU seconds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.clock import clock
from quantquake.data.files import read
from quantquake.data.market import Market
from quantquake.data.panel import to_wide
from quantquake.data.synthetic import synthetic_world

DATES, SYMBOLS = 400, 3_750


def measure() -> list[str]:
    """Time each of the three."""
    long = _long()
    rows = f"{len(long):,} rows"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prices.parquet"
        pl.DataFrame({name: long[name].to_list() for name in long}).write_parquet(file)
        market = clock(lambda: Market.from_long(read(file, calendar=None)), 3).median
    wide = clock(lambda: to_wide(long, "close", name="prices"), 3).median
    world = clock(lambda: synthetic_world(seed=1), 3).median
    return [
        _note(f"A Parquet file of {rows} becomes a market", market, 4.0),
        _note(f"A long table of {rows} becomes a wide one", wide, 1.0),
        _note("A synthetic world", world, 1.5),
    ]


def _note(what: str, seconds: float, goal: float) -> str:
    verdict = "reached" if seconds <= goal else "**below goal**"
    return f"{what}: {seconds:.2f} CPU s (goal <= {goal:g}: {verdict})."


def _long() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    days = pd.bdate_range("2022-01-03", periods=DATES, name="date")
    close = 10 * np.exp(np.cumsum(0.02 * rng.standard_normal((DATES, SYMBOLS)), axis=0)).ravel()
    volume = 1e6 * (1 + rng.random(close.size))
    names = np.array([f"{600000 + i:06d}.SH" for i in range(SYMBOLS)], dtype=object)
    return pd.DataFrame(
        {
            "date": days.repeat(SYMBOLS),
            "symbol": np.tile(names, DATES),
            "open": close,
            "high": close * 1.01,
            "low": close * 0.99,
            "close": close,
            "volume": volume,
            "amount": volume * close,
        }
    )
