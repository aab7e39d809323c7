"""Peak memory of one full panel run, in a process of its own; ``python -m benchmarks.memory``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DAYS, STOCKS = 3500, 5000
ALLOWED = 3.0  # panels


def measure() -> str:
    """Run this module in a fresh process and return its sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory"], capture_output=True, text=True, check=False
    )
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


if __name__ == "__main__":
    main()
