"""Rows of the published table, and how they are written."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata

from benchmarks.clock import Timing


@dataclass(frozen=True)
class Row:
    """Ours against one peer or one floor.

    `goal` is the least ratio wanted against a peer, the largest allowed against a floor.
    """

    workload: str
    against: str
    ours: Timing | None
    other: Timing | None
    goal: float | None = None
    floor: bool = False
    agreement: str = ""

    @property
    def ratios(self) -> tuple[float, float] | None:
        """Other over ours (peer) or ours over other (floor), of minima and of medians."""
        if self.ours is None or self.other is None:
            return None
        top, below = (self.ours, self.other) if self.floor else (self.other, self.ours)
        return top.least / below.least, top.median / below.median

    @property
    def verdict(self) -> str:
        """Reached, below goal, or no goal set."""
        if self.ratios is None or self.goal is None:
            return ""
        reached = self.ratios[0] <= self.goal if self.floor else self.ratios[0] >= self.goal
        return "reached" if reached else "**below goal**"

    def line(self) -> str:
        """One line of the markdown table."""
        cells = [self.workload, self.against, _ms(self.ours), _ms(self.other)]
        if self.ratios is None:
            cells += ["skipped", "", "", self.agreement]
        else:
            sign = "<=" if self.floor else ">="
            cells.append(" / ".join(f"{ratio:.3g}x" for ratio in self.ratios))
            cells += ["" if self.goal is None else f"{sign} {self.goal:g}x", self.verdict]
            cells.append(self.agreement)
        return "| " + " | ".join(cells) + " |"


def _ms(timing: Timing | None) -> str:
    if timing is None:
        return ""
    return f"{1000 * timing.least:.4g} / {1000 * timing.median:.4g}"


HEAD = """# Benchmarks

`make bench` writes this page. Ours and the peers run in one process, on one thread, on the same
inputs; CPU milliseconds, minimum / median. Against a peer the ratio is theirs over ours; against
a floor (work that cannot be avoided, measured in the same run) ours over the floor. Ratios carry
over to other machines, milliseconds do not. Goals: against peers the least wanted, against
floors the most allowed.

| workload | against | ours [ms] | other [ms] | ratio min / median | goal | verdict | results |
|---|---|---|---|---|---|---|---|
"""


def page(rows: Iterable[Row], notes: Iterable[str]) -> str:
    """Return the whole page."""
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("numpy", "numba", "scipy", "pandas")
    )
    lines = "\n".join(row.line() for row in rows)
    tail = "\n".join(f"- {note}" for note in notes)
    return (
        f"{HEAD}{lines}\n\n{tail}\n\nPython {platform.python_version()}, {versions}; "
        f"{platform.machine()}.\n"
    )
