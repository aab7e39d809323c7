"""Knock-ins that bring on knock-ins: how much more is supplied than the first fall alone asks for.

A multiplier of supply under a stated gain, not a forecast of the index: who else trades, and what
stops it, is the cascade room's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.snowball_book.book import SnowballBook
from quantquake.flows.snowball_book.positions import multiplier_of
from quantquake.types import Origin, Result

DEEPEST = -0.60
"""Fall at which the loop is given up as not settling. [1]"""
CLOSE = 1e-6
"""Change of the move at which it has settled. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockInLoop(Result):
    """Where a fall of the index ends after the hedge's sales, and panic, have pushed it further.

    Attributes
    ----------
    shock, move : float
        Fall from outside, and the fall it ends in. [1]
    flow_first, flow : float
        Hedge flow at the shock alone and in the end, sale < 0. [money]
    knocked_in_first, knocked_in : float
        Notional newly knocked in, likewise. [money]
    multiplier : float
        `flow` over `flow_first`; NaN where the shock alone asks for no sale. [1]
    settled : bool
        False: the fall ran past 60 %, or 200 rounds did not settle it.
    rounds : DataFrame by round
        `move` [1], `flow` [money], `knocked_in` [money].
    origin : Origin
    """

    shock: float
    move: float
    flow_first: float
    flow: float
    knocked_in_first: float
    knocked_in: float
    multiplier: float
    settled: bool
    rounds: pd.DataFrame
    origin: Origin


def knock_in_loop(
    book: SnowballBook,
    shock: float,
    *,
    gain: float,
    panic: float = 0.0,
    depth: float | None = None,
    underlying: str | None = None,
    rounds: int = 200,
) -> KnockInLoop:
    """Follow a fall through the hedge's sales and back into the index, until it settles.

    In each round the index stands at ``shock + gain * flow / depth - panic * share knocked in``,
    flow and share taken at the round before; what has knocked in stays so.

    Parameters
    ----------
    book : SnowballBook
    shock : float
        First fall, from outside. [1] Negative.
    gain : float
        Move of the index when the hedge trades one `depth`. [1] 0 leaves the shock alone.
    panic : float
        Further fall when all that waits has knocked in: the fright of others, by its size. [1]
    depth : float, optional
        Money a `gain` is counted against; default a day's turnover of the future. [money/d]
    underlying : str, optional
    rounds : int

    Raises
    ------
    ConfigError
        A gain or panic below 0, a shock that is no fall, or no depth given and none known.
    """
    name = book._one(underlying)
    _check(shock, gain, panic)
    here = book.spot[name]
    deep = _depth(book, name, depth)
    waiting = book.positions.on(name).notional[book.positions.on(name).waiting].sum()
    move, lowest, table, settled = shock, shock, [], False
    for _ in range(rounds):
        flow, fresh = _answer(book, name, here, move, lowest)
        table.append({"move": move, "flow": flow, "knocked_in": fresh})
        scare = panic * fresh / waiting if waiting > 0 else 0.0
        onward = max(shock + gain * flow / deep - scare, DEEPEST)
        settled = abs(onward - move) < CLOSE and onward > DEEPEST
        if settled or (move == DEEPEST and onward == DEEPEST):
            break
        # Half a step where the hedge turns round and buys: it would swing about the answer.
        move = onward if onward < move else 0.5 * (move + onward)
        lowest = min(lowest, move)
    return _result(book.origin, shock, pd.DataFrame(table).rename_axis("round"), settled, gain)


def _answer(
    book: SnowballBook, name: str, here: float, move: float, lowest: float
) -> tuple[float, float]:
    """Hedge flow from where the index stands, and notional knocked in by the lowest close so far."""
    path = np.array([here, here * (1.0 + min(lowest, move)), here * (1.0 + move)])
    steps = book.flow_along(path, underlying=name)
    lots = float(steps["held"].iloc[-1] - steps["held"].iloc[0])
    fresh = float(steps["knocked_in"].iloc[-1] - steps["knocked_in"].iloc[0])
    return lots * multiplier_of(name) * path[-1], fresh


def _depth(book: SnowballBook, name: str, depth: float | None) -> float:
    if depth is None:
        depth = book.liquidity.volume.get(name, np.nan) * multiplier_of(name) * book.spot[name]
    if not (np.isfinite(depth) and depth > 0):
        raise ConfigError(
            f"depth of {name or 'the underlying'} is {depth:g}: a flow moves nothing until it is set "
            "against the money that trades. Give `depth=` in money a day, or futures with volume."
        )
    return float(depth)


def _check(shock: float, gain: float, panic: float) -> None:
    if not (-0.6 < shock < 0) or min(gain, panic) < 0:
        raise ConfigError(
            f"loop with shock={shock:g}, gain={gain:g}, panic={panic:g}: it follows a fall, and a "
            "gain or panic below 0 would turn sales into rises. Give a shock between -0.6 and 0, "
            "gain and panic of 0 or more."
        )


def _result(
    origin: Origin, shock: float, table: pd.DataFrame, settled: bool, gain: float
) -> KnockInLoop:
    first, last = table.iloc[0], table.iloc[-1]
    return KnockInLoop(
        shock=shock,
        move=float(last["move"]),
        flow_first=float(first["flow"]),
        flow=float(last["flow"]),
        knocked_in_first=float(first["knocked_in"]),
        knocked_in=float(last["knocked_in"]),
        multiplier=float(last["flow"] / first["flow"]) if first["flow"] < 0 else float("nan"),
        settled=settled,
        rounds=table,
        origin=Origin(
            as_of=origin.as_of,
            coverage=origin.coverage,
            assumptions=(*origin.assumptions, f"index moves {gain:g} per day's depth traded"),
        ),
    )
