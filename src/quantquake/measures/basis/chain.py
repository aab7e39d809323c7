"""Futures rows made ready to measure: one per date and contract, with expiry and index level."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from quantquake.data.calendars import Calendar, calendar, count_sessions
from quantquake.data.contracts import INDEX_FUTURES, parse_future
from quantquake.errors import ContractError, DataError

IndexLevel: TypeAlias = "float | pd.Series | pd.DataFrame | None"

PRICES = ("close", "settle")

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
        A continuous series, a row dated after its contract's expiry, or more than 400 days before.
    CalendarError
        An expiry past the last announced session, with `provisional` False.
    """
    rows = _select(futures, product, price)
    if on is not None:
        rows = _on_date(rows, pd.Timestamp(on))
    chain = pd.DataFrame(
        {
            "date": rows["date"],
            "contract": rows["symbol"],
            "product": rows["product"],
            "expiry": _expiry(rows, exchange, provisional),
            "price": _positive(rows[price], rows, f"`{price}`"),
            "index_level": _positive(_level(rows, index_level), rows, "the index level"),
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


def products(futures: pd.DataFrame) -> list[str]:
    """Products the rows hold, sorted; read from the symbol where there is no `product` column."""
    return sorted(product_of(futures).dropna().unique())


def _select(futures: pd.DataFrame, product: str | None, price: str) -> pd.DataFrame:
    _require(futures, ("date", "symbol"))
    if price not in PRICES or price not in futures.columns:
        raise DataError(
            f"price={price!r} cannot be read: the futures rows have {list(futures.columns)}. Basis "
            "by close and by settlement differ, so one is never put in the other's place. "
            f"Choose one of {PRICES} that is a column."
        )
    rows = futures.assign(
        date=pd.to_datetime(futures["date"]),
        symbol=futures["symbol"].astype(str),
        product=product_of(futures),
    )
    rows = rows[rows["product"] == _one_product(products(rows), product)]
    repeated = rows.duplicated(["date", "symbol"])
    if repeated.any():
        first = rows[repeated].iloc[0]
        raise DataError(
            f"{int(repeated.sum())} futures rows repeat a (date, symbol), first {first['symbol']} "
            f"on {first['date']:%Y-%m-%d}: its open interest would count twice. Keep one row each."
        )
    return rows


def _require(futures: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [name for name in columns if name not in futures.columns]
    if missing:
        raise DataError(
            f"The futures rows lack {missing}; they have {list(futures.columns)}. Basis needs one "
            "row per date and contract. Read the file with quantquake.read(path, kind='futures')."
        )


def product_of(futures: pd.DataFrame) -> pd.Series:
    """Product of each row: the `product` column, else the letters its symbol starts with."""
    if "product" in futures.columns:
        return futures["product"].astype(str)
    return futures["symbol"].astype(str).str.extract(r"^([A-Za-z]+)", expand=False).str.upper()


def _one_product(present: list[str], product: str | None) -> str:
    if product is None and len(present) == 1:
        return present[0]
    if product in present:
        return str(product)
    asked = "No product was named" if product is None else f"Product {product!r} is absent"
    raise DataError(
        f"{asked} and the futures rows hold {len(present)}: {present}. Contracts of different "
        "indices have no common basis. Name one of them as product."
    )


def _on_date(rows: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    kept = rows[rows["date"] == on]
    if kept.empty:
        raise absent_date(pd.DatetimeIndex(rows["date"].unique()).sort_values(), on, "futures rows")
    return kept


def absent_date(dates: pd.DatetimeIndex, on: pd.Timestamp, name: str) -> DataError:
    """Build the error for a date that is not in the data; it names the nearest earlier ones."""
    earlier = [f"{date:%Y-%m-%d}" for date in dates[dates < on][-3:]]
    where = f"the nearest earlier are {', '.join(earlier)}" if earlier else "none is earlier"
    return DataError(
        f"{on:%Y-%m-%d} is not among the {len(dates)} dates of the {name}; {where}. Another day's "
        "numbers are never shown under this date. Ask for one of these, or add the missing day."
    )


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
        row = chain[nameless | past].iloc[0]
        raise ContractError(
            f"{int((nameless | past).sum())} rows have no expiry or are dated after it, first "
            f"{row['contract']} on {row['date']:%Y-%m-%d} (expiry {_day(row['expiry'])}): days to "
            "expiry would be zero or negative. Drop these rows, or correct their date or contract."
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


def _day(date: pd.Timestamp) -> str:
    return "unknown" if pd.isna(date) else f"{date:%Y-%m-%d}"


def _level(rows: pd.DataFrame, index_level: IndexLevel) -> pd.Series:
    if index_level is None:
        _require(rows, ("spot_close",))
        return rows["spot_close"]
    if isinstance(index_level, pd.DataFrame):
        index_level = _column_of(index_level, str(rows["product"].iloc[0]))
    if isinstance(index_level, pd.Series):
        return _by_date(rows, index_level)
    if rows["date"].nunique() > 1:
        raise DataError(
            f"One index level was given for {rows['date'].nunique()} dates: the index moves every "
            "day and so would every basis. Pass a Series by date."
        )
    return pd.Series(float(index_level), index=rows.index)


def _column_of(levels: pd.DataFrame, product: str) -> pd.Series:
    spec = INDEX_FUTURES.get(product)
    for name in (product, spec.underlying if spec else None):
        if name in levels.columns:
            return levels[name]
    raise DataError(
        f"The index levels have columns {list(levels.columns)}, none of them {product!r} or its "
        f"underlying {spec.underlying if spec else 'index (unknown product)'}: basis needs the "
        "index the contract settles on. Rename the column, or pass one Series."
    )


def _by_date(rows: pd.DataFrame, levels: pd.Series) -> pd.Series:
    dates = pd.to_datetime(levels.index)
    if not dates.isin(rows["date"]).any():
        raise DataError(
            f"The index levels ({_span(dates)}) and the futures rows ({_span(rows['date'])}) have "
            "no date in common: no basis can be formed. Check the year and the date column."
        )
    by_date = pd.Series(levels.to_numpy(float), index=dates)
    if by_date.index.has_duplicates:
        raise DataError(
            f"The index levels repeat {int(by_date.index.duplicated().sum())} dates: which level "
            "belongs to the contract is unknown. Keep one row a date."
        )
    return pd.Series(by_date.reindex(rows["date"]).to_numpy(), index=rows.index)


def _span(dates: pd.DatetimeIndex | pd.Series) -> str:
    return f"{dates.min():%Y-%m-%d}..{dates.max():%Y-%m-%d}"


def _positive(values: pd.Series, rows: pd.DataFrame, name: str) -> pd.Series:
    numbers = values.astype(float)
    bad = (numbers <= 0) | np.isinf(numbers)
    if bad.any():
        row = rows[bad].iloc[0]
        raise DataError(
            f"{int(bad.sum())} rows have {name} at or below zero or infinite, first "
            f"{row['symbol']} on {row['date']:%Y-%m-%d}: it would show as a discount near -100 %. "
            "Leave unobserved prices empty (NaN)."
        )
    return numbers
