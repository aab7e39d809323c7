"""What neutral funds trade at each level: closing, opening, or rotating while banned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.neutral.books import NeutralBook
from quantquake.flows.neutral.rules import NeutralRules, Range
from quantquake.flows.neutral.state import NeutralState
from quantquake.types import Origin

FloatArray = npt.NDArray[np.float64]


def neutral_flow(
    book: NeutralBook,
    state: NeutralState,
    moves: Sequence[float] | FloatArray,
    *,
    rules: NeutralRules,
) -> pd.DataFrame:
    """What neutral funds trade at each move, with one number for every rule.

    Returns
    -------
    DataFrame by move
        ``stocks`` (sold to close < 0, bought to open > 0), ``futures`` (bought back > 0, minus
        stocks), ``rotated``: sold outside the index and bought inside it while banned. [money]

    Raises
    ------
    ConfigError
        Rules whose closing rate or widening is not known: they have a range only.
    """
    if rules.closing_rate is None or rules.widening is None:
        raise ConfigError(
            "the rules give no `closing_rate` or no `widening`: one number per level would be made "
            "up. Give both, or ask `forced_source` for the range."
        )
    at = np.asarray(moves, dtype=float)
    stocks = _stocks(book, state, at, rules, rules.closing_rate, rules.widening)
    outside = float((book.funds["gross"] * book.funds["outside"]).sum())
    rotated = rules.rotation_rate * outside * np.maximum(1.0 + at, 0.0) * rules.banned
    return pd.DataFrame(
        {"stocks": stocks, "futures": -stocks, "rotated": rotated}, index=pd.Index(at, name="move")
    )


def forced_source(
    book: NeutralBook,
    state: NeutralState,
    moves: Sequence[float] | FloatArray,
    *,
    rules: NeutralRules | None = None,
    underlying: str = "",
    currency: str = "CNY",
) -> ForcedSource:
    """Stocks that neutral funds sell (or buy) if the index stands at each move.

    Parameters
    ----------
    book : NeutralBook
    state : NeutralState
        What the basis asks of them today.
    moves : array of shape (n_moves,), rising
        Index move from today, fall < 0. [1]
    rules : NeutralRules, optional
        Default: nothing known but the priors, so a range only.
    underlying, currency : str

    Returns
    -------
    ForcedSource
        Stocks only: futures of the same size are bought back, and not netted here, for they are
        another market. While banned the flow is 0, with the names swapped in the assumptions.
    """
    how = rules or NeutralRules()
    at = np.asarray(moves, dtype=float)
    known = how.closing_rate is not None and how.widening is not None
    flow = neutral_flow(book, state, at, rules=how)["stocks"].to_numpy() if known else None
    rates = how.closing_range if how.closing_rate is None else (how.closing_rate,) * 2
    widening = how.widening_range if how.widening is None else (how.widening,) * 2
    # A fall and a rise turn the widening's sign: all four corners are needed.
    corners = np.array([_stocks(book, state, at, how, r, w) for r in rates for w in widening])
    return ForcedSource.of(
        "neutral",
        at,
        flow,
        low=corners.min(axis=0),
        high=corners.max(axis=0),
        timing=Timing.WEEK,
        underlying=underlying,
        currency=currency,
        origin=Origin(
            as_of=state.origin.as_of,
            coverage=book.origin.coverage,
            assumptions=_said(book, state, how, rates, widening),
        ),
    )


def _stocks(
    book: NeutralBook,
    state: NeutralState,
    at: FloatArray,
    rules: NeutralRules,
    rate: float,
    widening: float,
) -> FloatArray:
    """Stocks traded by all books. [money]"""
    value = book.gross * np.maximum(1.0 + at, 0.0)
    wider = -widening * at
    profit = np.maximum(state.paper + wider - rules.threshold, 0.0)
    closed = 0.0 * profit if rules.banned else np.minimum(rate * profit, 1.0)
    cost = state.locked_annual + rules.rate_of_year * wider
    opened = rules.opening_rate * np.maximum(rules.hurdle - np.nan_to_num(cost, nan=np.inf), 0.0)
    return np.asarray(value * (opened - closed))


def _said(
    book: NeutralBook, state: NeutralState, how: NeutralRules, rates: Range, widening: Range
) -> tuple[str, ...]:
    side = "profit" if state.paper >= 0 else "loss"
    said = [f"paper {side} of open hedges {abs(state.paper):.2%} of the hedged notional today"]
    if how.banned:
        outside = float((book.funds["gross"] * book.funds["outside"]).sum())
        said.append(
            f"closing banned: {how.rotation_rate * outside:,.0f} swapped from outside the index "
            "into members instead"
        )
    else:
        said.append(
            f"{rates[0]:g} to {rates[1]:g} of the books closed per unit of profit, discount widens "
            f"by {widening[0]:g} to {widening[1]:g} per unit of fall"
        )
    said.append("as much futures bought back as stocks sold, not netted")
    return tuple(said)
