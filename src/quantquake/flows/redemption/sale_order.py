"""What is sold first to pay a redemption, and what those who stay are left with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.capacity import days_to_liquidate, days_until
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]

Order = Literal["liquid_first", "pro_rata", "small_first"]
ORDERS: tuple[Order, ...] = ("liquid_first", "pro_rata", "small_first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall(Result):
    """One redemption paid from a book of holdings.

    Attributes
    ----------
    order : str
    positions : DataFrame indexed by symbol
        ``value``, ``sold``, ``left`` [money], ``days`` of selling what was sold at the stated share
        of its volume [d], ``days_left`` the same for what stays.
    paid_in_cash, shortfall : float
        Part paid from cash; part that everything together could not pay (>= 0). [money]
    days_before, days_after : float
        Days until 90 % of the stocks are out, for the book before and per the book that stays. [d]
    cost_leaving, cost_staying : float
        Impact cost per unit of money of those who leave, and of those who would leave after them.
        [1] NaN without `volatility`. The difference is the first mover's gain.
    origin : Origin
    """

    order: str
    positions: pd.DataFrame
    paid_in_cash: float
    shortfall: float
    days_before: float
    days_after: float
    cost_leaving: float
    cost_staying: float
    origin: Origin

    @property
    def first_mover_gap(self) -> float:
        """What a holder saves per unit of money by leaving first. [1] NaN where not known."""
        return self.cost_staying - self.cost_leaving

    def to_frame(self) -> pd.DataFrame:
        """One row a holding."""
        return self.positions


def waterfall(
    holdings: pd.DataFrame,
    redemption: float,
    *,
    order: Order = "liquid_first",
    cash: float = 0.0,
    participation: float = 0.1,
    impact: float = 1.0,
) -> Waterfall:
    """Pay a redemption from cash and holdings in a stated order.

    Parameters
    ----------
    holdings : DataFrame indexed by symbol
        ``value`` (long only) [money]; ``daily_amount`` [money/d], needed for liquid_first;
        ``market_cap`` [money], needed for small_first; ``volatility`` (daily) [1] for costs.
    redemption : float
        Asked back. [money]
    order : {"liquid_first", "pro_rata", "small_first"}
        liquid_first: cash, then names with the fewest days of volume; pro_rata: the same share of
        everything, cash included; small_first (弃小保大): cash, then the smallest companies, so that
        the large ones are kept.
    cash : float
        [money]
    participation : float
        Share of the volume one is willing to be. [1]
    impact : float
        Y of the square-root law: cost of selling Q at once is ``2/3 Y volatility sqrt(Q/amount)``.

    Returns
    -------
    Waterfall
        Cash used and sales add up to the redemption, less a shortfall only where the fund holds
        less than was asked. Nothing is sold beyond what is held.

    Raises
    ------
    DataError
        Missing columns or values, repeated symbols, a holding below 0.
    ConfigError
        An unknown order, a negative redemption, cash, impact, or a participation outside (0, 1].
    """
    _check_numbers(redemption, cash, impact, participation, order)
    value = _value(holdings, order)
    amount = _column(holdings, "daily_amount")
    used, sold = _sales(holdings, value, redemption, cash, order)
    left = value - sold
    days = days_to_liquidate(value, amount, participation=participation)
    positions = pd.DataFrame({"value": value, "sold": sold, "left": left})
    positions["days"] = days_to_liquidate(sold, amount, participation=participation)
    positions["days_left"] = days_to_liquidate(left, amount, participation=participation)
    volatility = _column(holdings, "volatility")
    return Waterfall(
        order=order,
        positions=positions,
        paid_in_cash=used,
        shortfall=max(redemption - used - float(sold.sum()), 0.0),
        days_before=days_until(value, days),
        days_after=days_until(left, positions["days_left"]),
        cost_leaving=_cost(sold, amount, volatility, impact, used),
        cost_staying=_cost(left, amount, volatility, impact, cash - used),
        origin=Origin(
            coverage={"holdings with a daily amount": f"{amount.notna().sum()} of {len(value)}"},
            assumptions=(
                f"{participation:.0%} of daily volume; days until 90 % of the money is out",
                f"cost: 2/3 x {impact:g} x volatility x square root of the days of volume",
            ),
        ),
    )


def _sales(
    holdings: pd.DataFrame, value: pd.Series, redemption: float, cash: float, order: Order
) -> tuple[float, pd.Series]:
    """Cash used, and money sold of each name."""
    total = cash + float(value.sum())
    asked = min(redemption, total)
    if order == "pro_rata":
        share = asked / total if total > 0 else 0.0
        return share * cash, share * value
    used = min(cash, asked)
    days = value / _column(holdings, "daily_amount").where(lambda a: a > 0, np.nan)
    key = days.fillna(np.inf) if order == "liquid_first" else _column(holdings, "market_cap")
    queue = value.iloc[np.argsort(key.to_numpy(float), kind="stable")]
    before = queue.cumsum() - queue
    return used, (asked - used - before).clip(lower=0.0, upper=queue).reindex(value.index)


def _cost(
    sold: pd.Series, amount: pd.Series, volatility: pd.Series, impact: float, cash: float
) -> float:
    """Impact cost over the money that leaves, cash leaving for nothing. [1]"""
    money = cash + float(sold.sum())
    moved = sold > 0
    if money <= 0:
        return float("nan")
    days = sold[moved] / amount[moved]
    lost = 2.0 / 3.0 * impact * volatility[moved] * np.sqrt(days) * sold[moved]
    return float(lost.sum(skipna=False)) / money


def _value(holdings: pd.DataFrame, order: Order) -> pd.Series:
    needs = {"liquid_first": ["daily_amount"], "small_first": ["market_cap"], "pro_rata": []}[order]
    missing = [c for c in ("value", *needs) if c not in holdings]
    if missing or holdings.index.has_duplicates or not len(holdings):
        raise DataError(
            f"the holdings have {len(holdings)} rows, {int(holdings.index.duplicated().sum())} "
            f"repeated symbols, and lack {missing or 'nothing'}: what is sold first could not be "
            f"told. Order {order!r} needs one row a symbol with {', '.join(['value', *needs])}."
        )
    value = _column(holdings, "value")
    wrong = value.isna() | (value < 0)
    unknown = _column(holdings, "market_cap").isna() if order == "small_first" else value < -np.inf
    if wrong.any() or unknown.any():
        bad = list(value.index[wrong | unknown])
        raise DataError(
            f"{len(bad)} holdings have no value, a negative one, or no company size, first "
            f"{bad[0]!r}: money would be paid from positions nobody has, or in the wrong order. "
            "Correct these rows; shorts are not sold to pay redemptions."
        )
    return value


def _column(holdings: pd.DataFrame, name: str) -> pd.Series:
    if name not in holdings:
        return pd.Series(np.nan, index=holdings.index, dtype=float)
    return pd.to_numeric(holdings[name], errors="coerce").astype(float)


def _check_numbers(
    redemption: float, cash: float, impact: float, participation: float, order: str
) -> None:
    if order not in ORDERS:
        raise ConfigError(
            f"order {order!r} is unknown: what is sold first decides who is hurt. Choose one of "
            f"{', '.join(ORDERS)}."
        )
    sizes = (redemption, cash, impact)
    if not all(0 <= size < np.inf for size in sizes) or not 0 < participation <= 1:
        raise ConfigError(
            f"`redemption`={redemption:g}, `cash`={cash:g}, `impact`={impact:g}, `participation`="
            f"{participation:g}: money asked back and held is 0 or more, and nobody is more than "
            "all of the volume. Correct them."
        )
