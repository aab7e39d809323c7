"""Sentences about one position: leverage, stop, redemption, exit."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from quantquake.flows.redemption.sale_order import Waterfall
from quantquake.report import numbers
from quantquake.report.words import say


def margin_sentence(found: Mapping[str, float], lang: str) -> str:
    """Say what leverage became, and where the call is."""
    if math.isinf(found["leverage_after"]):
        return say("position.said_margin_gone", lang)
    said = [
        say(
            "position.said_margin", lang,
            before=numbers.number(found["leverage"], 2),
            after=numbers.number(found["leverage_after"], 2),
        )
    ]  # fmt: skip
    if "call" in found:
        move = numbers.percent(found["call"], 1, sign=True)
        code = "said_call" if found["call"] < 0 else "said_call_now"
        said.append(
            say(f"position.{code}", lang, **({"move": move} if code == "said_call" else {}))
        )
    return _join(said, lang)


def stop_sentence(found: Mapping[str, float | None], lang: str) -> str:
    """Say how far the stop is."""
    move = found["move"]
    if move is None or math.isnan(move):
        return say("position.said_stop_never", lang)
    if move == 0.0:
        return say("position.said_stop_now", lang)
    return say("position.said_stop", lang, move=numbers.percent(move, 1, sign=True))


def redeem_sentence(paid: Waterfall, lang: str) -> str:
    """Say how much of what is sold, and what cannot be paid."""
    sold = paid.positions["sold"]
    said = [
        say(
            "position.said_redeem", lang,
            order=say(f"position.order.{paid.order}", lang),
            sold=numbers.book_money(float(sold.sum()), lang),
            largest=str(sold.idxmax()) if sold.max() > 0 else numbers.MISSING,
        )
    ]  # fmt: skip
    if paid.shortfall > 0:
        short = numbers.book_money(paid.shortfall, lang)
        said.append(say("position.said_short", lang, shortfall=short))
    return _join(said, lang)


def exit_sentence(table: pd.DataFrame, lang: str) -> str:
    """Set the quickest sale beside the slowest."""
    fast, slow = table.iloc[0], table.iloc[-1]
    if not fast["feasible"]:
        return say("position.said_exit_impossible", lang, fast=numbers.count(table.index[0]))
    return say(
        "position.said_exit", lang,
        fast=numbers.count(table.index[0]), slow=numbers.count(table.index[-1]),
        cost_fast=_costs(fast, lang),
        cost_slow=_costs(slow, lang),
        times=numbers.number(float(slow["risk"] / fast["risk"]), 1),
    )  # fmt: skip


def _costs(row: pd.Series, lang: str) -> str:
    low, high = (numbers.book_money(float(row[f"cost_{end}"]), lang) for end in ("low", "high"))
    return say("flow.range", lang, low=low, high=high)


def _join(said: list[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(said)
