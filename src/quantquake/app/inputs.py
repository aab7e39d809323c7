"""From the files a user names to the markets the measures read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from quantquake.data.baskets import Basket, index_basket, size_groups, smallest, themes
from quantquake.data.files import read
from quantquake.data.files.cells import one_date
from quantquake.data.market import Market
from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.chain import absent_date

if TYPE_CHECKING:
    from quantquake.data.synthetic import World

#: Indices whose amount is the whole market's, best first.
WHOLE_MARKET = ("000985.CSI", "000985.SH", "SYNALL.IDX")

#: What members are compared with when the user names nothing: the index people quote.
HEADLINE = ("000300.SH", "SPY.US", "SYN300.IDX")


#: Indices drawn beside the size groups of a day: a small-cap and a large-cap one.
SMALL_AND_LARGE = ("000852.SH", "000300.SH", "SYN1000.IDX", "SYN300.IDX", "IWM.US", "SPY.US")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything one command was given, read and aligned.

    Attributes
    ----------
    stocks : Market or None
        The names, with whatever indices and futures cover their dates.
    indices : Market or None
        A market whose symbols are the indices, over their own, usually longer history.
    futures : DataFrame or None
        One row a contract and day.
    whole : str or None
        Index that stands for the whole market.
    baskets : tuple of Basket
        The user's own.
    issues : tuple of str
        What was repaired or noticed while reading.
    """

    stocks: Market | None = None
    indices: Market | None = None
    futures: pd.DataFrame | None = None
    whole: str | None = None
    baskets: tuple[Basket, ...] = ()
    issues: tuple[str, ...] = ()

    @property
    def dates(self) -> dict[str, pd.DatetimeIndex]:
        """Dates of each table that was given, under the name of its option."""
        found = {"prices": self.stocks, "index": self.indices}
        dates = {name: market.dates for name, market in found.items() if market is not None}
        if self.futures is not None:
            dates["futures"] = pd.DatetimeIndex(self.futures["date"].unique()).sort_values()
        return dates

    @property
    def last_date(self) -> pd.Timestamp:
        """Last date that every table reaches."""
        return min(dates[-1] for dates in self.dates.values())

    def day(self, asked: str | pd.Timestamp | None) -> pd.Timestamp:
        """Day to stand on: the one asked for, else the last that every table reaches.

        Raises
        ------
        ConfigError
            Text that is no date.
        DataError
            A day no table has.
        """
        if asked is None:
            return self.last_date
        day = one_date(asked, name="--as-of")
        every = list(self.dates.values())
        known = every[0].append(every[1:]).unique().sort_values()
        if day not in known:
            raise absent_date(known, day, " and ".join(f"--{name}" for name in self.dates))
        return day

    def until(self, date: pd.Timestamp) -> Inputs:
        """The same with nothing after `date`."""
        cut = {"stocks": self.stocks, "indices": self.indices}
        cut = {name: None if m is None else m.until(date) for name, m in cut.items()}
        rows = None if self.futures is None else self.futures[self.futures["date"] <= date]
        return Inputs(
            **cut, futures=rows, whole=self.whole, baskets=self.baskets, issues=self.issues
        )


def read_inputs(
    *,
    prices: str | None = None,
    index: Sequence[str] = (),
    futures: str | None = None,
    theme_file: str | None = None,
    as_of: str | None = None,
    volume_unit: str | None = None,
) -> Inputs:
    """Read and align the user's files.

    Raises
    ------
    QuantquakeError
        What `read` and `Market` refuse; more than one table from standard input; no table at all.
    """
    _one_stdin(prices, *index, futures, theme_file)
    if prices is None and not index and futures is None:
        raise ConfigError(
            "no table was named: there is nothing to measure. Give --prices, --index or --futures "
            "(Parquet, CSV or Excel), or run `quantquake demo` for a made-up market."
        )
    if theme_file is not None and prices is None:
        raise ConfigError(
            "--themes names members, and there are no --prices: their crowding cannot be measured "
            "and the themes would be passed over. Give --prices with the members' bars."
        )
    issues: list[str] = []
    if as_of is not None:
        as_of = f"{one_date(as_of, name='--as-of'):%Y-%m-%d}"
    stocks_long = _read(prices, "prices", as_of, issues, volume_unit=volume_unit)
    tables = [_read(path, "index", as_of, issues) for path in index]
    index_long = _stack(tables)
    futures_long = _read(futures, "futures", as_of, issues)
    whole = _whole(index_long)
    issues += _ends({"prices": stocks_long, "index": index_long, "futures": futures_long})
    return Inputs(
        stocks=_stocks(stocks_long, index_long, whole),
        indices=_indices(index_long, whole),
        futures=futures_long,
        whole=whole,
        baskets=tuple(themes(theme_file).values()) if theme_file else (),
        issues=tuple(dict.fromkeys(issues)),
    )


def inputs_of(world: World) -> Inputs:
    """The same bundle from a synthetic world."""
    market = world.market
    indices = Market.from_frames(
        close=market.index_close,
        amount=market.index_amount,
        index_close=market.index_close,
        market_amount=market.market_amount,
    )
    return Inputs(
        stocks=market,
        indices=indices,
        futures=market.futures,
        whole="SYNALL.IDX",
        baskets=tuple(world.baskets),
    )


def default_baskets(inputs: Inputs) -> list[tuple[Market, Basket]]:
    """Baskets to score, each with the market it is scored in.

    The user's own if there are any; else of the stocks the smallest 400 (the smallest tenth of
    fewer than 2,000) and the largest tenth, and every index but the whole market's.
    """
    stocks, indices = inputs.stocks, inputs.indices
    if inputs.baskets and stocks is not None:
        return [(stocks, basket) for basket in inputs.baskets]
    found: list[tuple[Market, Basket]] = []
    if stocks is not None and stocks.float_cap is not None:
        found += [(stocks, basket) for basket in _by_size(stocks)]
    if indices is not None:
        symbols = [s for s in indices.symbols if s != inputs.whole]
        found += [(indices, index_basket(s)) for s in symbols]
    return found


def _by_size(stocks: Market) -> list[Basket]:
    names = len(stocks.symbols)
    count, word = (
        (400, "smallest 400") if names >= 2000 else (max(10, names // 10), "smallest tenth")
    )
    largest = size_groups(stocks, 10, rebalance=20)[-1]
    return [
        smallest(stocks, count, rebalance=20, name=word),
        dataclasses.replace(largest, name="largest tenth"),
    ]


def _read(
    path: str | None, kind: str, as_of: str | None, issues: list[str], **hints: Any
) -> pd.DataFrame | None:
    if path is None:
        return None
    table = read(path, kind, as_of=as_of, **hints)
    issues += [f"{kind}: {_said(issue)}" for issue in table.attrs.get("issues", ())]
    return table


def _said(issue: Mapping[str, str]) -> str:
    parts = (issue["what"], issue["where"], issue["action"])
    return "; ".join(part for part in parts if part)


def _one_stdin(*paths: str | None) -> None:
    if sum(path == "-" for path in paths) > 1:
        raise ConfigError(
            "two tables are to come from standard input: it can be read only once, so one of them "
            "would be empty. Give '-' once and files for the rest."
        )


def _ends(tables: Mapping[str, pd.DataFrame | None]) -> list[str]:
    """Note tables that end on different days: the report stands on the earliest end."""
    ends = {name: table["date"].max() for name, table in tables.items() if table is not None}
    if len(set(ends.values())) == 1:
        return []
    said = ", ".join(f"{name} to {end:%Y-%m-%d}" for name, end in ends.items())
    return [f"tables end on different days; {said}; the last day all reach is taken by default"]


def _stack(tables: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    known = [table for table in tables if table is not None]
    if not known:
        return None
    stacked = pd.concat(known, ignore_index=True)
    twice = stacked.duplicated(["date", "symbol"])
    if twice.any():
        row = stacked[twice].iloc[0]
        raise DataError(
            f"{int(twice.sum())} index rows occur in more than one --index file, first "
            f"{row['symbol']} on {row['date']:%Y-%m-%d}: it is not clear which is right. Leave the "
            "symbol in one file only."
        )
    return stacked


def _whole(index_long: pd.DataFrame | None) -> str | None:
    if index_long is None:
        return None
    there = set(index_long["symbol"].unique())
    return next((symbol for symbol in WHOLE_MARKET if symbol in there), None)


def _stocks(
    stocks: pd.DataFrame | None, index: pd.DataFrame | None, whole: str | None
) -> Market | None:
    if stocks is None:
        return None
    if index is not None:
        index = index[index["date"].isin(stocks["date"].unique())]
        if index.empty:
            raise DataError(
                "the --index files share no date with --prices: no day could be compared with the "
                "market. Give index rows that cover the dates of the stocks."
            )
    covered = whole is not None and index is not None and "amount" in index
    return Market.from_long(stocks, index, **({"market_amount": whole} if covered else {}))


def _indices(index: pd.DataFrame | None, whole: str | None) -> Market | None:
    if index is None:
        return None
    covered = whole is not None and "amount" in index
    return Market.from_long(index, index, **({"market_amount": whole} if covered else {}))
