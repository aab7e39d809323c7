"""Run what the hedging views need: one product's regimes, entries, rolls and ledgers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from quantquake.app.assemble import futures_levels
from quantquake.app.inputs import Inputs
from quantquake.errors import DataError
from quantquake.measures.basis import BasisCard, history
from quantquake.measures.basis.curve import Method, weighted
from quantquake.measures.basis.pressure import neutral_pressure
from quantquake.measures.basis.regimes import discount_percentile, discount_regimes, rule_changes
from quantquake.measures.roll import RollComparison, compare_rolls
from quantquake.measures.roll.costs import RollCosts
from quantquake.report.hedge_parts import HedgeParts, RuleChange

SHORT = 250  # sessions below which neither percentile nor regime is told


def chain_history(inputs: Inputs, product: str) -> pd.DataFrame:
    """Basis history of one product from the user's tables.

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
    return history(inputs.futures, futures_levels(inputs), product=product.upper())


def hedge_detail(inputs: Inputs, cards: list[BasisCard]) -> HedgeParts | None:
    """Detail of the product that is dearest to hedge with, None without cards."""
    known = [card for card in cards if card.weighted_discount == card.weighted_discount]
    if not known:
        return None
    card = min(known, key=lambda one: one.weighted_discount)
    found = detail(chain_history(inputs, card.product), card.on)
    # Beside other products' longer histories the lines begin where those do.
    rows = inputs.futures
    start = card.on if rows is None else pd.to_datetime(rows["date"]).min()
    return replace(found, changes=_changes(card.product, start, card.on))


def detail(table: pd.DataFrame, on: pd.Timestamp, contract: str | None = None) -> HedgeParts:
    """Regimes, rule changes, entries and basis path of one product up to a day."""
    from quantquake.book import entry_dates

    seen = table[table["date"] <= on]
    product = str(seen["product"].iloc[0])
    name = contract or main_contract(seen, on)
    rows = seen[seen["contract"] == name].set_index("date").sort_index()
    discount = weighted(seen, "months", 250)
    long = discount.notna().sum() >= SHORT
    return HedgeParts(
        product=product,
        contract=name,
        regimes=discount_regimes(discount) if long else None,
        changes=_changes(product, discount.index.min(), on),
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


def past(table: pd.DataFrame, *, method: Method = "months") -> dict[str, Any]:
    """Where a product's discount stands in its own history."""
    discount = weighted(table, method, 250)
    seen = discount.dropna()
    long = len(seen) >= SHORT
    rank = discount_percentile(discount).iloc[-1] if long else float("nan")
    regimes = discount_regimes(discount) if long else pd.DataFrame()
    pressure = neutral_pressure(table).iloc[-1]
    return {
        "product": str(table["product"].iloc[0]),
        "method": method,
        "today": float(discount.iloc[-1]),
        "percentile": float(rank),
        "deepest": {"date": seen.idxmin(), "value": float(seen.min())} if len(seen) else None,
        "shallowest": {"date": seen.idxmax(), "value": float(seen.max())} if len(seen) else None,
        "regimes": regimes.to_dict("records"),
        "neutral_funds": pressure.to_dict(),
        "left_out": {k: v for k, v in discount.attrs.items() if k != "method"},
        "discount": discount,
    }


def rolls(table: pd.DataFrame, *, lots: float, horizon: int) -> RollComparison:
    """Compare the ways to roll a hedge of so many lots."""
    return compare_rolls(table, costs=RollCosts(lots=lots), horizon=horizon)
