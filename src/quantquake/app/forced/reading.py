"""From command-line text to a request: files read once, the index found, numbers checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from quantquake.app.forced.request import MOVES, FloatArray, Range, Request, Rules
from quantquake.app.inputs import Inputs, read_inputs
from quantquake.data.files import loose
from quantquake.data.files.cells import one_date
from quantquake.data.files.snowballs import INDEX_NAMES
from quantquake.data.symbols import canonical_symbol
from quantquake.errors import ConfigError, QuantquakeError

#: Sessions whose mean amount is a usual day.
USUAL = 20


def read_request(
    tables: Mapping[str, str | None],
    *,
    index: Sequence[str] = (),
    futures: str | None = None,
    underlying: str | None = None,
    spot: float | None = None,
    moves: str | None = None,
    volume: str | None = None,
    currency: str | None = None,
    as_of: str | None = None,
    rules: Rules | None = None,
) -> tuple[Request, tuple[str, ...]]:
    """Read what all sources share and check it.

    Returns
    -------
    Request, tuple of str
        The question, and what was noticed while reading.

    Raises
    ------
    ConfigError
        Options that contradict each other, text that is no number, an index that is not there.
    QuantquakeError
        What the readers refuse.
    """
    given = {name: path for name, path in tables.items() if path is not None}
    _one_stdin([*given.values(), *index, futures])
    inputs = read_inputs(index=index, futures=futures, as_of=as_of) if index or futures else None
    on = _day(inputs, as_of)
    if inputs is not None and on is not None:
        inputs = inputs.until(on)
    closes = None if inputs is None or inputs.indices is None else inputs.indices.close
    if closes is not None and spot is not None:
        raise ConfigError(
            "both --index and --spot say where the index stands: a level that is not among the "
            "closes would shift every distance. Give one of them."
        )
    name = _underlying(underlying, closes)
    level = spot if closes is None or not name else float(closes[name].dropna().iloc[-1])
    if level is not None and not 0 < level < np.inf:
        raise ConfigError(
            f"--spot {level:g}: an index stands above 0, and every distance is measured from "
            "there. Give its level in points."
        )
    request = Request(
        tables=given,
        moves=read_moves(moves),
        underlying=name,
        currency=(currency or ("USD" if name.endswith(".US") else "CNY")).upper(),
        on=on,
        closes=closes,
        spot=level,
        futures=None if inputs is None else inputs.futures,
        rules=rules or Rules(),
        volume=read_money(volume, "--volume") if volume else _usual(inputs, name),
    )
    return request, () if inputs is None else inputs.issues


def _one_stdin(paths: Sequence[str | None]) -> None:
    if sum(path == "-" for path in paths) > 1:
        raise ConfigError(
            "two tables are to come from standard input: it can be read only once, so one of them "
            "would be empty. Give '-' once and files for the rest."
        )


def _day(inputs: Inputs | None, as_of: str | None) -> pd.Timestamp | None:
    if inputs is not None:
        return inputs.day(as_of)
    return None if as_of is None else one_date(as_of, name="--as-of")


def _underlying(asked: str | None, closes: pd.DataFrame | None) -> str:
    there = [] if closes is None else list(map(str, closes.columns))
    if asked is None:
        if len(there) > 1:
            raise ConfigError(
                f"{len(there)} indices were given, {', '.join(there[:8])}: who must sell depends "
                "on which one falls. Name it with --underlying."
            )
        return there[0] if there else ""
    name = INDEX_NAMES.get(asked.lower().replace(" ", "")) or _symbol(asked)
    if closes is not None and name not in closes:
        raise ConfigError(
            f"--underlying {asked!r} ({name}) is not among the indices given, "
            f"{', '.join(there[:8])}: its past is not known. Name one of these, or give its bars "
            "with --index."
        )
    if closes is not None and pd.isna(closes[name].iloc[-1]):
        raise ConfigError(
            f"{name} has no close on {closes.index[-1]:%Y-%m-%d}, the day asked for: where it "
            "stands is not known. Give a day it traded on with --as-of."
        )
    return name


def _symbol(text: str) -> str:
    try:
        return canonical_symbol(text, kind="index")
    except QuantquakeError:
        return text


def _usual(inputs: Inputs | None, name: str) -> float | None:
    """Mean amount of the last 20 sessions of the index, where its bars have one."""
    amounts = None if inputs is None or inputs.indices is None else inputs.indices.amount
    if amounts is None or name not in amounts:
        return None
    last = amounts[name].iloc[-USUAL:].dropna()
    return float(last.mean()) if len(last) and last.mean() > 0 else None


def read_moves(text: str | None) -> FloatArray:
    """Moves of the index from text such as ``-0.01,-3%,-0.1``, rising, each once.

    Raises
    ------
    ConfigError
        No number, a move of -100 % or below, or one above 100 %.
    """
    if text is None:
        return np.array(MOVES)
    parts = [part for part in text.replace("，", ",").split(",") if part.strip()]
    found = [_number(part, "--moves") for part in parts]
    if not found or not all(-1.0 < move <= 1.0 for move in found):
        raise ConfigError(
            f"--moves {text!r}: moves are fractions between -1 and 1, falls negative. Write "
            "--moves=-0.01,-0.03,-0.1 or --moves=-1%,-3%,-10%."
        )
    return np.array(sorted(set(found)))


def read_money(text: str, option: str) -> float:
    """Money such as 5e9, 50亿 or 1,000,000.

    Raises
    ------
    ConfigError
        Text that is no number above 0.
    """
    value = _number(text, option)
    if not 0 < value < 1e18:
        raise ConfigError(
            f"{option} {text!r}: a size of 0 or below cannot be sold or measured against. Give an "
            "amount above 0, e.g. 5e9 or 50亿."
        )
    return value


def read_number(text: str | None, option: str) -> float | None:
    """One number such as 1.08 or 30%, None where nothing was given."""
    return None if text is None else _number(text, option)


def read_range(text: str | None, option: str) -> Range | None:
    """A range ``LOW:HIGH``, or one number for both ends.

    Raises
    ------
    ConfigError
        Text that is neither, or a range from high to low.
    """
    found = read_pair(text, option)
    if found is not None and found[0] > found[1]:
        raise ConfigError(
            f"{option} {text!r} runs from {found[0]:g} down to {found[1]:g}: which end is the least "
            "could only be guessed. Write LOW:HIGH, e.g. 20e9:150e9."
        )
    return found


def read_pair(text: str | None, option: str) -> Range | None:
    """Two numbers ``A:B``, or one for both, each 0 or more.

    Raises
    ------
    ConfigError
        Text that is neither.
    """
    if text is None:
        return None
    ends = [_number(part, option) for part in text.split(":")]
    if len(ends) not in (1, 2) or not all(0 <= end < 1e18 for end in ends):
        raise ConfigError(
            f"{option} {text!r}: give one number or two as A:B, 0 or more; anything else would "
            "have to be guessed. Write e.g. 20e9:150e9."
        )
    return ends[0], ends[-1]


def _number(text: str, option: str) -> float:
    try:
        value = loose.number()(text)
    except loose.UnreadableError:
        value = None
    if value is None:
        raise ConfigError(
            f"{option} {text!r} is no number: it would have to be guessed. Write it as 0.05, 5%, "
            "5e9 or 50亿."
        )
    return value
