"""Rows of one product out of a futures table; rows that contradict themselves are refused."""

from __future__ import annotations

import re

import pandas as pd

from quantquake.data.contracts import INDEX_FUTURES
from quantquake.data.panel import listed
from quantquake.errors import ContractError, DataError

PRICES = ("close", "settle")
MOST_ROWS = 5  # named one by one in a message


def products(futures: pd.DataFrame) -> list[str]:
    """Products the rows hold, sorted; read from the symbol where there is no `product` column."""
    return sorted(product_of(futures).dropna().unique())


def select(futures: pd.DataFrame, product: str | None, price: str) -> pd.DataFrame:
    """Rows of one product, with dates, symbols and product in one form.

    Raises
    ------
    DataError
        Missing column, several or absent products, duplicate rows.
    ContractError
        A row whose `product` is not the one its symbol names.
    """
    require(futures, ("date", "symbol"))
    refuse_contradictions(futures)
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
        raise DataError(
            f"{int(repeated.sum())} futures rows repeat a (date, symbol): "
            f"{shown_rows(rows, repeated)}. Their open interest would count twice. Keep one row "
            "each."
        )
    return rows


def require(futures: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a table without these columns."""
    missing = [name for name in columns if name not in futures.columns]
    if missing:
        raise DataError(
            f"The futures rows lack {missing}; they have {list(futures.columns)}. Basis needs one "
            "row per date and contract. Read the file with quantquake.read(path, kind='futures')."
        )


def named_product(symbols: pd.Series) -> pd.Series:
    """Product a symbol names: the letters before the month (IF2003, CFFEX.IF2003), upper case."""
    known = {symbol: _letters(str(symbol).upper()) for symbol in symbols.unique()}
    return symbols.map(known)


def _letters(symbol: str) -> str | None:
    found = re.search(r"([A-Z]{1,2})\s?\d{3,4}(?:\D|$)", symbol) or re.match(r"([A-Z]+)", symbol)
    return found[1] if found else None


def product_of(futures: pd.DataFrame) -> pd.Series:
    """Product of each row: the `product` column, else the letters its symbol starts with."""
    if "product" in futures.columns:
        return futures["product"].astype(str)
    return named_product(futures["symbol"])


def refuse_contradictions(futures: pd.DataFrame) -> None:
    """Refuse rows whose `product` is a product, and not the one their symbol names."""
    if "product" not in futures.columns:
        return
    plain = {one: str(one).strip().upper() for one in futures["product"].unique()}
    said = futures["product"].map(plain)
    wrong = contradicts(said, named_product(futures["symbol"]))
    if wrong.any():
        rows = futures.assign(symbol=futures["symbol"].astype(str) + " as " + said)
        raise ContractError(
            f"{int(wrong.sum())} of {len(futures)} futures rows have a `product` that contradicts "
            f"their symbol: {shown_rows(rows, wrong)}. Which index they belong to is unknown, and "
            "the basis would be taken against the wrong one. Correct either column."
        )


def contradicts(said: pd.Series, named: pd.Series) -> pd.Series:
    """Whether a product that is said is another than the one a symbol names.

    Only codes of known products are judged: a vendor's "CSI 300" or an index code beside IF2003
    names the same thing in other words.
    """
    return said.isin(list(INDEX_FUTURES)) & named.notna() & (said != named)


def shown_rows(rows: pd.DataFrame, bad: pd.Series) -> str:
    """First few of the bad rows by their label, contract and date, for a message."""
    found = rows[bad.to_numpy()]
    dates = pd.to_datetime(found["date"])
    named = (
        f"row {label} ({symbol} on {date:%Y-%m-%d})"
        for label, symbol, date in zip(found.index, found["symbol"], dates, strict=True)
    )
    return listed(named, MOST_ROWS)


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


def on_date(rows: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Rows of one day; an absent one is refused with its neighbours."""
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
