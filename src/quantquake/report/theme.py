"""The colours of the house: one palette a theme, and the seven steps of the percentile scale."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, fields
from typing import Literal

from quantquake.errors import ConfigError

Theme = Literal["light", "dark"]
FONT = "Inter, PingFang SC, Noto Sans CJK SC, Microsoft YaHei, system-ui, sans-serif"

# Warm end stronger than the cold end on purpose: crowded is news, uncrowded is not.
HEAT_CUTS = (5.0, 20.0, 40.0, 60.0, 80.0, 95.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colour tokens of one theme, as hexadecimal text.

    `stack` holds the five dimension fills from the bottom of the stack up, `stack_text` the same
    hues dark enough to be read as text; `heat` and `heat_text` go from uncrowded to crowded.
    """

    bg: str
    sunk: str
    ink: str
    ink2: str
    mute: str
    line: str
    grid: str
    rule: str
    accent: str
    cold: str
    red: str
    green: str
    stack: tuple[str, ...]
    stack_text: tuple[str, ...]
    heat: tuple[str, ...]
    heat_text: tuple[str, ...]

    def css(self) -> str:
        """Return the tokens as CSS custom properties, one `--name: value;` each."""
        out: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                out.append(f"--{field.name}: {value};")
            elif field.name.startswith("heat"):
                name = field.name.replace("_", "-")
                out.extend(f"--{name}-{step}: {colour};" for step, colour in enumerate(value))
        return " ".join(out)


LIGHT = Palette(
    bg="#FBFAF7",
    sunk="#F3F1EB",
    ink="#1C2126",
    ink2="#4A5158",
    mute="#6E747A",
    line="#DDD9D0",
    grid="#E9E6DE",
    rule="#A9A69D",
    accent="#A8530A",
    cold="#1F5A8F",
    red="#BF2738",
    green="#12795A",
    stack=("#A8530A", "#D99B52", "#8C7B63", "#4E6E8E", "#93ABC2"),
    stack_text=("#A8530A", "#8F5C16", "#6F614C", "#3F5F80", "#4A6B8C"),
    heat=("#7FA9CC", "#B3CBDF", "#D7E2EB", "#EDEAE2", "#F3D7AF", "#DD9A4C", "#A8530A"),
    heat_text=("#0E2236", "#14273A", "#1C2126", "#1C2126", "#1C2126", "#2A1500", "#FFFFFF"),
)
DARK = Palette(
    bg="#15181B",
    sunk="#1C2024",
    ink="#ECE9E2",
    ink2="#BDBAB2",
    mute="#92979B",
    line="#32373C",
    grid="#262B2F",
    rule="#565C61",
    accent="#F0A24B",
    cold="#6DAFE3",
    red="#FF7A80",
    green="#4CC79A",
    stack=("#E8963C", "#A9702F", "#8A7D68", "#7FA6CC", "#55789A"),
    stack_text=("#F0A24B", "#D39A57", "#B0A28B", "#8FB4D8", "#7FA1C2"),
    heat=("#3E6E95", "#2F526E", "#283D4D", "#2A2E31", "#4F3F28", "#96652A", "#F0A24B"),
    heat_text=("#F2F7FB", "#E4EDF4", "#DDE6EE", "#D9D6CF", "#F2E6D4", "#FFF4E4", "#231300"),
)
PALETTES: dict[str, Palette] = {"light": LIGHT, "dark": DARK}


def palette(theme: str) -> Palette:
    """Return the palette of a theme.

    Raises
    ------
    ConfigError
        If `theme` is neither "light" nor "dark".
    """
    if theme not in PALETTES:
        raise ConfigError(
            f"theme {theme!r} is unknown: figures are drawn for a fixed background. "
            f"Choose one of {', '.join(PALETTES)}."
        )
    return PALETTES[theme]


def heat_step(percentile: float) -> int | None:
    """Step 0 (uncrowded) to 6 (crowded) of a percentile in [0, 1]; None where it is NaN.

    A percentile of exactly 95 belongs to the last step, as the flag itself fires at 95.
    """
    if math.isnan(percentile):
        return None
    return bisect_right(HEAT_CUTS, round(100.0 * percentile, 9))


def signed_colours(updown: str, theme: str) -> tuple[str, str]:
    """Return (rise, fall) colours for a convention: "cn" (red up), "intl", "blue-orange"."""
    tokens = palette(theme)
    choices = {
        "cn": (tokens.red, tokens.green),
        "intl": (tokens.green, tokens.red),
        "blue-orange": (tokens.cold, tokens.accent),
    }
    if updown not in choices:
        raise ConfigError(
            f"up/down colours {updown!r} are unknown: a rise could be read as a fall. "
            f"Choose one of {', '.join(choices)}."
        )
    return choices[updown]


def default_updown(lang: str) -> str:
    """Red means up to a reader of Chinese, down to a reader of English."""
    return "cn" if lang == "zh" else "intl"
