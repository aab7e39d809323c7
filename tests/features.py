"""Which rows of the feature catalogue a test proves: `make features`."""

from __future__ import annotations

import contextlib
import io
import sys
from collections import defaultdict

import pytest

# Last row of each section of the catalogue.
SECTIONS = {
    "A": (26, "crowding score"),
    "B": (17, "does the warning work"),
    "C": (22, "holdings, similarity, capacity"),
    "D": (23, "what kind of day"),
    "E": (11, "mechanical flows"),
    "F": (31, "futures basis"),
    "G": (9, "snowballs"),
    "H": (26, "participants"),
    "I": (28, "mechanisms"),
    "J": (18, "policy actions"),
    "K": (7, "game theory"),
    "L": (21, "event library"),
    "M": (9, "position calculators"),
    "N": (7, "after the crisis"),
    "O": (10, "one's own book"),
    "P": (7, "data, time, wording"),
}
CATALOGUE = {f"{s}{n:02d}" for s, (last, _) in SECTIONS.items() for n in range(1, last + 1)}


class Collector:
    """Pytest plugin that notes the feature marks of every collected test."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("feature"):
                for row in mark.args:
                    self.tests[row].append(item.nodeid)


def collect() -> dict[str, list[str]]:
    """Return feature id -> names of the tests that claim it."""
    collector = Collector()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--collect-only", "-qq", "-n", "0", "--no-summary"], plugins=[collector])
    return dict(collector.tests)


def main() -> int:
    """Print the coverage of each section and fail on ids the catalogue does not have."""
    tests = collect()
    for section, (last, title) in SECTIONS.items():
        rows = [f"{section}{n:02d}" for n in range(1, last + 1)]
        missing = [row for row in rows if row not in tests]
        note = "" if len(missing) in (0, last) else "  missing " + " ".join(missing)
        print(f"{section}  {last - len(missing):2d} of {last:2d}  {title}{note}")
    print(f"{len(CATALOGUE & tests.keys())} of {len(CATALOGUE)} rows have a test")
    unknown = sorted(tests.keys() - CATALOGUE)
    if unknown:
        print("not in the catalogue: " + " ".join(unknown))
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
