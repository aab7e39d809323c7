"""What the repository promises as a whole: nothing of a machine in it, documents that run."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import quantquake

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".png", ".jpg", ".ico", ".gz", ".npz"}


def tracked() -> list[Path]:
    """Files git knows; skipped where this is no checkout (an unpacked archive)."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def texts() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in tracked()
        if path.suffix not in BINARY and path.is_file()
    }


# --- what must not be there ---------------------------------------------------------------------

#: Written in pieces, or this file would find itself.
INDEX_HOSTS = re.compile(
    "|".join(
        re.escape("".join(parts))
        for parts in (
            ("pypi", ".org"), ("python", "hosted"), ("index", "-url"), ("find", "-links"),
            ("conda", "-forge"), ("anaconda", ".org"), ("mirrors", "."), ("tuna.", "tsinghua"),
            ("ali", "yun"), ("arti", "factory"),
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
MACHINE_PATH = re.compile(r"(?<![\w./:<~-])/(?:" + "work|root|home|tmp|Users|mnt" + r")/\w+")
ALLOWED_PATHS = {
    # nothing at present: "path of a file": "why a machine's path must stand there"
}


def test_no_file_names_a_package_index():
    found = {
        name: match[0] for name, text in texts().items() if (match := INDEX_HOSTS.search(text))
    }
    assert found == {}


def test_no_file_names_a_path_of_a_machine():
    found = {
        name: match[0]
        for name, text in texts().items()
        if name not in ALLOWED_PATHS and (match := MACHINE_PATH.search(text))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("see /" + "work/shared/x", True),
        ("'/" + "tmp/a'", True),
        ("docs/home/page", False),
        ("a URL http://host/" + "home/x", False),
        ("and/or", False),
    ],
)
def test_paths_of_machines_are_recognised(text, named):
    assert bool(MACHINE_PATH.search(text)) == named


def test_no_large_file_and_no_lock_with_hosts():
    files = tracked()
    assert {p.name: p.stat().st_size for p in files if p.stat().st_size > 1_000_000} == {}
    names = {path.name for path in files}
    assert not names & {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock"}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_hashed_and_name_no_host(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    packages = re.findall(r"(?m)^([a-z0-9][\w.\[\]-]*)==", text)
    assert len(packages) > 20
    # Each package is followed by hashes, or pip would refuse the whole file.
    for block in re.split(r"(?m)^(?=[a-z0-9][\w.\[\]-]*==)", text)[1:]:
        assert "--hash=sha256:" in block, block[:60]


def test_locks_hold_what_the_project_declares():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [re.split(r"[<>=!\[ ;]", d)[0].lower() for d in project["project"]["dependencies"]]
    dev = [re.split(r"[<>=!\[ ;]", d)[0].lower() for d in project["dependency-groups"]["dev"]]
    core = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    full = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8").lower()
    assert [name for name in needed if f"\n{name}==" not in f"\n{core}"] == []
    assert [name for name in (*needed, *dev) if f"\n{name}==" not in f"\n{full}"] == []


# --- what must load -----------------------------------------------------------------------------


def test_every_toml_loads():
    for path in (p for p in tracked() if p.suffix == ".toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8")), path


def test_every_event_file_is_read_by_the_package():
    from quantquake.data import events

    written = {p.stem for p in (ROOT / "src/quantquake/data/events").glob("*.toml")}
    assert written
    listed = [event for name in sorted(written) for event in _entries(name)]
    assert len(events.load_events()) == len(listed)


def _entries(name: str) -> list[dict[str, object]]:
    path = ROOT / f"src/quantquake/data/events/{name}.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return [entry for value in found.values() if isinstance(value, list) for entry in value]


def test_the_front_door():
    assert sorted(quantquake.__all__) == [
        "Basket", "Market", "QuantquakeError", "__version__", "book", "cascade", "data", "errors",
        "flows", "measures",
        "read", "report", "synthetic_world",
    ]  # fmt: skip
    for name in quantquake.__all__:
        assert getattr(quantquake, name) is not None


# --- documents that run -------------------------------------------------------------------------

FENCE = re.compile(r"(?ms)^```(python|console)\n(.*?)^```")
#: Commands that set the machine up, serve, or run this very suite.
NOT_RUN = ("make", "pip", "uv", "git", "cd", "export")


def blocks(kind: str) -> list[tuple[str, str]]:
    """Fenced blocks of the documents a newcomer reads first, with their place."""
    found = []
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*/*.md"))):
        for number, (kind_found, body) in enumerate(FENCE.findall(path.read_text("utf-8")), 1):
            if kind_found == kind:
                found.append((f"{path.relative_to(ROOT)}#{number}", body))
    return found


def needs_files(text: str) -> list[str]:
    """Names of files a block reads that are not part of the checkout."""
    named = re.findall(r"[\w./\u4e00-\u9fff-]+\.(?:parquet|csv|xlsx|toml|json)\b", text)
    written = set(re.findall(r"--(?:out|save)[ =](\S+)", text))
    return [name for name in named if name not in written and not (ROOT / name).exists()]


def readme(kind: str) -> list[tuple[str, str]]:
    return [(where, body) for where, body in blocks(kind) if where.startswith("README")]


def run(argv: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "QUANTQUAKE_HOME": str(folder / "store"), "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, *argv], cwd=folder, env=env, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("where", "body"), readme("python"))
def test_python_of_the_readme_runs(where, body, tmp_path):
    assert needs_files(body) == [], "the first example of a newcomer must need no file"
    done = run(["-c", body], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def commands() -> list[tuple[str, str]]:
    lines = []
    for where, body in blocks("console"):
        for line in body.replace("\\\n", " ").splitlines():
            command = line.removeprefix("$ ").split("#")[0].strip()
            if command.startswith("quantquake "):
                lines.append((where, command))
    return lines


@pytest.mark.parametrize(("where", "command"), commands())
def test_commands_of_the_documents_are_understood(where, command, tmp_path):
    """With its files a command must run; without, it must get as far as missing them."""
    done = run(["-m", "quantquake", *shlex.split(command)[1:]], tmp_path)
    if needs_files(command):
        assert done.returncode == 2
        assert "does not exist" in done.stderr, done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_the_documents_have_commands_and_python_to_run():
    assert len(commands()) >= 4
    assert readme("python")
    known = (*NOT_RUN, "quantquake", "python")
    for where, body in blocks("console"):
        for line in body.splitlines():
            word = line.removeprefix("$ ").split("#")[0].strip().split(" ")[0]
            assert not word or word in known or line.startswith((" ", "#")) or _is_output(line), (
                where, line,
            )  # fmt: skip


def _is_output(line: str) -> bool:
    """Lines below a command that show what it prints do not begin with a tool's name."""
    return not re.match(r"[a-z]+(?: |$)", line) or ":" in line


@pytest.mark.parametrize(("where", "body"), blocks("python"))
def test_python_of_the_documents_parses(where, body):
    ast.parse(body, filename=where)


def test_links_inside_the_documents_lead_somewhere():
    dead = []
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                dead.append(f"{path.relative_to(ROOT)} -> {target}")
    assert dead == []


# --- docstrings ---------------------------------------------------------------------------------

FRAMES = re.compile(r"\b(Series|DataFrame|Market|MarketView|ndarray|Floats)\b")
#: What tells a reader what goes in or comes out: a unit, a shape, columns, or another docstring.
TELLS = re.compile(r"\[[^\]]+\]|of shape|[Cc]olumns?|`[a-z_.]+`|As (for|in)\b|[Ii]ndex|by date|row")


def offered():
    """Functions of the modules the rooms attach: what a reader of the documents meets first."""
    for room in ("data", "measures"):
        asked = f"import quantquake.{room} as room; print(*dir(room))"
        done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
        package = getattr(quantquake, room)
        inside = {info.name for info in pkgutil.iter_modules(package.__path__)}
        for name in sorted(inside & set(done.stdout.split())):
            module = importlib.import_module(f"{package.__name__}.{name}")
            own = [
                n
                for n, v in vars(module).items()
                if getattr(v, "__module__", "") == module.__name__
            ]
            for public in getattr(module, "__all__", own):
                value = getattr(module, public)
                if inspect.isfunction(value) and not public.startswith("_"):
                    yield f"{module.__name__}.{public}", value


def test_public_functions_that_take_frames_say_what_is_in_them():
    silent, seen = [], 0
    for name, function in offered():
        if FRAMES.search(" ".join(map(str, function.__annotations__.values()))):
            seen += 1
            if not TELLS.search(function.__doc__ or ""):
                silent.append(name)
    assert seen > 60
    assert silent == []


def test_every_public_function_has_a_docstring():
    silent = []
    for room in (quantquake.data, quantquake.measures):
        for info in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                own = getattr(value, "__module__", "") == module.__name__
                public = own and inspect.isfunction(value) and not name.startswith("_")
                if public and not (value.__doc__ or "").strip():
                    silent.append(f"{module.__name__}.{name}")
    assert silent == []


@pytest.mark.parametrize("text", ["pypi" + ".org", "--index" + "-url x", "PYPI" + ".ORG"])
def test_package_indexes_are_recognised(text):
    assert INDEX_HOSTS.search(text)
