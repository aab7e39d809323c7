"""The sealed call log: appended, never changed, and any change is named."""

import dataclasses
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from quantquake.data.store import Store
from quantquake.data.store.calls import Call, next_close
from quantquake.data.store.chain import GENESIS, Head, fingerprint
from quantquake.errors import ConfigError, DataError

DAY = pd.Timestamp("2024-02-05")
EVENING = datetime(2024, 2, 5, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai


def call(**changed):
    given = {
        "as_of": DAY,
        "data_until": DAY,
        "market": "XSHG",
        "basket": "微盘 smallest 400",
        "index_symbol": None,
        "signal": True,
        "score": 10 / 3,
        "dimensions_present": 3,
        "dimensions": {"return": 0.5, "sentiment": float("nan")},
        "percentiles": {"amount": 0.996, "ep": None},
        "rules": {"window": 250, "volume": "half", "min_periods": None},
        "price": 100 / 7,
        "fingerprint": "f" * 64,
    }
    return Call(**(given | changed))


@pytest.fixture
def log(tmp_path):
    return Store(tmp_path).calls


@pytest.fixture
def six(tmp_path):
    """A store with six calls on consecutive days."""
    store = Store(tmp_path)
    days = pd.to_datetime([f"2024-02-{d:02d}" for d in (1, 2, 5, 6, 7, 8)])
    for n, day in enumerate(days):
        now = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        one = call(as_of=day, data_until=day, score=n / 2, signal=n > 3, basket=f"B{n % 2}")
        store.calls.append([one], now=now)
    return store


def edit(store, *statements):
    db = sqlite3.connect(store.root / "manifest.sqlite")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_a_row_holds_the_call_and_comes_back(log):
    receipt = log.append([call()], now=EVENING)
    assert (receipt.new, receipt.known, receipt.revised, receipt.late) == (1, 0, 0, 0)
    row = log.rows().iloc[0]
    assert row["sequence"] == 1
    assert row["written_at"] == "2024-02-05T10:00:00+00:00"
    assert row["as_of"] == DAY
    assert row["score"] == 10 / 3
    assert row["price"] == 100 / 7
    assert row["dimensions"] == {"return": 0.5, "sentiment": None}
    assert row["percentiles"] == {"amount": 0.996, "ep": None}
    assert row["rules"] == {"window": 250, "volume": "half", "min_periods": None}
    assert row["horizons"] == [20, 60]
    assert row["loss"] == 0.05
    assert pd.isna(row["revises"])
    assert not row["late"]


def test_the_hash_is_what_the_documentation_says(tmp_path, log):
    # Computed anew from docs/en/call-log.md, sharing no code with the package.
    log.append([call(), call(basket="other", score=float("nan"), signal=False)], now=EVENING)
    db = sqlite3.connect(tmp_path / "manifest.sqlite")
    db.row_factory = sqlite3.Row
    previous = hashlib.sha256(b"quantquake call log, version 1").hexdigest()
    for row in map(dict, db.execute("select * from call_log order by sequence")):
        sealed = {k: v for k, v in row.items() if k not in ("previous", "hash")}
        text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
        assert row["hash"] == previous
    db.close()
    assert log.head() == Head(2, previous)


def test_an_empty_log(log):
    assert log.head() == Head(0, GENESIS)
    assert log.verify().intact
    rows = log.rows()
    assert len(rows) == 0
    assert {"as_of", "score", "hash", "late", "revises"} <= set(rows)


def test_the_same_call_is_written_once(log):
    first = log.append([call()], now=EVENING)
    # Logged again a day later, from longer tables, by another version: the same words.
    again = call(data_until=DAY + pd.Timedelta(days=1), version="9.9")
    second = log.append([again], now=EVENING)
    assert (second.new, second.known, second.revised, second.late) == (0, 1, 0, 0)
    assert second.head == first.head
    assert len(log.rows()) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"score": 3.0},
        {"signal": False},
        {"dimensions_present": 4},
        {"dimensions": {"return": 0.5, "sentiment": 0.0}},
        {"percentiles": {"amount": 1.0, "ep": None}},
        {"rules": {"window": 242}},
        {"horizons": (20,)},
        {"loss": 0.08},
        {"price": 14.0},
        {"price": float("nan")},
        {"fingerprint": "e" * 64},
    ],
)
def test_another_answer_is_a_revision_beside_the_first(log, changed):
    log.append([call()], now=EVENING)
    receipt = log.append([call(**changed)], now=EVENING)
    assert (receipt.new, receipt.known, receipt.revised) == (0, 0, 1)
    rows = log.rows()
    assert rows["revises"].tolist() == [pd.NA, 1]
    assert rows["score"].iloc[0] == 10 / 3
    assert log.verify().intact
    # Back to the first answer: that is news against the last one, and revises the first, too.
    assert log.append([call()], now=EVENING).revised == 1
    assert log.rows()["revises"].tolist()[1:] == [1, 1]


@pytest.mark.parametrize(
    "changed",
    [
        {"as_of": DAY - pd.Timedelta(days=3)},
        {"market": "XNYS"},
        {"basket": "another"},
        {"index_symbol": "000852.SH"},
        {"preset": "literal"},
    ],
)
def test_another_question_is_a_new_call(log, changed):
    log.append([call()], now=EVENING)
    receipt = log.append([call(**changed)], now=EVENING)
    assert (receipt.new, receipt.revised) == (1, 0)


@pytest.mark.feature("P06")
def test_tables_that_reach_beyond_the_day_make_a_call_late(log):
    receipt = log.append([call(data_until=DAY + pd.Timedelta(days=1))], now=EVENING)
    assert receipt.late == 1
    assert log.rows()[["late", "late_because"]].iloc[0].tolist() == [True, "data"]


@pytest.mark.parametrize(
    ("day", "market", "closes"),
    [
        ("2024-02-05", "XSHG", "2024-02-06 07:00"),
        ("2024-02-08", "XSHG", "2024-02-19 07:00"),  # New Year's week
        ("2024-02-09", "XNYS", "2024-02-12 20:00"),  # over a weekend
        ("2024-02-16", "XNYS", "2024-02-20 20:00"),  # Presidents' Day
        ("2024-02-08", "elsewhere", "2024-02-10 00:00"),  # Friday over
        ("2024-02-09", "elsewhere", "2024-02-13 00:00"),  # Monday over
        ("2024-02-10", "elsewhere", "2024-02-13 00:00"),
        ("1980-01-02", "XSHG", "1980-01-03 07:00"),  # before the table: a weekday
    ],
)
def test_a_call_is_in_time_until_the_next_close(log, day, market, closes):
    closes = pd.Timestamp(closes, tz="UTC").to_pydatetime()
    day = pd.Timestamp(day)
    assert next_close(day, market) == closes
    one = call(as_of=day, data_until=day, market=market)
    before = closes - pd.Timedelta(seconds=1).to_pytimedelta()
    assert log.append([one], now=before).late == 0
    assert log.append([dataclasses.replace(one, preset="literal")], now=closes).late == 1
    assert log.rows()["late_because"].tolist() == [None, "clock"]


COLUMNS = {
    "written_at": "'2020-01-01T00:00:00+00:00'",
    "as_of": "'2024-01-31'",
    "data_until": "'2024-01-31'",
    "market": "'XNYS'",
    "basket": "'B7'",
    "index_symbol": "'000300.SH'",
    "preset": "'literal'",
    "signal": "1 - signal",
    "score": "score + 1e-12",
    "dimensions_present": "5",
    "dimensions": "'{}'",
    "percentiles": "percentiles || ' '",
    "rules": "'{}'",
    "horizons": "'[20]'",
    "loss": "0.04",
    "price": "9e999",
    "fingerprint": "'0'",
    "version": "x'00'",
    "late": "1",
    "late_because": "'clock'",
    "revises": "1",
    "previous": "hash",
    "hash": "previous",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_an_old_row_is_detected_and_named(six, column):
    edit(six, f"update call_log set {column} = {COLUMNS[column]} where sequence = 3")
    check = six.calls.verify()
    assert not check.intact
    assert (check.broken, check.reason) == (3, "edited")
    assert check.row["sequence"] == 3
    assert not six.verify().intact


def test_every_column_is_sealed(six):
    stored = set(six.calls.rows().columns)
    assert stored == {*COLUMNS, "sequence"}


def rehashed(store, sequence, **changed):
    """Statements that edit a row and give it a hash that fits."""
    with store.manifest.reading() as db:
        row = dict(db.execute("select * from call_log where sequence = ?", [sequence]).fetchone())
    row |= changed
    sealed = {k: v for k, v in row.items() if k not in ("previous", "hash")}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    new = hashlib.sha256(f"{row['previous']}\n{text}".encode()).hexdigest()
    sets = ", ".join(f"{k} = {v!r}" for k, v in {**changed, "hash": new}.items())
    return f"update call_log set {sets} where sequence = {sequence}"


@pytest.mark.parametrize(
    ("statements", "broken", "reason"),
    [
        (["delete from call_log where sequence = 3"], 3, "removed"),
        (["delete from call_log where sequence = 1"], 1, "removed"),
        (
            [
                "delete from call_log where sequence = 3",
                "update call_log set sequence = sequence - 1 where sequence > 3",
            ],
            3,
            "edited",
        ),
        (
            [
                "update call_log set sequence = 99 where sequence = 2",
                "update call_log set sequence = 2 where sequence = 4",
                "update call_log set sequence = 4 where sequence = 99",
            ],
            2,
            "edited",
        ),
        (["update call_log set sequence = 0 where sequence = 6"], 0, "inserted"),
    ],
)
def test_removing_and_moving_rows_is_detected(six, statements, broken, reason):
    edit(six, *statements)
    check = six.calls.verify()
    assert (check.intact, check.broken, check.reason) == (False, broken, reason)


def test_an_edit_with_a_hash_that_fits_breaks_at_the_next_row(six):
    edit(six, rehashed(six, 3, score=4.5))
    check = six.calls.verify()
    assert (check.broken, check.reason) == (4, "unlinked")


def test_a_tail_cut_off_shows_only_with_a_head_written_down(six):
    head = six.calls.head()
    assert str(head).startswith("6:")
    edit(six, "delete from call_log where sequence > 4")
    assert six.calls.verify().intact
    for known in (head, str(head)):
        check = six.calls.verify(known)
        assert (check.intact, check.broken, check.reason) == (False, 5, "truncated")


def test_a_log_rewritten_whole_shows_only_with_a_head_written_down(six):
    head = six.calls.head()
    edit(six, rehashed(six, 6, score=5.0))
    assert six.calls.verify().intact
    check = six.calls.verify(head)
    assert (check.broken, check.reason) == (6, "replaced")


def test_an_old_head_holds_while_the_log_grows(six):
    head = six.calls.head()
    six.calls.append([call()], now=EVENING)
    assert six.calls.head().sequence == 7
    assert six.calls.verify(head).intact


@pytest.mark.parametrize("text", ["", "6", "6:abc", "x" * 64, f"six:{'a' * 64}"])
def test_a_head_that_is_none(log, text):
    with pytest.raises(ConfigError, match="is not of the form"):
        log.verify(text)


def test_all_calls_of_a_batch_or_none(log):
    with pytest.raises(DataError, match="given twice, first 'micro' of 2024-02-05"):
        log.append([call(), call(basket="micro"), call(basket="micro", score=1.0)])
    broken = call(basket="no text", fingerprint=object())
    with pytest.raises(sqlite3.Error):
        log.append([call(), broken])
    assert log.head().sequence == 0


def test_calls_that_make_no_sense():
    with pytest.raises(DataError, match="a day nobody has seen"):
        call(data_until=DAY - pd.Timedelta(days=1))
    with pytest.raises(DataError, match="could never be settled"):
        call(horizons=(0,))
    with pytest.raises(DataError, match="could never be settled"):
        call(loss=5)


CHILD = """
import pandas as pd, sys
from quantquake.data.store.calls import Call
from quantquake.data.store import Store
who = sys.argv[1]
for n, day in enumerate(pd.bdate_range("2024-01-02", periods=15)):
    Store().calls.append([
        Call(as_of=day, data_until=day, market="XSHG", basket=basket, signal=False, score=1.0,
             dimensions_present=3, dimensions={}, percentiles={}, rules={}, price=float(n + 1),
             fingerprint="0")
        for basket in ("common", who)
    ])
"""


def test_two_processes_appending_at_once_keep_one_chain(tmp_path):
    environment = {**os.environ, "QUANTQUAKE_HOME": str(tmp_path)}
    both = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(CHILD), who], env=environment)
        for who in ("left", "right")
    ]
    assert [run.wait(120) for run in both] == [0, 0]
    log = Store(tmp_path).calls
    assert log.verify().intact
    assert log.rows()["basket"].value_counts().to_dict() == dict.fromkeys(
        ("common", "left", "right"), 15
    )
    assert log.rows()["revises"].isna().all()


def test_a_fingerprint_sees_its_rows_and_six_digits():
    days = pd.bdate_range("2023-01-02", periods=300)
    table = pd.DataFrame({"a": np.arange(300.0), "b": np.nan}, index=days)
    whole = fingerprint(table, rows=250)
    assert fingerprint(table.iloc[50:], rows=250) == whole
    assert fingerprint(table.iloc[:-1], rows=250) != whole
    assert fingerprint(table * (1 + 1e-12), rows=250) == whole
    for row, column, value in ((60, "a", 60.01), (299, "b", 0.0), (299, "a", float("nan"))):
        other = table.copy()
        other.loc[days[row], column] = value
        assert fingerprint(other, rows=250) != whole
    other = table.copy()
    other.loc[days[10], "a"] = -1.0
    assert fingerprint(other, rows=250) == whole
    assert fingerprint(table.rename(columns={"a": "c"}), rows=250) != whole
    assert fingerprint(table * -1.0 * -1.0, rows=250) == whole
