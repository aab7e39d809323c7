"""How likely is a fall from here: chances by volatility alone, and what crowding was found to add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.measures.probability import Measured, measured
from quantquake.report import numbers
from quantquake.report.outlook_parts import OutlookLike
from quantquake.report.parts import BasketRow
from quantquake.report.terminal import wrapped
from quantquake.report.words import name, say


def outlook_block(rows: Sequence[BasketRow], lang: str, width: int) -> RenderableType:
    """Return the chances of every basket as a table, with what crowding adds below."""
    return outlooks_block({row.basket.name: row.outlook for row in rows}, lang, width)


def outlooks_block(
    outlooks: Mapping[str, OutlookLike | None], lang: str, width: int
) -> RenderableType:
    """Return the same from outlooks by basket."""
    known = [one for one in outlooks.values() if one is not None and one.chances]
    if not known:
        return Text()
    first = known[0].chances[0].loss
    loss = numbers.percent(first, _digits(first))
    return Group(
        Text(say("outlook.title", lang), style="bold"),
        wrapped(Text(say("outlook.subtitle", lang, loss=loss), style="dim"), width),
        chances_table(outlooks, lang),
        wrapped(Text(extremes_note(lang)), width),
        wrapped(Text(crowding_note(lang)), width),
    )


def chances_table(outlooks: Mapping[str, OutlookLike | None], lang: str) -> Table:
    """Return one row a basket: volatility, then chance and usual share within each horizon."""
    known = {basket: one for basket, one in outlooks.items() if one is not None}
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(say("proof.basket", lang), no_wrap=True)
    table.add_column(say("outlook.volatility", lang), justify="right")
    for one in next(iter(known.values())).chances:
        table.add_column(say("outlook.within", lang, n=one.horizon), justify="right")
        table.add_column(say("outlook.usual", lang), justify="right", style="dim")
    for basket, outlook in known.items():
        cells = [numbers.percent(outlook.volatility, 0, unit=False)]
        for one in outlook.chances:
            cells += [numbers.percent(v, 0, unit=False) for v in (one.probability, one.usual)]
        table.add_row(name(basket, lang), *cells)
    return table


def outlook_body(outlook: OutlookLike, lang: str) -> Markup:
    """Return the same for one basket of the page."""
    pairs = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(
            say("outlook.within_text", lang, n=one.horizon), numbers.percent(one.probability, 0)
        )
        for one in outlook.chances
    )
    join = say("answers.list_join", lang)
    usual = join.join(numbers.percent(one.usual, 0) for one in outlook.chances)
    volatility = numbers.percent(outlook.volatility, 0)
    line = say("outlook.line", lang, usual=usual, volatility=volatility)
    said = ("" if lang == "zh" else " ").join((line, extremes_note(lang), crowding_note(lang)))
    return Markup('<dl class="big">{}</dl><p class="verdict">{}</p>').format(pairs, said)


def extremes_note(lang: str) -> str:
    """Say how far off the formula was where it said little or much."""
    first = measured()[0]
    values = (*first.lowest_tenth, *first.highest_tenth)
    names = ("low_said", "low_came", "high_said", "high_came")
    words = {key: numbers.percent(v, 0) for key, v in zip(names, values, strict=True)}
    return say("outlook.extremes", lang, n=first.horizon, **words)


def crowding_note(lang: str) -> str:
    """Say what crowding was measured to add to the formula, with its date and its interval."""
    found = measured()
    said = say("answers.list_join", lang).join(_skill(one, lang) for one in found)
    return say(
        "outlook.crowding", lang, found=said, n=found[0].indices,
        start=f"{found[0].first:%Y}", end=f"{max(one.last for one in found):%Y}",
        date=numbers.date_text(found[0].measured_on, lang),
    )  # fmt: skip


def _skill(one: Measured, lang: str) -> str:
    skill, low, high = one.against_barrier
    return say(
        "outlook.skill", lang, n=one.horizon, skill=numbers.percent(skill),
        range=numbers.spread(low, high, lang, 1),
    )  # fmt: skip


def _digits(loss: float) -> int:
    return 0 if abs(100.0 * loss - round(100.0 * loss)) < 1e-9 else 1
