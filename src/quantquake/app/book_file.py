"""Tables of a user's own book: stocks and lots by day, NAVs by fund, option and futures quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from quantquake.data.contracts import future_symbol
from quantquake.data.files.cells import as_dates, as_numbers
from quantquake.data.files.formats import Loaded, load
from quantquake.errors import DataError

#: Our name -> spellings understood, lower case.
BOOK = {
    "date": ("date", "日期", "trade_date"),
    "stocks": ("stocks", "stock_value", "portfolio", "股票市值", "持仓市值"),
    "flow": ("flow", "申赎", "资金流"),
    "contract": ("contract", "symbol", "合约"),
    "lots": ("lots", "手数", "持仓手数"),
}
CHAIN = {
    "date": ("date", "quote_date", "日期"),
    "expiry": ("expiry", "到期日"),
    "strike": ("strike", "行权价"),
    "option_type": ("option_type", "type", "call_put", "期权类型"),
    "bid": ("bid", "买价"),
    "ask": ("ask", "卖价"),
    "bid_size": ("bid_size", "买量"),
    "ask_size": ("ask_size", "卖量"),
    "unit": ("unit", "合约单位"),
}
QUOTES = {
    "contract": ("contract", "symbol", "合约"),
    "expiry": ("expiry", "到期日"),
    "bid": ("bid", "买价"),
    "ask": ("ask", "卖价"),
    "bid_size": ("bid_size", "买量"),
    "ask_size": ("ask_size", "卖量"),
}


def read_book(path: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stocks and futures of a hedged book.

    Parameters
    ----------
    path : str
        One row a date and contract: `date, stocks, contract, lots` (short < 0), `flow` if money
        moved. `stocks` and `flow` are repeated, or given once a date. [CNY, lots]

    Returns
    -------
    portfolio : DataFrame by date
        `value`, `flow`. [CNY]
    lots : DataFrame of shape (n_dates, n_contracts)
        Canonical contract names; 0 where a contract is not listed. [lots]

    Raises
    ------
    DataError
        Missing columns, no value on a date, two values on one.
    """
    table = read_table(path, BOOK, ("date", "stocks", "contract", "lots"))
    table["contract"] = [_contract(text) for text in table["contract"]]
    twice = table.duplicated(["date", "contract"])
    if twice.any():
        row = table[twice].iloc[0]
        raise DataError(
            f"{path}: {int(twice.sum())} rows repeat a date and contract, first {row['contract']} "
            f"on {row['date']:%Y-%m-%d}: its lots would count twice. Keep one row each."
        )
    lots = table.pivot(index="date", columns="contract", values="lots").fillna(0.0)
    by_day = table.groupby("date")
    if (by_day["stocks"].nunique() > 1).any() or by_day["stocks"].count().eq(0).any():
        raise DataError(
            f"{path}: a date has no `stocks` value, or two different ones: the book's profit is "
            "unknown there. Give one value a date."
        )
    portfolio = pd.DataFrame({"value": by_day["stocks"].first()})
    portfolio["flow"] = by_day["flow"].first().fillna(0.0) if "flow" in table else 0.0
    return portfolio, lots


def _contract(text: str) -> str:
    return future_symbol(text)


def read_navs(path: str) -> pd.DataFrame:
    """NAVs of one or more funds: a date column and one column a fund. [1]

    Raises
    ------
    DataError
        No date column, or no fund.
    """
    loaded = load(path, lambda names: (list(map(str, names)), []))
    date = _named(loaded, BOOK["date"])
    funds = [name for name in loaded.columns if name != date]
    if date is None or not funds:
        raise DataError(
            f"{loaded.name} has columns {loaded.columns[:8]}: a NAV table needs `date` and one "
            "column a fund. Rename the columns."
        )
    days, _ = as_dates(loaded.table[date], name=date, place=loaded.place)
    values = {f: as_numbers(loaded.table[f], name=f, place=loaded.place).to_numpy() for f in funds}
    return pd.DataFrame(values, index=pd.DatetimeIndex(days, name="date")).sort_index()


def read_chain(path: str) -> pd.DataFrame:
    """Option quotes; `measures.parity.option_pairs` refuses what cannot be traded."""
    return read_table(path, CHAIN, ("expiry", "strike", "option_type"))


def read_quotes(path: str) -> pd.DataFrame:
    """Futures with bid and ask, index contract."""
    return read_table(path, QUOTES, ("contract", "expiry", "bid", "ask")).set_index("contract")


def read_table(
    path: str,
    known: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    *,
    text: Sequence[str] = ("contract", "option_type"),
    dates: Sequence[str] = ("date", "expiry"),
    gaps: Sequence[str] = (),
) -> pd.DataFrame:
    """Columns of a table under our names: dates, texts as they stand, numbers.

    Cells of a date column may be empty only in the fields of `gaps`.

    Raises
    ------
    DataError
        A needed column that is not there, or a cell that is no date or number, with its place.
    """
    loaded = load(path, lambda names: (list(map(str, names)), []))
    names = {field: _named(loaded, spellings) for field, spellings in known.items()}
    missing = [field for field in needed if names[field] is None]
    if missing:
        raise DataError(
            f"{loaded.name} lacks {missing}; it has {loaded.columns[:10]}. Without them the rows "
            "cannot be placed or summed. Rename the columns as in the documentation."
        )
    out = {}
    for field, name in names.items():
        if name is None:
            continue
        cells = loaded.table[name]
        if field in dates:
            there = (
                cells if field not in gaps else cells[cells.astype(str).str.strip() != ""].dropna()
            )
            out[field] = as_dates(there, name=name, place=loaded.place)[0].reindex(cells.index)
        elif field in text:
            out[field] = cells.astype(str).str.strip()
        else:
            out[field] = as_numbers(cells, name=name, place=loaded.place)
    return pd.DataFrame(out)


def _named(loaded: Loaded, spellings: Sequence[str]) -> str | None:
    plain = {str(name).strip().lower(): str(name) for name in loaded.columns}
    return next((plain[s] for s in spellings if s in plain), None)
