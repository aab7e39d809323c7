"""Peak memory of one full run, in a process of its own; ``python -m benchmarks.memory [crowd]``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DAYS, STOCKS = 3500, 5000
ALLOWED = 3.0  # panels
FUNDS, ROUNDS, GIGABYTES = 100_000, 240, 2.0


def measure() -> list[str]:
    """Run this module in fresh processes and return its sentences."""
    return [_sentence(*what) for what in ((), ("crowd",))]


def _sentence(*what: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", *what],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "Peak memory: not measured (needs Linux's /proc)."


def _kilobytes(field: str) -> int:
    # Not getrusage: its peak is inherited from the process that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def main() -> None:
    """Print the peak over what the process held before the panel was made."""
    import numpy as np

    from quantquake.measures.percentile import rolling_percentile

    rng = np.random.default_rng(0)
    rolling_percentile(rng.standard_normal((300, 40)))
    before = _kilobytes("VmRSS")
    panel = np.empty((DAYS, STOCKS))
    rng.standard_normal(out=panel)
    rolling_percentile(panel)
    ratio = 1024 * (_kilobytes("VmHWM") - before) / panel.nbytes
    verdict = "reached" if ratio <= ALLOWED else "**below goal**"
    print(
        f"Peak memory of a rolling percentile of {DAYS:,} x {STOCKS:,} float64, panel and result "
        f"included: {ratio:.2f} panels (goal <= {ALLOWED:g}: {verdict})."
    )


def crowd() -> None:
    """Print the peak of a process that makes and runs the largest crowd."""
    from benchmarks.crowd_world import crowd_world
    from quantquake.cascade import crowded_funds, simulate

    simulate(crowded_funds(**crowd_world(funds=FUNDS, rounds=ROUNDS)))
    peak = 1024 * _kilobytes("VmHWM") / 1e9
    verdict = "reached" if peak <= GIGABYTES else "**below goal**"
    print(
        f"Peak memory of a process that makes and runs a cascade of {FUNDS:,} funds x 5,000 names x "
        f"{ROUNDS} rounds, float64: {peak:.2f} GB (goal <= {GIGABYTES:g}: {verdict})."
    )


if __name__ == "__main__":
    crowd() if sys.argv[1:] == ["crowd"] else main()
