"""Can options take the discount? Futures against synthetic futures, after fees and margin.

Buying the cheap future and selling the synthetic one (long put, short call) needs no stock to
borrow: this is how a discount is harvested where short selling is scarce (seed article S3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.parity.pairs import option_pairs, synthetic_future

__all__ = [
    "ParityCosts",
    "forward_at",
    "implied_forward",
    "option_pairs",
    "parity_edges",
    "synthetic_future",
]

NEAR_MONEY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityCosts:
    """What a locked trade costs and ties up. Defaults are assumptions.

    Attributes
    ----------
    futures_fee : float
        Of the notional, to open; settlement is free. [1]
    option_fee : float
        Of both options together, to open. [index points]
    margin : float
        Of the notional, futures and short option together. [1]
    funding : float
        Yearly cost of the margin. [1/yr]
    """

    futures_fee: float = 0.000023
    option_fee: float = 0.3
    margin: float = 0.25
    funding: float = 0.02

    def __post_init__(self) -> None:
        if min(self.futures_fee, self.option_fee, self.funding) < 0 or not self.margin > 0:
            raise ConfigError(
                "parity costs must not be below zero and margin must be above it: a free trade "
                "would always look profitable. Check futures_fee, option_fee, funding, margin."
            )

    def points(self, price: pd.Series, tau: pd.Series) -> pd.Series:
        """Fees and funding of one unit until expiry. [index points]"""
        return price * (self.futures_fee + self.margin * self.funding * tau) + self.option_fee


def implied_forward(
    pairs: pd.DataFrame, *, index_level: float | None = None, rate: float = 0.02
) -> pd.DataFrame:
    """What the options say the future is worth, one robust number an expiry.

    Parameters
    ----------
    pairs : DataFrame
        As :func:`option_pairs` returns it.
    index_level : float, optional
        Adds the dividends the options expect. [index points]
    rate : float
        [1/yr]

    Returns
    -------
    DataFrame
        Index `expiry`: `tau` [yr], `forward`: median of the synthetic mids within 5 % of it,
        weighted by 1/spread^2 [points]; `low`, `high`: the best synthetic bid and ask [points];
        `strikes` used; with `index_level` also `implied_rate` ``ln(F/S)/tau`` [1/yr] and
        `implied_dividends` ``S - e^(-r tau) F`` [points].
    """
    rows = {expiry: _pooled(group) for expiry, group in pairs.groupby("expiry")}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("expiry")
    if index_level is not None:
        table["implied_rate"] = np.log(table["forward"] / index_level) / table["tau"]
        table["implied_dividends"] = index_level - np.exp(-rate * table["tau"]) * table["forward"]
    return table


def _pooled(group: pd.DataFrame) -> dict[str, float]:
    """Median twice: the first finds the money, the second keeps strikes near it."""
    centre = _weighted_median(group)
    near = group[(group["strike"] / centre - 1).abs() <= NEAR_MONEY]
    used = near if len(near) else group
    return {
        "tau": float(used["tau"].iloc[0]),
        "forward": _weighted_median(used),
        "low": float(used["bid"].max()),
        "high": float(used["ask"].min()),
        "strikes": len(used),
    }


def _weighted_median(group: pd.DataFrame) -> float:
    """Value where half the weight lies below; between two such values, their mean."""
    order = group.sort_values("mid")
    mid = order["mid"].to_numpy(float)
    spread = order["spread"].to_numpy(float)
    weight = 1 / np.maximum(spread, 1e-9 * np.abs(mid)) ** 2
    below = weight.cumsum() / weight.sum()
    low = int(np.searchsorted(below, 0.5 - 1e-12))
    high = int(np.searchsorted(below, 0.5 + 1e-12))
    return float((mid[low] + mid[min(high, len(mid) - 1)]) / 2)


def forward_at(forwards: pd.DataFrame, index_level: float, tau: float) -> float:
    """Implied forward at another expiry: the implied rate interpolated in time. [points]

    Index futures expire on a third Friday, ETF options on a fourth Wednesday.

    Raises
    ------
    DataError
        `tau` outside the option expiries: a rate is not extrapolated.
    """
    known = forwards.sort_values("tau")
    if not known["tau"].iloc[0] <= tau <= known["tau"].iloc[-1]:
        raise DataError(
            f"tau={tau:.3f} years lies outside the option expiries "
            f"({known['tau'].iloc[0]:.3f}..{known['tau'].iloc[-1]:.3f}): a carry that nobody "
            "quoted would be made up. Use a contract between them."
        )
    rates = np.log(known["forward"] / index_level) / known["tau"]
    return float(index_level * np.exp(np.interp(tau, known["tau"], rates) * tau))


def parity_edges(
    pairs: pd.DataFrame,
    futures: pd.DataFrame,
    *,
    costs: ParityCosts | None = None,
    futures_per_pair: float = 1.0,
) -> pd.DataFrame:
    """What is left of the discount after trading it with options, strike by strike.

    Parameters
    ----------
    pairs : DataFrame
        As :func:`option_pairs` returns it.
    futures : DataFrame
        Index contract, `expiry, bid, ask` [index points], `bid_size, ask_size` if known [lots].
        Matched to options of the same expiry.
    costs : ParityCosts, optional
    futures_per_pair : float
        Futures one option pair hedges: 1/3 for IF with IO, 1/2 for IM with MO. [lots]

    Returns
    -------
    DataFrame
        `contract, expiry, strike, side, edge` after costs [points], `annualised` on the notional
        and `on_margin` [1/yr], `lots` that both sides can fill, best first. Side "take_discount":
        buy the future, sell the synthetic; "take_premium" the reverse.

    Raises
    ------
    DataError
        Futures without bid and ask, or no expiry in common.
    """
    costs = costs or ParityCosts()
    both = _matched(pairs, futures)
    fee = costs.points(both["ask_future"], both["tau"])
    sides = {
        "take_discount": (both["bid"] - both["ask_future"] - fee, "ask_size"),
        "take_premium": (both["bid_future"] - both["ask"] - fee, "bid_size"),
    }
    found = []
    for side, (edge, size) in sides.items():
        yearly = edge / both["ask_future"] / both["tau"]
        depth = both["depth"] * futures_per_pair
        quoted = both[size] if size in both.columns else np.nan
        found.append(
            both[["contract", "expiry", "strike"]].assign(
                side=side,
                edge=edge,
                annualised=yearly,
                on_margin=yearly / costs.margin,
                lots=np.fmin(depth, quoted),
            )
        )
    table = pd.concat(found)
    return table.sort_values(["edge", "strike"], ascending=[False, True], ignore_index=True)


def _matched(pairs: pd.DataFrame, futures: pd.DataFrame) -> pd.DataFrame:
    missing = [c for c in ("expiry", "bid", "ask") if c not in futures.columns]
    if missing:
        raise DataError(
            f"The futures lack {missing}; they have {list(futures.columns)}. An edge is what two "
            "executable prices leave. Give the future's own bid and ask."
        )
    quotes = futures.rename_axis("contract").reset_index()
    quotes["expiry"] = pd.to_datetime(quotes["expiry"])
    quotes = quotes.rename(columns={"bid": "bid_future", "ask": "ask_future"})
    both = pairs.merge(quotes, on="expiry")
    if both.empty:
        raise DataError(
            f"No option expiry ({_days(pairs['expiry'])}) is a futures expiry "
            f"({_days(quotes['expiry'])}): the two legs would not settle together. Give index "
            "options, or compare forwards with forward_at()."
        )
    return both


def _days(dates: pd.Series) -> str:
    return ", ".join(f"{d:%Y-%m-%d}" for d in sorted(dates.unique())[:4])
