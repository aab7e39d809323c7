"""What products with stop lines must sell at each level of the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.stops.book import ALIVE, DUE, StopBook
from quantquake.types import Origin

FloatArray = npt.NDArray[np.float64]


def forced_source(
    book: StopBook,
    moves: Sequence[float] | FloatArray,
    *,
    underlying: str = "",
    betas: Mapping[str, float] | None = None,
    nav_error: float = 0.0,
    currency: str = "CNY",
) -> ForcedSource:
    """Stocks that stop lines put up for sale if the index closes at each move.

    Parameters
    ----------
    book : StopBook
    moves : array of shape (n_moves,), rising
        Index move from the book's day, fall < 0. [1]
    underlying : str
        Index that moves; default the only benchmark of the book.
    betas : mapping of benchmark to float, optional
        Move of another benchmark per unit of `underlying`; products on a benchmark without one are
        left out and counted. [1]
    nav_error : float
        How wrong each net value may be, either way: widens the range. [1]
    currency : str
        Of the assets.

    Returns
    -------
    ForcedSource
        Sales at the prices of that level, reached in one step: a level passed and left again on
        the way would have stopped the same products. Products due today are sold at every level.
        `low` adds the stocks of products whose net value is unknown (on a fall only).

    Raises
    ------
    ConfigError
        Several benchmarks and no `underlying`, one without any product, or a negative error.
    """
    if not nav_error >= 0:
        raise ConfigError(f"`nav_error`={nav_error:g}: an error has a size, 0 or more, as 0.02.")
    at = np.asarray(moves, dtype=float)
    name = _underlying(book, underlying)
    beta = {name: 1.0, **(betas or {})}
    mine = book.products[book.products["benchmark"].isin(beta)]
    flow, least, most = (_sold(mine, beta, at, shift) for shift in (0.0, nav_error, -nav_error))
    unknown = _unknown(book.refused, beta, at)
    return ForcedSource.of(
        "stop",
        at,
        flow,
        low=most + unknown,
        high=least,
        timing=Timing.NEXT_OPEN,
        underlying=name,
        currency=currency,
        origin=_origin(
            book, mine, nav_error, {b: beta[b] for b in set(mine["benchmark"]) - {name}}
        ),
    )


def _underlying(book: StopBook, asked: str) -> str:
    there = sorted(set(book.products["benchmark"]))
    if asked:
        return asked
    if len(there) != 1:
        raise ConfigError(
            f"the products are on {there}: a supply by level needs one index to move. Name it as "
            "`underlying`, and give `betas` for the others."
        )
    return str(there[0])


def _sold(
    table: pd.DataFrame, beta: Mapping[str, float], at: FloatArray, shift: float
) -> FloatArray:
    """Money from selling every product at or below its line, its net value off by `shift`."""
    own = table["benchmark"].map(beta).to_numpy(float)[:, None] * at
    share = table["equity_share"].to_numpy(float)[:, None]
    nav = (table["nav"].to_numpy(float)[:, None] + shift) * (1.0 + share * own)
    stop = table["stop"].to_numpy(float)[:, None]
    # Those alive now are so whatever error is assumed: only a fall can take them.
    below = (nav <= stop) & (own < 0) & (table["state"] == ALIVE).to_numpy()[:, None]
    due = (table["state"] == DUE).to_numpy()[:, None]
    value = table["assets"].to_numpy(float)[:, None] * share * np.maximum(1.0 + own, 0.0)
    return -np.where(below | due, value, 0.0).sum(axis=0)


def _unknown(refused: pd.DataFrame, beta: Mapping[str, float], at: FloatArray) -> FloatArray:
    """Stocks of products without a usable net value, all of them sold on a fall."""
    mine = refused[refused["benchmark"].isin(beta) & refused["stocks"].notna()]
    own = mine["benchmark"].map(beta).to_numpy(float)[:, None] * at
    value = mine["stocks"].to_numpy(float)[:, None] * np.maximum(1.0 + own, 0.0)
    return -np.where(own < 0, value, 0.0).sum(axis=0)


def _origin(
    book: StopBook, mine: pd.DataFrame, nav_error: float, others: Mapping[str, float]
) -> Origin:
    elsewhere = len(book.products) - len(mine)
    unsized = int(book.refused["stocks"].isna().sum())
    said = [*book.origin.assumptions]
    said += [f"products on {b} move by {others[b]:.2f} of the index" for b in sorted(others)]
    if nav_error:
        said.append(f"net values off by up to {nav_error:g} either way")
    if len(book.refused) > unsized:
        said.append("range: products without a usable net value all sold on a fall")
    coverage = dict(book.origin.coverage)
    if elsewhere:
        coverage["on another index"] = f"{elsewhere} left out"
    if unsized:
        coverage["without assets"] = f"{unsized} left out"
    return Origin(as_of=book.origin.as_of, coverage=coverage, assumptions=tuple(said))
