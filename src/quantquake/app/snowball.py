"""From the files a user names to a snowball book, and from the book to what the report shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from quantquake import __version__
from quantquake.app.inputs import Inputs, read_inputs
from quantquake.data.contracts import INDEX_FUTURES
from quantquake.data.files import read
from quantquake.data.files.cells import one_date
from quantquake.errors import ConfigError
from quantquake.flows.snowball_book import (
    HedgeRule,
    IssuanceTerms,
    SnowballBook,
    discount_response,
    expected_discount,
    flow_history,
    market_book,
    synthetic_trades,
)
from quantquake.flows.snowball_book.discount import DiscountResponse
from quantquake.flows.snowball_book.positions import product_of
from quantquake.measures.basis import weighted_discount
from quantquake.report.parts import ReportParts
from quantquake.report.snowball_parts import IndexNotes, SnowballParts

Step = Callable[[str], None]
YEAR = 250
"""Sessions the discount's answer is estimated from."""

PROFILE = np.linspace(-0.25, 0.06, 63)
"""Moves the sign profile is drawn at. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRequest:
    """What the command was asked for.

    Attributes
    ----------
    book : str or None
        File of trades.
    index, futures
        Files of closes and of futures rows.
    published : bool
        Take the published distribution instead of a file.
    synthetic : str or None
        Index to make a book of constant issuance on.
    outstanding : float or None
        Waiting notional the made book is brought to. [money]
    as_of : str or None
    settings : dict
        Further arguments of `SnowballBook`.
    """

    book: str | None
    index: Sequence[str]
    futures: str | None
    published: bool = False
    synthetic: str | None = None
    outstanding: float | None = None
    as_of: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    discount: bool = False

    @property
    def source(self) -> str:
        """Where the trades come from."""
        return "published" if self.published else "synthetic" if self.synthetic else "file"


@dataclass(frozen=True, slots=True)
class Opened:
    """A book, what was noticed while reading, and the discount's answer by underlying."""

    book: SnowballBook
    issues: tuple[str, ...]
    responses: dict[str, DiscountResponse | None]


def open_book(asked: BookRequest, step: Step) -> Opened:
    """Read the files and open the book.

    Raises
    ------
    ConfigError
        More than one source of trades, or closes missing where a book is to be made.
    """
    if sum(map(bool, (asked.book, asked.published, asked.synthetic))) != 1:
        raise ConfigError(
            "--book, --published and --synthetic name different books: one answer cannot be about "
            "two of them. Give exactly one."
        )
    inputs = _inputs(asked)
    closes = None if inputs is None else _closes(inputs)
    day = _day(asked, inputs)
    step("opening the book")
    futures = None if inputs is None else inputs.futures
    how = {"futures": futures, **asked.settings}
    if asked.book:
        trades = read(asked.book, kind="snowballs", as_of=day)
        book = SnowballBook(trades, index=closes, as_of=day, **how)
    elif closes is None:
        raise ConfigError(
            f"a {asked.source} book needs the path of its index: what has knocked in since cannot "
            "be told without it. Give --index with daily closes, or --futures with spot_close."
        )
    elif asked.published:
        book = market_book(closes, as_of=day, **how)
    else:
        book = _synthetic(asked, closes, day, how)
    answers = _responses(book, futures, step) if asked.discount else {}
    return Opened(book, () if inputs is None else inputs.issues, answers)


def _responses(
    book: SnowballBook, futures: pd.DataFrame | None, step: Step
) -> dict[str, DiscountResponse | None]:
    """How each index's discount has answered to the book's modelled trades of the past year.

    Raises
    ------
    ConfigError
        Without futures that reach back.
    """
    if futures is None or "volume" not in futures or "open_interest" not in futures:
        raise ConfigError(
            "--discount asks how the discount answers to the hedge's trades, which needs --futures "
            "with volume and open interest over some months: without them any number would be "
            "invented. Give them, or leave the option out."
        )
    found = {}
    for name in book.underlyings:
        step(f"discount of {name}")
        rows = futures[futures["symbol"].str.startswith(product_of(name))]
        closes = book.closes(name)
        lots = flow_history(book, closes.index[-YEAR:][0], underlying=name)["lots"]
        basis = weighted_discount(rows, closes, product=product_of(name), method="sessions")
        volume = rows.groupby("date")["volume"].sum()
        found[name] = discount_response(basis, lots, volume, index=closes)
    return found


def _inputs(asked: BookRequest) -> Inputs | None:
    if not asked.index and asked.futures is None:
        return None
    return read_inputs(index=asked.index, futures=asked.futures, as_of=asked.as_of)


def _day(asked: BookRequest, inputs: Inputs | None) -> pd.Timestamp | None:
    if asked.as_of is not None:
        return one_date(asked.as_of, name="--as-of")
    return None if inputs is None else inputs.last_date


def _closes(inputs: Inputs) -> pd.DataFrame | None:
    """Closes of the index table, else those that stand beside the futures."""
    if inputs.indices is not None:
        return inputs.indices.close
    rows = inputs.futures
    if rows is None or "spot_close" not in rows:
        return None
    of = {spec.product: spec.underlying for spec in INDEX_FUTURES.values()}
    named = rows.assign(index=rows["product"].map(of)).dropna(subset=["index", "spot_close"])
    levels = named.groupby(["date", "index"])["spot_close"].last().unstack()
    return levels.rename_axis(columns=None)


def _synthetic(
    asked: BookRequest, closes: pd.DataFrame, day: pd.Timestamp | None, how: dict[str, Any]
) -> SnowballBook:
    symbol = _symbol(str(asked.synthetic), closes)
    on = closes.index[-1] if day is None else day
    table = synthetic_trades(
        closes[symbol], underlying=symbol, as_of=on, outstanding=asked.outstanding
    )
    return SnowballBook(table, index=closes[[symbol]], as_of=on, **how)


def _symbol(text: str, closes: pd.DataFrame) -> str:
    """Symbol of an index given as itself or by its future."""
    spec = INDEX_FUTURES.get(text.upper())
    symbol = spec.underlying if spec else text
    if symbol not in closes:
        raise ConfigError(
            f"--synthetic {text!r} is not among the indices given ({', '.join(map(str, closes))}): "
            "notes cannot be issued along a path that is not there. Name one of these."
        )
    return symbol


def book_parts(opened: Opened, *, fall: float, source: str, step: Step) -> ReportParts:
    """Run what the panels show: map, ladder, sign profile of every index of the book."""
    book = opened.book
    step("knock-in map")
    found = book.knock_in_map(moves=_falls(fall))
    step("ladder")
    ladder = book.ladder()
    notes = []
    for name in book.underlyings:
        step(f"sign of {name}")
        notes.append(
            IndexNotes(
                underlying=name,
                product=product_of(name),
                here=book.spot[name],
                ladder=ladder.of(name),
                levels=found.levels.loc[name],
                shocks=_with_discount(found.shocks.loc[name], opened.responses.get(name)),
                alarm=found.alarm.loc[name],
                profile=book.sign_profile(moves=PROFILE, underlying=name),
                already=float(found.already.get(name, 0.0)),
                response=opened.responses.get(name),
            )
        )
    curves = book.curves
    return ReportParts(
        market="",
        as_of=book.day if book.day is not None else pd.Timestamp.today().normalize(),
        snowball=SnowballParts(
            notes=tuple(sorted(notes, key=lambda one: -one.waiting)),
            fall=-fall,
            rejected=book.rejected,
            ended=book.ended,
            curves=pd.DataFrame(
                {"vol": curves.vol, "rate": curves.rate, "carry": curves.carry}
            ).rename_axis("underlying"),
            source=source,
        ),
        coverage=book.origin.coverage,
        assumptions=(*_made(source), *book.origin.assumptions),
        issues=(*opened.issues, *(_said(one) for one in book.issues)),
        version=__version__,
    )


def _with_discount(shocks: pd.DataFrame, response: DiscountResponse | None) -> pd.DataFrame:
    return shocks if response is None else shocks.join(expected_discount(shocks, response))


def _falls(fall: float) -> np.ndarray:
    """Falls of the shock table: whole per cents to 20, and the one the headline asks about."""
    return -np.unique(np.round([*np.arange(0.01, 0.205, 0.01), fall], 6))


def _made(source: str) -> tuple[str, ...]:
    if source == "published":
        return ("book: published distribution of knock-in levels",)
    if source == "synthetic":
        terms = IssuanceTerms()
        barrier, months = next(iter(terms.knock_in)), next(iter(terms.months))
        return (
            f"book: constant issuance along the index, knock-in {barrier:.0%}, "
            f"knock-out {terms.knock_out:.0%}, {months} months",
        )
    return ()


def _said(one: Any) -> str:
    return "; ".join(part for part in (one["what"], one["where"], one["action"]) if part)


def rule_of(delta_cap: float | None, barrier_shift: float) -> HedgeRule:
    """Hedge rule of the command's options."""
    return HedgeRule(delta_cap=delta_cap, barrier_shift=barrier_shift)
