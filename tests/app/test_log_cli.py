"""`score --log`, `evidence --log` and `data`, as a user runs them."""

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest

from quantquake.app.assemble import build_scores
from quantquake.app.calls import calls_of, closes_of
from quantquake.app.cli import main
from quantquake.app.inputs import inputs_of, read_inputs
from quantquake.data.store import Store
from quantquake.data.synthetic import synthetic_world

N = 330


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("QUANTQUAKE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command line; returns exit code, standard output and standard error."""

    def runner(*words):
        monkeypatch.setattr("sys.argv", ["quantquake", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
        return code, *capsys.readouterr()

    return runner


@pytest.fixture
def ask(run):
    """Run a command that must succeed and return its JSON."""

    def asker(*words):
        code, out, err = run(*words, "--format", "json")
        assert code == 0, err
        return json.loads(out)

    return asker


def bars(n=N, last=None, seed=0):
    """Two indices of nobody's exchange, the last row on the last weekday that has begun."""
    last = pd.Timestamp.now("UTC").tz_localize(None).normalize() if last is None else last
    days = pd.bdate_range(end=last, periods=n)
    rng = np.random.default_rng(seed)
    tables = [
        pd.DataFrame(
            {
                "date": days,
                "symbol": symbol,
                "close": 1000 * np.exp(np.cumsum(rng.normal(0, 0.01, n))),
                "amount": 1e9 * np.exp(rng.normal(0, 0.2, n)),
            }
        )
        for symbol in ("AAA.IDX", "BBB.IDX")
    ]
    return pd.concat(tables)


def extended(table, sessions, change):
    """The table with more sessions, each index `change` away from its last close at once."""
    last = table["date"].max()
    later = pd.bdate_range(last + pd.Timedelta(days=1), periods=sessions)
    ends = table[table["date"] == last]
    more = [
        pd.DataFrame(
            {"date": later, "symbol": r.symbol, "close": r.close * (1 + change), "amount": 1e9}
        )
        for r in ends.itertuples()
    ]
    return pd.concat([table, *more])


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "index.csv"
    bars().to_csv(path, index=False)
    return path


def test_the_days_calls_are_sealed_once(run, ask, index):
    code, out, _ = run("score", "--index", index, "--log")
    assert code == 0
    assert "Sealed: 2 new, 0 known already, 0 revised." in out
    head = str(Store().calls.head())
    assert f"Head {head}" in out
    assert head.startswith("2:")
    again = ask("score", "--index", index, "--log")["log"]
    assert again == {"new": 0, "known": 2, "revised": 0, "late": 0, "head": head}


def test_what_is_sealed_is_what_was_printed(ask, index):
    said = ask("score", "--index", index, "--log")
    rows = Store().calls.rows().set_index("basket")
    assert len(said["baskets"]) == len(rows) == 2
    for basket in said["baskets"]:
        row = rows.loc[basket["name"]]
        assert row["score"] == basket["score"]
        assert row["signal"] == basket["signal"]
        assert row["dimensions_present"] == basket["dimensions_present"]
        assert row["dimensions"] == basket["dimensions"]
        assert f"{row['as_of']:%Y-%m-%d}" == basket["date"]
        shares = {c["indicator"]: c["percentile"] for c in basket["contributions"]}
        assert row["percentiles"] == shares
    table = bars()
    closes = table[table["date"] == table["date"].max()].set_index("symbol")["close"]
    assert rows["price"].to_dict() == pytest.approx(closes.to_dict())


def test_without_log_nothing_is_sealed(run, index, home):
    assert run("score", "--index", index)[0] == 0
    assert not home.exists()


def test_a_receipt_does_not_spoil_a_csv(run, index):
    code, out, err = run("score", "--index", index, "--log", "--format", "csv", "--lang", "zh")
    assert code == 0
    assert len(out.splitlines()) == 3
    assert "已封存：新增 2 条" in err
    assert "链头 2:" in err


def test_another_preset_is_another_call_and_another_answer_a_revision(ask, index, tmp_path):
    ask("score", "--index", index, "--log")
    literal = ask("score", "--index", index, "--log", "--preset", "literal")["log"]
    assert (literal["new"], literal["revised"]) == (2, 0)
    table = bars()
    table.loc[table["date"] == table["date"].max(), "close"] *= 0.999
    table.to_csv(index, index=False)
    changed = ask("score", "--index", index, "--log")["log"]
    assert (changed["new"], changed["known"], changed["revised"]) == (0, 0, 2)


@pytest.mark.feature("P06")
def test_a_call_from_longer_tables_says_the_same_and_is_late(ask, tmp_path, index):
    table = bars()
    day = sorted(table["date"].unique())[-10]
    cut = tmp_path / "cut.csv"
    table[table["date"] <= day].to_csv(cut, index=False)
    late = ask("score", "--index", index, "--as-of", f"{day:%Y-%m-%d}", "--log")["log"]
    assert (late["new"], late["late"]) == (2, 2)
    assert Store().calls.rows()["late_because"].tolist() == ["data", "data"]
    # Scores, percentiles, price and fingerprint: not one of them looked past the day.
    assert ask("score", "--index", cut, "--log")["log"]["known"] == 2


@pytest.mark.feature("P06")
def test_calls_on_stocks_do_not_look_past_the_day():
    inputs = inputs_of(synthetic_world(seed=1, n_symbols=60, n_dates=420))
    day = inputs.stocks.dates[-20]
    parts = build_scores(inputs, as_of=day)
    cut = inputs.until(day)
    late = calls_of(parts, inputs, preset="default")
    known = calls_of(build_scores(cut), cut, preset="default")
    assert len(late) > 3
    assert [call.said() for call in late] == [call.said() for call in known]
    assert {call.data_until for call in late} == {inputs.stocks.dates[-1]}
    assert {call.data_until for call in known} == {day}


def test_an_old_table_is_late_by_the_clock(ask, tmp_path):
    old = tmp_path / "old.csv"
    bars(last=pd.Timestamp("2024-02-05")).to_csv(old, index=False)
    assert ask("score", "--index", old, "--log")["log"]["late"] == 2
    assert Store().calls.rows()["late_because"].tolist() == ["clock", "clock"]


@pytest.mark.feature("O09")
def test_calls_are_settled_when_their_horizon_has_passed(run, ask, index, tmp_path):
    table = bars()
    ask("score", "--index", index, "--log")
    later = tmp_path / "later.csv"
    extended(table, 25, -0.06).to_csv(later, index=False)
    found = ask("evidence", "--log", "--index", later)
    assert found["schema"] == "quantquake.track_record/1"
    assert found["chain"]["intact"]
    by = {(c["basket"], c["horizon"]): c for c in found["calls"]}
    assert len(by) == 4
    for basket in ("AAA.IDX", "BBB.IDX"):
        soon, far = by[basket, 20], by[basket, 60]
        assert (soon["outcome"], soon["sessions_left"]) == ("hit", 0)
        assert (far["outcome"], far["sessions_left"]) == ("open", 35)
        assert soon["worst"] == pytest.approx(-0.06)
        assert not soon["restated"]
        assert soon["left_out"] is None
    first = found["tally"][0]
    assert (first["horizon"], first["calls"]) == (20, 2)
    assert first["warnings"] + first["quiet"] == 2
    assert first["hits"] + first["quiet_falls"] == 2
    code, out, _ = run("evidence", "--log", "--index", later)
    assert code == 0
    assert "Log intact, 2 calls." in out
    code, out, _ = run("evidence", "--log", "--index", later, "--format", "csv")
    assert (code, len(out.splitlines())) == (0, 5)


def test_late_calls_count_only_when_asked(ask, run, tmp_path):
    table = bars(last=pd.Timestamp("2024-02-05"))
    old = tmp_path / "old.csv"
    table.to_csv(old, index=False)
    ask("score", "--index", old, "--log")
    later = tmp_path / "later.csv"
    extended(table, 25, 0.0).to_csv(later, index=False)
    words = ("evidence", "--log", "--index", later)
    assert [row["calls"] for row in ask(*words)["tally"]] == [0, 0]
    assert [row["late"] for row in ask(*words)["tally"]] == [2, 2]
    assert [row["calls"] for row in ask(*words, "--include-late")["tally"]] == [2, 2]
    assert "2 calls made with hindsight" in run(*words)[1].replace("\n", " ")
    assert "2 条为事后补记" in run(*words, "--lang", "zh")[1].replace("\n", "")


@pytest.mark.feature("O09")
def test_part_of_the_log_can_be_asked_about(ask, run, tmp_path):
    table = bars(last=pd.Timestamp("2024-02-05"))
    days = sorted(table["date"].unique())
    for cut, preset in ((days[-30], "default"), (days[-1], "default"), (days[-1], "literal")):
        path = tmp_path / "cut.csv"
        table[table["date"] <= cut].to_csv(path, index=False)
        ask("score", "--index", path, "--log", "--preset", preset)
    later = tmp_path / "later.csv"
    extended(table, 25, -0.06).to_csv(later, index=False)
    words = ("evidence", "--log", "--include-late", "--index", later)
    whole = ask(*words)["calls"]
    assert len(whole) == 3 * 2 * 2  # seals, baskets, horizons

    def asked(*more):
        kept = ask(*words, *more)["calls"]
        assert all(call in whole for call in kept)  # settled alike, whatever is asked about
        return kept

    assert {c["basket"] for c in asked("--basket", "BBB.IDX")} == {"BBB.IDX"}
    assert len(asked("--basket", "BBB.IDX", "--basket", "AAA.IDX")) == 12
    assert {c["horizon"] for c in asked("--horizon", 60)} == {60}
    assert {c["preset"] for c in asked("--preset", "literal")} == {"literal"}
    assert len(asked("--since", f"{days[-1]:%Y-%m-%d}")) == 8
    both = asked("--basket", "AAA.IDX", "--horizon", 20, "--since", f"{days[-1]:%Y-%m-%d}")
    assert len(both) == 2
    tally = ask(*words, "--horizon", 20, "--since", f"{days[-1]:%Y-%m-%d}")["tally"]
    assert [(row["horizon"], row["calls"]) for row in tally] == [(20, 2), (20, 2)]
    # As of a day: neither later calls nor later prices.
    then = ask(*words, "--as-of", f"{days[-10]:%Y-%m-%d}")
    assert then["as_of"] == f"{days[-10]:%Y-%m-%d}"
    assert {c["as_of"] for c in then["calls"]} == {f"{days[-30]:%Y-%m-%d}"}
    assert {(c["horizon"], c["outcome"]) for c in then["calls"]} <= {
        (20, "open"), (60, "open"), (20, "hit"), (20, "no_hit"),
    }  # fmt: skip
    said = run(*words, "--basket", "BBB.IDX")[1]
    assert "Log intact, 6 calls." in said  # the chain is checked whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--basket", "nobody"), "basket 'nobody' is not in the log, which holds ['AAA.IDX'"),
        (("--horizon", "7"), "horizon 7 is not in the log, which holds [20, 60]"),
        (("--preset", "literal"), "preset 'literal' is not in the log"),
        (("--preset", "nope"), "preset 'nope' is unknown"),
        (("--since", "2030-01-01"), "no call of the log is left"),
        (("--since", "soon"), "is no single day"),
        (("--since", "2024-03-01", "--as-of", "2024-02-01"), "no call would be left"),
        (("--loss", "0.1"), "--loss has no meaning with --log"),
    ],
)
def test_a_part_that_is_not_there_is_refused(run, ask, index, words, said):
    ask("score", "--index", index, "--log")
    code, out, err = run("evidence", "--log", "--index", index, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_baskets_without_prices_are_named(ask, run, index):
    ask("score", "--index", index, "--log")
    assert ask("evidence", "--log")["missing"] == ["AAA.IDX", "BBB.IDX"]
    assert "No prices for AAA.IDX, BBB.IDX" in run("evidence", "--log")[1]
    assert [row["no_price"] for row in ask("evidence", "--log")["tally"]] == [
        sum(Store().calls.rows()["signal"])
    ] * 2


def test_an_empty_log(run, ask):
    code, out, _ = run("evidence", "--log")
    assert code == 0
    assert "No call has been logged" in out
    assert ask("evidence", "--log")["calls"] == []


def test_editing_an_old_row_is_detected_and_named(run, ask, index, home):
    head = ask("score", "--index", index, "--log")["log"]["head"]
    ask("score", "--index", index, "--log", "--preset", "literal")
    db = sqlite3.connect(home / "manifest.sqlite")
    db.execute("update call_log set score = 5, signal = 1 where sequence = 2")
    db.commit()
    db.close()
    chain = ask("evidence", "--log", "--index", index)["chain"]
    assert (chain["intact"], chain["broken"], chain["reason"]) == (False, 2, "edited")
    assert chain["row"]["basket"] == "BBB.IDX"
    text = run("evidence", "--log", "--index", index)[1].replace("\n", " ")
    assert "LOG BROKEN at row 2: its content was edited" in text
    assert "call on BBB.IDX of" in text
    assert "日志损坏：第 2 条在封存后被改动" in run("data", "verify", "--lang", "zh")[1]
    code, out, _ = run("data", "verify", "--format", "json")
    assert code == 1
    assert json.loads(out)["chain"]["broken"] == 2
    db = sqlite3.connect(home / "manifest.sqlite")
    db.execute("delete from call_log")
    db.commit()
    db.close()
    assert run("data", "verify")[0] == 0
    code, out, _ = run("data", "verify", "--head", head)
    assert code == 1
    assert "LOG CUT OFF" in out


def test_a_table_is_ingested_and_listed(run, ask, index, home):
    done = ask("data", "ingest", index, "--kind", "index")
    assert (done["given"], done["new"], done["rows"]) == (2 * N, 2 * N, 2 * N)
    again = ask("data", "ingest", index, "--kind", "index")
    assert (again["new"], again["known"]) == (0, 2 * N)
    status = ask("data", "status")
    assert status["root"] == str(home)
    assert status["rows"] == {"prices": 0, "index": 2 * N, "futures": 0, "calls": 0}
    assert status["kinds"][1]["kind"] == "index"
    assert status["kinds"][1]["last"] == f"{bars()['date'].max():%Y-%m-%d}"
    code, out, _ = run("data", "status")
    assert code == 0
    assert f"{2 * N}" in out
    assert "指数" in run("data", "status", "--lang", "zh")[1]
    assert "660 行" in run("data", "ingest", index, "--kind", "index", "--lang", "zh")[1]
    assert ask("data", "verify")["intact"]
    assert "files are as they were written" in run("data", "verify")[1]


def test_conflicts_name_the_place_and_the_way_out(run, ask, index):
    ask("data", "ingest", index, "--kind", "index")
    table = bars()
    table["close"] *= 1.01
    table.to_csv(index, index=False)
    code, out, err = run("data", "ingest", index, "--kind", "index")
    assert (code, out) == (2, "")
    assert "first close of AAA.IDX" in err
    assert "--replace" in err
    assert ask("data", "ingest", index, "--kind", "index", "--replace")["changed"] == 2 * N


def test_a_damaged_file_is_named(run, ask, index, home):
    ask("data", "ingest", index, "--kind", "index")
    victim = next((home / "lake" / "index").glob("*.parquet"))
    victim.write_bytes(b"PAR1")
    code, out, _ = run("data", "verify")
    assert code == 1
    assert f"index/{victim.name}: damaged" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evidence", "--log", "--format", "html"), "html"),
        (("evidence", "--log", "--head", "nonsense"), "is not of the form"),
        (("evidence", "--log", "--index", "no-such.csv"), "does not exist"),
        (("data", "ingest", "no-such.csv"), "does not exist"),
        (("data", "ingest", "no-such.csv", "--kind", "price"), "kind 'price' is unknown"),
        (("data", "ingest", "no-such.csv", "--kind", "options"), "is not kept in the store"),
        (("data", "status", "--format", "csv"), "Choose table or json"),
    ],
)
def test_bad_input_exits_2_with_one_paragraph(run, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("quantquake: ")
    assert err.count("\n") == 1


def test_a_store_that_cannot_be_written_is_said_before_anything_is_read(run, home):
    home.write_text("a file where the folder should be")
    code, out, err = run("score", "--index", "no-such.csv", "--log")
    assert (code, out) == (2, "")
    assert "QUANTQUAKE_HOME" in err
    assert err.count("\n") == 1


def test_closes_of_every_basket(index):
    inputs = read_inputs(index=[str(index)])
    assert set(closes_of(inputs)) == {"AAA.IDX", "BBB.IDX"}
