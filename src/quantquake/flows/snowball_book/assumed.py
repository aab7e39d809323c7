"""Volatility, rate and carry of each index: as told, else from its own past, else stated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.snowball_book.liquidity import Liquidity
from quantquake.flows.snowball_book.pricing import Curves

PerIndex: TypeAlias = "float | Mapping[str, float] | None"

VOL, RATE, CARRY = 0.20, 0.02, 0.04
"""Taken where nothing is told and nothing can be measured; printed among the assumptions."""

DAYS_PER_YEAR = 243.0
"""Sessions of a Shanghai year (242 to 244): the year of volatility, rate and carry here."""

VOL_WINDOW, VOL_LEAST = 250, 60
"""Sessions a realised volatility is measured over, and the fewest it is believed from."""


def curves_for(
    underlyings: list[str],
    *,
    vol: PerIndex,
    rate: PerIndex,
    carry: PerIndex,
    closes: pd.DataFrame | None,
    day: pd.Timestamp | None,
    liquidity: Liquidity,
    days_per_year: float,
) -> tuple[Curves, list[str]]:
    """Curves of every underlying, and what was assumed for them.

    Volatility: told; else realised over 250 sessions up to `day`; else 20 %. Rate: told; else 2 %.
    Carry: told; else what the futures show, rate less annualised discount; else 4 %.
    """
    said: list[str] = []
    rates = _told(rate, underlyings, "rate")
    vols, carries = _told(vol, underlyings, "vol"), _told(carry, underlyings, "carry")
    for name in underlyings:
        rates.setdefault(name, RATE)
        if name not in vols:
            vols[name], how = _vol(name, closes, day, days_per_year)
            said.append(how)
        if name not in carries:
            shown = liquidity.discount.get(name)
            carries[name] = CARRY if shown is None else rates[name] - shown
            said.append(
                f"carry {CARRY:.1%} assumed"
                if shown is None
                else "carry: interest rate less the futures discount"
            )
    if rate is None:
        said.append(f"interest rate {RATE:.1%} assumed")
    return Curves(vol=vols, rate=rates, carry=carries), list(dict.fromkeys(said))


def _told(value: PerIndex, underlyings: list[str], what: str) -> dict[str, float]:
    if value is None:
        return {}
    found = dict(value) if isinstance(value, Mapping) else dict.fromkeys(underlyings, value)
    for name, one in found.items():
        number = float(one)
        if not np.isfinite(number) or (what == "vol" and not 0 < number < 3):
            raise ConfigError(
                f"{what}={number:g} of {name or 'the index'}: no note can be priced with it. Give "
                "a yearly fraction, 0.2 for 20 %."
            )
        found[name] = number
    return found


def _vol(
    name: str, closes: pd.DataFrame | None, day: pd.Timestamp | None, days_per_year: float
) -> tuple[float, str]:
    if closes is not None and name in closes:
        path = closes[name].loc[:day].dropna().iloc[-VOL_WINDOW - 1 :]
        if len(path) > VOL_LEAST:
            steps = np.diff(np.log(path.to_numpy()))
            realised = float(steps.std(ddof=1) * np.sqrt(days_per_year))
            return realised, f"volatility realised over {len(steps)} sessions"
    return VOL, f"volatility {VOL:.1%} assumed"
