"""Score the baskets of a market, each with the record of its past alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from quantquake.app.inputs import Inputs, default_baskets
from quantquake.data.baskets import Basket
from quantquake.data.market import Market
from quantquake.errors import ConfigError, DataError, QuantquakeError
from quantquake.measures.crowding import (
    PRESETS,
    CrowdingScore,
    IndicatorParams,
    ScoreRules,
    indicators,
    score,
)
from quantquake.measures.crowding.benchmark import basket_return
from quantquake.measures.crowding.indicators import MarketSide, market_side
from quantquake.measures.evidence import evaluate
from quantquake.measures.evidence.intervals import wilson
from quantquake.measures.probability import fall_outlook
from quantquake.report.parts import BasketRow

Step = Callable[[str], None]
#: The article's definition: worst close within three months at or below -5 %.
HORIZON = 60
LOSS = 0.05

#: Enough for a 95 % interval printed in whole per cents; `quantquake evidence` draws 5,000.
DRAWS = 1000


class AlarmRecord(NamedTuple):
    """What followed a basket's alarms, as the board shows it (`measures.evidence` in short)."""

    hits: int
    alarms: int
    base_rate: float
    interval: tuple[float, float]
    horizon: int
    loss: float
    verdict: str


def silent(what: str) -> None:
    """Report progress to nobody."""
    del what


def score_baskets(
    inputs: Inputs,
    *,
    on: pd.Timestamp | None = None,
    rules: ScoreRules | None = None,
    only: Sequence[str] | None = None,
    record: bool = True,
    step: Step = silent,
) -> tuple[list[BasketRow], list[str]]:
    """Score every basket; one that cannot be scored is named in the notes, the rest go on.

    With `on`, a basket whose market has no such session is left out: an older score must not be
    read as that day's. With `record` each row carries what followed its past alarms.
    """
    found: list[BasketRow] = []
    notes: list[str] = []
    sides: dict[tuple[int, str | None], MarketSide] = {}
    for market, basket in _wanted(default_baskets(inputs), only):
        last = market.dates[-1]
        if on is not None and last != on:
            notes.append(f"{basket.name}: left out. Its last session is {last:%Y-%m-%d}.")
            continue
        try:
            params = IndicatorParams(benchmark=_benchmark(market, basket, inputs.whole))
            key = (id(market), params.benchmark)
            if key not in sides:
                sides[key] = market_side(market, params)
            found.append(_scored(market, basket, params, sides[key], rules, record=record))
        except QuantquakeError as error:
            notes.append(f"{basket.name}: left out. {error}")
        step(basket.name)
    if not found and notes:
        raise DataError(notes[0])
    return found, notes


def _wanted(
    pairs: list[tuple[Market, Basket]], only: Sequence[str] | None
) -> list[tuple[Market, Basket]]:
    known = [basket.name for _, basket in pairs]
    missing = sorted(set(only or ()) - set(known))
    if not pairs:
        raise DataError(
            "there is no basket to score: stocks without `float_cap` (or `amount` and `turnover`, "
            "which give it) have no size groups, and no index was given. Add the column, or give "
            "--index or --themes."
        )
    if missing:
        raise ConfigError(
            f"basket {missing} is not among the {len(known)} there are: {known}. Nothing would be "
            "scored. Name one of these, or give --prices, --index or --themes that hold it."
        )
    return [pair for pair in pairs if not only or pair[1].name in only]


def _benchmark(market: Market, basket: Basket, whole: str | None) -> str | None:
    """Index a basket is measured against, None for the average stock.

    Stocks are measured against the average stock, as the source does; a market of indices has no
    stocks, so its whole-market index stands in (stated in the score's assumptions).
    """
    there = market.index_close is not None and whole in market.index_close
    among = whole is not None and (there or whole in market.symbols)
    return whole if among and basket.members is None else None


def _scored(
    market: Market,
    basket: Basket,
    params: IndicatorParams,
    side: MarketSide,
    rules: ScoreRules | None,
    *,
    record: bool,
) -> BasketRow:
    measured = indicators(market, basket, params=params, side=side)
    scored = score(measured, rules=rules or ScoreRules())
    price = basket_price(market, basket)
    seen = alarm_record(scored, price) if record else None
    return BasketRow(basket, scored, price, seen, fall_outlook(price, loss=LOSS))


def alarm_record(scored: CrowdingScore, price: pd.Series) -> AlarmRecord | None:
    """Hits and alarms of a basket beside chance; None where no score was ever known."""
    known = scored.score.notna()
    if not known.any():
        return None
    signal = scored.signal.astype(float).where(known)
    found = evaluate(
        signal, price.reindex(signal.index), horizons=(HORIZON,), loss=LOSS, draws=DRAWS
    )
    record = found.at(HORIZON)
    interval = wilson(record.hits, record.episodes) if record.episodes else (0.0, 1.0)
    return AlarmRecord(
        record.hits, record.episodes, record.chance, interval, HORIZON, LOSS, record.verdict
    )


def basket_price(market: Market, basket: Basket) -> pd.Series:
    """Index level of a basket: published if there is one, else 100 grown with its members."""
    for panel in (market.index_close, market.close):
        if basket.index is not None and panel is not None and basket.index in panel:
            return panel[basket.index].dropna()
    growth = (1 + basket_return(market, basket)).cumprod()
    return (100 * growth).dropna()


def preset_of(name: str) -> ScoreRules:
    """Reading of the score by its name."""
    if name not in PRESETS:
        raise ConfigError(
            f"preset {name!r} is unknown: the score would follow no reading of the source. Choose "
            f"one of {', '.join(PRESETS)}."
        )
    return PRESETS[name]
