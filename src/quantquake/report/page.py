"""What every page is made of: style, script and templates; one file that asks no server."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from quantquake.errors import ConfigError
from quantquake.report.figures.template import CONFIG
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.theme import DARK, LIGHT, default_updown, signed_colours
from quantquake.report.words import check_language

# Light is always drawn: paper is white whatever the screen shows.
_DRAWN = {"light": ("light",), "dark": ("light", "dark"), "auto": ("light", "dark")}


def setting_of(lang: str, theme: str, updown: str | None) -> Setting:
    """Return language, themes to draw and colours of rises and falls.

    Raises
    ------
    ConfigError
        If the language or theme is unknown.
    """
    check_language(lang)
    if theme not in _DRAWN:
        raise ConfigError(
            f"theme {theme!r} is unknown: the page would have no colours. "
            f"Choose one of {', '.join(_DRAWN)}."
        )
    return Setting(lang=lang, themes=_DRAWN[theme], updown=updown or default_updown(lang))


def parts_of_page(updown: str, panels: Iterable[Panel]) -> dict[str, object]:
    """Return style and script; plotly only where there is a figure to draw."""
    return {
        "style": Markup(_style(updown)),
        "script": Markup(_file("report.js")),
        "plotly": Markup(_plotly()) if any(p.figure for p in panels) else "",
        "config": CONFIG,
    }


def _style(updown: str) -> str:
    tokens = {}
    for palette, theme in ((LIGHT, "light"), (DARK, "dark")):
        rise, fall = signed_colours(updown, theme)
        tokens[theme] = f"{palette.css()} --rise: {rise}; --fall: {fall};"
    return (
        _file("report.css")
        .replace("/*LIGHT*/", tokens["light"])
        .replace("/*DARK*/", tokens["dark"])
    )


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


@cache
def _file(name: str) -> str:
    return files("quantquake.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def environment() -> jinja2.Environment:
    """Return the templates; what is not written in them is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("quantquake.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
