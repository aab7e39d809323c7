"""Market-neutral and DMA books: closing when the discount pays, rotating when they may not close.

A wider discount is paper profit for whoever is short futures. Banking it means selling the stocks
and buying the futures back: the stocks fall, the discount narrows (seed article S0). A book that is
forbidden to close can only swap names: small ones out, index members in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.sieve import Sieve
from quantquake.measures.basis.pressure import neutral_pressure
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]
Range = tuple[float, float]

#: Priors of the 2024 replay, which its data hardly narrowed: share of the books closed per unit of
#: paper profit beyond the threshold, and widening of the discount per unit of index fall.
CLOSING_PRIOR: Range = (0.0, 1.5)
WIDENING_PRIOR: Range = (0.0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralState(Result):
    """What the basis asks of neutral funds today.

    Attributes
    ----------
    paper : float
        Profit of open hedges beyond the straight line to expiry. [1 of hedged notional]
    locked_annual : float
        What a new hedge costs a year. [1/yr]
    closing, opening, net : float
        Percentiles, and opening minus closing: below 0 stocks are sold. [1] NaN: history too short.
    origin : Origin
    """

    paper: float
    locked_annual: float
    closing: float = float("nan")
    opening: float = float("nan")
    net: float = float("nan")
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralRules(Result):
    """How neutral funds answer the basis.

    Attributes
    ----------
    closing_rate : float or None
        Share of the books closed per unit of paper profit beyond `threshold`. [1] None: not known,
        so the answer is a range.
    closing_range, widening_range : pair of float
        Ends of that share, and of the widening per unit of index fall. [1]
    widening : float or None
        Widening of the discount per unit of index fall. [1] None: not known.
    threshold : float
        Paper profit below which nobody closes. [1]
    opening_rate : float
        New books as a share of the old ones, per unit of yearly cost below `hurdle`. [1] 0: no new
        money is sized.
    hurdle : float
        Yearly hedging cost at which no new book is opened. [1/yr]
    rate_of_year : float
        Unit in which a widening adds to the yearly cost of a new hedge: 4 for one of three months.
        [1/yr]
    banned : bool
        Closing is forbidden: books rotate instead.
    rotation_rate : float
        Share of the names outside the index swapped into members while banned. [1]
    """

    closing_rate: float | None = None
    closing_range: Range = CLOSING_PRIOR
    widening: float | None = None
    widening_range: Range = WIDENING_PRIOR
    threshold: float = 0.0
    opening_rate: float = 0.0
    hurdle: float = 0.0
    rate_of_year: float = 4.0
    banned: bool = False
    rotation_rate: float = 0.1

    def __post_init__(self) -> None:
        sizes = {
            "closing_rate": (0.0 if self.closing_rate is None else self.closing_rate,),
            "closing_range": self.closing_range,
            "widening": (0.0 if self.widening is None else self.widening,),
            "widening_range": self.widening_range,
            "threshold": (self.threshold,),
            "opening_rate": (self.opening_rate,),
            "rate_of_year": (self.rate_of_year,),
            "rotation_rate": (self.rotation_rate, 1.0),
        }
        wrong = [
            f"`{name}`={', '.join(f'{v:g}' for v in values)}"
            for name, values in sizes.items()
            if not all(0 <= v < np.inf for v in values) or values[0] > values[-1]
        ]
        if wrong:
            raise ConfigError(
                f"rules of neutral funds: {'; '.join(wrong)}. Shares, widening and thresholds are 0 "
                "or more, ranges run from low to high, and no more than everything is rotated, or "
                "sales would turn into purchases. Correct them."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralBook(Result):
    """Neutral and DMA funds on one day.

    Attributes
    ----------
    funds : DataFrame, one row a fund or kind of fund that could be read
        ``name``, ``gross`` (stocks, as much futures short) [money], ``leverage`` (gross over own
        money; 1 neutral, 3-4 DMA), ``outside`` (share of the stocks outside the hedged index) [1].
    refused : DataFrame
        ``row``, ``name``, ``why``, ``gross`` as far as known.
    origin : Origin
    """

    funds: pd.DataFrame
    refused: pd.DataFrame
    origin: Origin

    @property
    def gross(self) -> float:
        """Stocks of all books. [money]"""
        return float(self.funds["gross"].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row a fund."""
        return self.funds


def neutral_state(history: pd.DataFrame) -> NeutralState:
    """Read today's pressure on neutral funds from a product's basis history.

    Parameters
    ----------
    history : DataFrame
        As :func:`quantquake.measures.basis.history` returns it, with open interest.

    Raises
    ------
    DataError
        As `measures.basis.pressure.neutral_pressure`; nothing to read on the last day.
    """
    pressure = neutral_pressure(history)
    today = pressure.iloc[-1]
    if np.isnan(today["paper"]):
        raise DataError(
            f"no paper profit of open hedges on {pressure.index[-1]:%Y-%m-%d}: what the basis asks "
            "of neutral funds is unknown. Give a futures history that reaches that day."
        )
    return NeutralState(
        **{
            key: float(today[key])
            for key in ("paper", "locked_annual", "closing", "opening", "net")
        },
        origin=Origin(as_of=pressure.index[-1], coverage={"sessions": f"{len(pressure)}"}),
    )


def neutral_book(funds: pd.DataFrame, *, on: pd.Timestamp | None = None) -> NeutralBook:
    """Check a table of neutral and DMA funds.

    Parameters
    ----------
    funds : DataFrame, one row a fund or kind of fund
        ``gross`` [money], or ``equity`` [money] and ``leverage`` [1]. Optional: ``name``,
        ``leverage`` (1), ``outside`` (0) [1].
    on : Timestamp, optional
        Day of the table.

    Raises
    ------
    DataError
        A missing column, or no usable row.
    """
    sieve = Sieve(funds, name="the table of neutral funds", needed=("gross|equity",))
    gross, equity = sieve.number("gross"), sieve.number("equity")
    leverage, outside = sieve.number("leverage", 1.0), sieve.number("outside", 0.0)
    sieve.refuse(equity <= 0, "equity: not above 0")
    sieve.refuse(~(leverage > 0), "leverage: not above 0")
    gross = gross.fillna(equity * leverage)
    sieve.refuse(~(gross > 0), "gross: not above 0 or neither gross nor equity")
    sieve.refuse(
        equity.notna() & ~np.isclose(gross, equity * leverage, rtol=0.01),
        "gross, equity and leverage contradict each other",
    )
    sieve.refuse(~outside.between(0, 1), "outside: not between 0 and 1")
    sieve.check_any()
    good = sieve.usable.to_numpy()
    rows = pd.DataFrame({"name": sieve.text("name"), "gross": gross, "leverage": leverage})
    rows["outside"] = outside
    lost = gross[~good]
    return NeutralBook(
        funds=rows[good].reset_index(drop=True),
        refused=sieve.refused().assign(gross=lost.where(lost > 0).to_numpy()),
        origin=Origin(as_of=on, coverage={"funds": f"{good.sum()} of {len(rows)}"}),
    )


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
    said = [f"neutral: paper profit {state.paper:.2%} of the hedged notional today"]
    if how.banned:
        outside = float((book.funds["gross"] * book.funds["outside"]).sum())
        said.append(
            f"closing banned: {how.rotation_rate * outside:.3g} swapped from outside the index "
            "into members instead"
        )
    else:
        said.append(
            f"{rates[0]:g} to {rates[1]:g} of the books closed per unit of profit, discount widens "
            f"by {widening[0]:g} to {widening[1]:g} per unit of fall"
        )
    said.append("as much futures bought back as stocks sold, not netted")
    return tuple(said)
