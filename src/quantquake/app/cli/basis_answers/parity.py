"""Whether options can take the discount: `quantquake basis parity`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.app.book_file import read_chain, read_quotes
from quantquake.app.cli.basis_answers.answer import Answer, Step
from quantquake.data.contracts import INDEX_FUTURES
from quantquake.data.files.cells import one_date
from quantquake.errors import ConfigError
from quantquake.measures.basis.curve import CALENDAR_DAYS
from quantquake.measures.parity import (
    etf_edges,
    futures_per_pair,
    implied_forward,
    option_pairs,
    parity_edges,
)
from quantquake.measures.parity.band import no_arbitrage_band
from quantquake.report import hedge_screen

MOST_RATE = 0.5  # a year; above it a rate was typed in per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a person says about the options and the market.

    Attributes
    ----------
    spot : float
        Index level at the moment of the quotes. [points]
    rate : float
        [1/yr]
    product : str or None
        Index future that is hedged; gives the size of a pair.
    per_pair : float or None
        Futures one pair hedges, if not by product. [lots]
    etf_price : float or None
        The chain is of ETF options, at this ETF price. [CNY]
    etf_dividends, index_dividends : float
        Expected until the last option, and until each future, expires. [CNY a share, points]
    borrow_cost : float
        Of lent stock; infinite where none is lent. [1/yr]
    """

    spot: float
    rate: float = 0.02
    product: str | None = None
    per_pair: float | None = None
    etf_price: float | None = None
    etf_dividends: float = 0.0
    index_dividends: float = 0.0
    borrow_cost: float = np.inf

    def __post_init__(self) -> None:
        if abs(self.rate) > MOST_RATE or not self.spot > 0:
            raise ConfigError(
                f"--rate {self.rate:g}, --spot {self.spot:g}: a rate beyond {MOST_RATE:.0%} a year "
                "or an index at or below zero would make every forward nonsense. Give the rate as a "
                "fraction (0.02 for 2 %) and the index level in points."
            )

    @property
    def scale(self) -> float:
        """Index points per CNY of ETF price; 1 for index options."""
        return 1.0 if self.etf_price is None else self.spot / self.etf_price

    def size(self) -> float:
        """Futures one pair hedges. [lots] 1 where neither product nor size is known."""
        if self.per_pair is not None:
            return self.per_pair
        spec = INDEX_FUTURES.get((self.product or "").upper())
        if spec is None and self.product is not None:
            raise ConfigError(
                f"--product {self.product!r} has no known multiplier: how many pairs hedge a future "
                f"is unknown. Use one of {', '.join(INDEX_FUTURES)}, or --futures-per-pair."
            )
        if spec is None:
            return 1.0
        level = None if self.etf_price is None else self.spot
        return futures_per_pair(spec.multiplier, etf_price=self.etf_price, index_level=level)


def parity_answer(chain: str, quotes: str | None, terms: Terms, as_of: str, step: Step) -> Answer:
    """Implied forwards; with futures quotes also edges, and the band nobody is paid to leave."""
    on = one_date(as_of, name="--as-of")
    rows = read_chain(chain)
    if "date" in rows:
        rows = rows[rows["date"] == on]
    pairs = option_pairs(rows, on, rate=terms.rate)
    scaled = pairs.assign(
        **{c: pairs[c] * terms.scale for c in ("strike", "bid", "ask", "mid", "spread")}
    )
    forwards = implied_forward(scaled, index_level=terms.spot, rate=terms.rate)
    step("parity")
    edges, band = None, None
    if quotes is not None:
        futures = read_quotes(quotes)
        edges, band = _edges(pairs, futures, terms), _band(futures, on, terms)
    left_out = {name: count for name, count in pairs.attrs.items() if name != "on"}
    return Answer(
        schema="quantquake.basis-parity/1",
        body={"on": on, "forwards": forwards, "edges": edges, "band": band, "left_out": left_out},
        table=forwards if edges is None else edges,
        draw=lambda lang, width: hedge_screen.parity_screen(forwards, edges, band, lang, width),
    )


def _edges(pairs: pd.DataFrame, futures: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    if terms.etf_price is None:
        return parity_edges(pairs, futures, futures_per_pair=terms.size())
    paid = pairs["tau"].groupby(pairs["expiry"]).first()
    return etf_edges(
        pairs, futures, etf_price=terms.etf_price, index_level=terms.spot,
        futures_per_pair=terms.size(), index_dividends=terms.index_dividends,
        # Named for the last expiry; nearer ones get their part of the time.
        etf_dividends=terms.etf_dividends * paid / paid.max(),
    )  # fmt: skip


def _band(futures: pd.DataFrame, on: pd.Timestamp, terms: Terms) -> pd.DataFrame:
    tau = (pd.to_datetime(futures["expiry"]) - on).dt.days / CALENDAR_DAYS
    band = no_arbitrage_band(
        terms.spot, tau, rate=terms.rate, dividends=terms.index_dividends,
        borrow_cost=terms.borrow_cost,
    )  # fmt: skip
    outside = np.select(
        [futures["bid"] > band["upper"], futures["ask"] < band["lower"]],
        ["premium", "discount"],
        "inside",
    )
    return futures[["bid", "ask"]].join(band).assign(side=outside)
