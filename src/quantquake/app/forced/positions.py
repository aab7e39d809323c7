"""Readers of the tables of funds and products: stops, margin, financing, redemptions, neutral books."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from quantquake.app.forced.found import Found
from quantquake.app.forced.request import Request
from quantquake.data.files.fund_tables import read_fund_table
from quantquake.errors import ConfigError, DataError
from quantquake.flows import margin, neutral, redemption, stops
from quantquake.flows.forced import ForcedSource


def stop(asked: Request) -> Found:
    """Products with a stop line: from a table, else a range under a stated spread."""
    if "products" not in asked.tables:
        return Found(source=_assumed_stops(asked))
    table = _table(asked, "products")
    book = stops.stop_book(table, _levels(asked, table))
    source = stops.forced_source(
        book,
        asked.moves,
        underlying=asked.underlying,
        betas=asked.betas,
        nav_error=asked.rules.nav_error,
        currency=asked.currency,
    )
    rows = book.products.assign(
        money=book.products["assets"] * book.products["equity_share"],
        distance=book.products["move_to_stop"].mask(book.products["state"] == "due", 0.0),
    )
    alive = rows[rows["state"] != "stopped"]
    return Found(
        source=source,
        refused=book.refused,
        positions=_nearest(alive),
        notes=_notes(table, "products"),
    )


def _assumed_stops(asked: Request) -> ForcedSource:
    assets, navs = asked.rules.stop_assets, asked.rules.stop_navs
    if assets is None or navs is None:
        raise ConfigError(
            "stops without a product table need both --stop-assets LOW:HIGH and --stop-navs "
            "MEAN:SPREAD: a spread of net values is an assumption, and half of one gives nothing. "
            "Give both, or --products."
        )
    return stops.assumed_stops(
        asked.moves, assets=assets, nav=navs, underlying=asked.underlying, currency=asked.currency
    )


def _levels(asked: Request, table: pd.DataFrame) -> pd.DataFrame:
    """Index closes; with a spot alone, one row of it, enough for net values of the day."""
    if asked.closes is not None:
        return asked.closes
    if asked.spot is None:
        raise ConfigError(
            "the products' net values cannot be brought to a day without an index. Give --index, "
            "or --spot with net values of the day."
        )
    day = asked.on or pd.Timestamp.today().normalize()
    name = asked.underlying or next(
        iter(table.get("benchmark", pd.Series(dtype=object)).dropna()), ""
    )
    return pd.DataFrame({name: [asked.spot]}, index=pd.DatetimeIndex([day]))


def levered(asked: Request) -> Found:
    """Levered funds against their limits."""
    table = _table(asked, "margin")
    book = margin.margin_book(table, on=asked.on)
    source = margin.forced_source(
        book,
        asked.moves,
        tightening=asked.rules.tightening,
        underlying=asked.underlying,
        currency=asked.currency,
    )
    rows = book.funds.assign(money=book.funds["assets"], distance=book.funds["move_to_call"])
    return Found(
        source=source,
        refused=book.refused,
        positions=_nearest(rows.assign(state="alive")),
        notes=_notes(table, "margin"),
    )


def financing(asked: Request) -> Found:
    """Margin financing: measured on its history where there is one, else a range."""
    table = _table(asked, "financing")
    days = pd.to_datetime(table["date"], errors="coerce")
    numbers = table.set_index(days).sort_index()
    balance = pd.to_numeric(numbers["balance"], errors="coerce").dropna()
    balance = balance[balance.index.notna()].loc[: asked.on]
    if balance.empty:
        raise DataError(
            f"the financing table has no balance up to {asked.on:%Y-%m-%d}: nothing is known of "
            "what clients owe. Give rows `date, financing_balance` that reach the day."
        )
    notes = _notes(table, "financing")
    if asked.rules.account_spread is None:
        found = margin.financing_response(balance, asked.close)
        source = found.forced_source(
            asked.moves, underlying=asked.underlying, currency=asked.currency
        )
        return Found(source=source, notes=(*notes, *_late(found.origin.as_of, asked)))
    ratio = pd.to_numeric(numbers.get("ratio"), errors="coerce").reindex(balance.index).iloc[-1]
    source = margin.accounts_called(
        asked.moves,
        balance=float(balance.iloc[-1]),
        ratio=float(ratio),
        spread=asked.rules.account_spread,
        underlying=asked.underlying,
        currency=asked.currency,
    )
    return Found(source=source, notes=notes)


def _late(last: pd.Timestamp | None, asked: Request) -> tuple[str, ...]:
    """Note a balance that ends before the day everything else stands on."""
    if last is None or asked.on is None or last >= asked.on:
        return ()
    return (f"financing: the last balance is of {last:%Y-%m-%d}; later losses are not in it",)


def redeemed(asked: Request) -> Found:
    """Funds whose holders may leave."""
    table = _table(asked, "redemption")
    book = redemption.redemption_book(table, asked.on)
    curves = None
    if asked.rules.redemption_slope is not None:
        low, high = asked.rules.redemption_slope
        curves = (
            redemption.FlowPerformance(slope=low),
            redemption.FlowPerformance(slope=high),
        )
    source = redemption.forced_source(
        book,
        asked.moves,
        curve=curves[0] if curves is not None and curves[0] == curves[1] else None,
        curves=curves,
        underlying=asked.underlying,
        currency=asked.currency,
    )
    return Found(source=source, refused=book.refused, notes=_notes(table, "redemption"))


def hedged(asked: Request) -> Found:
    """Neutral and DMA books against the basis of the index's future."""
    from quantquake.measures.basis import history

    table = _table(asked, "neutral")
    if asked.futures is None:
        raise ConfigError(
            "neutral funds act on the basis, and no futures were given. Give --futures, one row a "
            "contract and day, about a year of them."
        )
    product = asked.product or product_of(asked.underlying)
    level = None if "spot_close" in asked.futures else asked.closes
    state = neutral.neutral_state(history(asked.futures, level, product=product))
    book = neutral.neutral_book(table, on=asked.on)
    source = neutral.forced_source(
        book,
        state,
        asked.moves,
        rules=asked.rules.neutral,
        underlying=asked.underlying,
        currency=asked.currency,
    )
    return Found(source=source, refused=book.refused, notes=_notes(table, "neutral"))


def product_of(underlying: str) -> str:
    """Future of an index.

    Raises
    ------
    ConfigError
        An index without one.
    """
    from quantquake.data.contracts import INDEX_FUTURES

    for spec in INDEX_FUTURES.values():
        if spec.underlying == underlying:
            return spec.product
    raise ConfigError(
        f"{underlying or 'the index'} has no future among {', '.join(INDEX_FUTURES)}: the basis "
        "that neutral funds act on cannot be read. Name another --underlying."
    )


def _table(asked: Request, source: str) -> pd.DataFrame:
    kinds = {
        "products": "products",
        "margin": "margin funds",
        "financing": "financing",
        "redemption": "redeemable funds",
        "neutral": "neutral funds",
    }
    return read_fund_table(asked.tables[source], kinds[source])


def _notes(table: pd.DataFrame, source: str) -> tuple[str, ...]:
    said = []
    for one in table.attrs.get("issues", ()):
        parts = (one["what"], one["where"], one["action"])
        said.append(f"{source}: {'; '.join(part for part in parts if part)}")
    return tuple(said)


def _nearest(rows: pd.DataFrame) -> Any:
    """Positions by how little is needed, those out of reach last."""
    order = rows["distance"].fillna(-math.inf).sort_values(ascending=False, kind="stable").index
    return rows.loc[order, ["name", "money", "distance", "state"]].reset_index(drop=True)
