"""Tables of the crowding score: the board, why the score, what would ring, past alarms."""

from __future__ import annotations

import math

import pandas as pd
from markupsafe import Markup, escape

from quantquake.report import numbers, svg
from quantquake.report.board import LEAST_EPISODES, BoardRow, HeatCell, board_rows, verdict
from quantquake.report.parts import DIMENSIONS, INDICATORS, BasketRow, EvidenceLike, ReportParts
from quantquake.report.tables import Cell, signed, table
from quantquake.report.theme import heat_step
from quantquake.report.words import say

_SHARES = frozenset({"excess_vol", "momentum", "share", "turnover"})
_YIELDS = frozenset({"ep", "bp"})
_ENDS = {0: "cool", 6: "hot"}  # steps whose number is coloured


def board_table(parts: ReportParts, lang: str) -> Markup:
    """Return the crowding board: heat cells, sparkline, score, and what alarms were worth.

    Missing percentiles are hatched cells with a text for screen readers; the evidence columns
    appear only if some basket carries evidence.
    """
    rows = board_rows(parts, lang)
    proof = any(row.source.evidence is not None for row in rows)
    body = "".join(_board_row(row, lang, proof=proof) for row in rows)
    return Markup(
        f'<div class="scroll"><table class="board">{_board_head(lang, proof=proof)}'
        f"<tbody>{body}</tbody></table></div>"
    )


def _board_head(lang: str, *, proof: bool) -> str:
    groups = "".join(
        f'<th colspan="{len(codes)}" scope="colgroup" title="{say(f"dimension.{d}", lang)}">'
        f"<span>{say(f'dimension_short.{d}', lang)}</span></th>"
        for d, codes in DIMENSIONS.items()
    )
    short = "".join(
        f'<th scope="col" title="{say(f"indicator.{code}", lang)}">'
        f"{say(f'indicator_short.{code}', lang)}</th>"
        for code in INDICATORS
    )
    extra = (
        f'<th colspan="3"><span>{say("board.evidence_group", lang)}</span></th>' if proof else ""
    )
    columns = (
        f"<th>{say('board.hits', lang)}</th><th>0–100%</th><th>{say('board.lift', lang)}</th>"
        if proof
        else ""
    )
    return (
        f'<thead><tr class="groups"><th colspan="2"></th>{groups}'
        f'<th colspan="3"><span>{say("board.score_group", lang)}</span></th>{extra}</tr>'
        f'<tr><th scope="col">{say("board.basket", lang)}</th>'
        f'<th scope="col">{say("board.five_days", lang)}</th>{short}'
        f'<th></th><th scope="col">{say("board.score", lang)}</th>'
        f'<th scope="col">{say("board.dims", lang)}</th>{columns}</tr></thead>'
    )


def _board_row(row: BoardRow, lang: str, *, proof: bool) -> str:
    kind = ' class="alarm"' if row.today.alarm else ""
    dot = _alarm_dot(row)
    line = row.source.score.rules.signal_above
    seen = [v for v in row.history if not math.isnan(v)] or [math.nan]
    text = say(
        "board.spark", lang,
        low=numbers.number(min(seen)), high=numbers.number(max(seen)), last=row.score,
    )  # fmt: skip
    spark = svg.sparkline(row.history, text, line=line, alarm=row.today.alarm)
    score = Cell(row.score, "score")
    return (
        f"<tr{kind}>{Cell(dot + escape(row.name), 'name').html('th')}{signed(row.week).html()}"
        f"{''.join(heat_cell(c, lang) for c in row.cells)}"
        f"{Cell(spark, 'spark').html()}{score.html()}{Cell(row.dims, 'mute').html()}"
        f"{_proof_cells(row.source, lang) if proof else ''}</tr>"
    )


def _alarm_dot(row: BoardRow) -> Markup:
    if not row.today.alarm:
        return Markup("")
    kind = "dot weak" if row.today.weak else "dot"
    return Markup('<span class="{}" role="img" aria-label="{}"></span>').format(kind, row.mark)


def heat_cell(cell: HeatCell, lang: str) -> Markup:
    """Return one percentile in its step's colours, hatched where there is no data."""
    if cell.step is None:
        text = say("board.cell_missing", lang)
        return Markup('<td class="heat hatch"><span class="hidden">{}</span></td>').format(text)
    bold = " edge" if cell.step in (0, 6) else ""
    return Markup('<td class="heat h{}{}"><b>{}</b></td>').format(cell.step, bold, cell.text)


def _proof_cells(row: BasketRow, lang: str) -> Markup:
    seen = row.evidence
    if seen is None:
        missing = Cell(numbers.MISSING, "mute").html()
        return missing + missing + missing
    few = verdict(row) == "too_few"
    hits = Markup('{}<span class="mute"> / {}</span>').format(seen.hits, seen.alarms)
    lift = Cell(say("board.too_few", lang), "mute") if few else Cell(numbers.number(_lift(seen), 2))
    return Cell(hits).html() + Cell(evidence_plot(seen, lang)).html() + lift.html()


def hit_rate(seen: EvidenceLike) -> float:
    """Hits over alarms; NaN without alarms. [1]"""
    return seen.hits / seen.alarms if seen.alarms else math.nan


def _lift(seen: EvidenceLike) -> float:
    return hit_rate(seen) / seen.base_rate if seen.base_rate else math.nan


def evidence_plot(seen: EvidenceLike, lang: str) -> Markup | str:
    """Return the interval plot of a hit rate, with the base rate as an upright."""
    if not seen.alarms:
        return numbers.MISSING
    low, high = seen.interval
    solid = seen.alarms >= LEAST_EPISODES
    # Few alarms are counted, not turned into a rate, in words as in the picture.
    rate = numbers.percent(hit_rate(seen), 0)
    hits = rate if solid else say("unit.of", lang, n=seen.hits, total=seen.alarms)
    text = say(
        "board.interval", lang,
        rate=hits, range=numbers.spread(low, high, lang, 0),
        base=numbers.percent(seen.base_rate, 0),
    )  # fmt: skip
    return svg.interval(hit_rate(seen), low, high, seen.base_rate, text, solid=solid)


def contributions_table(row: BasketRow, as_of: pd.Timestamp, lang: str) -> Markup:
    """Return why the score is what it is: each indicator's percentile, flag and what it adds."""
    part = row.score.contributions(as_of)
    codes = [c for c in part["indicator"] if _has_data(part, c)]
    crowded = row.score.crowdedness.loc[as_of]
    body = []
    for code in codes:
        one = part.loc[part["indicator"] == code].iloc[0]
        rank, on = float(crowded[code]), bool(one["flag"])
        flag = Markup('<span class="flag{}" role="img" aria-label="{}"></span>').format(
            " on" if on else "", say("detail.flag_on" if on else "detail.flag_off", lang)
        )
        body.append(
            [
                Cell(say(f"indicator.{code}", lang)),
                Cell(indicator_value(code, float(one["value"]), lang, row.score.currency)),
                Cell(numbers.percentile(rank), _end(rank)),
                Cell(flag, "centre"),
                Cell(numbers.exact(float(one["adds"])), "" if on else "mute"),
            ]
        )  # fmt: skip
    columns = ("indicator", "value", "percentile", "flag", "adds")
    return table([say(f"detail.head_{c}", lang) for c in columns], body, kind="plain")


def _end(rank: float) -> str:
    step = heat_step(rank)
    return "" if step is None else _ENDS.get(step, "")


def _has_data(part: pd.DataFrame, code: str) -> bool:
    return bool(part.loc[part["indicator"] == code, "percentile"].notna().any())


def flips_table(row: BasketRow, as_of: pd.Timestamp, lang: str) -> Markup:
    """Return the level at which each silent indicator fires, those that ring the alarm first."""
    seen = row.score.flips(as_of).sort_values("alarm_if", ascending=False, kind="stable")
    currency = row.score.currency
    body = []
    for _, one in seen.iterrows():
        code, rings = str(one["indicator"]), bool(one["alarm_if"])
        now, level = (
            indicator_value(code, float(one[c]), lang, currency) for c in ("value", "level")
        )
        after = Cell(numbers.number(float(one["score_if"])), "hot" if rings else "")
        body.append([Cell(say(f"indicator.{code}", lang)), Cell(now), Cell(level), after])
    head = [say(f"detail.head_{c}", lang) for c in ("indicator", "today", "level", "score_if")]
    return table(head, body, kind="plain")


def episodes_table(row: BasketRow, as_of: pd.Timestamp, lang: str, most: int = 6) -> Markup:
    """Return the last alarms of a basket, newest first."""
    seen = row.score.episodes()
    seen = seen[seen["start"] <= as_of].iloc[::-1].iloc[:most]
    body = [
        [
            Cell(numbers.date_iso(one["start"])),
            Cell(numbers.count(float(one["days"]))),
            Cell(numbers.number(float(one["peak"])), "hot"),
        ]
        for _, one in seen.iterrows()
    ]
    head = [say(f"detail.head_{c}", lang) for c in ("first_day", "length", "peak")]
    return table(head, body, kind="plain")


def indicator_value(code: str, value: float, lang: str, currency: str) -> str:
    """Write an indicator in its own unit; yields as the price multiples readers know."""
    if code == "amount":
        return numbers.money(value, lang, currency)
    if code in _SHARES:
        return numbers.percent(value, 2 if code == "turnover" else 1)
    if code in _YIELDS:
        # A loss has no price multiple worth printing.
        return numbers.number(1.0 / value if value > 0 else math.nan, 1)
    return numbers.number(value, 2)
