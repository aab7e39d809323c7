"""What a newly installed copy compiles, kernel file by kernel file, and what a later process loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

COMPILE, LOAD = 5.0, 0.6  # allowed [s] a file of kernels, [CPU s] a call
ROOMS = ("measures", "flows", "cascade")
# Kernels with signatures compile on import, others on their first call: the compiler is watched
# itself, so that neither escapes. What a kernel compiles along with it counts to its file.
WATCH = """
import json, time
from numba.core import event
with event.install_recorder("numba:compile") as record:
    import numpy as np
    from quantquake.{room} import warm_up
    panel = 0.01 * np.random.default_rng(0).standard_normal((40, 36)).astype(np.float32)
    calls = {{}}
    for name, call in warm_up.CALLS.items():
        begin = time.process_time()
        call(panel)
        calls[name] = time.process_time() - begin
files, depth = {{}}, 0
for now, seen in record.buffer:
    if seen.is_start and depth == 0:
        begin, file = now, seen.data["dispatcher"].py_func.__code__.co_filename
    depth += 1 if seen.is_start else -1
    if depth == 0:
        files[file] = files.get(file, 0.0) + now - begin
print(json.dumps([files, calls]))
"""


def measure() -> list[str]:
    """One sentence a file of kernels, one a call."""
    notes, told = [], set[str]()
    for room in ROOMS:
        with tempfile.TemporaryDirectory() as cache:
            files, _ = _watched(room, cache)
            again, calls = _watched(room, cache)
        for file, seconds in sorted(files.items(), key=lambda item: -item[1]):
            name = "/".join(Path(file).parts[-3:])
            if name not in told:  # rooms use kernels of the rooms before them
                notes.append(
                    f"Compiling {name}: {seconds:.2f} s once per install "
                    f"(goal <= {COMPILE:g}: {_verdict(seconds <= COMPILE)})."
                )
            told.add(name)
        slow = {name: f"{s:.2f}" for name, s in calls.items() if s > LOAD}
        notes.append(
            f"First calls of {room} in a later process: {max(calls.values()):.2f} CPU s at most, "
            f"{len(again)} files compiled again (goal <= {LOAD:g} and 0: "
            f"{_verdict(not slow and not again)}){f'; {slow}' if slow else ''}."
        )
    return notes


def _verdict(kept: bool) -> str:
    return "reached" if kept else "**below goal**"


def _watched(room: str, cache: str) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of compiling by file, CPU seconds by call."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH.format(room=room)],
        env={**os.environ, "NUMBA_CACHE_DIR": cache}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    files, calls = json.loads(done.stdout)
    return files, calls
