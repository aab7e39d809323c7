"""Run the measures a page or a command needs and hand them to the report room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from quantquake.app.basis_cards import basis_cards, basis_notes, refuse_apart, unquoted
from quantquake.app.dividend_input import DividendInput
from quantquake.app.inputs import HEADLINE, SMALL_AND_LARGE, Inputs
from quantquake.app.scoring import Step, preset_of, score_baskets, silent
from quantquake.errors import ConfigError, DataError, QuantquakeError
from quantquake.measures.basis import BasisCard
from quantquake.measures.basis.curve import Method
from quantquake.measures.breadth import breadth
from quantquake.measures.day import DayBoard, day_board
from quantquake.measures.dispersion import volatility_ratio
from quantquake.report.parts import BasketRow, ReportParts, TruthNote


def headline_index(inputs: Inputs, wanted: str | None = None) -> str | None:
    """Index the day is measured against.

    Raises
    ------
    ConfigError
        If the one that is wanted was not given.
    """
    closes = None if inputs.stocks is None else inputs.stocks.index_close
    there = [] if closes is None else list(closes.columns)
    if wanted is not None and wanted not in there:
        raise ConfigError(
            f"--benchmark {wanted!r} is not among the {len(there)} indices that cover the stocks: "
            f"{there}. The day would be measured against something else. Name one of these, or "
            "give its rows with --index."
        )
    if wanted is not None or len(there) < 2:
        return wanted or (there[0] if there else None)
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
    index_return = inputs.stocks.index_returns()[name]
    return board, {
        "breadth": breadth(returns, index_return),
        # The board's own convention, or its number would not lie on the curve.
        "volatility_ratio": volatility_ratio(returns, index_return, volatility="deviation"),
    }


def build_scores(
    inputs: Inputs,
    *,
    as_of: str | pd.Timestamp | None = None,
    only: Sequence[str] | None = None,
    preset: str = "default",
    step: Step = silent,
) -> ReportParts:
    """Crowding alone: the board, and the detail of the most crowded basket."""
    rules = preset_of(preset)
    on = inputs.day(as_of)
    seen = inputs.until(on)
    baskets, notes = score_baskets(seen, on=on, rules=rules, only=only, step=step)
    said = _assumptions(seen, baskets, [], None)
    return ReportParts(
        market="", as_of=on, baskets=baskets, assumptions=said, issues=[*seen.issues, *notes]
    )


def build_basis(
    inputs: Inputs,
    *,
    as_of: str | pd.Timestamp | None = None,
    product: str | None = None,
    method: Method = "months",
    dividends: DividendInput | None = None,
    step: Step = silent,
) -> ReportParts:
    """Hedging cost alone, with the dearest product in detail."""
    from quantquake.app.hedging import hedge_detail

    on = inputs.day(as_of)
    refuse_apart(inputs, on)
    seen = inputs.until(on)
    cards, discounts = basis_cards(seen, on, product=product, method=method, dividends=dividends)
    notes = [*basis_notes(cards), *([] if product else unquoted(seen, cards))]
    step("basis")
    return ReportParts(
        market="",
        as_of=on,
        basis=cards,
        discounts=discounts,
        hedge=hedge_detail(seen, cards, dividends=dividends, alone=True, method=method),
        assumptions=[
            *_assumptions(inputs, [], cards, None),
            *([] if dividends is None else [dividends.said]),
        ],
        issues=[*inputs.issues, *notes],
    )


def build_day(
    inputs: Inputs,
    *,
    as_of: str | pd.Timestamp | None = None,
    index: str | None = None,
    step: Step = silent,
) -> ReportParts:
    """The kind of day alone."""
    on = inputs.day(as_of)
    seen = inputs.until(on)
    board, history = day_of(seen, on, index=index)
    step("day")
    return ReportParts(
        market="",
        as_of=on,
        day=board,
        day_history=history,
        index_returns=_index_returns(seen, on),
        assumptions=_assumptions(seen, [], [], board),
        issues=seen.issues,
    )


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
    from quantquake.app.hedging import hedge_detail

    on = inputs.day(as_of)
    seen = inputs.until(on)
    issues = list(seen.issues)
    headline_index(seen, index)  # a benchmark that is not there is a mistake, not a gap
    scored = _try(lambda: score_baskets(seen, on=on, step=step), ([], []), "crowding", issues)
    baskets, notes = scored
    cards, discounts = _try(lambda: basis_cards(seen, on), ([], {}), "hedging cost", issues)
    step("basis")
    day, history = _try(lambda: day_of(seen, on, index=index), (None, {}), "kind of day", issues)
    step("day")
    if not baskets and not cards and day is None:
        raise DataError(f"nothing could be measured. {issues[-1]}")
    return ReportParts(
        market=market,
        as_of=on,
        baskets=baskets,
        basis=cards,
        discounts=discounts,
        hedge=_try(lambda: hedge_detail(seen, cards), None, "hedge in detail", issues),
        day=day,
        day_history=history,
        index_returns=_index_returns(seen, on),
        coverage=_coverage(seen, on),
        assumptions=_assumptions(seen, baskets, cards, day),
        issues=[*issues, *notes, *basis_notes(cards), *unquoted(seen, cards)],
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
    shown = [symbol for symbol in SMALL_AND_LARGE if symbol in seen.indices.symbols]
    return seen.indices.returns().loc[on, shown].dropna()


def _coverage(seen: Inputs, on: pd.Timestamp) -> dict[str, str]:
    """What was there of what was wanted: codes and counts, worded by the report."""
    said: dict[str, str] = {}
    if seen.stocks is not None:
        traded = int(seen.stocks.close.loc[:on].iloc[-1].notna().sum())
        said["symbols"] = f"{traded:,} of {len(seen.stocks.symbols):,}"
        said["dates"] = f"{len(seen.stocks.dates):,}"
    if seen.indices is not None:
        said["indices"] = str(len(seen.indices.symbols))
    if seen.futures is not None:
        said["contracts"] = f"{seen.futures['symbol'].nunique():,}"
    return said


def _assumptions(
    seen: Inputs, baskets: list[BasketRow], cards: list[BasisCard], day: DayBoard | None
) -> list[str]:
    said: list[str] = []
    for market in (seen.stocks, seen.indices):
        said += market.assumptions if market is not None else ()
    # One basket with members and one without stand for all of their kind.
    kinds = {getattr(r.basket, "members", None) is None: r.score for r in reversed(baskets)}
    for origin in (
        *(scored.origin for scored in kinds.values()),
        *(card.origin for card in cards[:1]),
        *([day.origin] if day is not None else []),
    ):
        said += origin.assumptions
    return list(dict.fromkeys(said))
