"""Which basket is crowded, on what, why, and whether such alarms meant anything."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from quantquake.report import crowding_tables, numbers, tables
from quantquake.report.board import LEAST_EPISODES, verdict
from quantquake.report.figures import crowding as figures
from quantquake.report.figures.template import DETAIL
from quantquake.report.outlook import outlook_body
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.parts import DIMENSIONS, BasketRow, EvidenceLike, ReportParts, today_of, upto
from quantquake.report.words import name, say


def crowding_panels(parts: ReportParts, setting: Setting) -> list[Panel]:
    """Return the board, and the detail of its first row: the most crowded basket."""
    rows = parts.rows()
    if not rows:
        return []
    return [_board(parts, rows, setting), *_detail(parts, rows[0], setting)]


def _board(parts: ReportParts, rows: Sequence[BasketRow], setting: Setting) -> Panel:
    lang, rules = setting.lang, rows[0].score.rules
    foot = say("board.foot", lang, line=f"{rules.signal_above:g}")
    seen = next((row.evidence for row in rows if row.evidence is not None), None)
    if seen is not None:
        more = say(
            "board.foot_evidence", lang,
            horizon=seen.horizon, loss=numbers.percent(abs(seen.loss), 0),
        )  # fmt: skip
        foot = f"{foot} {more}" if lang == "en" else foot + more
    return Panel(
        code="board",
        title=say("board.title", lang),
        subtitle=say("board.subtitle", lang, window=rules.window),
        foot=foot,
        how="board",
        body=crowding_tables.board_table(parts, lang),
        legend=True,
    )


def _detail(parts: ReportParts, row: BasketRow, setting: Setting) -> list[Panel]:
    lang, as_of = setting.lang, parts.as_of
    today = today_of(row.score, as_of)
    scores = upto(row.score.score, as_of)
    basket = name(row.basket.name, lang)
    title = say("detail.title", lang, name=basket)
    strips = Panel(
        code="detail",
        title=title,
        subtitle=say("detail.subtitle", lang, date=numbers.date_short(as_of, lang)),
        foot=say(
            "detail.foot", lang,
            start=numbers.date_text(scores.index[0], lang),
            end=numbers.date_text(scores.index[-1], lang), n=numbers.count(len(scores)),
        ),
        how="board",
        legend=True,
        figure=setting.slot(
            lambda theme: figures.price_score_strips(
                row.score, upto(row.price, as_of), lang=lang, theme=theme
            ),
            DETAIL,
            title,
        ),
        data=tables.last_rows(
            {say("board.score", lang): scores, say("figure.price", lang): upto(row.price, as_of)},
            lang, digits=2,
        ),
    )  # fmt: skip
    score = numbers.number(today.score)
    known = score != numbers.MISSING
    reason = Panel(
        code="why",
        title=say("detail.why_title", lang, score=score) if known else say("detail.why_none", lang),
        subtitle=_rescaled(today.dims, lang),
        foot=say("detail.why_foot", lang),
        how="board",
        body=crowding_tables.contributions_table(row, as_of, lang),
    )
    return [
        strips,
        reason,
        *_evidence(row, lang),
        *_outlook(row, lang),
        _episodes(row, as_of, lang),
        *_flips(row, as_of, lang),
    ]


def _rescaled(dims: int, lang: str) -> str:
    if dims == len(DIMENSIONS):
        return say("detail.why_subtitle_full", lang)
    return say("detail.why_subtitle", lang, dims=dims)


def _flips(row: BasketRow, as_of: pd.Timestamp, lang: str) -> list[Panel]:
    """Say what would switch the alarm on; nothing to say while it is on or has no score."""
    today = today_of(row.score, as_of)
    if today.alarm or numbers.is_missing(today.score):
        return []
    return [
        Panel(
            code="flips",
            title=say("detail.flips_title", lang),
            subtitle=say("detail.flips_subtitle", lang),
            foot=say("detail.flips_foot", lang, window=row.score.rules.window),
            how="board",
            body=crowding_tables.flips_table(row, as_of, lang),
        )
    ]


def _episodes(row: BasketRow, as_of: pd.Timestamp, lang: str) -> Panel:
    seen = row.score.episodes()
    n = int((seen["start"] <= as_of).sum()) if len(seen) else 0
    return Panel(
        code="episodes",
        title=say("detail.episodes_title" if n else "detail.episodes_none", lang),
        subtitle=say("detail.episodes_subtitle", lang),
        foot=say("detail.episodes_foot", lang, n=n) if n else "",
        body=crowding_tables.episodes_table(row, as_of, lang) if n else Markup(),
        how="board",
    )


def _evidence(row: BasketRow, lang: str) -> list[Panel]:
    seen, code = row.evidence, verdict(row)
    if seen is None or code is None:
        return []
    loss = numbers.percent(abs(seen.loss), 0)
    base = numbers.percent(seen.base_rate, 0)
    rest = _evidence_rest(seen, code, base, lang)
    few = seen.alarms < LEAST_EPISODES
    plot = "" if few else crowding_tables.evidence_plot(seen, lang)
    body = Markup(
        '<dl class="big"><div><dt>{}</dt><dd>{} / {}</dd></div><div><dt>{}</dt><dd>{}</dd></div>'
        '</dl><p class="verdict"><b>{}</b> {}</p>{}'
    ).format(
        say("evidence.hits", lang), seen.hits, seen.alarms, say("evidence.base", lang), base,
        say(f"evidence.{code}", lang), rest, plot,
    )  # fmt: skip
    return [
        Panel(
            code="evidence",
            title=say("evidence.title", lang),
            subtitle=say("evidence.subtitle", lang, horizon=seen.horizon, loss=loss),
            foot=say("evidence.foot", lang),
            how="board",
            body=body,
        )
    ]


def _outlook(row: BasketRow, lang: str) -> list[Panel]:
    """Say how likely a fall is by volatility, and that crowding was not found to know more."""
    if row.outlook is None or not row.outlook.chances:
        return []
    loss = numbers.percent(row.outlook.chances[0].loss, 0)
    return [
        Panel(
            code="outlook",
            title=say("outlook.title", lang),
            subtitle=say("outlook.subtitle_page", lang, loss=loss),
            foot=say("outlook.foot", lang),
            how="board",
            body=outlook_body(row.outlook, lang),
        )
    ]


def _evidence_rest(seen: EvidenceLike, code: str, base: str, lang: str) -> str:
    if not seen.alarms:
        return say("evidence.none_rest", lang)
    if code == "too_few":
        return say("evidence.too_few_rest", lang, hits=seen.hits, alarms=seen.alarms, base=base)
    return say(
        "evidence.rest", lang, base=base,
        rate=numbers.percent(crowding_tables.hit_rate(seen), 0),
        range=numbers.spread(*seen.interval, lang, 0),
    )  # fmt: skip
