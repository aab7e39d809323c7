"""Panels of the crowd's exit: where its names go, and what each way out costs."""

from __future__ import annotations

from quantquake.cascade.days import session_dates
from quantquake.report import crowd_words as words
from quantquake.report import numbers, tables
from quantquake.report.crowd_parts import CrowdParts
from quantquake.report.figures.path_fan import Fan, path_fan
from quantquake.report.figures.template import MEDIUM
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.parts import ReportParts
from quantquake.report.words import name, say


def crowd_panels(parts: ReportParts, setting: Setting) -> list[Panel]:
    """Return the fan of prices and the table of arms."""
    crowd = parts.crowd
    return [] if crowd is None else [_fan(crowd, setting), _arms(crowd, setting.lang)]


def _fan(crowd: CrowdParts, setting: Setting) -> Panel:
    lang = setting.lang
    index = crowd.scenario.indices[0].name
    runs = [arm.ensemble.fan("index", index) for arm in crowd.arms]
    first, *others = [run / run.iloc[0] for run in runs]
    other = others[0][0.5] if others else None
    against = words.arm_name(crowd, crowd.arms[1], lang) if others else ""
    title = say("crowd.fan_title", lang, days=crowd.over)
    return Panel(
        code="crowd_fan",
        title=title,
        subtitle=say(
            "crowd.fan_subtitle", lang, names=numbers.count(crowd.names), paths=numbers.count(crowd.paths)
        ),
        foot=say("crowd.foot", lang),
        how="crowd",
        figure=setting.slot(
            lambda theme: path_fan(
                [Fan(name=name(index, lang), bands=first, against=other)],
                dates=session_dates(crowd.scenario), against=against, lang=lang, theme=theme,
            ),
            MEDIUM,
            title,
        ),
    )  # fmt: skip


def _arms(crowd: CrowdParts, lang: str) -> Panel:
    return Panel(
        code="crowd_arms",
        title=words.loss_key(crowd, lang).rstrip(".。"),
        subtitle=say(
            "crowd.arms_subtitle", lang, funds=crowd.funds, date=numbers.date_text(crowd.on, lang)
        ),
        foot=say("crowd.arms_foot", lang, paths=numbers.count(crowd.paths), seed=crowd.seed),
        how="crowd",
        body=tables.table(words.arm_head(lang), words.arm_rows(crowd, lang), kind="plain"),
    )
