"""Every row of the validation table names a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and "`test_" in line]
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)` \|$")


def test_every_row_ends_with_a_test():
    body = [line for line in TEXT.splitlines() if line.startswith("|")][2:]
    assert len(ROWS) == len(body) > 30
    assert all(NAMED.search(line) for line in ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_the_test_of_a_row_exists(row):
    file, name = NAMED.search(row).groups()
    found = list((ROOT / "tests").rglob(file))
    assert len(found) == 1
    assert f"def {name}(" in found[0].read_text(encoding="utf-8")
