"""The examples of docs/*/leveraged-etfs.md run, and print the figures they promise."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_examples_run(lang):
    text = (DOCS / lang / "leveraged-etfs.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```", text)
    assert len(blocks) == 2
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for block in blocks:
            space: dict[str, object] = {}
            exec(block, space)
            if "flow" in space:
                # 3x 30 bn and -3x 2 bn on -1.75 %, 3x 13 bn on -4.4 %.
                wanted = (6 * 30e9 + 12 * 2e9) * -0.0175 + 6 * 13e9 * -0.044
                assert space["flow"].gross == pytest.approx(wanted)
    assert "911226.9" in said.getvalue()
