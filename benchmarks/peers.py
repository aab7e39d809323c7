"""Find the peers: the scripts beside the project if they are there, else pandas ones of our own.

Both have the same shape: ``inputs = setup(**size)``, ``result, check = run(inputs)``.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("QUANTQUAKE_SHARED", ROOT.parent / "shared")) / "bench" / "peers"


def peer(name: str) -> Any:
    """Return the peer module, our own stand-in, or a sentence saying why there is none."""
    if (FOLDER / f"{name}.py").is_file():
        if str(FOLDER) not in sys.path:
            sys.path.insert(0, str(FOLDER))
        try:
            return importlib.import_module(name)
        except ImportError as reason:
            return f"{name} cannot be imported ({reason})"
    return OWN.get(name, f"{name} lies beside the project only, and is absent")


def rank_panel(days: int = 3500, stocks: int = 5000) -> Any:
    """Noise around random walks, float32, with late starts as NaN."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((days, stocks), dtype=np.float32).cumsum(0) * np.float32(0.05)
    x += rng.standard_normal((days, stocks), dtype=np.float32)
    for j, start in enumerate((rng.random(stocks) * days * 0.1).astype(int)):
        x[:start, j] = np.nan
    return x


def return_panel(days: int = 3500, stocks: int = 5000, missing: float = 0.05) -> Any:
    """One market factor plus noise, float32, with late starts as NaN."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((days, stocks), dtype=np.float32) * np.float32(0.02)
    x += rng.standard_normal((days, 1), dtype=np.float32) * np.float32(0.01)
    for j, start in enumerate((rng.random(stocks) * days * 2 * missing).astype(int)):
        x[:start, j] = np.nan
    return x


def volume_bins(stocks: int = 5000) -> Any:
    """One day of half-minute volumes, float32."""
    return np.random.default_rng(2).gamma(1.0, 1.0, (stocks, 480)).astype(np.float32)


def _rank(inputs: Any) -> Any:
    frame, window = inputs
    return frame.rolling(window).rank(pct=True).to_numpy(dtype=np.float32), None


def _contrarian(frame: Any) -> Any:
    then = frame.shift(1).where(frame.notna())
    weight = -then.sub(then.mean(axis=1), axis=0).div(then.notna().sum(axis=1), axis=0)
    return (weight * frame).sum(axis=1, min_count=1).to_numpy(), None


def _volatility(inputs: Any) -> Any:
    frame, index, window = inputs
    stock = np.sqrt((frame**2).rolling(window).mean().clip(lower=0)).mean(axis=1)
    return (stock / np.sqrt((index**2).rolling(window).mean())).to_numpy(), None


def _volatility_inputs(stocks: int = 5000) -> Any:
    frame = pd.DataFrame(return_panel(stocks=stocks))
    return frame, frame.mean(axis=1), 5


def _correlation(frame: Any) -> Any:
    c = frame.corr().to_numpy()
    return [(c.sum() - len(c)) / (len(c) * (len(c) - 1))], None


OWN: dict[str, Any] = {
    "common": SimpleNamespace(
        rank_panel=rank_panel, return_panel=return_panel, volume_bins=volume_bins
    ),
    "w1_pandas": SimpleNamespace(
        setup=lambda stocks=5000, window=250: (
            pd.DataFrame(rank_panel(stocks=stocks).astype(np.float64)),
            window,
        ),
        run=_rank,
    ),
    "w3_pandas": SimpleNamespace(setup=lambda: pd.DataFrame(return_panel()), run=_contrarian),
    "w4_pandas": SimpleNamespace(setup=_volatility_inputs, run=_volatility),
    "w5_pandas": SimpleNamespace(
        setup=lambda: pd.DataFrame(return_panel(250, 500, 0.0)), run=_correlation
    ),
}
