"""What forecasts of a fall were worth on these data, and whether crowding improves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.measures.probability import FallOutlook, Probability
from quantquake.report import numbers
from quantquake.report.outlook import chances_table
from quantquake.report.terminal import WIDTH, wrapped
from quantquake.report.words import say

#: Columns of the table of models: as per cents with one digit, or as plain numbers with so many.
_PER_CENT = ("skill", "skill_barrier", "skill_market")
_PLAIN = {"brier": 4, "auc": 2, "reliability": 4, "resolution": 4, "slope": 2, "intercept": 2}
COLUMNS = ("brier", *_PER_CENT, "auc", "reliability", "resolution", "slope", "intercept")


def odds_screen(
    outlooks: Mapping[str, FallOutlook],
    found: Sequence[Probability],
    *,
    as_of: pd.Timestamp,
    notes: Sequence[str] = (),
    lang: str,
    width: int = WIDTH,
) -> RenderableType:
    """Return today's chances, then one block a horizon: models, calibration, what crowding adds."""
    blocks: list[RenderableType] = [
        Text(say("outlook.title", lang), style="bold"),
        wrapped(Text(_lead(found, as_of, lang), style="dim"), width),
        chances_table(outlooks, lang),
    ]
    for one in found:
        blocks += _horizon(one, lang, width)
    blocks += [wrapped(Text(f"· {note}", style="dim"), width) for note in notes]
    return Group(*blocks)


def _lead(found: Sequence[Probability], as_of: pd.Timestamp, lang: str) -> str:
    loss = numbers.percent(found[0].loss, 0)
    said = say("outlook.subtitle", lang, loss=loss)
    return f"{numbers.date_iso(as_of)}  {said}"


def _horizon(one: Probability, lang: str, width: int) -> list[RenderableType]:
    settled = one.forecasts[one.forecasts["hit"].notna()]
    title = say(
        "odds.title", lang,
        n=one.horizon, loss=numbers.percent(one.loss, 0), samples=numbers.count(len(settled)),
        start=numbers.date_iso(settled.index.min()), end=numbers.date_iso(settled.index.max()),
    )  # fmt: skip
    return [
        Text(),
        wrapped(Text(title, style="bold"), width),
        models_table(one.skill, lang),
        wrapped(Text(verdict(one, lang)), width),
        wrapped(Text(say("odds.calibration", lang), style="dim"), width),
        tenths_table(one.calibration.loc["barrier"], lang),
    ]


def models_table(skill: pd.DataFrame, lang: str) -> Table:
    """Return one row a model."""
    table = _grid(["model", *COLUMNS], lang)
    for model, row in skill.iterrows():
        cells = [
            numbers.percent(row[c], 1, sign=True, unit=False)
            if c in _PER_CENT
            else numbers.number(row[c], _PLAIN[c])
            for c in COLUMNS
        ]
        table.add_row(say(f"odds.model.{model}", lang), *cells)
    return table


def tenths_table(calibration: pd.DataFrame, lang: str) -> Table:
    """Return stated against observed rate of the formula, lowest tenth first."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for code in ("forecast", "observed"):
        rates = [numbers.percent(rate, 0, unit=False) for rate in calibration[code]]
        table.add_row(Text(say(f"odds.{code}", lang), style="dim"), *rates)
    return table


def verdict(one: Probability, lang: str) -> str:
    """Say what crowding adds to either reference, and whether it passes the declared rule."""
    words: dict[str, Any] = {"n": one.horizon}
    for name, seen in (("market", one.against_market), ("barrier", one.against_barrier)):
        words[name] = numbers.percent(seen.skill, 1, sign=True)
        low, high = seen.skill_interval
        words[f"{name}_range"] = numbers.spread(low, high, lang, 1)
    words["auc"] = numbers.number(one.against_market.auc_gain, 3, sign=True)
    words["rule"], words["model"] = (
        numbers.percent(value, 1) for value in (one.rule_recall, one.model_recall)
    )
    return say("odds.passed" if one.passed else "odds.failed", lang, **words)


def _grid(columns: Sequence[str], lang: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for place, code in enumerate(columns):
        head = say(f"odds.column.{code}", lang)
        table.add_column(head, justify="right" if place else "left", no_wrap=not place)
    return table
