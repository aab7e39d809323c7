"""One note from the command line: its terms, its price, its endings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quantquake.app.cli.options import Format
from quantquake.app.cli.output import emit

MONTH = 21
"""Sessions a month of a note given by its terms; 252 a year."""


def price_note(
    terms: Mapping[str, Any],
    curves: Mapping[str, float | None],
    spots: Sequence[float] | None,
    fmt: Format,
    out: str | None,
    lang: str,
) -> None:
    """Price one note at the levels asked for and write the answer."""
    from quantquake.errors import ConfigError
    from quantquake.flows.snowball_book.assumed import CARRY, RATE, VOL

    if fmt is Format.html:
        raise ConfigError(
            "one note is a table, not a page: there would be nothing to draw. Choose --format "
            "table, json or csv, or give --book for a page."
        )
    _require(terms)
    note = _note(terms)
    told = {"vol": VOL, "rate": RATE, "carry": CARRY}
    rates = {k: told[k] if v is None else float(v) for k, v in curves.items()}
    assumed = [f"{k} {told[k]:g} assumed" for k, v in curves.items() if v is None]
    levels = _levels(spots or [float(terms["spot0"])])
    if not 0 < rates["vol"] < 3:
        raise ConfigError(
            f"--vol {rates['vol']:g} is no yearly volatility: no note can be priced with it. Give "
            "a fraction, 0.2 for 20 %."
        )
    table = _table(note, levels, rates)
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _screen(table, rates, terms, note.sessions, lang, width),
        payload=lambda: _payload(table, rates, terms, note.sessions, assumed),
        frame=lambda: table,
        page=str,
    )


def _table(note: Any, levels: Any, rates: Mapping[str, float]) -> Any:
    """Price, Greeks and odds by level."""
    import pandas as pd

    from quantquake.flows.snowball import TradeColumns, probabilities, value

    worth = value(note, levels, **rates)
    hit, out, life = probabilities(TradeColumns.of([note]), levels, **rates)
    rows = {"price": worth.price, "delta": worth.delta, "gamma": worth.gamma}
    rows |= {"knock_in": hit[0], "knock_out": out[0], "years": life[0]}
    return pd.DataFrame(rows, index=pd.Index(levels, name="level"))


def _require(terms: Mapping[str, Any]) -> None:
    missing = [
        f"--{name.replace('_', '-')}"
        for name in ("knock_in", "knock_out", "coupon")
        if terms[name] is None
    ]
    if missing:
        from quantquake.errors import ConfigError

        raise ConfigError(
            f"{', '.join(missing)} not given, and no book: there is no note to price. Give a "
            "note's --knock-in, --knock-out and --coupon, or --book FILE, --published or "
            "--synthetic INDEX."
        )


def _note(terms: Mapping[str, Any]) -> Any:
    """The note as it stands: months of 21 sessions, observations monthly from the lock on."""
    from quantquake.errors import ConfigError
    from quantquake.flows.snowball import Snowball

    months, lock, age = int(terms["months"]), int(terms["lock"]), int(terms["age"])
    left = MONTH * months - age
    if lock > months or left < 1:
        raise ConfigError(
            f"a note of {months} months with its first observation in month {lock}, {age} sessions "
            "old, has nothing left to price: it has no observation to come. Give --lock up to "
            f"--months, and --age under {MONTH * months}."
        )
    every = range(lock, months + 1)
    ahead = [(k, MONTH * m - age) for k, m in enumerate(every) if MONTH * m > age]
    return Snowball(
        spot0=float(terms["spot0"]),
        notional=1.0,
        knock_in=float(terms["knock_in"]),
        knock_out=[float(terms["knock_out"]) - float(terms["step"]) * k for k, _ in ahead],
        observation_sessions=[at for _, at in ahead],
        sessions=left,
        coupon=float(terms["coupon"]),
        bonus=float(terms["coupon"]) * months / 12,
        elapsed=age,
        knocked_in=bool(terms["knocked_in"]),
    )


def _levels(spots: Sequence[float]) -> Any:
    import numpy as np

    from quantquake.errors import ConfigError

    levels = np.array(spots, dtype=float)
    if not (np.isfinite(levels).all() and (levels > 0).all()):
        raise ConfigError(
            f"--spot {[float(x) for x in levels]}: an index stands above 0. Give its level in the "
            "unit of --spot0."
        )
    return levels


def _payload(
    table: Any, rates: Mapping[str, float], terms: Mapping[str, Any], left: int, assumed: list[str]
) -> dict[str, Any]:
    from quantquake import __version__
    from quantquake.types import jsonable

    return jsonable(
        {
            "schema": "quantquake.snowball-note/1",
            "version": __version__,
            "terms": {**terms, "sessions_left": left},
            "curves": rates,
            "rows": table,
            "assumptions": ["months of 21 sessions, 252 a year", *assumed],
        }
    )


def _screen(
    table: Any,
    rates: Mapping[str, float],
    terms: Mapping[str, Any],
    left: int,
    lang: str,
    width: int,
) -> Any:
    from quantquake.report import numbers
    from quantquake.report.snowball_screen import note_screen
    from quantquake.report.words import say

    said = say(
        "snowball.note_said", lang, months=terms["months"], left=left,
        **{k: numbers.percent(v) for k, v in rates.items()},
    )  # fmt: skip
    return note_screen(table, said, lang, width)
