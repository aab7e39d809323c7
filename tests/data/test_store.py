"""The embedded lake: what was committed stays, whatever happens in between."""

import os
import pickle
import sqlite3
import subprocess
import sys
import textwrap

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quantquake.data.files import read
from quantquake.data.market import Market
from quantquake.data.store import Store, parquet_part
from quantquake.data.store import lake as lake_module
from quantquake.data.store.lake import Lake
from quantquake.data.store.manifest import VERSION, Manifest
from quantquake.errors import ConfigError, DataError, FileError

DAYS = pd.to_datetime(["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-03"])


def bars(symbols=("000001.SZ", "600000.SH"), days=DAYS, **columns):
    rows = pd.MultiIndex.from_product([days, symbols], names=["date", "symbol"]).to_frame(False)
    return rows.assign(close=np.arange(1.0, len(rows) + 1.0), **columns)


def files(store):
    return [part.file for part in store.lake.parts()]


def same(left, right):
    pd.testing.assert_frame_equal(left, right.reset_index(drop=True), check_flags=False)


def test_rows_come_back_as_read_gives_them(tmp_path):
    table = read(bars(amount=[1e6, np.nan] * 4, name="浦发银行"), "prices")
    store = Store(tmp_path)
    done = store.ingest("prices", table)
    assert (done.given, done.new, done.changed, done.known) == (8, 8, 0, 0)
    back = store.load("prices")
    same(back, table)
    assert back.attrs == {"kind": "prices", "issues": []}
    assert Market.from_long(back).close.shape == (4, 2)


def test_one_file_a_year_sorted_by_symbol_and_date(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars())
    assert [part.year for part in store.lake.parts()] == [2023, 2024]
    for file in files(store):
        with duckdb.connect() as db:
            stored = db.execute("from read_parquet(?)", [str(tmp_path / "lake" / file)]).df()
        keys = list(zip(stored["symbol"], stored["date"], strict=True))
        assert len(keys) == 4
        assert keys == sorted(keys)


def test_rows_are_picked_by_symbol_and_date(tmp_path):
    store, table = Store(tmp_path), read(bars(), "prices")
    store.ingest("prices", table)
    same(store.load("prices", ["000001.SZ"]), table[table["symbol"] == "000001.SZ"])
    same(store.load("prices", start="2023-12-29", end="2024-01-02"), table.iloc[2:6])
    same(store.load("prices", start="2024-01-03"), table.iloc[6:])
    with pytest.raises(DataError, match=r"no prices of 600001\.SH"):
        store.load("prices", ["600000.SH", "600001.SH"])
    with pytest.raises(DataError, match="no prices between 2025-01-01 and the last"):
        store.load("prices", start="2025-01-01")
    with pytest.raises(DataError, match="data ingest FILE --kind index"):
        store.load("index")


def test_the_same_rows_twice_change_nothing(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars())
    before = store.lake.parts()
    done = store.ingest("prices", bars())
    assert (done.new, done.changed, done.known) == (0, 0, 8)
    assert store.lake.parts() == before
    assert store.rows() == {"prices": 8, "index": 0, "futures": 0, "calls": 0}


def test_only_the_years_touched_are_written(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars())
    before = files(store)
    store.ingest("prices", bars(days=pd.to_datetime(["2024-01-04"])))
    assert files(store)[0] == before[0]
    assert files(store)[1] != before[1]
    assert not (tmp_path / "lake" / before[1]).exists()
    assert store.rows()["prices"] == 10


def test_empty_cells_are_filled_and_never_erase(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars(amount=[1e6] + [np.nan] * 7))
    done = store.ingest("prices", bars(amount=[np.nan] + [2e6] * 7, turnover=0.01))
    assert (done.new, done.changed) == (0, 8)
    assert store.load("prices")["amount"].tolist() == [1e6] + [2e6] * 7
    assert store.load("prices")["turnover"].tolist() == [0.01] * 8


def test_other_values_are_refused_with_the_place(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars())
    before, table = store.lake.parts(), bars()
    table.loc[[5, 7], "close"] = 99.0
    table.loc[len(table)] = [pd.Timestamp("2024-01-04"), "600000.SH", 1.0]
    with pytest.raises(DataError, match="2 rows of prices in 2024") as refused:
        store.ingest("prices", table)
    assert "first close of 600000.SH on 2024-01-02: 99.0 given, 6.0 stored" in str(refused.value)
    assert store.lake.parts() == before
    assert store.verify().left_over == ()
    done = store.ingest("prices", table, replace=True)
    assert (done.new, done.changed, done.known) == (1, 2, 6)
    assert store.load("prices", end="2024-01-03")["close"].tolist() == [*range(1, 6), 99, 7, 99]


def test_a_conflict_in_a_later_year_leaves_the_earlier_one(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars(days=DAYS[2:]))
    with pytest.raises(DataError, match="in 2024"):
        store.ingest("prices", bars())
    assert [part.year for part in store.lake.parts()] == [2024]
    assert store.verify().left_over == ()


def test_a_day_with_suspended_names_is_kept(tmp_path):
    store = Store(tmp_path)
    day = bars(days=DAYS[:1])
    day.loc[0, "close"] = 0.0
    done = store.ingest("prices", day)
    assert done.new == 1
    assert "symbols without a close" in [issue["what"] for issue in done.issues]


def test_what_read_refuses_is_refused(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(DataError, match="more than once"):
        store.ingest("prices", pd.concat([bars(), bars()]))
    with pytest.raises(ConfigError, match="kind 'price' is unknown"):
        store.ingest("price", bars())
    intraday = pd.to_datetime(["2024-01-02 10:00", "2024-01-02 15:00"])
    with pytest.raises(DataError, match="time"):
        store.ingest("prices", bars(days=intraday))
    assert files(store) == []


class Killed(BaseException):
    """Stands for a kill: nothing but our own cleaning up could catch it."""


POINTS = ("nowhere", "writing", "renaming", "committing", "deleting")


def kill_at(point, monkeypatch):
    """Stop the next ingest at one point, without any cleaning up after it."""

    def die(*_, **__):
        raise Killed

    if point in ("writing", "renaming", "committing"):
        monkeypatch.setattr(Lake, "_forget", lambda *_: None)
    if point == "writing":
        monkeypatch.setattr(parquet_part, "_sync", die)
    elif point == "renaming":
        monkeypatch.setattr(parquet_part, "digest_of", die)
    elif point == "committing":
        monkeypatch.setattr(Lake, "_commit", die)
    elif point == "deleting":
        monkeypatch.setattr(Lake, "_forget", die)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(POINTS),
        st.sets(st.sampled_from(range(6)), min_size=1),
        st.sets(st.sampled_from(["600000.SH", "000001.SZ", "300001.SZ"]), min_size=1),
    ),
    max_size=5,
)
SESSIONS = pd.to_datetime(
    ["2022-12-29", "2022-12-30", "2023-01-03", "2023-12-29", "2024-01-02", "2024-01-03"]
)


def value(date, symbol):
    return float(date.day_of_year) + 1000.0 * float(symbol[:6]) / 1e6


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_a_kill_leaves_the_old_state_or_the_new_one(steps, tmp_path_factory):
    root, held = tmp_path_factory.mktemp("store"), {}
    for point, days, symbols in steps:
        rows = {(SESSIONS[d], s): value(SESSIONS[d], s) for d in days for s in symbols}
        table = pd.Series(rows, name="close").rename_axis(["date", "symbol"]).reset_index()
        with pytest.MonkeyPatch.context() as patch:
            kill_at(point, patch)
            try:
                Store(root).ingest("prices", table)
                committed = True
            except Killed:
                # The replaced files are deleted after the commit.
                committed = point == "deleting"
        if committed:
            held |= rows
        store = Store(root)
        assert store.verify().intact
        found = store.load("prices") if held else pd.DataFrame(columns=["date", "symbol", "close"])
        assert {(r.date, r.symbol): r.close for r in found.itertuples()} == held


CHILD = """
import os, sys
import pandas as pd
from quantquake.data.store.lake import Lake
from quantquake.data.store import Store
"""


def child(root, body, *, wait=True):
    code = CHILD + textwrap.dedent(body)
    environment = {**os.environ, "QUANTQUAKE_HOME": str(root)}
    run = subprocess.Popen([sys.executable, "-c", code], env=environment)
    return run.wait(60) if wait else run


def test_a_process_that_dies_before_its_commit_leaves_the_old_state(tmp_path):
    Store(tmp_path).ingest("prices", bars())
    body = """
    Lake._commit = lambda *_: os._exit(9)
    day = {"date": ["2024-01-04"], "symbol": ["600000.SH"], "close": [5.0]}
    Store().ingest("prices", pd.DataFrame(day))
    """
    assert child(tmp_path, body) == 9
    store = Store(tmp_path)
    same(store.load("prices"), read(bars(), "prices"))
    check = store.verify()
    assert check.intact
    assert len(check.left_over) == 1
    assert store.ingest("prices", bars(days=pd.to_datetime(["2024-01-04"]))).new == 2


def test_files_left_over_are_swept_after_a_day(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars())
    young, old = (tmp_path / "lake" / "prices" / f"2024-{n}.parquet.part" for n in "ab")
    for path in (young, old):
        path.write_bytes(b"PAR1")
    os.utime(old, (0, 0))
    store.ingest("prices", bars())
    assert young.exists()
    assert not old.exists()


def test_two_processes_ingesting_at_once_lose_nothing(tmp_path):
    body = """
    days = pd.bdate_range("2023-12-20", periods=4).astype(str)
    for n in range(6):
        rows = {"date": days, "symbol": f"FIRST0000{n}.SZ", "close": 1.0 + n}
        Store().ingest("prices", pd.DataFrame(rows))
    """
    both = [child(tmp_path, body.replace("FIRST", first), wait=False) for first in "03"]
    assert [run.wait(120) for run in both] == [0, 0]
    store = Store(tmp_path)
    assert store.rows()["prices"] == 2 * 6 * 4
    assert store.load("prices")["symbol"].nunique() == 12
    assert store.verify().intact
    assert store.verify().left_over == ()


def test_an_ingest_overtaken_by_another_takes_its_rows_along(tmp_path, monkeypatch):
    store, commit = Store(tmp_path), Lake._commit
    other = bars(symbols=["300001.SZ"])

    def overtaken(lake, kind, merged):
        monkeypatch.setattr(Lake, "_commit", commit)
        Store(tmp_path).ingest("prices", other)
        return commit(lake, kind, merged)

    monkeypatch.setattr(Lake, "_commit", overtaken)
    assert store.ingest("prices", bars()).new == 8
    assert store.rows()["prices"] == 12
    assert store.verify().left_over == ()


def test_a_reader_overtaken_by_an_ingest_looks_again(tmp_path, monkeypatch):
    store, query = Store(tmp_path), lake_module._query
    store.ingest("prices", bars())

    def overtaken(*given):
        monkeypatch.setattr(lake_module, "_query", query)
        Store(tmp_path).ingest("prices", bars(symbols=["300001.SZ"]))
        return query(*given)

    monkeypatch.setattr(lake_module, "_query", overtaken)
    assert len(store.load("prices")) == 12


def test_damaged_and_missing_files_are_named(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars())
    first, second = files(store)
    path = tmp_path / "lake" / first
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (tmp_path / "lake" / second).unlink()
    check = store.verify()
    assert not check.intact
    assert check.problems == ((first, "damaged"), (second, "missing"))
    with pytest.raises(DataError, match="data verify"):
        store.load("prices")
    with pytest.raises(DataError, match="data verify"):
        store.ingest("prices", bars(days=pd.to_datetime(["2024-01-04"])))


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ConfigError, match="QUANTQUAKE_HOME"):
        Store(tmp_path / "file")
    (tmp_path / "root" / "manifest.sqlite").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"cannot be opened or written"):
        Store(tmp_path / "root")


def test_a_manifest_that_is_none_or_of_another_version(tmp_path):
    path = tmp_path / "manifest.sqlite"
    path.write_bytes(b"no database, only text" * 100)
    with pytest.raises(FileError, match="cannot be read as the store's manifest"):
        Store(tmp_path)
    path.unlink()
    Store(tmp_path)
    with sqlite3.connect(path) as db:
        db.execute(f"pragma user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(ConfigError, match=f"version {VERSION + 1}, this quantquake knows"):
        Store(tmp_path)


def test_a_lock_held_too_long_is_an_error_not_a_hang(tmp_path):
    Store(tmp_path)
    manifest = Manifest(tmp_path / "manifest.sqlite", timeout=0.05)
    with (
        Manifest(manifest.path).writing(),
        pytest.raises(ConfigError, match="locked by another process"),
        manifest.writing(),
    ):
        pass


def test_the_manifest_waits_for_the_disk(tmp_path):
    with Store(tmp_path).manifest.reading() as db:
        assert db.execute("pragma journal_mode").fetchone()[0] == "wal"
        assert db.execute("pragma synchronous").fetchone()[0] == 2  # full


def test_where_the_store_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("QUANTQUAKE_HOME", str(tmp_path / "here"))
    assert Store().root == tmp_path / "here"
    assert Store(tmp_path / "there").root == tmp_path / "there"
    monkeypatch.delenv("QUANTQUAKE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert Store().root == tmp_path / "quantquake"


def test_a_folder_with_quotes_and_brackets(tmp_path):
    store = Store(tmp_path / "it's [mine]*" if os.name != "nt" else tmp_path / "it's [mine]")
    store.ingest("prices", bars())
    store.ingest("prices", bars(days=pd.to_datetime(["2024-01-04"])))
    assert len(store.load("prices")) == 10


def test_a_store_can_be_handed_to_another_process(tmp_path):
    store = Store(tmp_path)
    store.ingest("prices", bars())
    assert len(pickle.loads(pickle.dumps(store)).load("prices")) == 8
