"""What kind of day it was: by size, how many took part, how loose names are from the index."""

from __future__ import annotations

import pandas as pd

from quantquake.report import numbers, tables
from quantquake.report.day_words import why
from quantquake.report.figures import day as figures
from quantquake.report.figures.template import MEDIUM
from quantquake.report.panels.frame import Panel, Setting, span
from quantquake.report.parts import DayLike, ReportParts, upto
from quantquake.report.words import name, say

YEAR = 250
LOOSE, TIED = 0.95, 0.05  # percentile of the volatility ratio that earns a finding as title
FEW = 0.3  # share of names beating the index that earns one


def day_panels(parts: ReportParts, setting: Setting) -> list[Panel]:
    """Return the facts of the day board and what they look like."""
    day, lang = parts.day, setting.lang
    if day is None:
        return []
    dates = {
        "date": numbers.date_short(day.on, lang), "since": numbers.date_text(day.since, lang)
    }  # fmt: skip
    found = [
        Panel(
            code="day",
            title=say("day.title", lang),
            subtitle=say("day.subtitle", lang, **dates),
            foot=why(day, lang),
            how="day",
            body=tables.day_table(day, lang),
        )
    ]
    if day.size_groups is not None and day.size_groups["mean"].notna().any():
        found.append(_sizes(day, day.size_groups["mean"], parts.index_returns, setting))
    for code, draw in (("breadth", _breadth), ("volatility_ratio", _ratio)):
        # Older days would be a black band in a chart this small.
        past = upto(parts.day_history.get(code, pd.Series(dtype=float)), day.on).iloc[-YEAR:]
        if past.notna().any():
            found.append(draw(day, past, setting))
    return found


def _sizes(day: DayLike, sizes: pd.Series, indices: pd.Series | None, setting: Setting) -> Panel:
    lang, code = setting.lang, "sizes_title"
    seen = sizes.dropna()
    first, last = float(seen.iloc[0]), float(seen.iloc[-1])
    if first == seen.min() and last == seen.max() and first < 0:
        code = "sizes_title_small_worst"
    elif first == seen.max() and last == seen.min() and first > 0:
        code = "sizes_title_small_best"
    title = say(f"day.{code}", lang)
    return Panel(
        code="sizes",
        title=title,
        subtitle=say("day.sizes_subtitle", lang, date=numbers.date_short(day.on, lang)),
        foot=say("day.foot", lang, n=numbers.count(day.names)),
        how="day",
        figure=setting.slot(
            lambda theme: figures.size_bars(
                sizes, indices, lang=lang, theme=theme, updown=setting.updown
            ),
            MEDIUM,
            title,
        ),
        data=tables.sizes_table(sizes, indices, lang),
    )


def _breadth(day: DayLike, past: pd.Series, setting: Setting) -> Panel:
    lang, share = setting.lang, float(past.iloc[-1])
    code = "breadth_title"
    if not numbers.is_missing(share):
        code += "_few" if share <= FEW else "_many" if share >= 1 - FEW else ""
    title = say(f"day.{code}", lang, share=numbers.percent(share, 0))
    return Panel(
        code="breadth",
        title=title,
        subtitle=say("day.breadth_subtitle", lang),
        foot=span(past.dropna().index, "day.foot_series", lang),
        how="day",
        figure=setting.slot(
            lambda theme: figures.breadth_history(past, lang=lang, theme=theme), MEDIUM, title
        ),
        data=tables.last_rows(
            {say("day.row.breadth", lang, index=name(day.index, lang)): past}, lang, percent=True
        ),
    )


def _ratio(day: DayLike, past: pd.Series, setting: Setting) -> Panel:
    lang, rank = setting.lang, float(day.volatility_ratio_percentile)
    code = "ratio_title"
    if not numbers.is_missing(rank):
        code += "_high" if rank >= LOOSE else "_low" if rank <= TIED else ""
    title = say(f"day.{code}", lang)
    return Panel(
        code="ratio",
        title=title,
        subtitle=say("day.ratio_subtitle", lang),
        foot=span(past.dropna().index, "day.foot_series", lang),
        how="day",
        figure=setting.slot(
            lambda theme: figures.ratio_history(past, lang=lang, theme=theme), MEDIUM, title
        ),
        data=tables.last_rows({say("day.row.volatility_ratio", lang): past}, lang, digits=2),
    )
