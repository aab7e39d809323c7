"""Tables a user keeps by hand, of funds or products or balances: a bad cell costs only its row.

They are no panels: the rows stand alone, and the index of what is returned is the line of the file,
so that whoever refuses a row can name it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from quantquake.data.files import loose
from quantquake.data.files.formats import Loaded, load
from quantquake.data.files.issues import Issue, issue
from quantquake.data.files.schemas import Column, Schema, recognise
from quantquake.data.files.snowballs import INDEX_NAMES
from quantquake.data.files.units import unit_factor
from quantquake.data.panel import listed
from quantquake.data.symbols import canonical_symbol
from quantquake.errors import DataError, QuantquakeError

_NAMES = {
    "name": "product 产品 产品名称 基金 基金名称 名称 fund manager 管理人 id 代码",
    "launch": "launch_date inception 成立日 成立日期 起始日 建仓日",
    "benchmark": "index 基准 对标指数 跟踪指数 指数",
    "excess": "excess_return 超额 超额收益 累计超额",
    "stop": "stop_line 止损线 清盘线 平仓线",
    "assets": "aum size 规模 资产 总资产 资产规模 净资产",
    "equity_share": "exposure 股票仓位 仓位",
    "nav": "net_value 净值 单位净值",
    "nav_date": "净值日期 date 日期",
    "launch_level": "成立点位 建仓点位",
    "equity": "own_money 净值规模 自有资金 本金",
    "leverage": "杠杆 杠杆率 杠杆倍数",
    "limit": "leverage_limit 杠杆上限",
    "maintenance": "least_equity 最低权益比例 维持保证金比例",
    "target": "target_leverage 目标杠杆",
    "beta": "贝塔",
    "hedge": "hedge_ratio 对冲比例",
    "gross": "gross_exposure 股票市值 多头市值",
    "outside": "成分股外 成分外占比",
    "performance": "return 收益 业绩 近一年收益 收益率",
    "cash": "cash_share 现金 现金占比",
    "illiquid": "illiquidity 非流动占比",
    "institutional": "机构占比 机构持有比例",
    "months": "months_under_water 亏损月数",
    "lockup_end": "封闭期到期 封闭期截止 解禁日",
    "lockup_years": "封闭期 封闭年限",
    "date": "",
    "balance": "financing_balance financing 融资余额 两融余额 余额",
    "ratio": "maintenance_ratio 维持担保比例 平均维持担保比例 担保比例",
    "symbol": "stock_code ticker 股票代码 证券代码",
    "value": "market_value 持仓市值 持仓金额 holding",
    "daily_amount": "amount adv 成交额 日均成交额",
    "market_cap": "总市值",
    "volatility": "vol 波动率",
}

_DATES = ("date", "launch", "nav_date", "lockup_end")
_TEXTS = ("name", "benchmark", "symbol")


def _schema(kind: str, required: str, optional: str) -> Schema:
    fields = (*required.split(), *optional.split())
    names = {field: _NAMES[field] for field in fields}
    return Schema(kind, tuple(required.split()), tuple(optional.split()), names=names, loose=True)


FUND_TABLES = {
    schema.kind: schema
    for schema in (
        _schema(
            "products",
            "assets",
            "name benchmark nav nav_date launch excess stop equity_share launch_level",
        ),
        _schema(
            "margin funds",
            "assets",
            "name equity leverage limit maintenance target beta hedge",
        ),
        _schema("neutral funds", "", "name gross equity leverage outside"),
        _schema(
            "redeemable funds",
            "assets performance",
            "name cash equity_share beta illiquid institutional months lockup_end",
        ),
        _schema("vintages", "launch assets", "name lockup_years"),
        _schema("financing", "date balance", "ratio"),
        _schema("holdings", "symbol value", "daily_amount market_cap volatility"),
    )
}


def read_fund_table(source: Any, kind: str) -> pd.DataFrame:
    """Read a table of funds, products, holdings or balances.

    Parameters
    ----------
    source : path, "-", bytes, file object, or frame
        Parquet, CSV (UTF-8, GBK) or Excel.
    kind : str
        A key of `FUND_TABLES`.

    Returns
    -------
    DataFrame indexed by line of the file
        The fields found: numbers as float64 (80%, 1.2亿 and units in column names understood), days,
        text; an empty cell is NaN, NaT or None. A cell that cannot be read stays as its text, for
        whoever uses the row to refuse it by line. ``.attrs["issues"]`` lists what was noticed.

    Raises
    ------
    FileError
        The file is missing, empty, damaged or of another kind.
    DataError
        A column it cannot do without is missing, two columns claim one field, or there is no row.
    """
    schema = FUND_TABLES[kind]
    found: list[Column] = []
    ignored: list[str] = []

    def choose(names: Iterable[object]) -> tuple[list[str], list[str]]:
        columns, left = recognise(names, schema)
        found.extend(columns)
        ignored.extend(left)
        return [c.source for c in columns], [c.source for c in columns]

    loaded = load(source, choose)
    _require(loaded, schema, found)
    issues = [*loaded.issues]
    if ignored:
        issues.append(issue("columns not used", listed(ignored, 20), "left out"))
    lines = loaded.table.index + (loaded.first_line or 0)
    cells = {c.field: _cells(c, loaded, schema, issues) for c in found}
    table = pd.DataFrame(cells, index=pd.Index(lines, name="line"))
    table.attrs = {"kind": kind, "issues": issues}
    return table


def _require(loaded: Loaded, schema: Schema, found: list[Column]) -> None:
    missing = [f for f in schema.required if f not in {c.field for c in found}]
    if missing or loaded.table.empty or not found:
        there = listed(map(repr, loaded.columns), 12) or "(none)"
        raise DataError(
            f"{loaded.name} is to hold {schema.kind}; it has {len(loaded.table)} rows and the "
            f"columns {there}, and lacks {', '.join(missing) or 'rows, or any column known here'}. "
            f"Nothing could be computed from it. Name the columns {', '.join(schema.fields)}."
        )


def _cells(column: Column, loaded: Loaded, schema: Schema, issues: list[Issue]) -> Any:
    cells = loaded.table[column.source]
    if column.field in _TEXTS:
        read = {"benchmark": _index, "symbol": _stock}.get(column.field, loose.plain)
        return pd.Series([read(cell) or None for cell in cells], dtype=object).to_numpy()
    if column.field in _DATES:
        return pd.Series([_kept(loose.date, cell) for cell in cells], dtype=object).to_numpy()
    factor = 1.0 if column.unit is None else unit_factor(column.unit, schema)
    if factor != 1.0:
        issues.append(issue("unit converted", column.source, f"multiplied by {factor:g}"))
    values = [_kept(loose.number(factor), cell) for cell in cells]
    return pd.Series(values, dtype=object).to_numpy()


def _kept(read: Any, cell: Any) -> Any:
    """Value of a cell; one that cannot be read stays as it is, so that its row can be named."""
    try:
        return read(cell)
    except loose.UnreadableError:
        return str(cell)


def _index(cell: Any) -> str:
    """Symbol of an index, called by its code, its name or its future; else the text as it is."""
    text = loose.plain(cell)
    named = INDEX_NAMES.get(text.lower().replace(" ", "").removesuffix("指数"))
    return named or _canonical(text, "index")


def _stock(cell: Any) -> str:
    return _canonical(loose.plain(cell), "prices")


def _canonical(text: str, kind: str) -> str:
    try:
        return canonical_symbol(text, kind=kind) if text else text
    except QuantquakeError:
        return text
