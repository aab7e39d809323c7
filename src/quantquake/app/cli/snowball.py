"""`quantquake snowball`: price one note, or ask a book where it knocks in and what its hedge trades."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quantquake.app.cli.options import (
    AsOf,
    Format,
    Indices,
    Lang,
    Language,
    OptionalFutures,
    Out,
    OutputFormat,
)
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place
from quantquake.app.cli.snowball_note import price_note

if TYPE_CHECKING:
    from quantquake.report.parts import ReportParts


class View(StrEnum):
    """Which table of a book a CSV holds."""

    map = "map"
    ladder = "ladder"
    flow = "flow"
    alarm = "alarm"
    sign = "sign"


class Mode(StrEnum):
    """How a book is priced."""

    exact = "exact"
    template = "template"


BookFile = Annotated[
    str | None,
    typer.Option("--book", help="Your notes, one a line: CSV, Excel or Parquet; '-' is stdin."),
]
Published = Annotated[
    bool, typer.Option("--published", help="No file: the published CSI 500/1000 distribution.")
]
Synthetic = Annotated[
    str | None,
    typer.Option("--synthetic", help="No file: constant issuance along this index, e.g. IC."),
]
Outstanding = Annotated[
    float | None, typer.Option("--outstanding", min=1.0, help="Size of the synthetic book, CNY.")
]
Fall = Annotated[
    float, typer.Option("--fall", min=0.001, max=0.5, help="Fall the headline asks about.")
]
Discount = Annotated[
    bool,
    typer.Option("--discount", help="Estimate what the trades do to the futures discount."),
]
ViewName = Annotated[View, typer.Option("--view", help="Table of the book that a CSV holds.")]
ModeName = Annotated[
    Mode, typer.Option("--mode", help="Solve every note (marks), or templates (maps, quick).")
]
DeltaCap = Annotated[
    float | None, typer.Option("--delta-cap", help="Most index a desk holds per notional.")
]
Shift = Annotated[
    float,
    typer.Option("--barrier-shift", help="Added to the knock-ins the desk hedges by, e.g. -0.01."),
]
Vol = Annotated[float | None, typer.Option("--vol", help="Volatility a year, 0.2 for 20 %.")]
Rate = Annotated[float | None, typer.Option("--rate", help="Interest rate a year.")]
Carry = Annotated[
    float | None, typer.Option("--carry", help="Dividend yield plus futures discount a year.")
]
Spots = Annotated[
    list[float] | None,
    typer.Option("--spot", help="Where the index stands; repeatable for a note."),
]
KnockIn = Annotated[
    float | None, typer.Option("--knock-in", help="One note: knock-in, e.g. 0.75 of --spot0.")
]
KnockOut = Annotated[float | None, typer.Option("--knock-out", help="One note: knock-out, 1.03.")]
Coupon = Annotated[float | None, typer.Option("--coupon", help="One note: yearly coupon, 0.15.")]
StepDown = Annotated[
    float, typer.Option("--step", help="One note: what the knock-out loses a month, 0.005.")
]
Months = Annotated[int, typer.Option("--months", min=1, max=120, help="One note: tenor.")]
Lock = Annotated[int, typer.Option("--lock", min=1, help="One note: first observation month.")]
Age = Annotated[int, typer.Option("--age", min=0, help="One note: sessions since issue.")]
Spot0 = Annotated[float, typer.Option("--spot0", help="One note: index level at issue.")]
KnockedIn = Annotated[
    bool, typer.Option("--knocked-in", help="One note: a close was at or under the knock-in.")
]


def snowball(
    book: BookFile = None,
    index: Indices = None,
    futures: OptionalFutures = None,
    published: Published = False,
    synthetic: Synthetic = None,
    outstanding: Outstanding = None,
    as_of: AsOf = None,
    fall: Fall = 0.05,
    discount: Discount = False,
    view: ViewName = View.map,
    mode: ModeName = Mode.exact,
    delta_cap: DeltaCap = None,
    barrier_shift: Shift = 0.0,
    vol: Vol = None,
    rate: Rate = None,
    carry: Carry = None,
    spot: Spots = None,
    knock_in: KnockIn = None,
    knock_out: KnockOut = None,
    coupon: Coupon = None,
    step: StepDown = 0.0,
    months: Months = 24,
    lock: Lock = 3,
    age: Age = 0,
    spot0: Spot0 = 1.0,
    knocked_in: KnockedIn = False,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Price a snowball, or map a book of them.

    One note: --knock-in 0.75 --knock-out 1.03 --coupon 0.15 --vol 0.2 --rate 0.02 --carry 0.04.
    A book: --book notes.csv --index closes.csv [--futures futures.csv]: where it knocks in, what
    its hedge holds at each level and what it must trade on the way, as a share of futures volume.
    """
    check_place(out, (book, futures, *(index or ())))
    if book is None and not published and synthetic is None:
        price_note(
            {"knock_in": knock_in, "knock_out": knock_out, "coupon": coupon, "step": step,
             "months": months, "lock": lock, "age": age, "spot0": spot0, "knocked_in": knocked_in},
            {"vol": vol, "rate": rate, "carry": carry}, spot, fmt, out, lang,
        )  # fmt: skip
        return
    _refuse_note_terms(knock_in=knock_in, knock_out=knock_out, coupon=coupon)
    from quantquake.app.snowball import BookRequest, book_parts, open_book, rule_of

    asked = BookRequest(
        book=book, index=index or (), futures=futures, published=published, synthetic=synthetic,
        outstanding=outstanding, as_of=as_of, discount=discount,
        settings={"vol": vol, "rate": rate, "carry": carry, "mode": mode.value,
                  "spot": spot[0] if spot else None, "rule": rule_of(delta_cap, barrier_shift)},
    )  # fmt: skip
    with steps(title="reading") as say:
        parts = book_parts(open_book(asked, say), fall=fall, source=asked.source, step=say)
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _table(parts, lang, width),
        payload=lambda: payload(parts),
        frame=lambda: frame(parts, view),
        page=lambda: _page(parts, lang),
    )


def _refuse_note_terms(**given: float | None) -> None:
    told = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if told:
        from quantquake.errors import ConfigError

        raise ConfigError(
            f"{', '.join(told)} stand beside a book: each note of a book brings its own terms, so "
            "these would change nothing. Leave them out, or price one note without a book."
        )


def payload(parts: ReportParts) -> dict[str, Any]:
    """The JSON answer: one entry an index; money in CNY, flows signed (sale < 0)."""
    from quantquake.types import jsonable

    book = parts.snowball
    assert book is not None
    return jsonable(
        {
            "schema": "quantquake.snowball/1",
            "on": parts.as_of,
            "version": parts.version,
            "source": book.source,
            "coverage": parts.coverage,
            "indices": [_entry(notes) for notes in book.notes],
            "curves": book.curves,
            "rejected": book.rejected,
            "ended": book.ended,
            "assumptions": parts.assumptions,
            "issues": parts.issues,
        }
    )


def _entry(notes: Any) -> dict[str, Any]:
    return {
        "underlying": notes.underlying,
        "future": notes.product,
        "spot": notes.here,
        "waiting": notes.waiting,
        "knocked_in_already": notes.already,
        "alarm": notes.alarm,
        "map": notes.levels,
        "flow": notes.shocks,
        "ladder": notes.ladder,
        "sign": notes.profile,
        "discount_response": notes.response,
    }


def frame(parts: ReportParts, view: View = View.map) -> Any:
    """One table of the book, an index column first."""
    import pandas as pd

    book = parts.snowball
    assert book is not None
    name = {"map": "levels", "flow": "shocks", "sign": "profile"}.get(view.value, view.value)
    tables = {notes.underlying: getattr(notes, name) for notes in book.notes}
    if not tables:
        return pd.DataFrame()
    return pd.concat(tables, names=["underlying"])


def _table(parts: ReportParts, lang: str, width: int) -> Any:
    from quantquake.report.snowball_screen import book_screen

    return book_screen(parts, lang=lang, width=width)


def _page(parts: ReportParts, lang: str) -> str:
    from quantquake.report.html import build_report

    return build_report(parts, lang=lang)
