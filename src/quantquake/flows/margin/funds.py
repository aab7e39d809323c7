"""A table of levered funds: distance to the call, and what each must sell at each index level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.margin.spiral import spiral_gain
from quantquake.flows.sieve import Sieve
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginBook(Result):
    """Levered funds on one day.

    Attributes
    ----------
    funds : DataFrame, one row a fund that could be read
        ``name``, ``assets`` (gross) [money], ``equity`` [money], ``leverage``, ``limit``,
        ``target``, ``beta`` (move of its stocks per index move), ``hedge`` (share of the stocks
        hedged with the index) [1], ``move_to_call``: index move at which leverage passes the limit,
        fall < 0, 0 if it has [1]; NaN: no move of the index brings it there.
    refused : DataFrame
        ``row``, ``name``, ``why``, ``assets`` as far as known.
    origin : Origin
    """

    funds: pd.DataFrame
    refused: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a fund."""
        return self.funds

    def spiral(self, impact: float) -> tuple[float, float]:
        """Gain of one round and sum of all rounds, under linear impact. [1/money] in, [1] out."""
        levered = self.funds[self.funds["leverage"] >= 1]
        return spiral_gain(
            levered["assets"].to_numpy(float), levered["leverage"].to_numpy(float), impact=impact
        )


def margin_book(funds: pd.DataFrame, *, on: pd.Timestamp | None = None) -> MarginBook:
    """Check a table of levered funds and measure each one's distance to its limit.

    Parameters
    ----------
    funds : DataFrame, one row a fund
        ``assets`` (gross) [money], ``equity`` [money] or ``leverage`` [1], and ``limit``: leverage
        at which it must act (or ``maintenance``: least equity over assets, its inverse) [1].
        Optional: ``name``, ``target`` (leverage it returns to; default its leverage today, at most
        the limit), ``beta`` (1), ``hedge`` (0).
    on : Timestamp, optional
        Day of the table.

    Returns
    -------
    MarginBook

    Raises
    ------
    DataError
        A missing column, or no usable row.
    """
    sieve = Sieve(
        funds, name="the fund table", needed=("assets", "equity|leverage", "limit|maintenance")
    )
    rows = _rows(sieve)
    sieve.check_any()
    good = sieve.usable.to_numpy()
    table = rows[good].assign(move_to_call=_distance(rows[good])).reset_index(drop=True)
    lost = rows.loc[~good, "assets"]
    return MarginBook(
        funds=table,
        refused=sieve.refused().assign(assets=lost.where(lost > 0).to_numpy()),
        origin=Origin(
            as_of=on,
            coverage={"funds": f"{good.sum()} of {len(rows)}"},
            assumptions=(
                "leverage past its limit is brought back to its target at the new prices",
            ),
        ),
    )


def _rows(sieve: Sieve) -> pd.DataFrame:
    assets, equity = sieve.number("assets"), sieve.number("equity")
    leverage, limit = sieve.number("leverage"), sieve.number("limit")
    maintenance = sieve.number("maintenance")
    sieve.refuse(~(assets > 0), "assets: not above 0 or missing")
    sieve.refuse(equity <= 0, "equity: not above 0; the fund is gone already")
    sieve.refuse(leverage <= 0, "leverage: not above 0")
    both = equity.notna() & leverage.notna()
    sieve.refuse(
        both & ~np.isclose(assets, leverage * equity, rtol=0.01),
        "assets, equity and leverage contradict each other",
    )
    equity = equity.fillna(assets / leverage)
    sieve.refuse(equity.isna(), "neither equity nor leverage")
    sieve.refuse(
        maintenance.notna() & ~maintenance.between(0, 1, inclusive="neither"),
        "maintenance: not between 0 and 1",
    )
    limit = limit.fillna(1.0 / maintenance)
    sieve.refuse(~(limit > 0), "limit: not above 0 or missing")
    now = assets / equity
    target = sieve.number("target").fillna(np.minimum(now, limit))
    sieve.refuse((target < 0) | (target > limit), "target: below 0 or above the limit")
    beta, hedge = sieve.number("beta", 1.0), sieve.number("hedge", 0.0)
    sieve.refuse(~hedge.between(0, 2), "hedge: not between 0 and 2")
    return pd.DataFrame(
        {"name": sieve.text("name"), "assets": assets, "equity": equity, "leverage": now}
        | {"limit": limit, "target": target, "beta": beta, "hedge": hedge}
    )


def _distance(table: pd.DataFrame) -> pd.Series:
    """Index move at which assets = limit x equity; both are straight lines in the move."""
    assets, equity, limit = table["assets"], table["equity"], table["limit"]
    slope = assets * (limit * (table["beta"] - table["hedge"]) - table["beta"])
    room = limit * equity - assets
    move = -(room / slope.where(slope > 0))
    return move.where(move > -1).mask(room <= 0, 0.0)


def forced_source(
    book: MarginBook,
    moves: Sequence[float] | FloatArray,
    *,
    tightening: float = 0.0,
    underlying: str = "",
    currency: str = "CNY",
) -> ForcedSource:
    """Stocks that levered funds must sell if the index stands at each move.

    Parameters
    ----------
    book : MarginBook
    moves : array of shape (n_moves,), rising
        Index move from the book's day, fall < 0. [1]
    tightening : float
        How much lenders raise their haircuts per unit of fall: limits and targets are divided by
        ``1 + tightening x fall``. [1]
    underlying, currency : str

    Returns
    -------
    ForcedSource
        The middle returns every fund past its limit to its target (all it has, where the equity is
        gone); `high` only back to the limit; `low` adds everything held by funds that could not be
        read, on a fall.

    Raises
    ------
    ConfigError
        A negative tightening.
    """
    if not tightening >= 0:
        raise ConfigError(
            f"`tightening`={tightening:g}: lenders who lower haircuts in a fall force nobody. Give "
            "0 or more."
        )
    at = np.asarray(moves, dtype=float)
    flow = -_sales(book.funds, at, tightening, "target")
    unread = book.refused["assets"].sum() * np.where(at < 0, np.maximum(1.0 + at, 0.0), 0.0)
    said = [*book.origin.assumptions, "range: back to the limit only, to back to the target"]
    if tightening:
        said.append(f"haircuts rise by {tightening:g} of themselves per unit of fall")
    if unread.any():
        said.append("range: funds that could not be read sell everything on a fall")
    return ForcedSource.of(
        "margin",
        at,
        flow,
        low=flow - unread,
        high=np.maximum(-_sales(book.funds, at, tightening, "limit"), flow),
        timing=Timing.NEXT_OPEN,
        underlying=underlying,
        currency=currency,
        origin=Origin(
            as_of=book.origin.as_of, coverage=book.origin.coverage, assumptions=tuple(said)
        ),
    )


def _sales(table: pd.DataFrame, at: FloatArray, tightening: float, back_to: str) -> FloatArray:
    """Money sold by all funds at each move."""

    def column(name: str) -> FloatArray:
        return np.asarray(table[name].to_numpy(float)[:, None])

    beta, hedge = column("beta"), column("hedge")
    assets = column("assets") * np.maximum(1.0 + beta * at, 0.0)
    equity = np.maximum(column("equity") + column("assets") * (beta - hedge) * at, 0.0)
    squeeze = 1.0 + tightening * np.maximum(-at, 0.0)
    over = assets > column("limit") / squeeze * equity * (1.0 + 1e-12)
    sale = np.clip(assets - column(back_to) / squeeze * equity, 0.0, assets)
    return np.asarray(np.where(over, sale, 0.0).sum(axis=0))
