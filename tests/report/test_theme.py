"""The palette keeps the contrasts UI.md section 3 states, measured here by WCAG 2.1."""

from __future__ import annotations

import pytest

from quantquake.errors import ConfigError
from quantquake.report.theme import PALETTES, heat_step, palette, signed_colours


def luminance(colour: str) -> float:
    """WCAG 2.1, "relative luminance"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("theme", PALETTES)
def test_text_reads_on_the_page(theme):
    c = palette(theme)
    inks = (c.ink, c.ink2, c.mute, c.accent, c.cold, c.red, c.green, *c.stack_text)
    assert min(contrast(colour, c.bg) for colour in inks) >= 4.5


@pytest.mark.parametrize("theme", PALETTES)
def test_numbers_read_in_their_heat_cells(theme):
    c = palette(theme)
    assert len(c.heat) == len(c.heat_text) == 7
    pairs = zip(c.heat_text, c.heat, strict=True)
    assert min(contrast(text, fill) for text, fill in pairs) >= 4.6


@pytest.mark.parametrize(
    ("percentile", "step"),
    [(0.0, 0), (0.04, 0), (0.05, 1), (0.2, 2), (0.5, 3), (0.6, 4), (0.79, 4), (0.8, 5),
     (0.949, 5), (0.95, 6), (1.0, 6), (float("nan"), None)],
)  # fmt: skip
def test_steps_are_cut_at_5_20_40_60_80_95(percentile, step):
    assert heat_step(percentile) == step


def test_up_is_red_in_china_and_green_abroad():
    c = palette("light")
    assert signed_colours("cn", "light") == (c.red, c.green)
    assert signed_colours("intl", "light") == (c.green, c.red)


def test_unknown_theme_and_convention():
    with pytest.raises(ConfigError, match="light, dark"):
        palette("sepia")
    with pytest.raises(ConfigError, match="cn, intl, blue-orange"):
        signed_colours("red", "light")
