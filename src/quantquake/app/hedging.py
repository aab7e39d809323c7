"""Run what the hedging views need: one product's regimes, entries and long substitution."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pandas as pd

from quantquake.app.basis_cards import futures_levels
from quantquake.app.dividend_input import DividendInput
from quantquake.app.inputs import Inputs
from quantquake.data.events import load_events
from quantquake.errors import DataError
from quantquake.measures.basis import BasisCard, history
from quantquake.measures.basis.curve import Method, weighted
from quantquake.measures.basis.regimes import discount_regimes, rule_changes
from quantquake.measures.basis.substitution import LongSubstitution, long_substitution
from quantquake.report.hedge_parts import HedgeParts, RuleChange

SHORT = 250  # sessions below which neither percentile nor regime is told


def chain_history(
    inputs: Inputs,
    product: str,
    *,
    dividends: DividendInput | None = None,
    on: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Basis history of one product from the user's tables; `dividends` in points where given.

    Raises
    ------
    DataError
        No futures were given.
    """
    if inputs.futures is None:
        raise DataError(
            "no futures were given: there is no basis to look at. Give --futures, one row a "
            "contract and day."
        )
    table = history(inputs.futures, futures_levels(inputs), product=product.upper())
    if dividends is None:
        return table
    return table.assign(dividends=dividends.points(table, on or table["date"].max()))


def hedge_detail(
    inputs: Inputs,
    cards: list[BasisCard],
    *,
    dividends: DividendInput | None = None,
    alone: bool = False,
    method: Method = "months",
) -> HedgeParts | None:
    """Detail of the product that is dearest to hedge with, None without cards.

    With `alone` the page is about hedging only, and what long substitution pays is added.
    """
    known = [card for card in cards if card.weighted_discount == card.weighted_discount]
    if not known:
        return None
    card = min(known, key=lambda one: one.weighted_discount)
    found = detail(chain_history(inputs, card.product), card.on, method=method)
    if alone:
        paid = substitutions(inputs, cards, dividends=dividends)
        found = replace(found, substitutions=paid)
    # Beside other products' longer histories the lines begin where those do.
    rows = inputs.futures
    start = card.on if rows is None else pd.to_datetime(rows["date"]).min()
    # What happened on the day itself stands on the chart beside the rules that changed before.
    marked = [*_changes(card.product, start, card.on), *found.context]
    return replace(found, changes=marked)


def substitutions(
    inputs: Inputs, cards: list[BasisCard], *, dividends: DividendInput | None = None
) -> dict[str, LongSubstitution]:
    """What holding each product's future instead of an index fund pays; without those unknown."""
    found = {}
    for card in cards:
        table = chain_history(inputs, card.product)
        seen = table[table["date"] <= card.on]
        paid: pd.Series | float = 0.0
        if dividends is not None:
            day = seen[seen["date"] == card.on]
            paid = pd.Series(dividends.points(day, card.on), index=day["contract"]).fillna(0.0)
        with suppress(DataError):  # no contract with six sessions left and a price
            found[card.product] = long_substitution(card.curve, seen, dividends=paid)
    return found


def detail(
    table: pd.DataFrame,
    on: pd.Timestamp,
    contract: str | None = None,
    *,
    method: Method = "months",
) -> HedgeParts:
    """Regimes, rule changes, entries and basis path of one product up to a day."""
    from quantquake.book import entry_dates

    seen = table[table["date"] <= on]
    product = str(seen["product"].iloc[0])
    name = contract or main_contract(seen, on)
    rows = seen[seen["contract"] == name].set_index("date").sort_index()
    discount = weighted(seen, method, 250)
    long = discount.notna().sum() >= SHORT
    return HedgeParts(
        product=product,
        contract=name,
        regimes=discount_regimes(discount) if long else None,
        changes=_changes(product, discount.index.min(), on),
        context=context_of(on),
        entries=entry_dates(seen, name, on),
        path=rows["basis_ratio"],
        expiry=rows["expiry"].iloc[-1] if len(rows) else None,
    )


def main_contract(table: pd.DataFrame, on: pd.Timestamp) -> str:
    """Contract with the largest open interest on the day, near-expiry ones left out if possible.

    Raises
    ------
    DataError
        No row on the day.
    """
    day = table[table["date"] == on]
    if day.empty:
        raise DataError(
            f"{on:%Y-%m-%d} is not among the dates of the futures; the last is "
            f"{table['date'].max():%Y-%m-%d}. Another day's contract is never shown under this "
            "date. Ask for that one."
        )
    calm = day[~day["near_expiry"]]
    choice = calm if len(calm) else day
    return str(choice.loc[choice["open_interest"].fillna(0.0).idxmax(), "contract"])


def _changes(product: str, start: pd.Timestamp, end: pd.Timestamp) -> tuple[RuleChange, ...]:
    """Rule changes within a span; made-up products of a demo have none."""
    if product not in ("IF", "IH", "IC", "IM"):
        return ()
    table = rule_changes(start, end)
    return tuple(
        RuleChange(
            date=row["date"],
            title_en=row["title_en"],
            title_zh=row["title_zh"],
            verified=bool(row["verified"]),
        )
        for _, row in table.iterrows()
    )


def context_of(on: pd.Timestamp) -> tuple[RuleChange, ...]:
    """Orders and halts dated to this very day, with their source; hearsay left out."""
    return tuple(
        RuleChange(
            date=event.date,
            title_en=event.title_en,
            title_zh=event.title_zh,
            verified=event.confidence == "high",
        )
        for event in load_events()
        if event.kind == "policy" and event.precision == "day" and event.date == on
        if not event.rumour
    )
