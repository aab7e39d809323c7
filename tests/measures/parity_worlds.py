"""Option chains whose truth is known: index options on CSI 300 and 1000, ETF options, quotes by tick.

A world has one forward an expiry. Calls and puts are Black's prices with a smile (parity does not
care), quoted a number of ticks apart and rounded outward to the tick, so the true synthetic always
lies between its bid and its ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

DAY = pd.Timestamp("2020-03-16")


@dataclass(frozen=True, kw_only=True)
class World:
    """One underlying on one day."""

    spot: float
    expiries: tuple[str, ...]
    strikes: np.ndarray
    tick: float
    rate: float = 0.025
    borrow: float = 0.0
    dividends: float = 0.0  # in points of the underlying, a year, paid half-way
    smile: float = 0.4

    def tau(self, expiry: str) -> float:
        return (pd.Timestamp(expiry) - DAY).days / 365

    def paid(self, expiry: str) -> float:
        """Dividends by then, as `fair_value.fair_price` takes them."""
        return self.dividends * self.tau(expiry)

    def forward(self, expiry: str) -> float:
        """Where a short seller who pays `borrow` for the stock is indifferent."""
        tau = self.tau(expiry)
        grown = self.spot * np.exp((self.rate - self.borrow) * tau)
        return float(grown - self.paid(expiry) * np.exp(0.5 * self.rate * tau))

    def chain(
        self, *, half_ticks: float = 1.0, rounded: bool = True, **columns: object
    ) -> pd.DataFrame:
        rows = []
        for expiry in self.expiries:
            for strike in self.strikes:
                for kind in ("call", "put"):
                    mid = self._black(expiry, float(strike), kind)
                    bid, ask = mid - half_ticks * self.tick, mid + half_ticks * self.tick
                    if rounded:
                        bid = np.floor(bid / self.tick + 1e-9) * self.tick
                        ask = np.ceil(ask / self.tick - 1e-9) * self.tick
                    rows.append((pd.Timestamp(expiry), float(strike), kind, bid, ask))
        names = ["expiry", "strike", "option_type", "bid", "ask"]
        return pd.DataFrame(rows, columns=names).assign(**columns)

    def _black(self, expiry: str, strike: float, kind: str) -> float:
        forward, tau = self.forward(expiry), self.tau(expiry)
        width = 0.25 * (1 + self.smile * np.log(strike / forward) ** 2) * np.sqrt(tau)
        d1 = np.log(forward / strike) / width + width / 2
        call = forward * norm.cdf(d1) - strike * norm.cdf(d1 - width)
        return float(
            np.exp(-self.rate * tau) * (call if kind == "call" else call - forward + strike)
        )


def csi300(**terms: float) -> World:
    """IO: tick 0.2, third Fridays; index of the article's day."""
    return World(
        spot=3727.84, expiries=("2020-04-17", "2020-05-15", "2020-06-19"),
        strikes=np.arange(3400.0, 4101.0, 50.0), tick=0.2, **terms,
    )  # fmt: skip


def csi1000(**terms: float) -> World:
    """MO: tick 0.2, a level and strikes as in early 2024 moved to our day."""
    return World(
        spot=5200.0, expiries=("2020-04-17", "2020-06-19"),
        strikes=np.arange(4600.0, 5801.0, 100.0), tick=0.2, **terms,
    )  # fmt: skip


def etf300(**terms: float) -> World:
    """CSI 300 ETF: tick 0.0001 CNY, fourth Wednesdays."""
    return World(
        spot=3.7415, expiries=("2020-03-25", "2020-04-22", "2020-06-24"),
        strikes=np.arange(3.4, 4.11, 0.05), tick=0.0001, **terms,
    )  # fmt: skip


Maker = Callable[..., World]
