"""The panels of the report: a finding as title, one line of units, content, and a foot."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup

from quantquake.report import numbers, tables
from quantquake.report.day_facts import DayFacts, day_facts
from quantquake.report.figures import basis as basis_figures
from quantquake.report.figures import crowding as crowding_figures
from quantquake.report.figures import day as day_figures
from quantquake.report.figures.template import DETAIL, MEDIUM
from quantquake.report.parts import BasketRow, ReportParts, today_of, upto
from quantquake.report.sentences import LEAST_EPISODES, dearest, verdict
from quantquake.report.words import name, phrase, say

YEAR = 250
LOOSE, TIED = 0.95, 0.05  # percentile of the volatility ratio that earns a finding as title
MOST_FELL = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSlot:
    """A figure in the page: its height is set before it is drawn, so that nothing jumps."""

    height: int
    label: str
    specs: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel; `how` names the entry of the method section, `data` the table under it."""

    code: str
    title: str
    subtitle: str
    foot: str = ""
    how: str = ""
    body: Markup = Markup()
    figure: FigureSlot | None = None
    data: Markup | None = None
    legend: bool = False
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Language, themes to draw, and colours of rises and falls."""

    lang: str
    themes: tuple[str, ...]
    updown: str

    def slot(self, draw: Callable[[str], go.Figure], height: int, label: str) -> FigureSlot:
        """Draw a figure once a theme and keep it as text that is safe inside a page."""
        specs = {theme: _spec(draw(theme)) for theme in self.themes}
        return FigureSlot(height=height, label=label, specs=specs)


def _spec(figure: go.Figure) -> str:
    """Return data and layout only, the template resolved by reference to the layout's copy."""
    spec = json.loads(figure.to_json())
    return json.dumps(spec, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")


def panels(parts: ReportParts, setting: Setting) -> dict[str, Panel]:
    """Return every panel the parts allow, by code."""
    found: list[Panel] = []
    rows = parts.rows()
    if rows:
        found += [_board(parts, rows, setting), *_detail(parts, rows[0], setting)]
    found += _basis(parts, setting)
    facts = day_facts(parts.day)
    if facts is not None:
        found += _day(facts, setting)
    return {panel.code: panel for panel in found}


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
        body=tables.board_table(parts, lang),
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
            lambda theme: crowding_figures.price_score_strips(
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
    why = Panel(
        code="why",
        title=say("detail.why_title", lang, score=score) if known else say("detail.why_none", lang),
        subtitle=say("detail.why_subtitle", lang, dims=today.dims),
        foot=say("detail.why_foot", lang),
        how="board",
        body=tables.contributions_table(row, as_of, lang),
    )
    return [strips, why, _episodes(row, as_of, lang), *_evidence(row, lang)]


def _episodes(row: BasketRow, as_of: pd.Timestamp, lang: str) -> Panel:
    seen = row.score.episodes()
    n = int((seen["start"] <= as_of).sum()) if len(seen) else 0
    return Panel(
        code="episodes",
        title=say("detail.episodes_title" if n else "detail.episodes_none", lang),
        subtitle=say("detail.episodes_subtitle", lang),
        foot=say("detail.episodes_foot", lang, n=n) if n else "",
        body=tables.episodes_table(row, as_of, lang) if n else Markup(),
        how="board",
    )


def _evidence(row: BasketRow, lang: str) -> list[Panel]:
    seen, code = row.evidence, verdict(row)
    if seen is None or code is None:
        return []
    loss = numbers.percent(abs(seen.loss), 0)
    base = numbers.percent(seen.base_rate, 0)
    if code == "too_few":
        rest = say("evidence.too_few_rest", lang, hits=seen.hits, alarms=seen.alarms, base=base)
    else:
        rest = say(
            "evidence.rest", lang, rate=numbers.percent(tables.hit_rate(seen), 0), base=base,
            range=numbers.spread(*seen.interval, lang, 0),
        )  # fmt: skip
    few = seen.alarms < LEAST_EPISODES
    body = Markup(
        '<dl class="big"><div><dt>{}</dt><dd>{} / {}</dd></div><div><dt>{}</dt><dd>{}</dd></div>'
        '</dl><p class="verdict"><b>{}</b> {}</p>{}'
    ).format(
        say("evidence.hits", lang), seen.hits, seen.alarms, say("evidence.base", lang), base,
        say(f"evidence.{code}", lang), rest, "" if few else tables.evidence_plot(seen, lang),
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


def _basis(parts: ReportParts, setting: Setting) -> list[Panel]:
    discounts = {p: upto(s, parts.as_of) for p, s in parts.discounts.items()}
    found: list[Panel] = []
    if parts.basis:
        found += [_term(parts, setting), _basis_table(parts, setting.lang)]
    if any(s.notna().any() for s in discounts.values()):
        found.append(_discounts(parts, discounts, setting))
    return found


def _term(parts: ReportParts, setting: Setting) -> Panel:
    lang = setting.lang
    ratios = pd.concat([card.curve["basis_ratio"] for card in parts.basis]).dropna()
    code = "term_title"
    if len(ratios):
        code += "_discount" if (ratios < 0).all() else "_premium" if (ratios > 0).all() else ""
    focus = (basis_figures.deepest(parts.basis) or list(parts.basis))[0].product
    return Panel(
        code="term",
        title=say(f"basis.{code}", lang),
        subtitle=say(
            "basis.term_subtitle", lang,
            product=focus, days=YEAR, date=numbers.date_short(parts.as_of, lang),
        ),
        foot=say("basis.term_foot", lang),
        how="basis",
        figure=setting.slot(
            lambda theme: basis_figures.term_structure(parts.basis, lang=lang, theme=theme),
            MEDIUM,
            say(f"basis.{code}", lang),
        ),
        data=tables.contracts_table(parts.basis, lang),
    )  # fmt: skip


def _discounts(parts: ReportParts, discounts: dict[str, pd.Series], setting: Setting) -> Panel:
    lang, hedge = setting.lang, dearest(parts)
    title = say("basis.history_title", lang)
    if hedge is not None and hedge.deepest:
        title = say("basis.history_title_deep", lang, n=hedge.n)
    seen = pd.concat(list(discounts.values())).dropna().index
    return Panel(
        code="discounts",
        title=title,
        subtitle=say("basis.history_subtitle", lang),
        foot=_span(seen, "basis.history_foot", lang),
        how="basis",
        figure=setting.slot(
            lambda theme: basis_figures.discount_history(discounts, lang=lang, theme=theme),
            MEDIUM,
            title,
        ),
        data=tables.last_rows(discounts, lang, percent=True),
    )


def _span(index: pd.Index, code: str, lang: str) -> str:
    start, end = pd.Timestamp(index.min()), pd.Timestamp(index.max())
    return say(
        code, lang, start=numbers.date_text(start, lang), end=numbers.date_text(end, lang)
    )


def _basis_table(parts: ReportParts, lang: str) -> Panel:
    return Panel(
        code="basis",
        title=say("basis.table_title", lang),
        subtitle=say("basis.table_subtitle", lang, date=numbers.date_short(parts.as_of, lang)),
        foot=say("basis.table_foot", lang),
        how="basis",
        body=tables.basis_table(parts.basis, lang),
    )


def _day(facts: DayFacts, setting: Setting) -> list[Panel]:
    lang = setting.lang
    date = numbers.date_short(facts.on, lang)
    names = numbers.count(facts.n_symbols)
    found = [
        Panel(
            code="day",
            title=say("day.title", lang),
            subtitle=say("day.subtitle", lang, date=date),
            foot=_reasons(facts, lang),
            how="day",
            body=tables.day_table(facts, lang),
        )
    ]
    if facts.size_returns is not None and facts.size_returns.notna().any():
        found.append(_sizes(facts, facts.size_returns, setting, names))
    if facts.falling_history is not None and facts.falling_history.notna().any():
        found.append(_breadth(facts, facts.falling_history, setting))
    if facts.ratio_history is not None and facts.ratio_history.notna().any():
        found.append(_ratio(facts, facts.ratio_history, setting))
    return found


def _reasons(facts: DayFacts, lang: str) -> str:
    worded = [text for r in facts.reasons if (text := phrase("day.reason", r, lang)) is not None]
    join = say("answers.list_join", lang)
    return say("day.why", lang, reasons=join.join(worded)) if worded else ""


def _sizes(facts: DayFacts, sizes: pd.Series, setting: Setting, names: str) -> Panel:
    lang, code = setting.lang, "sizes_title"
    seen = sizes.dropna()
    first, last = float(seen.iloc[0]), float(seen.iloc[-1])
    if first == seen.min() and last == seen.max() and first < 0:
        code = "sizes_title_small_worst"
    elif first == seen.max() and last == seen.min() and first > 0:
        code = "sizes_title_small_best"
    return Panel(
        code="sizes",
        title=say(f"day.{code}", lang),
        subtitle=say("day.sizes_subtitle", lang, date=numbers.date_short(facts.on, lang)),
        foot=say("day.foot", lang, n=names),
        how="day",
        figure=setting.slot(
            lambda theme: day_figures.size_bars(
                sizes, facts.index_returns, lang=lang, theme=theme, updown=setting.updown
            ),
            MEDIUM,
            say(f"day.{code}", lang),
        ),
        data=tables.sizes_table(sizes, facts.index_returns, lang),
    )


def _breadth(facts: DayFacts, falling: pd.Series, setting: Setting) -> Panel:
    lang = setting.lang
    past = upto(falling, facts.on)
    share = float(past.iloc[-1])
    title = say("day.breadth_title", lang)
    if share >= MOST_FELL:
        title = say("day.breadth_title_low", lang, share=numbers.percent(share, 0))
    return Panel(
        code="breadth",
        title=title,
        subtitle=say("day.breadth_subtitle", lang),
        foot=_span(past.dropna().index, "day.foot_series", lang),
        how="day",
        figure=setting.slot(
            lambda theme: day_figures.breadth_history(past, lang=lang, theme=theme), MEDIUM, title
        ),
        data=tables.last_rows({say("day.row.falling", lang): past}, lang, percent=True),
    )


def _ratio(facts: DayFacts, ratio: pd.Series, setting: Setting) -> Panel:
    lang = setting.lang
    past, rank = upto(ratio, facts.on), facts.volatility_ratio_percentile
    code = "ratio_title"
    if rank is not None and not numbers.is_missing(rank):
        code += "_high" if rank >= LOOSE else "_low" if rank <= TIED else ""
    return Panel(
        code="ratio",
        title=say(f"day.{code}", lang),
        subtitle=say("day.ratio_subtitle", lang),
        foot=_span(past.dropna().index, "day.foot_series", lang),
        how="day",
        figure=setting.slot(
            lambda theme: day_figures.ratio_history(past, lang=lang, theme=theme),
            MEDIUM,
            say(f"day.{code}", lang),
        ),
        data=tables.last_rows({say("day.row.volatility_ratio", lang): past}, lang, digits=2),
    )
