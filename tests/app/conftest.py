"""A small market as files, and the command line called as a user calls it."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from quantquake.app.cli import main
from quantquake.data.panel import to_long
from quantquake.data.synthetic import synthetic_world

#: The made-up symbols under names of the real exchange, so that sessions and expiries are checked.
INDICES = {
    "SYN300.IDX": "000300.SH",
    "SYN500.IDX": "000905.SH",
    "SYN1000.IDX": "000852.SH",
    "SYNALL.IDX": "000985.CSI",
}
PRODUCTS = {"SF": "IF", "SC": "IC", "SM": "IM"}


class Answer(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Files(NamedTuple):
    """The market's tables as CSV."""

    prices: Path
    index: Path
    futures: Path


class _Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Answer]:
    """Call `quantquake` with these arguments, in an empty folder."""
    here = tmp_path / "here"
    here.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*args: object, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "argv", ["quantquake", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", _Stdin(stdin))
        out, err = io.StringIO(), io.StringIO()
        code = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
        return Answer(code, out.getvalue(), err.getvalue())

    return call


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    """Long tables of one seeded market: prices, index, futures."""
    market = synthetic_world(seed=3, n_symbols=80, n_dates=320).market
    prices = to_long(market.close, "close")
    for field in ("amount", "volume", "turnover", "float_cap", "earnings_yield", "book_yield"):
        prices = prices.merge(to_long(getattr(market, field), field), how="left")
    index = to_long(market.index_close, "close").merge(to_long(market.index_amount, "amount"))
    futures = market.futures.drop(columns=["expiry", "settle"])
    month = futures["symbol"].str.slice(2, 6)
    futures = futures.assign(product=futures["product"].map(PRODUCTS))
    return {
        "prices": prices.assign(symbol=_code(prices["symbol"])),
        "index": index.assign(symbol=index["symbol"].map(INDICES)),
        "futures": futures.assign(symbol=futures["product"] + month + ".CFE"),
    }


def _code(symbols: pd.Series) -> pd.Series:
    return "6" + symbols.str.slice(1, 6) + ".SH"


@pytest.fixture(scope="session")
def files(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The three tables as a user would have them."""
    folder = tmp_path_factory.mktemp("market")
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return Files(*(folder / f"{name}.csv" for name in Files._fields))


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    """Check how a command refuses: exit 2, one paragraph on stderr, nothing else anywhere."""

    def check(answer: Answer, *words: str) -> str:
        assert answer.code == 2
        assert answer.out == ""
        assert list((tmp_path / "here").iterdir()) == []
        said = answer.err
        assert said.startswith("quantquake: ")
        assert said.endswith((".\n", "`.\n"))
        assert said.count("\n") == 1
        assert "Traceback" not in said
        assert not set("│╭╰─") & set(said)
        for word in words:
            assert word in said
        # What and where, why it matters, what to do: never less than two sentences of some length.
        assert len(said.split()) >= 15
        assert ":" in said.removeprefix("quantquake: ") or said.count(". ") >= 1
        return said

    return check
