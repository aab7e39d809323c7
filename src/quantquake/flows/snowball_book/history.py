"""The hedge of a book day by day along the closes: what was held, what was traded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from quantquake.data.files.cells import one_date
from quantquake.errors import DataError
from quantquake.flows.snowball_book.book import SnowballBook
from quantquake.flows.snowball_book.positions import Positions, multiplier_of
from quantquake.flows.snowball_book.template import TemplateSet
from quantquake.flows.snowball_book.terms import Ints


def flow_history(
    book: SnowballBook,
    start: str | pd.Timestamp,
    *,
    underlying: str | None = None,
) -> pd.DataFrame:
    """Futures the issuers' hedge held and traded on every session from `start` to the book's day.

    Each row sees closes up to its own date only; volatility, rate and carry are the book's, held
    constant. Prices come from templates.

    Parameters
    ----------
    book : SnowballBook
        Of dated trades, with closes.
    start : date
    underlying : str, optional
        Needed where the book has several.

    Returns
    -------
    DataFrame by date
        `held` [lots]; `lots`, `flow` traded since the day before, new notes' first hedges and the
        closing of ended ones included, buy > 0 [lots, money]; `waiting`, `knocked_in` notional
        [money]; `newly_knocked_in` of notes that were waiting the day before [money]. NaN in the
        first row of what needs a day before.

    Raises
    ------
    DataError
        Trades without dates, no closes, or fewer than two sessions.
    """
    name = book._one(underlying)
    closes = book.closes(name)
    first = one_date(start, name="start")
    if closes.empty or book.day is None:
        raise DataError(
            f"no closes of {name or 'the underlying'}: what the hedge held on past days depends on "
            "what had knocked in by then. Give dated trades and `index=`."
        )
    path = closes.loc[first:]
    if len(path) < 2:
        raise DataError(
            f"{len(path)} sessions between {first:%Y-%m-%d} and {book.day:%Y-%m-%d}: a trade is a "
            "change between two. Start earlier."
        )
    fast = book.with_pricer(replace(book.pricer, templates=book.pricer.templates or TemplateSet()))
    rows = []
    waited = np.empty(0, dtype=np.int64)
    for day, level in path.items():
        own = fast.at(day).positions.on(name)
        rows.append(_row(fast, own, name, float(level), waited))
        waited = own.line[own.waiting]
    table = pd.DataFrame(rows, index=path.index)
    table.loc[table.index[0], "newly_knocked_in"] = np.nan
    lots = table["held"].diff()
    flow = lots * multiplier_of(name) * path
    return table.assign(lots=lots, flow=flow)[list(COLUMNS)]


COLUMNS = ("held", "lots", "flow", "waiting", "knocked_in", "newly_knocked_in")


def _row(
    book: SnowballBook, own: Positions, name: str, level: float, waited: Ints
) -> dict[str, float]:
    c = own.columns
    held = 0.0
    if len(own):
        _, delta, _ = book.pricer.greeks(own, np.array([level]), underlying=name)
        held = float((c.notional / c.spot0) @ delta[:, 0]) / multiplier_of(name)
    fresh = c.knocked_in & np.isin(own.line, waited)
    return {
        "held": held,
        "waiting": float(c.notional[own.waiting].sum()),
        "knocked_in": float(c.notional[c.knocked_in].sum()),
        "newly_knocked_in": float(c.notional[fresh].sum()),
    }
