"""What option dealers must trade: gamma exposure, where it flips, and the hedge flow of a move.

``gamma_exposure(chain, spot)`` gives money per 1 %: ``theta * gamma * open interest * multiplier *
spot**2 * 0.01`` with theta the dealers' side. Who is on which side is known to nobody outside, so
every total comes with a band over models.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.gamma.chain import Chain, open_chain
from quantquake.flows.gamma.exposure import NONE, VENDOR, Units, contracts, summed
from quantquake.flows.gamma.feedback import hedging_feedback
from quantquake.flows.gamma.net import NetGamma, hedge_flow, net_gamma
from quantquake.flows.gamma.profile import SMILES, Repricer, Smile, flips, grid
from quantquake.flows.gamma.result import GammaProfile
from quantquake.flows.gamma.signs import dealer_signs
from quantquake.flows.gamma.source import forced_source
from quantquake.types import Origin

__all__ = [
    "GammaProfile",
    "NetGamma",
    "forced_source",
    "gamma_exposure",
    "hedge_flow",
    "hedging_feedback",
    "net_gamma",
]

FloatArray = npt.NDArray[np.float64]
MOVES = np.linspace(-0.2, 0.2, 201)


def gamma_exposure(
    chain: Any,
    spot: float | None = None,
    *,
    dealer_sign: str | npt.ArrayLike = "naive",
    rate: float = 0.0,
    dividend: float = 0.0,
    gamma: Literal["chain", "closed_form"] = "chain",
    multiplier: float = 100.0,
    currency: str = "USD",
    as_of: str | pd.Timestamp | None = None,
    time_left: float = 0.0,
    skew_width: float = 0.1,
    moves: npt.ArrayLike = MOVES,
) -> GammaProfile:
    """Gamma exposure of option dealers: by strike, repriced under moves, with its flip levels.

    Parameters
    ----------
    chain : DataFrame, or anything `quantquake.read` takes
        One row a contract: `strike`, `option_type`, `open_interest` [contracts]; `expiry` and
        `date` (or `tau` [yr]); `iv` [1/yr**0.5], or `bid` and `ask`, or `settle`, to solve it
        from; if there `gamma` [1/point], `multiplier` [units a contract], `forward` [points],
        `customer_net` or `direction`, `underlying`, `symbol`.
    spot : float, optional
        [points] Default: the chain's own column.
    dealer_sign : {"naive", "all_short", "skew_adjusted", "signed"} or array
        The dealers' side, see `signs`; or one number from -1 to 1 a row of the chain.
    rate, dividend : float
        For the closed form. [1/yr] A column `forward` takes the place of `dividend`.
    gamma : {"chain", "closed_form"}
        "chain": the chain's own gamma where it has one, the closed form where not.
    multiplier : float
        Units a contract, where the chain has no such column: 100 for US options and for IO, MO,
        HO (CNY a point); 10000 for A-share ETF options.
    currency : str
        Of the spot; it names the columns.
    as_of : date, optional
        Later rows are ignored; of earlier days the last is used.
    time_left : float
        Added to the whole days until expiry: 0 at the close, when an option that expires today
        has no gamma left in the closed form; 0.27 with 6.5 hours to go. [calendar d]
    skew_width : float
        See `signs`. [1]
    moves : array-like of shape (s,)
        Where to reprice; falls negative. [1] A flip outside is not found.

    Returns
    -------
    GammaProfile

    Raises
    ------
    DataError
        No open interest, several underlyings or days, one contract with two open interests, text
        where numbers should be, no usable row.
    ConfigError
        A setting that is unknown or outside its range.

    Notes
    -----
    Contracts without open interest, strike, type or multiplier, and expired ones, are left out and
    listed with their rows; those without gamma are counted, never summed as 0. Open interest is
    as published, mostly the evening before. The vendor's gammas and the closed form differ by
    more than rounding: by the carry, and by what the vendor does on the last day.

    References
    ----------
    .. [1] SqueezeMetrics, "Gamma Exposure", white paper, 2017 (the naive signs).
    .. [2] A. Barbon, A. Buraschi, "Gamma Fragility", 2020 (hedging against the index move).
    """
    at = grid(moves)
    book = open_chain(
        chain, spot, as_of=as_of, multiplier=multiplier, rate=rate, dividend=dividend,
        time_left=time_left,
    )  # fmt: skip
    name, signs = dealer_signs(book, dealer_sign, skew_width=skew_width)
    units = Units(currency)
    table = contracts(book, signs[name], units, gamma)
    _require_gamma(table)
    repricer = Repricer.of(table, signs, book.spot, book.rate)
    profile, roots = _profile(repricer, at, units)
    worth = table[f"gross_{units.gex}"].to_numpy()
    totals = pd.Series({m: _sum(pd.Series(sign * worth)) for m, sign in signs.items()})
    return GammaProfile(
        underlying=book.underlying,
        currency=currency,
        spot=book.spot,
        dealer_sign=name,
        source=_source(table),
        total=_sum(table[units.gex]),
        closed_form_total=repricer.at_level(book.spot) if len(repricer.rows) else float("nan"),
        gross=_sum(table[units.gex].abs()),
        expiring=_sum(table[units.gex].where(table["expiry"] == book.as_of), empty=0.0),
        totals=totals.rename(units.gex),
        low=float(totals.min()),
        high=float(totals.max()),
        exposures=table[list(units.sums)].sum(min_count=1),
        by_strike=summed(table, "strike", units),
        by_expiry=summed(table, "expiry", units),
        profile=profile,
        flip=roots["sticky_strike"],
        flip_sticky_delta=roots["sticky_delta"],
        contracts=table,
        issues=tuple(book.issues),
        repricer=repricer,
        origin=_origin(book, table, repricer.rows.index, name, gamma, dividend, time_left),
    )


def _sum(values: pd.Series, empty: float = np.nan) -> float:
    """Sum of what is known; `empty` where nothing is."""
    return float(values.sum()) if values.notna().any() else empty


def _source(table: pd.DataFrame) -> str:
    found = set(table["gamma_source"]) - {NONE}
    return found.pop() if len(found) == 1 else "mixed"


def _require_gamma(table: pd.DataFrame) -> None:
    if table["gamma"].notna().any():
        return
    timed, priced = (int((table[c] > 0).sum()) for c in ("time", "iv"))
    raise DataError(
        f"None of the {len(table)} contracts has a gamma: {timed} have a time to expiry and "
        f"{priced} a volatility, and both are needed where the chain has no gamma of its own. Give "
        "`expiry` with a `date` (or as_of=, or `tau` in years), and `iv` or quotes to solve it "
        "from; for a chain that expires today give time_left=."
    )


def _profile(
    repricer: Repricer, moves: FloatArray, units: Units
) -> tuple[pd.DataFrame, dict[Smile, FloatArray]]:
    """The chain repriced on a grid, and the roots of both profiles of the wanted model."""
    logs, level = np.log1p(moves), repricer.spot * (1.0 + moves)
    if not len(repricer.rows):
        logs = np.full(len(moves), np.nan)
    every = {smile: repricer.gamma(logs, smile) for smile in SMILES}
    fixed = every["sticky_strike"]
    columns = {
        "move": moves,
        units.gex: fixed[0],
        f"{units.gex}_sticky_delta": every["sticky_delta"][0],
        f"low_{units.gex}": fixed.min(axis=0),
        f"high_{units.gex}": fixed.max(axis=0),
    }
    roots = {
        smile: flips(level, values[0], repricer.gross(), partial(repricer.at_level, smile=smile))
        for smile, values in every.items()
    }
    return pd.DataFrame(columns, index=pd.Index(level, name="level")), roots


def _origin(
    book: Chain,
    table: pd.DataFrame,
    repriced: pd.Index,
    name: str,
    gamma: str,
    dividend: float,
    time_left: float,
) -> Origin:
    held = table["open_interest"].sum()

    def share(rows: pd.Series) -> str:
        part = table["open_interest"].where(rows, 0.0).sum()
        return f"{part / held if held > 0 else 0.0:.1%} of open interest"

    own = table["gamma_source"] == VENDOR
    return Origin(
        as_of=book.as_of,
        coverage={
            "contracts": f"{len(table)} of {book.given}",
            "gamma": share(table["gamma"].notna()),
            "gamma of the vendor": share(own),
            "repriced": share(table.index.isin(repriced)),
            "dealer side": share(table["dealer_sign"].notna()),
        },
        assumptions=(
            f"dealers' side: {name}",
            f"gamma: {'closed form' if gamma != 'chain' else 'of the chain, else closed form'}",
            f"rate {book.rate:g}, dividend {dividend:g} or the chain's forward, {time_left:g} days "
            "added to whole calendar days over 365",
            "open interest as published, mostly of the evening before",
            "American options valued as European",
        ),
    )
