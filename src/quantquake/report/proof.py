"""Did the warnings mean anything? The grid of judged alarms on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.outlook import outlooks_block
from quantquake.report.outlook_parts import OutlookLike
from quantquake.report.terminal import WIDTH, wrapped
from quantquake.report.words import name, say

COLUMNS = ("basket", "horizon", "hits", "rate", "interval", "chance", "p", "verdict")


def proof_screen(
    table: pd.DataFrame,
    pooled: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    outlooks: Mapping[str, OutlookLike] | None = None,
    notes: Sequence[str] = (),
    lang: str,
    width: int = WIDTH,
) -> RenderableType:
    """Return one table an indicator, baskets under each other, the pooled row last.

    Parameters
    ----------
    table, pooled : DataFrame
        As `measures.family.Family` gives them.
    as_of : Timestamp
    outlooks : mapping of basket to FallOutlook, optional
        Chances from the last close, printed after the record.
    notes : sequence of str
        Printed below.
    lang : {"en", "zh"}
    width : int
        Columns to fill.
    """
    blocks: list[RenderableType] = [
        wrapped(Text(say("proof.lead", lang, date=numbers.date_iso(as_of)), style="dim"), width)
    ]
    for indicator in dict.fromkeys(table.index.get_level_values("indicator")):
        blocks.append(Text(_indicator(str(indicator), lang), style="bold"))
        blocks.append(_one(str(indicator), table, pooled, lang))
    blocks += [outlooks_block(outlooks or {}, lang, width), Text()]
    blocks += [wrapped(Text(f"· {note}", style="dim"), width) for note in notes]
    return Group(*blocks)


def _indicator(code: str, lang: str) -> str:
    return say("proof.score", lang) if code == "score" else say(f"indicator.{code}", lang)


def _one(indicator: str, table: pd.DataFrame, pooled: pd.DataFrame, lang: str) -> Table:
    grid = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for code in COLUMNS:
        side = "left" if code in ("basket", "verdict") else "right"
        head = say(f"proof.{code}", lang)
        grid.add_column(head, justify=side, overflow="fold")  # type: ignore[arg-type]
    rows = table.xs(indicator, level="indicator")
    for (basket, horizon), one in rows.iterrows():
        grid.add_row(*_row(name(str(basket), lang), int(horizon), one, lang))
    if not pooled.empty and indicator in pooled.index.get_level_values("indicator"):
        for horizon, one in pooled.xs(indicator, level="indicator").iterrows():
            grid.add_row(*_pooled(int(horizon), one, lang), style="bold")
    return grid


def _row(basket: str, horizon: int, one: pd.Series, lang: str) -> list[str]:
    rate = one["rate"]
    known = rate is not None and pd.notna(rate)
    return [
        basket,
        str(horizon),
        _count(one, lang),
        numbers.percent(float(rate), 0, unit=False) if known else numbers.percent(None),
        numbers.spread(one["wilson_low"], one["wilson_high"], lang, 0) if known else "",
        _percent(one["chance"]),
        _p_value(one["p_value"]) if known else "",
        say(f"proof.{one['verdict']}", lang),
    ]


def _count(one: pd.Series, lang: str) -> str:
    """Hits and alarms, and the alarms whose horizon is not over: neither hits nor misses."""
    settled = f"{int(one['hits'])} / {int(one['episodes'])}"
    still = int(one["unsettled_episodes"])
    return settled + (say("proof.open", lang, n=still) if still else "")


def _pooled(horizon: int, one: pd.Series, lang: str) -> list[str]:
    low, high = float(one["low"]), float(one["high"])
    return [
        say("proof.pooled", lang, n=int(one["baskets"])),
        str(horizon),
        f"{int(one['hits'])} / {int(one['episodes'])}",
        _percent(one["rate"]),
        "",
        _percent(one["chance"]),
        _p_value(one["p_value"]),
        say(
            "proof.excess", lang,
            excess=numbers.percent(float(one["excess"]), 0, sign=True, unit=False),
            range=numbers.spread(low, high, lang, 0),
        ),
    ]  # fmt: skip


def _percent(value: Any) -> str:
    return numbers.percent(None if pd.isna(value) else float(value), 0, unit=False)


def _p_value(value: Any) -> str:
    return numbers.number(None if pd.isna(value) else float(value), 2)
