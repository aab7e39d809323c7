"""Hedging cost of each product a user's tables hold, and what of them could not be measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from quantquake.app.dividend_input import DividendInput
from quantquake.app.inputs import Inputs
from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis import BasisCard, basis_card, weighted_discount
from quantquake.measures.basis.chain import futures_chain
from quantquake.measures.basis.curve import Method


def basis_cards(
    inputs: Inputs,
    on: pd.Timestamp,
    *,
    product: str | None = None,
    method: Method = "months",
    dividends: DividendInput | None = None,
) -> tuple[list[BasisCard], dict[str, pd.Series]]:
    """Hedging cost of each product on the day, and its history.

    Without a named product those not quoted that day are left out.
    """
    futures = inputs.futures
    if futures is None:
        return [], {}
    if futures.empty:
        raise DataError(
            f"no futures row is dated {on:%Y-%m-%d} or earlier: there is nothing to price a hedge "
            "from on the last day that all tables reach. Give tables of the same years, or --on."
        )
    quoted = futures.loc[futures["date"] == on, "product"].unique()
    # Where none is quoted, the first is asked for all the same: its refusal names the nearest days.
    known = sorted(quoted) or sorted(futures["product"].unique())[:1]
    wanted = known if product is None else [product.upper()]
    levels = futures_levels(inputs)
    if dividends is not None and dividends.members is not None and len(wanted) > 1:
        raise ConfigError(
            f"--members weigh one index, and {len(wanted)} products are quoted ({', '.join(wanted)}): "
            "the others would get its dividends. Name one with --product."
        )
    paid = {p: _points(dividends, futures, levels, on, p) for p in wanted}
    cards = [
        basis_card(futures, levels, on, product=p, method=method, dividends=paid[p]) for p in wanted
    ]
    history = {p: weighted_discount(futures, levels, product=p, method=method) for p in wanted}
    return cards, history


def _points(
    dividends: DividendInput | None,
    futures: pd.DataFrame,
    levels: Any,
    on: pd.Timestamp,
    product: str,
) -> pd.Series | None:
    """Dividend points by contract on the day, None if none were given."""
    if dividends is None:
        return None
    rows = futures_chain(futures, levels, product=product, on=on)
    return pd.Series(dividends.points(rows, on), index=rows["contract"])


def basis_notes(cards: Sequence[BasisCard]) -> list[str]:
    """What of the day's contracts could not be measured, or only provisionally."""
    notes = []
    for card in cards:
        curve = card.curve
        blind = curve.index[curve["basis"].isna()]
        if len(blind):
            notes.append(
                f"{card.product}: no price or no index level for {listed(blind)}; left out of every "
                "figure"
            )
        early = curve.index[curve["provisional"]]
        if len(early):
            notes.append(
                f"{card.product}: provisional: {listed(early)} expire past the last announced "
                "session; their days left are an upper bound"
            )
        if "dividends" in curve and curve["dividends"].isna().any():
            unpaid = curve.index[curve["dividends"].isna()]
            notes.append(f"{card.product}: no dividends known for {listed(unpaid)}; not adjusted")
    return notes


def refuse_apart(inputs: Inputs, on: pd.Timestamp) -> None:
    """Refuse tables that share no day: the futures begin after the day all tables reach."""
    futures = inputs.dates.get("futures")
    if futures is None or not len(futures) or futures[0] <= on:
        return
    spans = ", ".join(f"--{n} {d[0]:%Y-%m-%d}..{d[-1]:%Y-%m-%d}" for n, d in inputs.dates.items())
    raise DataError(
        f"no futures row is dated {on:%Y-%m-%d} or earlier, the last day asked for or reached by all "
        f"tables ({spans}): futures and index share no day, so no basis can be formed. Give tables "
        "of the same days, or --on."
    )


def unquoted(inputs: Inputs, cards: list[BasisCard]) -> list[str]:
    """Name the products that have rows, yet none on the day."""
    if inputs.futures is None or not cards:
        return []
    gone = sorted(set(inputs.futures["product"]) - {card.product for card in cards})
    on = cards[0].on
    return [f"{p}: left out; no contract is quoted on {on:%Y-%m-%d}" for p in gone]


def futures_levels(inputs: Inputs) -> Any:
    """Index levels under the futures: the user's index table, else the futures' own column."""
    if inputs.futures is not None and "spot_close" in inputs.futures:
        return None
    return None if inputs.indices is None else inputs.indices.close
