"""How much of the hedging futures trades in a day and is open, from rows up to a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.snowball_book.positions import HEDGES
from quantquake.measures.basis import weighted_discount
from quantquake.types import Result

VOLUME_WINDOW = 20
"""Sessions a day's volume is the mean of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liquidity(Result):
    """The futures market a hedge trades in.

    Attributes
    ----------
    volume : mapping of underlying to float
        Mean over 20 sessions of all contracts of the product. [lots/d]
    open_interest : mapping of underlying to float
        On the day, all contracts. [lots]
    discount : mapping of underlying to float
        Open-interest weighted basis, annualised; discount < 0. [1/yr]
    by_expiry : mapping of underlying to Series
        Share of the open interest of each contract, nearest first: where a hedge is usually held.
        [1]
    """

    volume: Mapping[str, float] = field(default_factory=dict)
    open_interest: Mapping[str, float] = field(default_factory=dict)
    discount: Mapping[str, float] = field(default_factory=dict)
    by_expiry: Mapping[str, pd.Series] = field(default_factory=dict)


def liquidity_at(
    futures: pd.DataFrame | None, day: pd.Timestamp, levels: pd.DataFrame | None
) -> Liquidity:
    """Volume, open interest and discount of each index's future, from rows up to `day`.

    Parameters
    ----------
    futures : DataFrame, optional
        Long rows `date`, `symbol`, `close`, and if present `volume`, `open_interest`,
        `spot_close`, as :func:`quantquake.data.files.read` returns them.
    day : Timestamp
        Rows after it are not seen.
    levels : DataFrame by date, optional
        Index closes, one column an underlying; without it `spot_close` gives the discount.

    Raises
    ------
    DataError
        If no row lies on or before `day`.
    """
    if futures is None:
        return Liquidity()
    seen = futures[futures["date"] <= day]
    if seen.empty:
        raise DataError(
            f"no futures row on or before {day:%Y-%m-%d}: a flow could not be set against the "
            "market it goes to. Give futures that cover the day, or none."
        )
    of = {
        underlying: seen[seen["symbol"].str.startswith(spec.product)]
        for underlying, spec in HEDGES.items()
    }
    of = {underlying: rows for underlying, rows in of.items() if len(rows)}
    shares = {u: s for u, rows in of.items() if (s := _by_expiry(rows)) is not None}
    return Liquidity(
        volume={u: v for u, rows in of.items() if np.isfinite(v := _volume(rows))},
        open_interest={u: float(s.attrs["lots"]) for u, s in shares.items()},
        discount={u: d for u, rows in of.items() if (d := _discount(rows, u, levels)) is not None},
        by_expiry=shares,
    )


def _volume(rows: pd.DataFrame) -> float:
    if "volume" not in rows:
        return float("nan")
    return float(rows.groupby("date")["volume"].sum(min_count=1).iloc[-VOLUME_WINDOW:].mean())


def _last_day(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["date"] == rows["date"].max()].sort_values("symbol")


def _by_expiry(rows: pd.DataFrame) -> pd.Series | None:
    """Share of each contract in the day's open interest; its sum in `.attrs["lots"]`."""
    last = _last_day(rows)
    if "open_interest" not in last or not last["open_interest"].sum() > 0:
        return None
    held = last.set_index("symbol")["open_interest"].fillna(0.0)
    share = (held / held.sum()).rename("share")
    share.attrs["lots"] = float(held.sum())
    return share


def _discount(rows: pd.DataFrame, underlying: str, levels: pd.DataFrame | None) -> float | None:
    """Weighted discount of the last day; None where its parts are not all there."""
    index = None if levels is None or underlying not in levels else levels[underlying].dropna()
    last = _last_day(rows)
    if "open_interest" not in last or (index is None and "spot_close" not in last):
        return None
    try:
        rate = weighted_discount(last, index, product=HEDGES[underlying].product, method="sessions")
    except DataError:
        return None
    return None if rate.empty or pd.isna(rate.iloc[-1]) else float(rate.iloc[-1])
