"""Which columns each kind of table has, what they are called, and in which unit they come.

A new kind is a new row of `SCHEMAS`; a new spelling is a word in `_ALIASES`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as filled
from typing import Literal

from quantquake.data.files.snowball_names import SNOWBALL_NAMES
from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError

Quantity = Literal["date", "symbol", "text", "price", "money", "shares", "rate", "count", "number"]

_QUANTITY: dict[str, Quantity] = {
    "date": "date",
    "symbol": "symbol",
    "name": "text",
    "product": "text",
    "theme": "text",
    "weight": "number",
    **dict.fromkeys(("open", "high", "low", "close", "settle", "spot_close"), "price"),
    **dict.fromkeys(("amount", "market_cap", "float_cap", "assets"), "money"),
    "volume": "shares",
    "turnover": "rate",
    "open_interest": "count",
    **dict.fromkeys(("earnings_yield", "book_yield", "pe", "pb", "leverage_factor"), "number"),
    **dict.fromkeys(("trade", "knock_out", "observations", "knocked_in", "style"), "text"),
    **dict.fromkeys(("knock_in", "step", "months", "lock", "coupon", "bonus"), "number"),
    **dict.fromkeys(("strike_ratio", "floor"), "number"),
    "maturity": "date",
    "notional": "money",
    "spot0": "price",
    "expiry": "date",
    **dict.fromkeys(("option_type", "underlying", "underlying_name", "leverage"), "text"),
    **dict.fromkeys(("strike", "spot", "bid", "ask", "forward"), "price"),
    "iv": "rate",
    **dict.fromkeys(("delta", "gamma", "tau", "multiplier"), "number"),
    **dict.fromkeys(("customer_net", "direction"), "number"),
    "updated_at": "text",
}

_ALIASES: dict[str, str] = {
    "date": "日期 交易日 交易日期 时间 trade_date tradedate trading_date trading_day day datetime "
    "time dt quote_date",
    "symbol": "代码 股票代码 证券代码 基金代码 指数代码 合约代码 合约 交易代码 品种代码 "
    "ts_code code ticker stock_code sec_code security_code wind_code order_book_id instrument "
    "instrument_id contract contractsymbol contract_symbol contract_id",
    "name": "名称 股票名称 证券名称 基金名称 指数名称 股票简称 证券简称 sec_name "
    "stock_name short_name",
    "product": "品种 合约品种 underlying_symbol",
    "open": "开盘 开盘价 今开 open_price",
    "high": "最高 最高价 high_price",
    "low": "最低 最低价 low_price",
    "close": "收盘 收盘价 收盘点位 close_price last last_price",
    "settle": "结算 结算价 settlement settle_price settlement_price",
    "spot_close": "现货收盘 标的收盘 指数收盘 现货价 spot spot_price underlying_close index_close",
    "volume": "成交量 vol trade_volume",
    "amount": "成交额 成交金额 amt value trade_amount money dollar_volume",
    "turnover": "换手率 换手 turnover_rate turnoverrate turn",
    "market_cap": "总市值 市值 total_mv mkt_cap marketcap total_market_cap",
    "float_cap": "流通市值 自由流通市值 circ_mv float_market_cap free_float_cap",
    "open_interest": "持仓量 持仓 oi openinterest hold",
    "earnings_yield": "盈利收益率 ep",
    "book_yield": "净资产收益比 bp",
    "pe": "市盈率 滚动市盈率 市盈率ttm pe_ttm pettm",
    "pb": "市净率 pb_mrq pbmrq",
    "theme": "主题 板块 概念 行业 组合 basket group sector industry concept",
    "weight": "权重 比重 w",
    "expiry": "到期日 到期日期 行权日 expiration expiration_date expiry_date expire_date maturity "
    "maturity_date exdate",
    "option_type": "期权类型 认购认沽 类型 type right call_put put_call cp cp_flag option_right",
    "strike": "行权价 行权价格 执行价 strike_price exercise_price k",
    "underlying": "标的 标的代码 跟踪标的 underlying_symbol underlying_ticker underlying_code index_symbol "
    "root",
    "spot": "标的价格 标的价 标的收盘 underlying_price spot_price underlying_close",
    "bid": "买价 买一价 bid_price bid1",
    "ask": "卖价 卖一价 ask_price ask1",
    "iv": "隐含波动率 implied_volatility impliedvolatility implied_vol imp_vol sigma volatility",
    "delta": "德尔塔 delta_value",
    "gamma": "伽马 gamma_value",
    "forward": "远期 远期价格 forward_price",
    "tau": "剩余年限 years_to_expiry time_to_expiry t ttm years",
    "multiplier": "合约乘数 乘数 合约单位 unit contract_unit contract_size per_unit",
    "customer_net": "客户净买入 net_customer customer_position",
    "direction": "成交方向 方向 多空 trade_direction long_short",
    "leverage_factor": "signed_leverage signed_multiple 带符号杠杆",
    "leverage": "杠杆 杠杆倍数 倍数 multiple leverage_multiple",
    "assets": "规模 基金规模 净资产 资产净值 资产规模 aum net_assets total_assets fund_assets",
    "underlying_name": "标的名称 跟踪指数 underlying_asset underlying_index index_name",
    "updated_at": "更新时间 last_updated",
}
"""Other names of each field, Chinese and English, as vendors and libraries write them."""

_BARS = ("open", "high", "low", "close", "volume", "amount")


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns of one kind of table.

    Attributes
    ----------
    kind : str
        "prices", "index", ...
    required, optional : tuple of str
        Fields; others in the table are left out and reported.
    min_dates : int
        Fewest distinct dates that make sense.
    lot : float
        Shares or contracts in one lot (手).
    names : mapping of str to str
        Other names a field has in this kind of table only.
    loose : bool
        Cells are read one by one: a bad one is listed with its line and costs no other row.
    """

    kind: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    min_dates: int = 1
    lot: float = 100.0
    names: Mapping[str, str] = filled(default_factory=dict)
    loose: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields, in the order the table returns them."""
        return (*self.required, *(f for f in self.optional if f not in self.required))


SCHEMAS: dict[str, Schema] = {
    schema.kind: schema
    for schema in (
        Schema(
            "prices",
            required=("date", "symbol", "close"),
            optional=(
                *_BARS,
                *("turnover", "market_cap", "float_cap"),
                *("earnings_yield", "book_yield", "pe", "pb", "name"),
            ),
            min_dates=2,
        ),
        Schema(
            "index",
            required=("date", "symbol", "close"),
            optional=(*_BARS, "turnover", "pe", "pb", "name"),
            min_dates=2,
        ),
        Schema(
            "futures",
            required=("date", "symbol", "close"),
            optional=("product", *_BARS, "settle", "open_interest", "spot_close"),
            lot=1.0,
        ),
        Schema(
            "snowballs",
            required=("symbol", "notional", "knock_in", "knock_out"),
            optional=(
                *("trade", "date", "spot0", "step", "months", "maturity", "lock", "coupon"),
                *("bonus", "observations", "knocked_in", "style", "strike_ratio", "floor"),
            ),
            names=SNOWBALL_NAMES,
            loose=True,
        ),
    )
}

OPTIONS = Schema(
    "options",
    # What must be there is asked for by its users: a contract's code may hold expiry, type, strike.
    required=(),
    optional=(
        *("date", "underlying", "symbol", "expiry", "option_type", "strike"),
        *("spot", "forward", "bid", "ask", "close", "settle", "volume", "open_interest"),
        *("iv", "delta", "gamma", "tau", "multiplier", "customer_net", "direction"),
    ),
    lot=1.0,
)
"""A chain of option contracts; read by `read`, not kept in the store."""

THEMES = Schema("themes", required=("theme", "symbol"), optional=("date", "weight"))
"""Baskets of the user; read by `baskets.themes`, not by `read`."""

FUNDS = Schema(
    "funds",
    required=("symbol",),
    optional=(
        *("date", "updated_at", "name", "leverage_factor", "leverage", "direction"),
        *("assets", "underlying", "underlying_name"),
    ),
)
"""Leveraged funds, one row a fund; read by `files.funds`, as a day's state and not a history."""

PLANNED = ("holdings", "nav", "news")
"""Kinds that will be read, and are not yet."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the user's table that was recognised.

    Attributes
    ----------
    source : str
        Name in the user's table.
    field : str
        Field it holds.
    unit : str or None
        Unit its name states, e.g. "pct", "1e4cny", "万元"; None if it states none.
    """

    source: str
    field: str
    unit: str | None


def schema_of(kind: str) -> Schema:
    """Schema of a kind of table; a `ConfigError` names the kinds that are read."""
    if kind in SCHEMAS:
        return SCHEMAS[kind]
    if kind == OPTIONS.kind:
        return OPTIONS
    state = "is not read yet" if kind in PLANNED else "is unknown"
    raise ConfigError(
        f"kind {kind!r} {state}: its columns would have to be guessed. The kinds read are "
        f"{', '.join((*SCHEMAS, OPTIONS.kind, FUNDS.kind))}."
    )


def quantity(field: str) -> Quantity:
    """What sort of value a field holds."""
    return _QUANTITY[field]


def recognise(
    names: Iterable[object], schema: Schema, *, given: Mapping[str, str] | None = None
) -> tuple[list[Column], list[str]]:
    """Match the columns of a table to the fields of its kind.

    Parameters
    ----------
    names : iterable
        Column names of the table.
    schema : Schema
        Fields wanted.
    given : mapping of str to str, optional
        Column -> field, as the user says; goes before any recognition.

    Returns
    -------
    columns : list of Column
        One for each field found.
    ignored : list of str
        Columns that hold no field of this kind.

    Raises
    ------
    DataError
        If two columns claim one field.
    """
    known = _spellings(schema)
    texts = [str(name) for name in names]
    told = _told(given or {}, texts, schema)
    found = [c for c in (_column(name, known, told) for name in texts) if c is not None]
    chosen: list[Column] = []
    for field in schema.fields:
        claims = [c for c in found if c.field == field]
        # What the user named, then a column spelled exactly like the field, beats other spellings.
        sure = [c for c in claims if c.source in told] or [c for c in claims if c.source == field]
        chosen += _single(field, sure or claims)
    used = {c.source for c in chosen}
    return chosen, [name for name in texts if name not in used]


def split_unit(name: str) -> tuple[str, str | None]:
    """Column name without the unit it states, and that unit: ``成交额(万元)``, ``volume_lots``."""
    text = unicodedata.normalize("NFKC", name).strip().lower()
    if match := re.fullmatch(r"(.+?)\s*[(\[]([^)\]]+)[)\]]", text):
        return _plain(match[1]), match[2].strip()
    if match := re.fullmatch(r"(.+)_(pct|percent|lots|shares|cny|usd|1e\d+(?:cny|usd)?)", text):
        return _plain(match[1]), match[2]
    return _plain(text), None


def _plain(text: str) -> str:
    return re.sub(r"[\s\-]+", "_", text.strip())


def _spellings(schema: Schema) -> dict[str, str]:
    return {
        spelling: field
        for field in schema.fields
        for spelling in (field, *f"{_ALIASES.get(field, '')} {schema.names.get(field, '')}".split())
    }


def _told(given: Mapping[str, str], texts: list[str], schema: Schema) -> Mapping[str, str]:
    for source, field in given.items():
        if source not in texts or field not in schema.fields:
            raise ConfigError(
                f"`columns` maps {source!r} to {field!r}, which does not fit: the table has "
                f"{listed(map(repr, texts), 30)}, and {schema.kind} have the fields "
                f"{', '.join(schema.fields)}. Map one of the first to one of the second."
            )
    return given


def _column(name: str, known: Mapping[str, str], told: Mapping[str, str]) -> Column | None:
    base, unit = split_unit(name)
    whole = _plain(unicodedata.normalize("NFKC", name).strip().lower())
    if name in told:
        return Column(name, told[name], unit)
    if whole in known:
        return Column(name, known[whole], None)
    return Column(name, known[base], unit) if base in known else None


def _which(claims: list[Column], field: str) -> str:
    """Hint that says which column is meant; of no use where both have one name."""
    if len({c.source for c in claims}) < len(claims):
        return "."
    return f"; in Python, columns={{{claims[0].source!r}: {field!r}}} says which."


def _single(field: str, claims: list[Column]) -> list[Column]:
    if len(claims) > 1:
        raise DataError(
            f"columns {', '.join(repr(c.source) for c in claims)} all look like `{field}`: taking "
            "one of them would be a guess. Leave one of them, or rename the others"
            + _which(claims, field)
        )
    return claims
