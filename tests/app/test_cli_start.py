"""The command line before it measures: help, imports, exits, streams."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import typer

import quantquake
from quantquake.app.cli import app

VERBS = [
    "demo", "report", "score", "evidence", "basis", "flows", "day", "data", "sentiment", "simulate",
    "snowball", "warmup",
]  # fmt: skip
HEAVY = ["numba", "llvmlite", "pandas", "scipy", "plotly", "duckdb", "sklearn", "numpy", "jinja2"]


def python(code, *args, **options):
    return subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, timeout=60, check=False, **options
    )


@pytest.mark.parametrize("args", [["--help"], ["--version"], [], ["score", "--help"]])
def test_help_imports_nothing_heavy(args):
    code = (
        "import sys\n"
        f"sys.argv = ['quantquake', *{args!r}]\n"
        "from quantquake.app.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = python(code)
    assert done.stderr == b""
    assert done.stdout.decode().splitlines()[-1] == "heavy: []"


def test_the_package_itself_imports_nothing_heavy():
    done = python(f"import sys, quantquake; print(sorted(set({HEAVY!r}) & set(sys.modules)))")
    assert done.stdout.strip() == b"[]"


def test_every_verb_is_there_with_its_help(run):
    group = typer.main.get_command(app)
    assert sorted(group.commands) == sorted(VERBS)
    for words, command in commands(group):
        answer = run(*words, "--help")
        assert answer.code == 0
        assert f"quantquake {' '.join(words)}" in answer.out
        for option in command.params:
            assert option.name == "help" or option.help, f"{words} {option.name} has no help"
        assert len(command.help) > 30


def commands(group, before=()):
    """Every command with the words that lead to it, sub-verbs included."""
    for name, command in group.commands.items():
        yield (*before, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))


@pytest.mark.parametrize("verb", ["data", "sentiment"])
def test_a_group_alone_prints_its_help(run, verb):
    answer = run(verb)
    assert (answer.code, answer.err) == (0, "")
    assert f"Usage: quantquake {verb}" in answer.out


def test_the_name_alone_prints_help(run):
    answer = run()
    assert (answer.code, answer.err) == (0, "")
    assert all(verb in answer.out for verb in VERBS)


def test_version(run):
    assert run("--version").out == f"quantquake {quantquake.__version__}\n"


def test_the_module_runs_as_the_script_does():
    done = subprocess.run(
        [sys.executable, "-m", "quantquake", "score", "--index", "nope.csv"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("quantquake: nope.csv does not exist")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_leaves_early_is_no_error(files):
    code = "from quantquake.app.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "report", "--format", "json",
         "--prices", str(files.prices), "--index", str(files.index)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=60)
    assert said == b""
    assert process.returncode in (0, 1)


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252"])
def test_a_console_without_our_letters_shows_codes(files, encoding, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    code = "from quantquake.app.cli import main; main()"
    args = ("score", "--index", str(files.index), "--lang", "zh", "--format")
    table, answer = (python(code, *args, form) for form in ("table", "json"))
    assert (table.returncode, table.stderr) == (0, b"")
    # The codes are JSON's own, so nothing is lost.
    found = json.loads(answer.stdout.decode(encoding))
    assert any("拥挤" in basket["explanation"] for basket in found["baskets"])


def test_progress_never_reaches_a_file(files):
    code = "from quantquake.app.cli import main; main()"
    done = python(code, "basis", "--futures", str(files.futures), "--format", "json")
    assert done.stderr == b""
    assert json.loads(done.stdout)["schema"] == "quantquake.basis/1"


def test_an_interrupt_ends_quietly(run, files, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("quantquake.app.inputs.read_inputs", interrupt)
    answer = run("score", "--index", files.index)
    assert answer.code == 130
    assert "Traceback" not in answer.err
