"""Futures rows made ready to measure: one per date and contract, with expiry and index level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.calendars import Calendar, calendar, count_sessions
from quantquake.data.contracts import parse_future
from quantquake.errors import ContractError
from quantquake.measures.basis.contract_rows import (
    absent_date,
    on_date,
    product_of,
    products,
    select,
    shown_rows,
)
from quantquake.measures.basis.index_level import IndexLevel, level_of, positive

__all__ = ["IndexLevel", "absent_date", "futures_chain", "product_of", "products"]

# The farthest listed contract expires within nine months; a later "expiry" is a mistyped year.
LONGEST_LIFE = 400


def futures_chain(
    futures: pd.DataFrame,
    index_level: IndexLevel = None,
    *,
    product: str | None = None,
    on: str | pd.Timestamp | None = None,
    price: str = "close",
    exchange: str | Calendar = "XSHG",
    provisional: bool = True,
) -> pd.DataFrame:
    """Contracts of one product, nearest expiry first on every date.

    Parameters
    ----------
    futures : DataFrame
        Long rows `date`, `symbol`, the price column, and if present `product`, `expiry`,
        `open_interest`, `spot_close`. One row per (date, symbol). [index points, contracts]
    index_level : float, Series by date, DataFrame, or None
        Underlying index close. A frame has underlying symbols or products as columns; None reads
        `spot_close`. A number is allowed for a single date only. [index points]
    product : str, optional
        Needed where the rows hold several products.
    on : date-like, optional
        Keep this date only; it must be among the rows (nothing is shifted silently).
    price : {"close", "settle"}
        Column to read. A missing settlement stays NaN: it is never replaced by the close.
    exchange : str or Calendar
        Calendar that counts the sessions.
    provisional : bool
        Count plain weekdays past the last announced session and mark such rows; False refuses
        them. Every autumn the far contracts expire in a year not announced yet.

    Returns
    -------
    DataFrame
        `date, contract, product, expiry, price, index_level, sessions, open_interest, provisional`,
        sorted by date and expiry. `sessions` counts both the date and the expiry day. [d]
        `open_interest` is NaN where not given; `volume` [lots] only if given. `provisional`: the
        expiry lies past the last announced session, so `sessions` is an upper bound (holidays
        unknown).

    Raises
    ------
    DataError
        Missing column, several or absent products, duplicate rows, absent date, non-positive
        price, index without a common date.
    ContractError
        A continuous series, a `product` that contradicts the symbol, a row dated after its
        contract's expiry, or more than 400 days before.
    CalendarError
        An expiry past the last announced session, with `provisional` False.
    """
    rows = select(futures, product, price)
    if on is not None:
        rows = on_date(rows, pd.Timestamp(on))
    chain = pd.DataFrame(
        {
            "date": rows["date"],
            "contract": rows["symbol"],
            "product": rows["product"],
            "expiry": _expiry(rows, exchange, provisional),
            "price": positive(rows[price], rows, f"`{price}`"),
            "index_level": positive(level_of(rows, index_level), rows, "the index level"),
        }
    )
    _refuse_expired(chain)
    chain["sessions"] = count_sessions(
        chain["date"].to_numpy(), chain["expiry"].to_numpy(), exchange, provisional=provisional
    )
    interest = rows.get("open_interest")
    chain["open_interest"] = np.nan if interest is None else interest.astype(float)
    if "volume" in rows.columns:
        chain["volume"] = rows["volume"].astype(float)
    book = exchange if isinstance(exchange, Calendar) else calendar(exchange)
    chain["provisional"] = book.is_provisional(chain["expiry"].to_numpy())
    chain = chain.sort_values(["date", "expiry"], ignore_index=True)
    _refuse_twins(chain)
    return chain


def _expiry(rows: pd.DataFrame, exchange: str | Calendar, provisional: bool) -> pd.Series:
    if "expiry" in rows.columns:
        return pd.to_datetime(rows["expiry"]).dt.as_unit("ns")
    known = {
        symbol: parse_future(symbol, exchange=exchange, provisional=provisional).expiry
        for symbol in rows["symbol"].unique()
    }
    return pd.to_datetime(rows["symbol"].map(known)).dt.as_unit("ns")


def _refuse_expired(chain: pd.DataFrame) -> None:
    nameless = chain["expiry"].isna()
    past = chain["date"] > chain["expiry"]
    if nameless.any() or past.any():
        ended = "(expiry " + chain["expiry"].dt.strftime("%Y-%m-%d").fillna("unknown") + ")"
        rows = chain.assign(symbol=chain["contract"] + " " + ended)
        raise ContractError(
            f"{int((nameless | past).sum())} rows have no expiry or are dated after it: "
            f"{shown_rows(rows, nameless | past)}. Days to expiry would be zero or negative. Drop "
            "these rows, or correct their date or contract."
        )
    life = (chain["expiry"] - chain["date"]).dt.days
    if (life > LONGEST_LIFE).any():
        row = chain[life > LONGEST_LIFE].iloc[0]
        raise ContractError(
            f"{int((life > LONGEST_LIFE).sum())} rows expire more than {LONGEST_LIFE} days later, "
            f"first {row['contract']} on {row['date']:%Y-%m-%d} (expiry {row['expiry']:%Y-%m-%d}): "
            "no index future is listed that long, so the year or the date is wrong and every "
            "annualised number would be near zero. Correct the symbol, `expiry` or `date`."
        )


def _refuse_twins(chain: pd.DataFrame) -> None:
    twins = chain.duplicated(["date", "expiry"], keep=False)
    if twins.any():
        first, second = chain[twins].iloc[0], chain[twins].iloc[1]
        raise ContractError(
            f"{int(twins.sum())} rows share a date and an expiry, first {first['contract']} and "
            f"{second['contract']} on {first['date']:%Y-%m-%d}: one contract under two spellings, "
            "or a stitched series beside it, would be weighted twice. Keep one row a contract."
        )
