"""What became of each trade up to a day: alive, knocked in, knocked out, matured; past closes only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.flows.snowball_book.schedule import SessionGrid
from quantquake.flows.snowball_book.terms import Bools, Floats, Ints, Terms

Status = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookState:
    """Where every trade of a book stands after the close of a day.

    Attributes
    ----------
    day : datetime64[D]
        The session stood on.
    alive : ndarray of bool
        Issued, not knocked out, not matured.
    knocked_in : ndarray of bool
        Closed at or under its barrier since issue (what the file says goes before the path).
    ended : ndarray of object
        "knocked_out", "matured", "not_issued", or "" where alive.
    ended_on : ndarray of datetime64[D]
        NaT where alive or not issued.
    contradicted : ndarray of bool
        The file's word on the knock-in and the path disagree.
    unseen : ndarray of int
        Sessions of a trade's life without a close: its state rests on the others.
    """

    day: np.datetime64
    alive: Bools
    knocked_in: Bools
    ended: Status
    ended_on: npt.NDArray[np.datetime64]
    contradicted: Bools
    unseen: Ints


def state_at(
    terms: Terms, day: np.datetime64, grid: SessionGrid, closes: pd.DataFrame | None
) -> BookState:
    """Follow every trade along the index from its issue to `day`.

    Parameters
    ----------
    terms : Terms
    day : datetime64[D]
        Closes up to and including it are seen, none after.
    grid : SessionGrid
    closes : DataFrame of shape (n_dates, n_indices), optional
        Without it only the file's own word on knock-ins and the calendar decide.
    """
    now = int(grid.at_or_before(day))
    issued = grid.at_or_after(terms.issue)
    crossed = np.zeros(len(terms), dtype=bool)
    unseen = np.zeros(len(terms), dtype=np.int64)
    out_at = np.full(len(terms), len(grid.days), dtype=np.int64)
    for symbol in np.unique(terms.underlying):
        rows = terms.underlying == symbol
        path = _path(closes, str(symbol), grid, now)
        _follow(terms, rows, path, issued, now, crossed, unseen)
        np.minimum.at(out_at, *_knock_outs(terms, rows, path, grid, now))
    matured = grid.at_or_after(terms.maturity) <= now
    return _settled(terms, grid, now, issued, crossed, unseen, out_at, matured)


def _path(closes: pd.DataFrame | None, symbol: str, grid: SessionGrid, now: int) -> Floats:
    """Closes of one index on every session up to `now`; NaN where there is none."""
    days = pd.DatetimeIndex(grid.days[: now + 1])
    if closes is None or symbol not in closes:
        return np.full(len(days), np.nan)
    return closes[symbol].reindex(days).to_numpy(dtype=np.float64)


def _follow(
    terms: Terms,
    rows: Bools,
    path: Floats,
    issued: Ints,
    now: int,
    crossed: Bools,
    unseen: Ints,
) -> None:
    """Lowest close from the day after issue: at or under the barrier, the trade is knocked in."""
    lowest = np.fmin.accumulate(path[::-1])[::-1]
    missing = np.concatenate([np.cumsum(np.isnan(path)[::-1])[::-1], [0]])
    lowest = np.concatenate([lowest, [np.nan]])
    after = np.minimum(issued[rows] + 1, now + 1)
    daily = ~terms.european[rows]
    crossed[rows] = daily & (lowest[after] <= terms.knock_in_level[rows])
    unseen[rows] = missing[after]


def _knock_outs(
    terms: Terms, rows: Bools, path: Floats, grid: SessionGrid, now: int
) -> tuple[Ints, Ints]:
    """Trade and session of every observation that closed at or over its barrier."""
    row = terms.row
    place = grid.at_or_after(terms.observation)
    seen = rows[row] & (place <= now)
    level = np.where(seen, path[np.minimum(place, now)], np.nan)
    over = level >= terms.knock_out * terms.spot0[row]
    return row[over], place[over]


def _settled(
    terms: Terms,
    grid: SessionGrid,
    now: int,
    issued: Ints,
    crossed: Bools,
    unseen: Ints,
    out_at: Ints,
    matured: Bools,
) -> BookState:
    ended = np.full(len(terms), "", dtype=object)
    ended_on = np.full(len(terms), np.datetime64("NaT", "D"))
    ended[matured] = "matured"
    ended_on[matured] = terms.maturity[matured]
    out = out_at <= now
    ended[out] = "knocked_out"
    ended_on[out] = grid.days[out_at[out]]
    early = issued > now
    ended[early], ended_on[early] = "not_issued", np.datetime64("NaT", "D")
    told = terms.told
    alive = np.asarray(ended == "", dtype=bool)
    return BookState(
        day=grid.days[now],
        alive=alive,
        knocked_in=np.where(told >= 0, told == 1, crossed).astype(bool),
        ended=ended,
        ended_on=ended_on,
        contradicted=alive & (told >= 0) & ((told == 1) != crossed) & (unseen == 0),
        unseen=unseen,
    )
