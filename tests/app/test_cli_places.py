"""Where answers go: whole files or none, nothing overwritten that should stay."""

from __future__ import annotations

import os
import stat
import threading

import pytest


@pytest.fixture
def ask(run, files):
    """Ask for a score, quickly."""
    return lambda *args: run("score", "--index", files.index, "--format", "csv", *args)


def test_a_file_holds_what_standard_output_would(run, files, ask, tmp_path):
    wanted = ask().out
    path = tmp_path / "answer.csv"
    answer = ask("--out", path)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert path.read_text(encoding="utf-8") == wanted
    assert ask("--out", "-").out == wanted
    table = run("score", "--index", files.index, "--lang", "zh", "--out", path)
    assert table.out == ""
    assert "中证500" in path.read_text(encoding="utf-8")


def test_a_missing_folder_is_made(ask, tmp_path):
    assert ask("--out", tmp_path / "a" / "b" / "c.csv").code == 0
    assert (tmp_path / "a" / "b" / "c.csv").read_text().startswith("basket,")


@pytest.mark.parametrize("verb", ["score", "report", "demo"])
def test_places_that_take_no_file_are_refused_before_the_work(run, refused, files, tmp_path, verb):
    # The files named do not exist: had any been read, the message would be about them.
    given = () if verb == "demo" else ("--index", "nope.csv")
    (tmp_path / "file").write_text("x")
    for place, says in (
        (tmp_path, "it is a folder"),
        (tmp_path / "file" / "x.csv", "is a file, not a folder"),
        ("", "no name a file can have"),
        ("a\0b", "no name a file can have"),
        ("a" * 5000, "File name too long"),
    ):
        said = refused(run(verb, *given, "--out", place), says, "--out")
        assert len(said) < 600
    assert (tmp_path / "file").read_text() == "x"


def test_a_folder_one_may_not_write_to(run, refused, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    refused(run("score", "--index", "nope.csv", "--out", tmp_path / "x.csv"), "not yours to write")


def test_an_input_is_never_overwritten(run, refused, files, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_bytes(files.prices.read_bytes())
    link = tmp_path / "link.csv"
    link.symlink_to(mine)
    for out in (mine, link):
        refused(run("day", "--prices", mine, "--format", "csv", "--out", out), "is the input")
    refused(run("report", "--index", files.index, "--prices", mine, "--out", mine), "is the input")
    assert mine.read_bytes() == files.prices.read_bytes()


def test_a_failed_write_leaves_the_old_answer_and_no_draft(ask, tmp_path, monkeypatch):
    path = tmp_path / "answer.csv"
    path.write_text("old")

    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("pathlib.Path.replace", full)
        answer = ask("--out", path)
    assert answer.code == 2
    assert "No space left on device" in answer.err
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["answer.csv"]


def test_a_link_stays_a_link(ask, tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    assert ask("--out", link).code == 0
    assert link.is_symlink()
    assert target.read_text() == ask().out


def test_a_pipe_is_written_into_and_never_replaced(ask, tmp_path):
    # As root, a rename over /dev/null would take it away from the whole machine.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    listener = threading.Thread(target=lambda: heard.append(pipe.read_text()), daemon=True)
    listener.start()
    assert ask("--out", pipe).code == 0
    listener.join(timeout=5)
    assert heard == [ask().out]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.glob("*.part")) == []


def test_json_and_tables_of_a_report_make_no_page(run, files, tmp_path):
    for form in ("json", "table"):
        assert run("report", "--index", files.index, "--format", form).code == 0
        assert list((tmp_path / "here").iterdir()) == []
    assert run("report", "--index", files.index).code == 0
    assert [p.name for p in (tmp_path / "here").iterdir()] == ["report.html"]
