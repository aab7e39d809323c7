"""What the dealers' gamma is worth, contract by contract, and summed by strike and expiry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.gamma.chain import Chain
from quantquake.flows.options import black_scholes, cross_greeks
from quantquake.measures.basis.curve import CALENDAR_DAYS

FloatArray = npt.NDArray[np.float64]
PERCENT = 0.01
VENDOR, CLOSED_FORM, NONE = "vendor", "closed_form", "none"


@dataclass(frozen=True, slots=True)
class Units:
    """Names of the columns, each with its unit, for one currency."""

    currency: str

    @property
    def gex(self) -> str:
        """Change of the dealers' delta, in money, for a rise of one per cent."""
        return f"gex_{self.currency.lower()}_per_1pct"

    @property
    def vanna(self) -> str:
        """The same for one point (0.01) of volatility."""
        return f"vanna_{self.currency.lower()}_per_vol_point"

    @property
    def charm(self) -> str:
        """The same for one calendar day that passes."""
        return f"charm_{self.currency.lower()}_per_day"

    shares = "gex_shares_per_point"

    @property
    def sums(self) -> tuple[str, ...]:
        """Columns that add up over contracts."""
        return (self.gex, self.shares, self.vanna, self.charm)


def contracts(
    chain: Chain, sign: FloatArray, units: Units, gamma: Literal["chain", "closed_form"]
) -> pd.DataFrame:
    """Every usable contract with its gamma, where it comes from, and what it is worth.

    Returns
    -------
    DataFrame
        The chain's `expiry`, `strike`, `option_type`, `time`, `iv`, `open_interest`,
        `multiplier`, `dividend`; `dealer_sign`; `gamma` used [1/point], `gamma_source`
        ("vendor", "closed_form", "none"), `gamma_closed_form`; the four exposures of `Units`, and
        the gamma without a side (`gross_`). A contract without gamma or sign has NaN, never 0.
    """
    if gamma not in ("chain", "closed_form"):
        raise ConfigError(
            f"gamma={gamma!r} is unknown: two sources differ by tens of per cent. Choose 'chain' "
            "(the chain's own column where it has one) or 'closed_form'."
        )
    rows, spot = chain.rows, chain.spot
    terms = _terms(chain)
    calls = terms["kind"]
    greeks = black_scholes(spot, **terms, rate=chain.rate)
    vanna, charm = cross_greeks(spot, **terms, rate=chain.rate)
    own = rows["gamma"].to_numpy() if gamma == "chain" else np.full(len(rows), np.nan)
    used = np.where(np.isnan(own), greeks.gamma, own)
    size = (rows["open_interest"] * rows["multiplier"]).to_numpy()
    worth, units_held = size * used * spot**2 * PERCENT, sign * size
    keep = ["expiry", "strike", "option_type", "time", "iv", "open_interest", "multiplier"]
    source = np.select([~np.isnan(own), ~np.isnan(used)], [VENDOR, CLOSED_FORM], NONE)
    return rows[[*(c for c in ("symbol",) if c in rows), *keep, "dividend"]].assign(
        call=calls,
        dealer_sign=sign,
        gamma=used,
        gamma_source=source,
        gamma_closed_form=greeks.gamma,
        **{
            f"gross_{units.gex}": worth,
            units.gex: sign * worth,
            units.shares: units_held * used,
            units.vanna: units_held * vanna * spot * PERCENT,
            units.charm: units_held * charm * spot / CALENDAR_DAYS,
        },
    )


def _terms(chain: Chain) -> dict[str, npt.NDArray[np.generic]]:
    rows = chain.rows
    names = {"strike": "strike", "time": "time", "volatility": "iv", "dividend": "dividend"}
    terms: dict[str, npt.NDArray[np.generic]] = {a: rows[c].to_numpy() for a, c in names.items()}
    return terms | {"kind": (rows["option_type"] == "call").to_numpy()}


def summed(table: pd.DataFrame, by: str, units: Units) -> pd.DataFrame:
    """Exposures by strike or expiry.

    Returns
    -------
    DataFrame indexed by `by`
        The four exposures; `calls_` and `puts_` and `gross_` of the gamma; `open_interest_contracts`;
        `contracts_without_gamma`, which are in no sum. NaN where no contract is known.
    """
    side = {
        f"calls_{units.gex}": table[units.gex].where(table["call"]),
        f"puts_{units.gex}": table[units.gex].where(~table["call"]),
        f"gross_{units.gex}": table[units.gex].abs(),  # a side of 0 counts for nothing here
    }
    missing = table["gamma"].isna() | table["dealer_sign"].isna()
    parts = table[[by, *units.sums]].assign(**side)
    out = parts.groupby(by).sum(min_count=1)
    counts = pd.DataFrame(
        {"open_interest_contracts": table["open_interest"], "contracts_without_gamma": missing}
    )
    return out.join(counts.groupby(table[by]).sum())
