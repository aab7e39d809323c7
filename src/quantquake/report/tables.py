"""Tables as HTML fragments: first column left, numbers right, rules between rows only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup, escape

from quantquake.report import numbers, svg
from quantquake.report.board import BoardRow, HeatCell, board_rows
from quantquake.report.day_facts import DayFacts
from quantquake.report.parts import (
    DIMENSIONS,
    INDICATORS,
    BasisLike,
    BasketRow,
    EvidenceLike,
    ReportParts,
)
from quantquake.report.sentences import LEAST_EPISODES, verdict
from quantquake.report.words import name, say


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a table cell and the classes it is printed with."""

    text: str | Markup
    kind: str = ""

    def html(self, tag: str = "td") -> Markup:
        """Return the cell as HTML."""
        kind = f' class="{self.kind}"' if self.kind else ""
        scope = ' scope="row"' if tag == "th" else ""
        return Markup(f"<{tag}{kind}{scope}>{escape(self.text)}</{tag}>")


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], *, kind: str = "") -> Markup:
    """Return an HTML table; the first cell of every row is its header.

    Parameters
    ----------
    head : sequence of str
        One text a column.
    rows : sequence of sequences of Cell
    kind : str
        Class of the table.
    """
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        "<tr>" + "".join(c.html("th" if i == 0 else "td") for i, c in enumerate(row)) + "</tr>"
        for row in rows
    )
    return Markup(
        f'<div class="scroll"><table class="{kind}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def signed(value: float | None, digits: int = 1) -> Cell:
    """Return a percentage in the colour of a rise or a fall, always with its sign."""
    text = numbers.percent(value, digits, sign=True, unit=False)
    if value is None or math.isnan(value) or text == numbers.number(0.0, digits):
        return Cell(text)
    return Cell(text, "rise" if value > 0 else "fall")


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
    extra = f'<th colspan="3"><span>{say("board.evidence_group", lang)}</span></th>' if proof else ""
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
    text = say(
        "board.interval", lang,
        rate=numbers.percent(hit_rate(seen), 0), range=numbers.spread(low, high, lang, 0),
        base=numbers.percent(seen.base_rate, 0),
    )  # fmt: skip
    solid = seen.alarms >= LEAST_EPISODES
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
                Cell(numbers.percentile(rank), "hot" if rank >= 0.95 else "cool" if rank < 0.05 else ""),
                Cell(flag, "centre"),
                Cell(numbers.exact(float(one["adds"])), "" if on else "mute"),
            ]
        )  # fmt: skip
    head = [say(f"detail.head_{c}", lang) for c in ("indicator", "percentile", "flag", "adds")]
    return table(head, body, kind="plain")


def _has_data(part: pd.DataFrame, code: str) -> bool:
    return bool(part.loc[part["indicator"] == code, "percentile"].notna().any())


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


def basis_table(cards: Sequence[BasisLike], lang: str) -> Markup:
    """Return each product on the day: front basis, effect on money in, cost for new money."""
    body = [
        [
            Cell(card.product, "strong"),
            Cell(numbers.percent(float(card.curve.loc[card.front, "basis_ratio"]), 2, unit=False)),
            signed(card.nav_move, 2),
            Cell(numbers.percent(card.weighted_discount, 1, unit=False), "strong"),
        ]
        for card in cards
    ]
    head = [say(f"basis.{c}", lang) for c in ("product", "basis_ratio", "nav_move", "new_money")]
    return table(head, body, kind="plain")


def contracts_table(cards: Sequence[BasisLike], lang: str) -> Markup:
    """Return every contract of every product: the data under the term structure."""
    body = [
        [
            Cell(str(symbol).split(".")[0]),
            Cell(numbers.count(float(one["sessions"]))),
            Cell(numbers.number(float(one["price"]), 1)),
            Cell(numbers.percent(float(one["basis_ratio"]), 2, unit=False)),
            Cell(numbers.percent(float(one["annualised"]), 1, unit=False)),
            Cell(numbers.count(float(one["open_interest"]))),
        ]
        for card in cards
        for symbol, one in card.curve.iterrows()
    ]
    columns = ("contract", "days_left", "price", "basis_ratio", "annualised", "open_interest")
    return table([say(f"basis.{c}", lang) for c in columns], body, kind="plain")


def last_rows(
    columns: dict[str, pd.Series], lang: str, *, digits: int = 1, percent: bool = False, most: int = 10
) -> Markup:
    """Return the newest rows of some series, one column each: the data under a line chart."""
    frame = pd.DataFrame(columns).iloc[-most:].iloc[::-1]
    body = [
        [
            Cell(numbers.date_iso(pd.Timestamp(str(date)))),
            *(
                Cell(numbers.percent(v, digits, unit=False) if percent else numbers.number(v, digits))
                for v in (float(x) for x in one)
            ),
        ]
        for date, one in frame.iterrows()
    ]
    head = [say("method.date", lang), *(name(str(c), lang) for c in columns)]
    return table(head, body, kind="plain")


def sizes_table(sizes: pd.Series, indices: pd.Series | None, lang: str) -> Markup:
    """Return the day's return of each size group and index: the data under the bars."""
    body = [[Cell(str(group)), signed(float(value))] for group, value in sizes.items()]
    if indices is not None:
        body += [[Cell(name(str(k), lang)), signed(float(v))] for k, v in indices.items()]
    return table([say("figure.size_tenths", lang), "%"], body, kind="plain")


# Facts of the day board in printing order: how each is written.
_SIGNED = ("median_return", "index_return", "contrarian_return", "momentum_spread")
_SHARES = ("falling", "beat_index")
_DAY_ROWS = (
    "n_symbols", "falling", "beat_index", "median_return", "index_return", "volatility_ratio",
    "volatility_ratio_percentile", "contrarian_return", "contrarian_sigma", "momentum_spread",
    "momentum_sigma",
)  # fmt: skip


def day_cells(facts: DayFacts) -> list[tuple[str, Cell]]:
    """Return the facts that were computed, by code, ready to print."""
    cells = []
    for code in _DAY_ROWS:
        value = getattr(facts, code)
        if value is not None:
            cells.append((code, _day_cell(code, value)))
    return cells


def _day_cell(code: str, value: float) -> Cell:
    if code == "n_symbols":
        return Cell(numbers.count(value))
    if code in _SIGNED:
        return signed(value, 2 if code == "contrarian_return" else 1)
    if code in _SHARES:
        return Cell(numbers.percent(value, 0, unit=False))
    if code == "volatility_ratio_percentile":
        return Cell(numbers.percentile(value))
    return Cell(numbers.number(value, 2, sign=code.endswith("sigma")))


def day_table(facts: DayFacts, lang: str) -> Markup:
    """Return the numbers of the day board."""
    body = [[Cell(say(f"day.row.{code}", lang)), cell] for code, cell in day_cells(facts)]
    head = [say("day.head.fact", lang), numbers.date_iso(facts.on)]
    return table(head, body, kind="plain")
