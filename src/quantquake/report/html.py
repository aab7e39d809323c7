"""The report as one HTML file: opens offline, asks no server, reads without a script."""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup

from quantquake import __version__
from quantquake.report import numbers, page
from quantquake.report.answers import answers
from quantquake.report.flow_words import coverage_by_source, refusals, source_name
from quantquake.report.headline import headline, market_name, truth_text
from quantquake.report.panels import Panel, panels
from quantquake.report.parts import ReportParts, today_of
from quantquake.report.words import phrase, say

Themes = Literal["auto", "light", "dark"]
# Of all that was or was not there, the two a reader needs beside the headline.
_HALF = ("to_expiry", "waterfall", "rolls", "trial", "substitution")
_BELOW = (("past", "whole"), ("study", "beside"), ("split", "rail"))
_BESIDE_HEADLINE = ("dimensions", "symbols")


def build_report(
    parts: ReportParts,
    *,
    lang: str = "en",
    theme: Themes = "auto",
    updown: str | None = None,
) -> str:
    """Return the whole report as the text of one HTML file.

    Parameters
    ----------
    parts : ReportParts
        Results of the other rooms; whatever is missing leaves its panel out.
    lang : {"en", "zh"}
    theme : {"auto", "light", "dark"}
        "auto" follows the reader's system and carries both versions of every figure.
    updown : {"cn", "intl", "blue-orange"}, optional
        Colours of rises and falls; default red up in Chinese, green up in English.

    Returns
    -------
    str
        About 5 MB, nearly all of it plotly's script, which is inlined once. Headline, answers and
        every table are in the markup; only charts need the script.

    Raises
    ------
    ConfigError
        If the language, theme or colour convention is unknown.
    """
    setting = page.setting_of(lang, theme, updown)
    made = panels(parts, setting)
    context = {
        "lang": lang,
        "theme": theme,
        "t": lambda code, **values: say(code, lang, **values),
        "headline": headline(parts, lang),
        "answers": answers(parts, lang),
        "panels": made,
        "sides": _sides(made),
        "snowballs": [panel for panel in made.values() if panel.how == "snowball"],
        "hedging": _hedging(made, solo=_solo(parts)),
        "solo": _solo(parts),
        "truth": truth_text(parts, lang),
        **page.parts_of_page(setting.updown, made.values()),
        **_meta(parts, lang),
        **_method(parts, lang),
    }
    return page.environment().get_template("report.html.j2").render(context)


def _sides(made: dict[str, Panel]) -> list[Panel]:
    """Panels stacked beside the detail of the most crowded basket."""
    codes = ("why", "evidence", "flips", "episodes")
    return [made[code] for code in codes if code in made]


def _solo(parts: ReportParts) -> bool:
    """Tell whether the page is about hedging only: then it takes the room of the others."""
    return bool(parts.basis) and not parts.baskets and parts.day is None


def _hedging(made: dict[str, Panel], *, solo: bool) -> list[tuple[Panel, str]]:
    """Panels of the hedge in detail and the width of each: no row of a page ends in a hole."""
    half = [made[c] for c in _HALF if c in made]
    placed = [(panel, "half") for panel in half]
    if solo and len(half) % 2:
        placed[-1] = (half[-1], "whole")
    return placed + [(made[code], width) for code, width in _BELOW if code in made]


def _meta(parts: ReportParts, lang: str) -> dict[str, object]:
    alarms = sum(today_of(row.score, parts.as_of).alarm for row in parts.rows())
    total = len(parts.baskets)
    seed = parts.seed if parts.seed is not None else parts.truth.seed if parts.truth else None
    return {
        "title": say("page.title", lang, date=numbers.date_iso(parts.as_of)),
        "market": market_name(parts.market, lang),
        "close": say("page.close", lang, date=numbers.date_long(parts.as_of, lang)),
        "alarms": alarms,
        "state": say("page.alarms", lang, n=alarms, total=total)
        if alarms
        else say("page.alarms_none", lang)
        if total
        else "",
        "footer": say(
            "page.footer", lang,
            version=parts.version or __version__, date=numbers.date_iso(parts.as_of),
            seed=say("page.no_seed", lang) if seed is None else say("page.seed", lang, seed=seed),
        ),
        "covered": _covered(parts, lang),
    }  # fmt: skip


def _method(parts: ReportParts, lang: str) -> dict[str, object]:
    return {
        "coverage": _coverage(parts, lang),
        "assumptions": [
            *(_worded("assumption", text, lang) for text in parts.assumptions),
            *_forced_assumptions(parts, lang),
        ],
        "issues": [
            _worded("issue", text, lang) for text in [*parts.issues, *_forced_notes(parts, lang)]
        ],
        "codes": _codes(parts),
    }


def _forced_assumptions(parts: ReportParts, lang: str) -> list[Markup | str]:
    """Conventions of each forced source, under its name."""
    if parts.flows is None:
        return []
    lead = "：" if lang == "zh" else ": "
    pairs = (text.partition(": ") for text in parts.flows.curve.origin.assumptions)
    return [
        source_name(code, lang) + lead + _worded("assumption", said, lang)
        for code, _, said in pairs
    ]


def _forced_notes(parts: ReportParts, lang: str) -> list[str]:
    if parts.flows is None:
        return []
    return [*refusals(parts.flows, lang), *parts.flows.notes]


def _worded(section: str, text: str, lang: str) -> Markup | str:
    """Word a phrase another room sent; one we have no words for is marked as English."""
    worded = phrase(section, text, lang)
    if worded is not None or lang == "en":
        return worded or text
    return Markup('<span lang="en">{}</span>').format(text)


def _coverage(parts: ReportParts, lang: str) -> list[tuple[Markup | str, Markup | str]]:
    return [
        (_worded("coverage", key, lang), _worded("value", str(value), lang))
        for key, value in parts.coverage.items()
    ] + _forced_coverage(parts, lang)


def _forced_coverage(parts: ReportParts, lang: str) -> list[tuple[Markup | str, Markup | str]]:
    return [] if parts.flows is None else list(coverage_by_source(parts.flows, lang).items())


def _covered(parts: ReportParts, lang: str) -> str:
    short = {k: v for k, v in parts.coverage.items() if k in _BESIDE_HEADLINE}
    return " · ".join(
        f"{phrase('value', str(v), lang) or v} {phrase('coverage', k, lang)}"
        for k, v in short.items()
    )


def _codes(parts: ReportParts) -> dict[str, str]:
    """Return the Python call behind each group of panels: the same in every language."""
    on = f"{parts.as_of:%Y-%m-%d}"
    product = parts.basis[0].product if parts.basis else "IM"
    more = {} if parts.snowball is None else {"snowball": _SNOWBALL.format(on=on)}
    codes = more | {
        "board": "table = qq.measures.crowding.indicators(market, basket)\n"
        "score = qq.measures.crowding.score(table)\n"
        f'score.contributions("{on}")\n'
        "qq.measures.probability.fall_outlook(close)",
        "basis": f'qq.measures.basis.term_structure(futures, level, "{on}", product="{product}")\n'
        f'qq.measures.basis.weighted_discount(futures, level, product="{product}")',
        "day": f'qq.measures.day.day_board(market, "{on}")',
        **_crowd_code(parts),
    }
    if parts.flows is not None:
        codes["flows"] = (
            "book = qq.flows.stops.stop_book(products, closes)\n"
            "source = qq.flows.stops.forced_source(book, moves)\n"
            "qq.flows.supply.supply_curve([source, ...], moves)"
        )
    # A page that was asked one question explains that one only.
    return {"basis": codes["basis"]} if _solo(parts) else codes


_SNOWBALL = """book = SnowballBook("book.csv", index=closes, futures=futures, as_of="{on}")
book.ladder(); book.knock_in_map(); book.hedge_flow(moves=[-0.05])"""


def _crowd_code(parts: ReportParts) -> dict[str, str]:
    if parts.crowd is None:
        return {}
    seed = parts.crowd.seed
    return {
        "crowd": "from quantquake.app.demo_crowd import rehearse_crowd\n"
        f"world = qq.synthetic_world(seed={seed})\n"
        f'rehearse_crowd(world, pd.Timestamp("{parts.as_of:%Y-%m-%d}"), {seed})'
    }
