"""Run the measures a page or a command needs and hand them to the report room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from quantquake.app.inputs import HEADLINE, Inputs, default_baskets
from quantquake.data.baskets import Basket
from quantquake.data.market import Market
from quantquake.errors import DataError, QuantquakeError
from quantquake.measures.basis import BasisCard, basis_card, weighted_discount
from quantquake.measures.benchmark import basket_return
from quantquake.measures.breadth import breadth
from quantquake.measures.crowding import (
    CrowdingScore,
    IndicatorParams,
    ScoreRules,
    indicators,
    score,
)
from quantquake.measures.day import DayBoard, day_board
from quantquake.measures.dispersion import volatility_ratio
from quantquake.report.parts import ReportParts, TruthNote

Step = Callable[[str], None]
Scored = tuple[Basket, CrowdingScore, pd.Series]


def silent(what: str) -> None:
    """Report progress to nobody."""
    del what


def score_baskets(
    inputs: Inputs, *, rules: ScoreRules | None = None, step: Step = silent
) -> tuple[list[Scored], list[str]]:
    """Score every basket; one that cannot be scored is named in the notes, the rest go on."""
    found: list[Scored] = []
    notes: list[str] = []
    for market, basket in default_baskets(inputs):
        try:
            found.append(_scored(market, basket, inputs.whole, rules))
        except QuantquakeError as error:
            notes.append(f"{basket.name}: left out. {error}")
        step(basket.name)
    if not found and notes:
        raise DataError(notes[0])
    return found, notes


def _scored(market: Market, basket: Basket, whole: str | None, rules: ScoreRules | None) -> Scored:
    there = market.index_close is not None and whole in market.index_close
    among = whole is not None and (there or whole in market.symbols)
    # Stocks are measured against the average stock, as the source does; a market of indices has
    # no stocks, so its whole-market index stands in (stated in the score's assumptions).
    benchmark = whole if among and basket.members is None else None
    measured = indicators(market, basket, params=IndicatorParams(benchmark=benchmark))
    return basket, score(measured, rules=rules or ScoreRules()), basket_price(market, basket)


def basket_price(market: Market, basket: Basket) -> pd.Series:
    """Index level of a basket: published if there is one, else 100 grown with its members."""
    for panel in (market.index_close, market.close):
        if basket.index is not None and panel is not None and basket.index in panel:
            return panel[basket.index].dropna()
    growth = (1 + basket_return(market, basket)).cumprod()
    return (100 * growth).dropna()


def basis_cards(
    inputs: Inputs, on: pd.Timestamp, *, product: str | None = None
) -> tuple[list[BasisCard], dict[str, pd.Series]]:
    """Hedging cost of each product on the day, and its history."""
    if inputs.futures is None:
        return [], {}
    known = list(dict.fromkeys(inputs.futures["product"]))
    wanted = known if product is None else [product]
    levels = futures_levels(inputs)
    cards = [basis_card(inputs.futures, levels, on, product=p) for p in wanted]
    history = {p: weighted_discount(inputs.futures, levels, product=p) for p in wanted}
    return cards, history


def futures_levels(inputs: Inputs) -> Any:
    """Index levels under the futures: the user's index table, else the futures' own column."""
    if inputs.futures is not None and "spot_close" in inputs.futures:
        return None
    source = inputs.indices or inputs.stocks
    return None if source is None else source.close if source is inputs.indices else None


def headline_index(inputs: Inputs, wanted: str | None = None) -> str | None:
    """Index the day is measured against."""
    if inputs.stocks is None or inputs.stocks.index_close is None:
        return None
    there = list(inputs.stocks.index_close.columns)
    if wanted is not None or len(there) == 1:
        return wanted or there[0]
    return next((s for s in HEADLINE if s in there), None) or inputs.whole


def day_of(
    inputs: Inputs, on: pd.Timestamp, *, index: str | None = None
) -> tuple[DayBoard, dict[str, pd.Series]]:
    """What kind of day it was, and the history its gauges are read against."""
    if inputs.stocks is None:
        raise DataError(
            "no stocks were given: what kind of day it was shows in how the names moved, not in "
            "the index. Give --prices."
        )
    name = headline_index(inputs, index)
    board = day_board(inputs.stocks, on, index=name)
    if name is None or inputs.stocks.index_close is None:
        return board, {}
    returns = inputs.stocks.returns()
    level = inputs.stocks.index_close[name]
    index_return = level / level.shift(1) - 1
    return board, {
        "breadth": breadth(returns, index_return),
        "volatility_ratio": volatility_ratio(returns, index_return),
    }


def build_parts(
    inputs: Inputs,
    *,
    market: str,
    as_of: str | pd.Timestamp | None = None,
    index: str | None = None,
    truth: TruthNote | None = None,
    seed: int | None = None,
    step: Step = silent,
) -> ReportParts:
    """Measure everything the inputs allow as of one date.

    A block that cannot be measured (no futures that day, no stocks) is left out and named in the
    issues, so that one bad table does not hide the others.
    """
    on = inputs.last_date if as_of is None else pd.Timestamp(as_of)
    seen = inputs.until(on)
    issues = list(seen.issues)
    baskets, notes = score_baskets(seen, step=step)
    cards, discounts = _try(lambda: basis_cards(seen, on), ([], {}), "hedging cost", issues)
    step("basis")
    day, history = _try(lambda: day_of(seen, on, index=index), (None, {}), "kind of day", issues)
    step("day")
    return ReportParts(
        market=market,
        as_of=on,
        baskets=baskets,
        basis=cards,
        discounts=discounts,
        day=day,
        day_history=history,
        index_returns=_index_returns(seen, on),
        coverage=seen.stocks.coverage() if seen.stocks is not None else {},
        assumptions=_assumptions(seen, baskets, cards, day),
        issues=[*issues, *notes],
        truth=truth,
        seed=seed,
    )


def _try(measure: Callable[[], Any], otherwise: Any, what: str, issues: list[str]) -> Any:
    try:
        return measure()
    except QuantquakeError as error:
        issues.append(f"{what}: left out. {error}")
        return otherwise


def _index_returns(seen: Inputs, on: pd.Timestamp) -> pd.Series | None:
    if seen.indices is None or on not in seen.indices.dates:
        return None
    return seen.indices.returns().loc[on].dropna()


def _assumptions(
    seen: Inputs, baskets: list[Scored], cards: list[BasisCard], day: DayBoard | None
) -> list[str]:
    said: list[str] = []
    for market in (seen.stocks, seen.indices):
        said += market.assumptions if market is not None else ()
    for result in (*(s for _, s, _ in baskets), *cards, *([day] if day is not None else [])):
        said += result.origin.assumptions
    return list(dict.fromkeys(said))
