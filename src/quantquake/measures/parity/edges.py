"""What is left of a discount after trading it with options: both prices executable, all costs paid.

Buying the cheap future and selling the synthetic one (long put, short call) needs no stock to
borrow: this is how a discount is harvested where short selling is scarce (seed article S3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityCosts:
    """What a locked trade costs and ties up. Defaults are assumptions.

    Attributes
    ----------
    futures_fee : float
        Of the notional, to open. [1]
    settlement_fee : float
        Of the notional, at delivery: future and options together; we have no dated source. [1]
    option_fee : float
        Of both options together, to open. [index points]
    margin : float
        Of the notional, futures and short option together. [1]
    funding : float
        Yearly cost of the margin. [1/yr]
    """

    futures_fee: float = 0.000023
    settlement_fee: float = 0.0
    option_fee: float = 0.3
    margin: float = 0.25
    funding: float = 0.02

    def __post_init__(self) -> None:
        fees = (self.futures_fee, self.settlement_fee, self.option_fee, self.funding)
        if min(fees) < 0 or not self.margin > 0:
            raise ConfigError(
                "parity costs must not be below zero and margin must be above it: a free trade "
                "would always look profitable. Check futures_fee, settlement_fee, option_fee, "
                "funding, margin."
            )

    def points(self, price: pd.Series, tau: pd.Series) -> pd.Series:
        """Fees and funding of one unit until expiry. [index points]"""
        of_notional = self.futures_fee + self.settlement_fee + self.margin * self.funding * tau
        return price * of_notional + self.option_fee


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
        Futures one option pair hedges, :func:`quantquake.measures.parity.units.futures_per_pair`:
        1/3 for IF with IO, 1/2 for IM with MO. [lots]

    Returns
    -------
    DataFrame
        `contract, expiry, strike, side, edge` after costs [points], `annualised` on the notional
        and `on_margin` [1/yr], `lots` of the future that both sides can fill, best first. Side
        "take_discount": buy the future at its ask, sell the synthetic at its bid (a conversion);
        "take_premium" the reverse (a reversal). Held to expiry neither depends on the index.

    Raises
    ------
    DataError
        Futures without bid and ask, crossed quotes, or no expiry in common.
    ConfigError
        A pair that hedges nothing.
    """
    if not futures_per_pair > 0:
        raise ConfigError(
            f"futures_per_pair={futures_per_pair:g}: no size could be filled. Give the lots of the "
            "future one call and one put hedge, above zero."
        )
    costs = costs or ParityCosts()
    both = _matched(pairs, futures)
    fee = costs.points(both["ask_future"], both["tau"])
    # Selling the synthetic future meets the depth on its bid, and buys the future on its ask.
    sides = {
        "take_discount": (both["bid"] - both["ask_future"] - fee, "bid_depth", "ask_size"),
        "take_premium": (both["bid_future"] - both["ask"] - fee, "ask_depth", "bid_size"),
    }
    found = []
    for side, (edge, behind, size) in sides.items():
        yearly = edge / both["ask_future"] / both["tau"]
        depth = both[behind] * futures_per_pair
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
    quotes = checked_quotes(futures).rename(columns={"bid": "bid_future", "ask": "ask_future"})
    both = pairs.merge(quotes, on="expiry")
    if both.empty:
        raise DataError(
            f"No option expiry ({_days(pairs['expiry'])}) is a futures expiry "
            f"({_days(quotes['expiry'])}): the two legs would not settle together. Give index "
            "options, or read ETF options with etf_edges()."
        )
    return both


def checked_quotes(futures: pd.DataFrame) -> pd.DataFrame:
    """Futures quotes with `contract` as a column; refuses those nobody could trade at."""
    missing = [c for c in ("expiry", "bid", "ask") if c not in futures.columns]
    if missing:
        raise DataError(
            f"The futures lack {missing}; they have {list(futures.columns)}. An edge is what two "
            "executable prices leave. Give the future's own bid and ask."
        )
    quotes = futures.rename_axis("contract").reset_index()
    quotes["expiry"] = pd.to_datetime(quotes["expiry"])
    wrong = ~(quotes["bid"] > 0) | ~(quotes["ask"] >= quotes["bid"])
    if wrong.any():
        raise DataError(
            f"{int(wrong.sum())} futures quotes are missing, at or below zero, or crossed, first "
            f"{quotes['contract'][wrong].iloc[0]}: an edge against them could not be traded. Drop "
            "these rows."
        )
    return quotes


def _days(dates: pd.Series) -> str:
    return ", ".join(f"{d:%Y-%m-%d}" for d in sorted(dates.unique())[:4])
