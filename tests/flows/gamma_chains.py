"""Small option chains whose gamma is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

ON = pd.Timestamp("2026-02-03")


def two_options(
    low: float = 95.0, high: float = 105.0, sizes=(1000.0, 1000.0), *, sigma=0.2, tau=0.25
) -> pd.DataFrame:
    """A put below and a call above, one volatility: naive dealers are short the first."""
    return pd.DataFrame(
        {
            "option_type": ["put", "call"],
            "strike": [low, high],
            "tau": tau,
            "iv": sigma,
            "open_interest": sizes,
        }
    )


def flip_of_two(low, high, sizes, sigma, tau, rate=0.0, dividend=0.0) -> float:
    """Spot where the two gammas are equal: OI1 exp(-d1(K1)^2/2) = OI2 exp(-d1(K2)^2/2).

    Both have the same volatility and time, so the equation is linear in ln S.
    """
    k1, k2 = np.log([low, high])
    variance = sigma**2 * tau
    middle = (k1 + k2) / 2 + variance * np.log(sizes[0] / sizes[1]) / (k2 - k1)
    return float(np.exp(middle - (rate - dividend + sigma**2 / 2) * tau))


def whole_chain(seed: int = 0, spot: float = 4000.0, *, vendor: bool = True) -> pd.DataFrame:
    """Three expiries with a put skew, quotes, vendor gamma and open interest."""
    from quantquake.flows.options import black_scholes

    rng = np.random.default_rng(seed)
    days = np.array([3, 17, 45])
    expiry, strike, call = (
        a.ravel()
        for a in np.meshgrid(
            ON + pd.to_timedelta(days, "D"), spot * np.arange(0.8, 1.21, 0.01).round(2), [True, False],
            indexing="ij",
        )
    )  # fmt: skip
    tau = (pd.DatetimeIndex(expiry) - ON).days / 365
    away = np.log(strike / spot) / np.sqrt(tau) / 0.15
    iv = 0.15 * np.clip(1 - 0.16 * away + 0.015 * away**2, 0.5, 4)
    greeks = black_scholes(spot, strike, tau, iv, kind=call)
    half = 0.01 * greeks.price + 0.05
    table = pd.DataFrame(
        {
            "date": ON, "underlying": "SPX", "expiry": expiry, "strike": strike,
            "option_type": np.where(call, "call", "put"), "spot": spot, "iv": iv,
            "bid": greeks.price - half, "ask": greeks.price + half,
            "open_interest": rng.integers(0, 20_000, len(iv)).astype(float),
        }
    )  # fmt: skip
    if vendor:
        table["gamma"] = greeks.gamma.round(4)  # as vendors round it
    table["bid"] = table["bid"].clip(lower=0)
    return table
