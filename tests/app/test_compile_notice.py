"""A first run says that it compiles; a later one has nothing to say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from quantquake._jit import DISABLED, NOTICE
from quantquake.app.cli import COMPILING

KERNEL = "from quantquake.cascade.kernels import philox; import os; print(os.environ.get({name!r}))"


def run(cache: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", KERNEL.format(name=NOTICE)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache), **more},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip


@pytest.mark.skipif(DISABLED, reason="nothing compiles under NUMBA_DISABLE_JIT=1")
def test_the_first_run_says_so_once_and_a_later_one_nothing(tmp_path: Path):
    first = run(tmp_path, **{NOTICE: COMPILING})
    assert first.stderr.splitlines() == [COMPILING]  # two kernels, one line
    assert first.stdout.strip() == "None"  # worker processes do not inherit it
    assert run(tmp_path, **{NOTICE: COMPILING}).stderr == ""


@pytest.mark.skipif(DISABLED, reason="nothing compiles under NUMBA_DISABLE_JIT=1")
def test_a_program_that_did_not_ask_hears_nothing(tmp_path: Path):
    assert run(tmp_path).stderr == ""
