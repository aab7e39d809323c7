"""Futures against ETF options: another unit, other dividends, another day of expiry.

An ETF option says what carrying the ETF costs until its own expiry, a fourth Wednesday. The rate is
read with the ETF's dividends put back, interpolated to the future's third Friday, and turned into
index points with the index's dividends. Between the two expiries nothing is locked.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.basis.curve import CALENDAR_DAYS
from quantquake.measures.basis.fair_value import implied_financing
from quantquake.measures.parity.edges import ParityCosts, checked_quotes
from quantquake.measures.parity.forward import implied_forward, rate_at


def etf_edges(
    pairs: pd.DataFrame,
    futures: pd.DataFrame,
    *,
    etf_price: float,
    index_level: float,
    futures_per_pair: float,
    etf_dividends: pd.Series | float = 0.0,
    index_dividends: pd.Series | float = 0.0,
    costs: ParityCosts | None = None,
) -> pd.DataFrame:
    """What ETF options leave of a future's discount; the days between the expiries stay open.

    Parameters
    ----------
    pairs : DataFrame
        As :func:`option_pairs` returns it for the ETF's chain, in CNY a share (`scale` 1).
    futures : DataFrame
        Index contract, `expiry, bid, ask` [index points], `bid_size, ask_size` if known [lots].
    etf_price, index_level : float
        At the moment of the quotes. [CNY, points]
    futures_per_pair : float
        :func:`quantquake.measures.parity.units.futures_per_pair`. [lots]
    etf_dividends : Series by option expiry, or float
        The ETF pays by then, worth at expiry. [CNY a share]
    index_dividends : Series by futures contract, or float
        The index drops by then, worth at expiry. [points]
    costs : ParityCosts, optional
        `option_fee` in index points, as for index options.

    Returns
    -------
    DataFrame
        `contract, expiry, side, synthetic, edge` [points], `annualised`, `on_margin` [1/yr], `lots`,
        `open_days`: calendar days to the nearest option expiry, on which the trade is not locked
        [d]; best first. NaN for a future that no two option expiries enclose: nobody quoted its
        carry.

    Raises
    ------
    DataError
        Futures without bid and ask, or crossed.
    ConfigError
        A price or level at or below zero.
    """
    if not (etf_price > 0 and index_level > 0 and futures_per_pair > 0):
        raise ConfigError(
            f"etf_price={etf_price:g}, index_level={index_level:g}, futures_per_pair="
            f"{futures_per_pair:g}: ETF money could not be turned into index points. Give all "
            "three above zero."
        )
    costs = costs or ParityCosts()
    carry = _carry(pairs, etf_price, etf_dividends)
    quotes = checked_quotes(futures).set_index("contract")
    drop = _per(index_dividends, quotes.index)
    rows = []
    for contract, quote in quotes.iterrows():
        tau = (quote["expiry"] - pairs.attrs["on"]).days / CALENDAR_DAYS
        fee = float(costs.points(quote["ask"], tau))
        for side in ("take_discount", "take_premium"):
            made = _one(carry, quote, tau, index_level, drop[contract], side)
            made["edge"] -= fee
            made["lots"] = np.fmin(made.pop("pairs") * futures_per_pair, made["lots"])
            rows.append({"contract": contract, "expiry": quote["expiry"], "side": side, **made})
    table = pd.DataFrame(rows)
    table["annualised"] = table["edge"] / quotes["ask"].reindex(table["contract"]).to_numpy()
    table["annualised"] /= (table["expiry"] - pairs.attrs["on"]).dt.days / CALENDAR_DAYS
    table["on_margin"] = table["annualised"] / costs.margin
    return table.sort_values("edge", ascending=False, ignore_index=True)


def _per(values: pd.Series | float, index: pd.Index) -> pd.Series:
    if isinstance(values, pd.Series):
        return values.reindex(index).fillna(0.0)
    return pd.Series(float(values), index=index)


def _carry(pairs: pd.DataFrame, etf_price: float, dividends: pd.Series | float) -> pd.DataFrame:
    """Yearly rate the ETF's options lend and borrow at, expiry by expiry, dividends put back."""
    known = implied_forward(pairs)
    paid = _per(dividends, known.index)
    for side in ("low", "high"):
        known[f"{side}_rate"] = implied_financing(known[side], etf_price, known["tau"], paid)
    return known


def _one(
    carry: pd.DataFrame,
    quote: pd.Series,
    tau: float,
    index_level: float,
    dividends: float,
    side: str,
) -> dict[str, float]:
    """Synthetic future at the index contract's expiry, and the raw edge against its quote."""
    sold = side == "take_discount"  # the synthetic is sold to its bid
    edge_of = "low" if sold else "high"
    days = (carry.index - quote["expiry"]).days.to_numpy()
    size = quote.get("ask_size" if sold else "bid_size", np.nan)
    if not (days <= 0).any() or not (days >= 0).any():
        return {"synthetic": np.nan, "edge": np.nan, "open_days": np.nan,
                "pairs": np.nan, "lots": np.nan}  # fmt: skip
    rate = rate_at(carry["tau"], carry[f"{edge_of}_rate"], tau)
    synthetic = index_level * np.exp(rate * tau) - dividends
    return {
        "synthetic": float(synthetic),
        "edge": float(synthetic - quote["ask"] if sold else quote["bid"] - synthetic),
        "open_days": float(np.abs(days).min()),
        "pairs": float(carry[f"{edge_of}_depth"].iloc[int(np.abs(days).argmin())]),
        "lots": float(size),
    }
