"""Rows of the hedging tables, the same on the terminal and on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from quantquake.report import numbers
from quantquake.report.tables import Cell, signed
from quantquake.report.words import say

ENTRY_HEAD = ("opened", "price", "basis", "days", "locked", "accrued", "paper")
ROLL_HEAD = ("strategy", "carry", "trading", "total", "rolls")
LEAD_HEAD = ("against", "saved", "range")
PAST_HEAD = ("product", "today", "percentile", "regimes", "since", "mean")
EXTREME_HEAD = (
    "deepest",
    "deepest_on",
    "shallowest",
    "shallowest_on",
    "rows",
    "set_aside",
    "absent",
)
STUDY_HEAD = ("product", "horizon", "deep_days", "episodes", "after_deep", "after_any", "by_chance",
              "verdict")  # fmt: skip
SPLIT_HEAD = ("product", "part", "share", "share_range")
PAID_HEAD = ("contract", "days_left", "carry", "cash", "fees", "head_start", "worst", "worst_on")


def entry_cells(entries: pd.DataFrame) -> list[list[Cell]]:
    """Return one row an entry date: opened, price, basis, days, locked, accrued, paper."""
    return [
        [
            Cell(numbers.date_iso(pd.Timestamp(str(opened)))),
            Cell(numbers.number(float(one["price"]), 1)),
            Cell(numbers.percent(float(one["basis_ratio"]), 2, unit=False)),
            Cell(numbers.count(float(one["sessions"]))),
            Cell(numbers.percent(float(one["locked"]), 1, unit=False), "strong"),
            Cell(numbers.percent(float(one["accrued"]), 2, unit=False)),
            signed(float(one["paper"]), 2),
        ]
        for opened, one in entries.iterrows()
    ]


def roll_cells(rolls: pd.DataFrame, lang: str) -> list[list[Cell]]:
    """Return one row a way of rolling: carry, trading, total, rolls a year."""
    return [
        [
            Cell(say(f"roll.{name}", lang)),
            Cell(numbers.percent(float(one["carry"]), 2, unit=False)),
            Cell(numbers.percent(float(one["trading"]), 2, unit=False)),
            Cell(numbers.percent(float(one["total"]), 2, unit=False), "strong"),
            Cell(numbers.number(float(one["rolls"]), 1)),
        ]
        for name, one in rolls.iterrows()
    ]


def lead_cells(lead: pd.DataFrame, lang: str) -> list[list[Cell]]:
    """Return one row a habit: what planning saved against it, and the interval."""
    return [
        [
            Cell(say(f"roll.{habit}", lang)),
            Cell(numbers.percent(float(one["saved"]), 2, unit=False, sign=True), "strong"),
            Cell(spread(float(one["low"]), float(one["high"]), 2)),
        ]
        for habit, one in lead.iterrows()
    ]


def past_cells(found: Sequence[Mapping[str, Any]]) -> list[list[Cell]]:
    """Return one row a product: today, its place in the past, and the stretch it is in."""
    rows = []
    for one in found:
        last = one["regimes"][-1] if one["regimes"] else None
        rows.append(
            [
                Cell(one["product"], "strong"),
                Cell(numbers.percent(one["today"], unit=False), "strong"),
                Cell(numbers.percentile(one["percentile"])),
                Cell(numbers.count(len(one["regimes"])) if last else ""),
                Cell(numbers.date_iso(last["start"]) if last else ""),
                Cell(numbers.percent(last["mean"], unit=False) if last else ""),
            ]
        )
    return rows


def extreme_cells(found: Sequence[Mapping[str, Any]]) -> list[list[Cell]]:
    """Return one row a product: deepest and shallowest day, and the rows behind them."""
    rows = []
    for one in found:
        audit = one["audit"]
        aside = audit["rows"] - audit["measured"] + audit["expiry_day"] + audit["no_open_interest"]
        rows.append(
            [
                *_extreme(one["deepest"]),
                *_extreme(one["shallowest"]),
                Cell(numbers.count(audit["rows"])),
                Cell(numbers.count(aside)),
                Cell(numbers.count(audit["absent_sessions"])),
            ]
        )
    return rows


def _extreme(one: Mapping[str, Any] | None) -> list[Cell]:
    if one is None:
        return [Cell(""), Cell("")]
    return [Cell(numbers.percent(one["value"], unit=False)), Cell(numbers.date_iso(one["date"]))]


def study_cells(found: Sequence[Mapping[str, Any]], lang: str) -> list[list[Cell]]:
    """Return one row a product and horizon: index return after the deepest tenth of discounts."""
    rows = []
    for one in found:
        if one["study"] is None:
            continue
        deep = one["study"].table.loc["deepest"]
        for horizon, row in deep.iterrows():
            rows.append(
                [
                    Cell(one["product"], "strong"),
                    Cell(numbers.count(float(horizon))),
                    Cell(numbers.count(float(row["days"]))),
                    Cell(numbers.count(float(row["episodes"]))),
                    Cell(numbers.percent(float(row["mean"]), unit=False, sign=True), "strong"),
                    Cell(numbers.percent(float(row["base_mean"]), unit=False, sign=True)),
                    Cell(spread(float(row["low"]), float(row["high"]), 1)),
                    Cell(say(f"history.verdict_{row['verdict']}", lang)),
                ]
            )
    return rows


def split_cells(found: Sequence[Mapping[str, Any]], lang: str) -> list[list[Cell]]:
    """Return one row a product and cause: share of the discount's variance that moved with it."""
    return [
        [
            Cell(one["product"], "strong"),
            Cell(say(f"history.part_{part}", lang)),
            Cell(numbers.percent(float(row["share"]), 0, unit=False), "strong"),
            Cell(spread(float(row["low"]), float(row["high"]), 0)),
        ]
        for one in found
        if one["moved_with"] is not None
        for part, row in one["moved_with"].shares.iterrows()
    ]


def paid_cells(contracts: pd.DataFrame) -> list[list[Cell]]:
    """Return one row a contract: what holding it instead of an index fund pays."""
    return [
        [
            Cell(str(symbol).split(".")[0]),
            Cell(numbers.count(float(one["sessions"]))),
            *(
                Cell(numbers.percent(float(one[c]), 1, unit=False))
                for c in ("carry", "cash", "fees")
            ),
            Cell(numbers.percent(float(one["head_start"]), 1, unit=False), "strong"),
            signed(float(one["worst"]), 1),
            Cell("" if pd.isna(one["worst_on"]) else numbers.date_iso(one["worst_on"])),
        ]
        for symbol, one in contracts.iterrows()
    ]


def spread(low: float, high: float, digits: int) -> str:
    """Two ends of a range in per cent, without the unit."""
    if numbers.is_missing(low) or numbers.is_missing(high):
        return numbers.percent(float("nan"))
    ends = (numbers.percent(end, digits, unit=False) for end in (low, high))
    return " … ".join(ends)
