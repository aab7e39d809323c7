"""Long substitution (多头替代): what holding the discounted future instead of the index pays.

The head start is certain only for who holds to expiry; who must leave earlier meets the basis of
that day. The card says both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.curve import DAYS_PER_YEAR
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class LongSubstitution(Result):
    """Head start over an index fund, by contract.

    Attributes
    ----------
    contracts : DataFrame
        Index contract: `sessions` [d], `carry` = -adjusted annualised basis, `cash` earned on what
        is not margin, `fees`, `head_start` = carry + cash - fees [1/yr]; `worst` = gain against
        the index fund, dividends included, if left on the worst day seen, `worst_on` [1, date];
        NaN if the past has no contract with as many sessions left.
    best : str
        Contract with the largest head start among those with six sessions or more.
    head_start, break_even_alpha : float
        Of the best contract. An enhanced index fund (指增) must earn more than this over the index
        after its own costs, or the future was the better buy. [1/yr]
    worst : float
        Loss or gain of the best contract, not a year's rate, if left after `exit_after` sessions at
        the deepest basis ratio the product has shown. [1]
    origin : Origin
    """

    contracts: pd.DataFrame
    best: str
    head_start: float
    break_even_alpha: float
    worst: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return one row a contract."""
        return self.contracts.copy()


def long_substitution(
    curve: pd.DataFrame,
    past: pd.DataFrame,
    *,
    dividends: pd.Series | float = 0.0,
    cash_yield: float = 0.02,
    margin: float = 0.15,
    fees: float = 0.001,
    exit_after: int = 20,
    days_per_year: float = DAYS_PER_YEAR,
) -> LongSubstitution:
    """Head start of each contract, and what is left of it when leaving at the worst moment.

    Parameters
    ----------
    curve : DataFrame
        :func:`quantquake.measures.basis.term_structure` of the day.
    past : DataFrame
        :func:`quantquake.measures.basis.history` up to the day, for the worst basis.
    dividends : Series by contract, or float
        Expected until expiry; the index fund gets them, the future does not. [index points]
    cash_yield, fees : float
        [1/yr]
    margin : float
        Share of the notional tied up. [1]
    exit_after : int
        Sessions held before a forced exit. [d]
    days_per_year : float
        [d/yr]

    Raises
    ------
    DataError
        No contract with six sessions or more, or a past that reaches beyond the curve's day.
    ConfigError
        Margin outside 0 to 1, or an exit after no session.
    """
    if not 0 < margin <= 1 or exit_after < 1:
        raise ConfigError(
            f"margin={margin}, exit_after={exit_after}: cash or the exit would be undefined. Use "
            "a margin in (0, 1] and one session or more."
        )
    table = curve[["sessions", "basis", "index_level", "basis_ratio", "near_expiry"]].copy()
    adjusted = (table["basis"] + dividends) / table["index_level"]
    table["carry"] = -adjusted * days_per_year / table["sessions"]
    table["cash"] = cash_yield * (1 - margin)
    table["fees"] = fees
    table["head_start"] = table["carry"] + table["cash"] - fees
    missed = dividends / table["index_level"]  # the fund is paid them, the future is not
    yearly = cash_yield * (1 - margin) - fees
    worst = _worst_exits(table.assign(missed=missed), past, exit_after, yearly, days_per_year)
    table[["worst", "worst_on"]] = worst
    open_ones = table[~table["near_expiry"] & table["head_start"].notna()]
    if open_ones.empty:
        raise DataError(
            "No contract has six sessions or more and a price: a head start would be noise. Use "
            "a curve with the next contract in it."
        )
    best = str(open_ones["head_start"].idxmax())
    return LongSubstitution(
        contracts=table.drop(columns=["basis", "index_level", "near_expiry"]),
        best=best,
        head_start=float(table.loc[best, "head_start"]),
        break_even_alpha=float(table.loc[best, "head_start"]),
        worst=float(table.loc[best, "worst"]),
        origin=Origin(
            as_of=past["date"].max(),
            assumptions=(
                f"cash earns {cash_yield:.1%} on what is not margin ({margin:.0%}); fees {fees:.2%}",
                f"worst: left after {exit_after} sessions at the deepest basis ratio seen so far "
                "with as many sessions to expiry, within ten; dividends missed evenly until expiry",
            ),
        ),
    )


def _worst_exits(
    table: pd.DataFrame, past: pd.DataFrame, after: int, yearly: float, days_per_year: float
) -> pd.DataFrame:
    rows = []
    for _, one in table.iterrows():
        held = min(after, int(one["sessions"]) - 1)
        left = int(one["sessions"]) - held
        alike = past[(past["sessions"] - left).abs() <= 10] if left > 1 else past.head(0)
        # Settled at expiry: the basis is zero. With nothing alike in the past it is unknown.
        exit_ratio, when = (0.0 if left <= 1 else np.nan), pd.NaT
        if len(alike) and alike["basis_ratio"].notna().any():
            place = alike["basis_ratio"].idxmin()
            exit_ratio, when = float(alike.loc[place, "basis_ratio"]), alike.loc[place, "date"]
        # Dividends fall due evenly until expiry: nothing better is known of a single contract.
        missed = one["missed"] * held / max(int(one["sessions"]) - 1, 1)
        gain = exit_ratio - one["basis_ratio"] - missed + yearly * held / days_per_year
        rows.append((gain if np.isfinite(one["basis_ratio"]) else np.nan, when))
    return pd.DataFrame(rows, index=table.index, columns=["worst", "worst_on"])
