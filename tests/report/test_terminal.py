"""The one-screen answer: narrow enough, short enough, readable without colour."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from quantquake.report.headline import headline
from quantquake.report.terminal import render, screen, wrapped


@pytest.mark.parametrize("width", [80, 96])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_fits_one_screen(parts, lang, width):
    text = render(parts, lang=lang, path="out/report.html", width=width)
    lines = text.splitlines()
    assert max(cell_len(line) for line in lines) <= width  # Chinese characters count two
    assert len(lines) <= 40
    assert lines[0].strip() == headline(parts, lang)
    assert "out/report.html" in text
    assert "…" not in text  # no column was cut
    assert "\x1b" not in text


def test_numbers_stand_without_colour(parts):
    row = next(line for line in render(parts).splitlines() if "● Micro-cap" in line)
    assert ">99" in row
    assert "3.8" in row


def test_missing_cells_are_marked_not_zero(remake, make):
    import numpy as np

    rng = np.random.default_rng(2)
    full = make.row(parts_basket("a"), make.score(rng, missing=()), make.price(rng))
    gaps = make.row(parts_basket("b"), make.score(rng, missing=("ep",)), make.price(rng))
    row = next(line for line in render(remake(baskets=(full, gaps))).splitlines() if " b " in line)
    assert "//" in row


def parts_basket(name):
    from types import SimpleNamespace

    return SimpleNamespace(name=name)


def test_absent_dimension_is_said(parts):
    assert "// no data: Structure" in render(parts)


def test_colour_uses_the_heat_scale(parts):
    out = StringIO()
    Console(file=out, width=96, color_system="truecolor", force_terminal=True).print(screen(parts))
    assert "48;2;240;162;75" in out.getvalue()  # #F0A24B, the last step


def test_chinese_lines_break_between_characters():
    lines = wrapped(Text("种子 7：几只基金扎堆微盘，然后抛售。"), 20).plain.splitlines()
    assert lines[0] == "种子 7：几只基金扎堆"
    assert all(cell_len(line) <= 20 for line in lines)
    assert not any(line[0] in "，。" for line in lines)
