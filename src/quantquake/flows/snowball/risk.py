"""What a desk watches beside delta and gamma: vega, theta, and how the note may end."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantquake.errors import ConfigError
from quantquake.flows.snowball.columns import TradeColumns
from quantquake.flows.snowball.kinds import FloatArray, Numbers, Outcome, Watch
from quantquake.flows.snowball.trade import Snowball
from quantquake.flows.snowball.valuation import BOOK_RHO, RHO, price_book, value
from quantquake.types import Origin, Result

VOL_BUMP = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowballRisk(Result):
    """Sensitivities and odds of one note at one spot.

    Attributes
    ----------
    price, delta, gamma : float
        As in `SnowballValue`. [1]
    vega : float
        Change of value for a parallel rise of volatility, per 1.00. [1]
    skew_vega : float
        The same for the volatility of the knock-in part alone: a skew bump, sticky at the strike
        (its limits: :func:`~quantquake.flows.snowball.valuation.value`). [1]
    theta : float
        Change of value to the next close if the spot stays, dates of that close applied. [1]
    knock_in_probability, knock_out_probability : float
        Under the pricing measure (drift rate - carry): that the note is, or will be, knocked in;
        that it ends by knock-out. [1] A forecast needs a drift of its own, given as `carry`.
    expected_life : float
        Expected years until it ends. [yr]
    delta_jump : float
        Delta knocked in less delta just above the knock-in, both at the barrier and today: what
        an issuer must sell at once (< 0) if the index goes there, per unit notional and
        ``spot / spot0``. [1] 0 once knocked in, NaN without a barrier watched daily.
    origin : Origin
    """

    price: float
    delta: float
    gamma: float
    vega: float
    skew_vega: float
    theta: float
    knock_in_probability: float
    knock_out_probability: float
    expected_life: float
    delta_jump: float
    origin: Origin


def risk(
    trade: Snowball,
    spot: float,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    rho: float = RHO,
) -> SnowballRisk:
    """Everything a desk watches about one note at one spot.

    Parameters
    ----------
    trade, spot, vol, rate, carry, rho
        As in :func:`~quantquake.flows.snowball.valuation.value`.

    Raises
    ------
    ConfigError
        The note has ended, or is at maturity: nothing is left to watch.
    """
    if trade.outcome is not Outcome.ALIVE or trade.sessions == 0:
        raise ConfigError(
            f"The note is {trade.outcome} with {trade.sessions} sessions left: its sensitivities "
            "are over. Read its value from value()."
        )
    market: dict[str, Any] = {"vol": vol, "rate": rate, "carry": carry, "rho": rho}
    now = value(trade, spot, **market)
    up, down = (np.maximum(np.asarray(vol, float) + b, 0.0) for b in (VOL_BUMP, -VOL_BUMP))
    apart = float(np.mean(up - down))
    vega = [value(trade, spot, **{**market, "vol": v}).price for v in (up, down)]
    skew = [value(trade, spot, **market, knock_in_vol=v).price for v in (up, down)]
    tomorrow = value(trade.after([spot]), spot, **{k: _from_next(v) for k, v in market.items()})
    odds = probabilities(TradeColumns.of([trade]), [spot], **_rows(market))
    return SnowballRisk(
        price=now.price,
        delta=now.delta,
        gamma=now.gamma,
        vega=(vega[0] - vega[1]) / apart,
        skew_vega=(skew[0] - skew[1]) / apart,
        theta=tomorrow.price - now.price,
        knock_in_probability=float(odds[0][0, 0]),
        knock_out_probability=float(odds[1][0, 0]),
        expected_life=float(odds[2][0, 0]),
        delta_jump=_delta_jump(trade, market),
        origin=Origin(
            assumptions=(
                "constant volatility by session, Gaussian steps, closes only",
                f"{trade.days_per_year:g} sessions to the year for volatility, discount and carry",
                "probabilities under the pricing measure",
            )
        ),
    )


def _from_next(curve: Any) -> Any:
    """Curve from the next session on; a last member is held."""
    return curve if np.ndim(curve) == 0 else np.asarray(curve)[min(1, len(curve) - 1) :]


def _rows(market: dict[str, Any]) -> dict[str, Any]:
    """Curves of one trade as the one-row tables a book takes."""
    return {k: v if np.ndim(v) == 0 else np.atleast_2d(v) for k, v in market.items()}


def _delta_jump(trade: Snowball, market: dict[str, Any]) -> float:
    if trade.watch is not Watch.DAILY or trade.knock_in is None:
        return float("nan")
    just_above = trade.knock_in * (1.0 + 1e-9) * trade.spot0
    knocked_in = dataclasses.replace(trade, knocked_in=True)
    deltas = [value(t, just_above, **market).delta for t in (knocked_in, trade)]
    return float(deltas[0] - deltas[1])


def probabilities(
    columns: TradeColumns,
    spots: Numbers,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    rho: float = BOOK_RHO,
    threads: int = 2,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How the notes of a book may end, by spot.

    Parameters
    ----------
    columns, spots, vol, rate, carry, rho, threads
        As in :func:`~quantquake.flows.snowball.valuation.price_book`.

    Returns
    -------
    knock_in, knock_out : ndarray of shape (n_trades, n_spots)
        Probability of being knocked in by the end, of ending by knock-out. [1] Pricing measure.
    life : ndarray of shape (n_trades, n_spots)
        Expected years until the end. [yr] Trades that have ended count 0 in all three.
    """
    drift = np.asarray(carry, float) - np.asarray(rate, float)
    market: dict[str, Any] = {"vol": vol, "rate": 0.0, "carry": drift, "rho": rho}

    def count(**claim: FloatArray) -> FloatArray:
        zero, dated = np.zeros(len(columns)), np.zeros(len(columns.observation))
        plain = {
            "strike": zero, "floor": zero, "shift": zero - 1.0, "survive": zero, "pays": dated,
            "coupon": dated, "gap": dated,
            "settled": np.where(np.isnan(columns.settled), np.nan, 0.0),
        }  # fmt: skip
        asked = dataclasses.replace(columns, **{**plain, **claim})
        return price_book(asked, spots, threads=threads, **market)[0]

    one, each = np.ones(len(columns)), np.ones(len(columns.observation))
    years = columns.observation / np.repeat(columns.days_per_year, np.diff(columns.first))
    whole = columns.sessions / columns.days_per_year
    settled = ~np.isnan(columns.settled)
    # A knock-in watched daily is a state the note is in; otherwise it is a place it may end at.
    stepped = np.repeat(columns.watch == 0, np.diff(columns.first))
    never_in = count(survive=one, gap=each * stepped, pays=each * ~stepped)
    knock_in = np.where(settled[:, None], 0.0, 1.0 - never_in)
    knock_out = count(pays=each)
    life = count(pays=years, survive=whole, shift=whole - 1.0)
    return np.clip(knock_in, 0.0, 1.0), np.clip(knock_out, 0.0, 1.0), life
