"""A simulation as one HTML file: opens offline, asks no server, reads without a script."""

from __future__ import annotations

from markupsafe import Markup

from quantquake.report import cascade_titles as titles
from quantquake.report import cascade_words as words
from quantquake.report import page
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.html import Themes
from quantquake.report.panels.cascade import cascade_panels
from quantquake.report.words import phrase, say


def build_cascade(
    parts: CascadeParts, *, lang: str = "en", theme: Themes = "auto", updown: str | None = None
) -> str:
    """Return the page of a simulation as the text of one HTML file.

    Parameters
    ----------
    parts : CascadeParts
    lang : {"en", "zh"}
    theme : {"auto", "light", "dark"}
    updown : {"cn", "intl", "blue-orange"}, optional
        Colours of rises and falls; default red up in Chinese, green up in English.

    Raises
    ------
    ConfigError
        If the language, theme or colour convention is unknown.
    """
    setting = page.setting_of(lang, theme, updown)
    made = {panel.code: panel for panel in cascade_panels(parts, setting)}
    title = words.scenario_title(parts, lang)
    context = {
        "lang": lang,
        "theme": theme,
        "t": lambda code, **values: say(code, lang, **values),
        "title": f"quantquake · {title}",
        "scenario": title,
        "run": words.run_line(parts, lang),
        "headline": titles.headline(parts, lang),
        "note": words.note(lang),
        "about": parts.scenario.about.get(lang, ""),
        "panels": made,
        "assumptions": [_worded(text, lang) for text in parts.result.origin.assumptions],
        "code": _code(parts),
        "command": _command(parts),
        "footer": f"quantquake {parts.version} · {words.run_line(parts, lang)}",
        **page.parts_of_page(setting.updown, made.values()),
    }
    return page.environment().get_template("cascade.html.j2").render(context)


def _worded(text: str, lang: str) -> Markup | str:
    """Word a convention the engine sent; one we have no words for is marked as English."""
    worded = phrase("assumption", text, lang)
    if worded is not None or lang == "en":
        return worded or text
    return Markup('<span lang="en">{}</span>').format(text)


def _code(parts: CascadeParts) -> str:
    """Return the Python call that gives the same numbers."""
    name = parts.scenario.name
    if parts.ensemble is None:
        return f'result = qq.cascade.simulate("{name}", seed={parts.seed})\nresult.ledger'
    return (
        f'paths = qq.cascade.ensemble("{name}", paths={parts.ensemble.wanted}, seed={parts.seed})\n'
        f'one = qq.cascade.simulate("{name}", seed={parts.seed}, path={parts.path})'
    )


def _command(parts: CascadeParts) -> str:
    """Return the command that gives the same page."""
    paths = "" if parts.ensemble is None else f" --paths {parts.ensemble.wanted}"
    options = "".join(f" {option}" for option in parts.changes)
    return f"quantquake simulate {parts.scenario.name}{paths} --seed {parts.seed}{options} --format html"
