"""A table of funds: what their holders ask back, and the stocks sold for it, at each index level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.redemption.curve import FlowPerformance
from quantquake.flows.sieve import Sieve
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]

#: Prior for the slope where nobody gives one: none to a tenth of the assets a month per unit of
#: loss. The 2024 replay could not tell any value in it from another.
PRIOR = (FlowPerformance(slope=0.0), FlowPerformance(slope=0.1))


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionBook(Result):
    """Funds whose holders may leave, on one day.

    Attributes
    ----------
    funds : DataFrame, one row a fund that could be read
        ``name``, ``assets`` [money], ``performance`` (return its holders look at), ``cash`` and
        ``equity_share`` of the assets, ``beta``, ``illiquid``, ``institutional`` [1], ``months``
        under water, ``open``: whether it may be redeemed within the horizon.
    refused : DataFrame
        ``row``, ``name``, ``why``, ``assets`` as far as known.
    horizon : float
        Months the redemptions are counted over. [months]
    origin : Origin
    """

    funds: pd.DataFrame
    refused: pd.DataFrame
    horizon: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a fund."""
        return self.funds


def redemption_book(
    funds: pd.DataFrame, on: str | pd.Timestamp | None = None, *, horizon: float = 1.0
) -> RedemptionBook:
    """Check a table of funds whose holders may redeem.

    Parameters
    ----------
    funds : DataFrame, one row a fund
        ``assets`` [money] and ``performance`` [1]. Optional: ``name``, ``cash`` (0) and
        ``equity_share`` (the rest) of the assets, ``beta`` of the stocks (1), ``illiquid`` (0) and
        ``institutional`` (0) in [0, 1], ``months`` under water (0), ``lockup_end`` (date; empty:
        open).
    on : date, optional
        Day of the table; needed where a lock-up has a date.
    horizon : float
        Months looked ahead: a lock-up that ends within them counts as open. [months]

    Raises
    ------
    DataError
        A missing column, or no usable row.
    ConfigError
        A horizon not above 0, or lock-ups without a day to compare them with.
    """
    if not 0 < horizon <= 120:
        raise ConfigError(f"`horizon`={horizon:g} months: look ahead by 1 or 3, not by that.")
    sieve = Sieve(funds, name="the fund table", needed=("assets", "performance"))
    day = None if on is None else pd.Timestamp(on)
    rows = _rows(sieve)
    lockup = sieve.date("lockup_end")
    if lockup.notna().any() and day is None:
        raise ConfigError(
            "the funds have lock-up dates and `on` is not given: whether they may be redeemed "
            "cannot be told. Say which day the table is of."
        )
    sieve.check_any()
    good = sieve.usable.to_numpy()
    rows["open"] = True if day is None else ~(lockup > _later(day, horizon))
    table, lost = rows[good].reset_index(drop=True), rows.loc[~good, "assets"]
    shut = int((~table["open"]).sum())
    return RedemptionBook(
        funds=table,
        refused=sieve.refused().assign(assets=lost.where(lost > 0).to_numpy()),
        horizon=horizon,
        origin=Origin(
            as_of=day,
            coverage={"funds": f"{good.sum()} of {len(rows)}"}
            | ({"locked up": f"{shut} left out"} if shut else {}),
            assumptions=(
                f"redemptions of {horizon:g} month(s), those due to past losses included",
                "paid from cash first, then by selling stocks",
            ),
        ),
    )


def _later(day: pd.Timestamp, months: float) -> pd.Timestamp:
    return day + pd.Timedelta(days=round(months * 365.25 / 12))


def _rows(sieve: Sieve) -> pd.DataFrame:
    cash = sieve.number("cash", 0.0)
    rows = pd.DataFrame(
        {
            "name": sieve.text("name"),
            "assets": sieve.number("assets"),
            "performance": sieve.number("performance"),
            "cash": cash,
            "equity_share": sieve.number("equity_share").fillna(1.0 - cash),
            "beta": sieve.number("beta", 1.0),
            "illiquid": sieve.number("illiquid", 0.0),
            "institutional": sieve.number("institutional", 0.0),
            "months": sieve.number("months", 0.0),
        }
    )
    sieve.refuse(~(rows["assets"] > 0), "assets: not above 0 or missing")
    sieve.refuse(~(rows["performance"] > -1), "performance: missing or at or below -1")
    sieve.refuse(rows["performance"] > 20, "performance: above 20; it is a fraction")
    for share in ("cash", "equity_share", "illiquid", "institutional"):
        sieve.refuse(~rows[share].between(0, 1), f"{share}: not between 0 and 1")
    sieve.refuse(rows["cash"] + rows["equity_share"] > 1 + 1e-9, "cash and stocks above the assets")
    sieve.refuse(~(rows["months"] >= 0), "months: below 0")
    return rows


def forced_source(
    book: RedemptionBook,
    moves: Sequence[float] | FloatArray,
    *,
    curve: FlowPerformance | None = None,
    curves: tuple[FlowPerformance, FlowPerformance] | None = None,
    underlying: str = "",
    currency: str = "CNY",
) -> ForcedSource:
    """Stocks funds must sell to pay their holders if the index stands at each move.

    Parameters
    ----------
    book : RedemptionBook
    moves : array of shape (n_moves,), rising
        Index move from the book's day, fall < 0. [1]
    curve : FlowPerformance, optional
        The middle; without it there is a range only.
    curves : pair of FlowPerformance, optional
        Ends of the range; default `curve` twice, and without one the prior of this module.
    underlying, currency : str

    Returns
    -------
    ForcedSource
        A fall adds to the loss holders look at; each month of the horizon redeems its share of
        what is left. `low` adds everything that funds which could not be read hold, on a fall.
    """
    at = np.asarray(moves, dtype=float)
    ends = curves or ((curve, curve) if curve is not None else PRIOR)
    sold = np.array([_sold(book, at, one) for one in ends])
    flow = np.full(at.shape, np.nan) if curve is None else -_sold(book, at, curve)
    unread = book.refused["assets"].sum() * np.where(at < 0, np.maximum(1.0 + at, 0.0), 0.0)
    said = [*book.origin.assumptions]
    if curve is None and curves is None:
        said.append("no slope given: 0 to 0.1 a month per unit of loss, a prior nothing has tested")
    if unread.any():
        said.append("range: funds that could not be read are redeemed in full on a fall")
    return ForcedSource.of(
        "redemption",
        at,
        flow,
        low=-np.fmax(sold.max(axis=0), -flow) - unread,
        high=-np.fmin(sold.min(axis=0), -flow),
        timing=Timing.MONTH,
        underlying=underlying,
        currency=currency,
        origin=Origin(
            as_of=book.origin.as_of, coverage=book.origin.coverage, assumptions=tuple(said)
        ),
    )


def _sold(book: RedemptionBook, at: FloatArray, curve: FlowPerformance) -> FloatArray:
    """Stocks sold by all funds at each move. [money]"""
    table = book.funds[book.funds["open"]]

    def column(name: str) -> FloatArray:
        return np.asarray(table[name].to_numpy(float)[:, None])

    own = np.maximum(1.0 + column("beta") * at, 0.0)
    stocks = column("assets") * column("equity_share") * own
    cash = column("assets") * column("cash")
    other = column("assets") * (1.0 - column("equity_share") - column("cash"))
    value = stocks + cash + other
    change = value / column("assets") - 1.0
    rate = curve.rate(
        (1.0 + column("performance")) * (1.0 + change) - 1.0,
        illiquid=column("illiquid"),
        institutional=column("institutional"),
        months=column("months"),
    )
    asked = value * (1.0 - (1.0 - rate) ** book.horizon)
    return np.asarray(np.clip(asked - cash, 0.0, stocks).sum(axis=0))
