"""From the day's scores to calls in the log, and from the log to its record."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import pandas as pd

from quantquake.app.inputs import Inputs, default_baskets
from quantquake.app.scoring import basket_price
from quantquake.data.store.calls import Call
from quantquake.data.store.chain import fingerprint
from quantquake.errors import QuantquakeError
from quantquake.report.parts import ReportParts


def calls_of(parts: ReportParts, inputs: Inputs, *, preset: str) -> list[Call]:
    """Turn every basket scored into a call, in the order of their names.

    Parameters
    ----------
    parts : ReportParts
        As `build_scores` returns it.
    inputs : Inputs
        Everything that was read, later rows included: they make a call late.
    """
    until, market = last_row(inputs), _exchange(inputs)
    rows = sorted(parts.rows(), key=lambda row: row.basket.name)
    return [_call(row, parts.as_of, until, market, preset) for row in rows]


def last_row(inputs: Inputs) -> pd.Timestamp:
    """Last date of any table: what somebody at this desk could have known."""
    ends = [m.dates[-1] for m in (inputs.stocks, inputs.indices) if m is not None]
    if inputs.futures is not None:
        ends.append(inputs.futures["date"].max())
    return max(ends)


def closes_of(inputs: Inputs) -> dict[str, pd.Series]:
    """Closes by basket name, to settle calls with; a basket without a price is left out."""
    found: dict[str, pd.Series] = {}
    for market, basket in default_baskets(inputs):
        # Its calls are then named as missing; the others can still be settled.
        with contextlib.suppress(QuantquakeError):
            found[basket.name] = basket_price(market, basket)
    return found


def _exchange(inputs: Inputs) -> str:
    market = inputs.stocks or inputs.indices
    return "XSHG" if market is None else market.calendar


def _call(row: Any, on: pd.Timestamp, until: pd.Timestamp, market: str, preset: str) -> Call:
    scored = row.score
    day = scored.score.loc[:on].index[-1]
    return Call(
        as_of=day,
        data_until=until,
        market=market,
        basket=row.basket.name,
        index_symbol=row.basket.index,
        preset=preset,
        signal=bool(scored.signal[day]),
        score=float(scored.score[day]),
        dimensions_present=int(scored.coverage[day]),
        dimensions=scored.dimensions.loc[day].to_dict(),
        percentiles=scored.percentiles.loc[day].to_dict(),
        rules=dataclasses.asdict(scored.rules),
        price=float(row.price.get(day, float("nan"))),
        fingerprint=_fingerprint(scored, row.price, day),
    )


def _fingerprint(scored: Any, price: pd.Series, day: pd.Timestamp) -> str:
    """Hash what the score of the day was computed from.

    The score is a function of the ten indicators over the rules' window up to the day, and of
    nothing else: equal rows give an equal score, so these rows are what has to be sealed. Raw
    tables of 5,000 names behind them would change with every new listing.
    """
    seen = scored.indicators.loc[:day]
    return fingerprint(seen.assign(price=price.reindex(seen.index)), rows=scored.rules.window)
