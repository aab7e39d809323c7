"""What options imply and leave to trade, and the band, on the terminal."""

from __future__ import annotations

import pandas as pd
from rich.console import Group, RenderableType
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.hedge_screen.frame import MOST_ROWS, plain_table
from quantquake.report.terminal import wrapped
from quantquake.report.words import say


def parity_screen(
    forwards: pd.DataFrame,
    edges: pd.DataFrame | None,
    band: pd.DataFrame | None,
    lang: str,
    width: int,
) -> RenderableType:
    """Return implied forwards; where futures quotes are there the best trades, and the band."""
    head = ("expiry", "forward", "low", "high", "strikes", "implied_rate", "implied_dividends")
    rows = [
        [
            numbers.date_iso(pd.Timestamp(str(expiry))),
            *(numbers.number(float(one[c]), 1) for c in ("forward", "low", "high")),
            numbers.count(float(one["strikes"])),
            numbers.percent(float(one["implied_rate"]), 2, unit=False),
            numbers.number(float(one["implied_dividends"]), 1),
        ]
        for expiry, one in forwards.iterrows()
    ]
    table = plain_table([say(f"parity.{c}", lang) for c in head], rows)
    blocks: list[RenderableType] = [wrapped(Text(_parity(forwards, edges, lang)), width), table]
    if edges is not None:
        where = "strike" if "strike" in edges else "open_days"
        names = ("contract", where, "side", "edge", "annualised", "on_margin", "lots")
        best = [_edge_row(one, where, lang) for _, one in edges.head(MOST_ROWS).iterrows()]
        blocks.append(plain_table([say(f"parity.{c}", lang) for c in names], best))
        if where == "open_days":
            blocks.append(wrapped(Text(say("parity.open_foot", lang), style="dim"), width))
    if band is not None:
        names = ("contract", "bid", "ask", "lower", "fair", "upper", "where")
        rows = [_band_row(str(name), one, lang) for name, one in band.iterrows()]
        blocks.append(plain_table([say(f"parity.{c}", lang) for c in names], rows))
        blocks.append(wrapped(Text(say("parity.band_foot", lang), style="dim"), width))
    return Group(*blocks)


def _band_row(contract: str, one: pd.Series, lang: str) -> list[str]:
    ends = [numbers.number(float(one[c]), 1) for c in ("bid", "ask", "lower", "fair", "upper")]
    if not float(one["lower"]) > 0:
        ends[2] = say("parity.no_lower", lang)
    return [contract, *ends, say(f"parity.{one['side']}", lang)]


def _edge_row(one: pd.Series, where: str, lang: str) -> list[str]:
    return [
        str(one["contract"]),
        numbers.number(float(one[where]), 0),
        say(f"parity.{one['side']}", lang),
        numbers.number(float(one["edge"]), 2),
        numbers.percent(float(one["annualised"]), 2, unit=False),
        numbers.percent(float(one["on_margin"]), 2, unit=False),
        numbers.number(float(one["lots"]), 1),
    ]


def _parity(forwards: pd.DataFrame, edges: pd.DataFrame | None, lang: str) -> str:
    if edges is None:
        return say(
            "parity.said_forward", lang,
            expiry=numbers.date_iso(pd.Timestamp(str(forwards.index[0]))),
            forward=numbers.number(float(forwards["forward"].iloc[0]), 1),
        )  # fmt: skip
    best = edges.iloc[0]
    if numbers.is_missing(float(best["edge"])):
        return say("parity.said_unknown", lang)
    if best["edge"] <= 0:
        return say("parity.said_none", lang, edge=numbers.number(-float(best["edge"]), 2))
    return say(
        "parity.said_edge", lang, contract=best["contract"],
        edge=numbers.number(float(best["edge"]), 2),
        yearly=numbers.percent(float(best["annualised"]), 2),
    )  # fmt: skip
