"""CPU seconds until a measure first answers: compiled from nothing, and loaded from the cache."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

COMPILE, LOAD = 5.0, 0.6  # allowed [CPU s]
CALL = """
import time; begin = time.process_time()
import numpy as np
panel = 0.01 * np.random.default_rng(0).standard_normal((40, 36)).astype(np.float32)
import numba, pandas, scipy.fft; from quantquake.{room} import warm_up
ready = time.process_time()
warm_up.CALLS[{name!r}](panel)
print(time.process_time() - ready)
"""


def measure() -> list[str]:
    """One sentence a measure."""
    from quantquake.cascade import warm_up as cascade
    from quantquake.flows import warm_up as flows
    from quantquake.measures import warm_up as measures

    calls = [("measures", name) for name in measures.CALLS]
    calls += [("flows", name) for name in flows.CALLS]
    calls += [("cascade", name) for name in cascade.CALLS]
    notes = []
    for room, name in calls:
        with tempfile.TemporaryDirectory() as cache:
            cold, warm = (_seconds(room, name, cache) for _ in range(2))
        verdict = "reached" if cold <= COMPILE and warm <= LOAD else "**below goal**"
        notes.append(
            f"First call, {name}: {cold:.2f} CPU s compiling, {warm:.2f} from the cache, imports "
            f"left out (goal <= {COMPILE:g} and {LOAD:g}: {verdict})."
        )
    return notes


def _seconds(room: str, name: str, cache: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", CALL.format(room=room, name=name)],
        env={**os.environ, "NUMBA_CACHE_DIR": cache}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)
