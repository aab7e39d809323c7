"""Tables of a simulation as cells: page and terminal print the same ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.readings import readings
from quantquake.report import numbers
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.cascade_words import event_text, participant, told, when_text
from quantquake.report.figures.day_axis import day_name
from quantquake.report.tables import Cell, signed
from quantquake.report.words import name, say

#: What a difference is shown of, and how its numbers are written.
COMPARED = ("end", "low", "basis", "value", "gone")


def order_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return the order of events of the path told in detail: day, time of day, what happened."""
    rows = []
    before = None
    for _, event in told(parts).iterrows():
        day = day_name(int(event["day"]), parts.dates, lang)
        rows.append(
            [
                Cell("" if day == before else day),
                Cell(when_text(event, parts, lang), "mute"),
                Cell(event_text(event, parts, lang)),
            ]
        )
        before = day
    return rows


def order_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [say(f"simulate.{c}", lang) for c in ("day", "when", "what")]


def holder_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return one row a participant: holders, book, value, sold, called, gone; by book size.

    With several paths each number is their mean, the lowest value as well.
    """
    run = parts.ensemble or parts.result
    mean = readings(run).mean()
    currency = parts.scenario.currency
    rows = []
    for one in _everybody(parts):
        seen = {what: float(mean.get((what, one), math.nan)) for what in _HOLDER}
        rows.append(
            [
                Cell(name(one, lang)),
                Cell(numbers.count(parts.counts[one]) if one in parts.result.funded else numbers.MISSING),
                *_book(parts, one, lang),
                signed(seen["value"] - 1.0),
                signed(seen["value_low"] - 1.0),
                Cell(numbers.money(seen["sold"], lang, currency) if seen["sold"] else "0"),
                Cell(_share(seen["called"])),
                Cell(_share(seen["gone"]), "strong" if seen["gone"] > 0 else ""),
            ]
        )
    return rows


HOLDER_COLUMNS = (
    "participant", "holders", "book", "leverage", "value", "worst", "sold", "called", "gone",
)  # fmt: skip
_HOLDER = ("value", "value_low", "sold", "called", "gone")


def holder_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [say(f"simulate.{c}", lang) for c in HOLDER_COLUMNS]


def _everybody(parts: CascadeParts) -> list[str]:
    """Those with a book, largest first; then those who act on a budget and traded."""
    funded = parts.funded
    traded = set(parts.result.ledger["participant"])
    return [*funded, *(n for n in parts.result.nav if n in traded and n not in funded)]


def _book(parts: CascadeParts, one: str, lang: str) -> list[Cell]:
    if parts.overlap is None or one not in parts.overlap.nodes.index:
        return [Cell(numbers.MISSING)] * 2
    row = parts.overlap.nodes.loc[one]
    size = numbers.money(float(row["gross"]), lang, parts.scenario.currency)
    return [Cell(size), Cell(numbers.number(float(row["leverage"]), 1))]


def _share(value: float) -> str:
    if math.isnan(value):
        return numbers.MISSING
    return numbers.percent(value, 0, unit=False)


def chance_rows(order: pd.DataFrame, parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return how often each first time came over the paths, and when."""
    rows = []
    for _, one in order.iterrows():
        days = [day_name(round(float(one[c])), parts.dates, lang) for c in ("day", "low", "high")]
        who = participant(str(one["who"]), lang)
        rows.append(
            [
                Cell(say(f"simulate.first_{one['kind']}", lang, who=who)),
                Cell(numbers.percent(float(one["share"]), 0, unit=False)),
                Cell(days[0]),
                Cell(days[1] if days[1] == days[2] else f"{days[1]} – {days[2]}", "mute"),
            ]
        )
    return rows


def chance_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [say(f"simulate.{c}", lang) for c in ("first_time", "of_paths", "median_day", "range_days")]


def difference_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return the differences to the other run that a reader asks for first."""
    if parts.against is None:
        return []
    table, rows = parts.against.difference, []
    for what in COMPARED:
        for (code, one), row in table.iterrows():
            if code == what and _worth(what, one, row, parts):
                rows.append(_difference(what, one, row, lang))
    return rows


def _worth(what: str, one: str, row: pd.Series, parts: CascadeParts) -> bool:
    if what == "gone":
        return bool(row["run"] + row["against"] > 0)
    return what == "value" or one in _priced(parts)


def _priced(parts: CascadeParts) -> set[str]:
    """Names of what is drawn as prices, and of the indices with futures."""
    return {*parts.priced[1], *(i.name for i in parts.scenario.indices if i.futures is not None)}


def _difference(what: str, one: str, row: pd.Series, lang: str) -> list[Cell]:
    digits = 2 if what == "basis" else 0 if what == "gone" else 1

    def write(value: float, *, sign: bool = True) -> str:
        return numbers.percent(float(value), digits, sign=sign, unit=False)

    ends = numbers.MISSING
    if not math.isnan(row["low"]):
        ends = say("simulate.between", lang, low=write(row["low"]), high=write(row["high"]))
    return [
        Cell(say(f"simulate.read_{what}", lang, who=name(one, lang))),
        Cell(write(row["against"], sign=False)),
        Cell(write(row["run"], sign=False)),
        Cell(write(row["difference"]), "strong"),
        Cell(ends, "mute"),
    ]


def difference_head(parts: CascadeParts, lang: str) -> list[str]:
    """Names of its columns."""
    other = "" if parts.against is None else parts.against.name
    return [
        say("simulate.reading", lang),
        other,
        say("simulate.this_run", lang),
        say("simulate.difference", lang),
        say("simulate.interval", lang),
    ]


def day_rows(parts: CascadeParts, lang: str) -> tuple[list[str], list[list[Cell]]]:
    """Return head and rows of the path day by day: prices, basis, who sold, what happened."""
    what, names = parts.priced
    levels = pd.DataFrame({n: parts.path_of(what, n) for n in names})
    moves = levels.pct_change()
    basis = parts.result.basis.dropna(axis=1, how="all")
    left = _left(parts)
    sold = parts.result.ledger.groupby(["day", "participant"])["sold"].sum()
    rows = []
    for day in range(1, parts.scenario.days + 1):
        events = parts.events[parts.events["day"] == day]
        rows.append(
            [
                Cell(day_name(day, parts.dates, lang)),
                *(signed(float(moves.loc[day, n])) for n in names),
                *(Cell(numbers.percent(float(basis.loc[day, n]), 2, unit=False)) for n in basis),
                Cell(numbers.percent(float(left[day]), 0, unit=False)),
                Cell(_top_seller(sold, day, parts, lang)),
                Cell(_said(events, parts, lang)),
            ]
        )
    head = [
        say("simulate.day", lang),
        *(name(str(n), lang) for n in names),
        *(say("simulate.basis_of", lang, who=name(str(n), lang)) for n in basis),
        *(say(f"simulate.{c}", lang) for c in ("left", "sold_most", "what")),
    ]
    return head, rows


def _left(parts: CascadeParts) -> pd.Series:
    """Share of all holders with a balance sheet that still hold their books, by day."""
    weight = pd.Series({n: parts.counts[n] for n in parts.result.funded}, dtype=float)
    return parts.result.holding_on()[list(weight.index)] @ weight / weight.sum()


def _top_seller(sold: pd.Series, day: int, parts: CascadeParts, lang: str) -> str:
    today = sold.loc[day] if day in sold.index.get_level_values(0) else pd.Series(dtype=float)
    if not len(today) or not today.max() > 0:
        return numbers.MISSING
    money = numbers.money(float(today.max()), lang, parts.scenario.currency)
    return f"{name(str(today.idxmax()), lang)} {money}"


def _said(events: pd.DataFrame, parts: CascadeParts, lang: str) -> str:
    rows: Sequence[str] = [
        event_text(event, parts, lang)
        for _, event in events.iterrows()
        if event["kind"] not in ("largest_seller", "largest_futures_seller")
    ]
    return say("simulate.join", lang).join(rows)


def group_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return one row a group or index: where it ends, its lowest, depth; means over paths."""
    run: CascadeParts | Ensemble | object = parts.ensemble or parts.result
    mean = readings(run).mean()  # type: ignore[arg-type]
    what, names = parts.priced
    keys = ("end", "low") if what == "groups" else ("index_end", "index_low")
    return [
        [
            Cell(name(n, lang)),
            signed(float(mean[(keys[0], n)]) - 1.0),
            signed(float(mean[(keys[1], n)]) - 1.0),
            Cell(_deepest(mean, n)),
        ]
        for n in names
    ]


def _deepest(mean: pd.Series, one: str) -> str:
    value = float(mean.get(("basis", one), math.nan))
    return numbers.percent(value, 2, unit=False)


def group_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [say(f"simulate.{c}", lang) for c in ("priced", "ends", "lowest", "basis")]
