"""``python -m benchmarks [names]``: run, print, and with no names write results.md."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Before NumPy is imported: a library that starts threads would be charged for their idling.
for variable in (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS",
):  # fmt: skip
    os.environ.setdefault(variable, "1")

PAGE = Path(__file__).with_name("results.md")


def main(names: list[str]) -> int:
    """Run the named workloads, all of them if none is named."""
    from benchmarks import evidence, first_call, memory, reading
    from benchmarks.engine import WORKLOADS as ENGINE
    from benchmarks.flows import WORKLOADS as FLOWS
    from benchmarks.report import page
    from benchmarks.snowball import WORKLOADS as SNOWBALLS
    from benchmarks.workloads import WORKLOADS as MEASURES

    workloads = {**MEASURES, **FLOWS, **SNOWBALLS, **ENGINE}
    unknown = [name for name in names if name not in (*workloads, "evidence")]
    if unknown:
        known = ", ".join((*workloads, "evidence"))
        print(f"No workload {unknown[0]!r}. There are: {known}.", file=sys.stderr)
        return 2
    rows = []
    if "evidence" in names:
        print("\n".join(evidence.measure()))
    for name in [name for name in names if name in workloads] if names else workloads:
        for row in workloads[name]():
            print(row.line(), flush=True)
            rows.append(row)
    if not names:
        notes = [
            *memory.measure(), *first_call.measure(), *evidence.measure(), *reading.measure(),
        ]  # fmt: skip
        print("\n".join(notes))
        PAGE.write_text(page(rows, notes), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
