"""Monte Carlo value of a snowball: slow, simple, and independent of the pricing engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError
from quantquake.flows.kernels.snowball_paths import walk_paths
from quantquake.flows.snowball.kinds import FloatArray, Numbers, Outcome, Watch
from quantquake.flows.snowball.trade import Snowball
from quantquake.types import Origin, Result

BLOCK = 4096  # pairs of paths drawn at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedValue(Result):
    """Mean and standard error of simulated payoffs.

    Attributes
    ----------
    price, standard_error : float
        Per unit notional, after antithetic pairs and the control variate. [1]
    plain : float
        Mean without the control variate. [1]
    paths : int
        Paths walked, both of each pair counted.
    origin : Origin
    """

    price: float
    standard_error: float
    plain: float
    paths: int
    origin: Origin


def simulate_value(
    trade: Snowball,
    spot: float,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    paths: int = 100_000,
    seed: int = 0,
) -> SimulatedValue:
    """Price a note by walking paths close by close.

    Every path has its mirror image, and the spot at the note's end, discounted at ``rate - carry``,
    is the control variate: a martingale stopped at a bounded time, so its mean is today's spot.

    Parameters
    ----------
    trade, spot, vol, rate, carry
        As in :func:`~quantquake.flows.snowball.valuation.value`.
    paths : int
        Walked in all. [1]
    seed : int
        Of the normals.

    Raises
    ------
    ConfigError
        Fewer than 4 paths, or a note that has ended or is at maturity.
    """
    if paths < 4 or trade.sessions == 0 or trade.outcome is not Outcome.ALIVE:
        raise ConfigError(
            f"paths={paths}, a note {trade.outcome} with {trade.sessions} sessions left: an error "
            "needs two pairs of paths and a path needs a session. Use value() for an ended note."
        )
    start = spot / trade.spot0
    path, terms = _path(trade, vol, rate, carry), _terms(trade, start)
    date_at, dates = _dates(trade)
    rng, drawn, left = np.random.default_rng(seed), [], -(-paths // 2)
    while left > 0:
        normals = rng.standard_normal((min(left, BLOCK), trade.sessions))
        out = np.zeros((len(normals), 2))
        for sign in (1.0, -1.0):
            walk_paths(normals, sign, path, terms, date_at, dates, out)
        drawn.append(out)
        left -= len(normals)
    pairs = np.concatenate(drawn)
    price, error = _controlled(pairs, start)
    return SimulatedValue(
        price=price,
        standard_error=error,
        plain=float(pairs[:, 0].mean()),
        paths=2 * len(pairs),
        origin=Origin(seed=seed, assumptions=("antithetic pairs", "stopped spot as control")),
    )


def _controlled(pairs: FloatArray, mean: float) -> tuple[float, float]:
    """Mean and standard error of the first column, the second having a known mean."""
    payoff, control = pairs[:, 0], pairs[:, 1]
    spread = float(control.var())
    beta = float(np.mean((payoff - payoff.mean()) * control)) / spread if spread > 0 else 0.0
    better = payoff - beta * (control - mean)
    return float(better.mean()), float(better.std(ddof=2 if spread > 0 else 1) / len(better) ** 0.5)


def _path(trade: Snowball, vol: Numbers, rate: Numbers, carry: Numbers) -> FloatArray:
    n, dt = trade.sessions, 1.0 / trade.days_per_year
    v, r, q = (_held(x, n) for x in (vol, rate, carry))
    return np.stack(
        [
            v * np.sqrt(dt),
            (r - q - 0.5 * v * v) * dt,
            np.exp(-np.cumsum(r) * dt),
            np.exp(-np.cumsum(r - q) * dt),
        ]
    )


def _held(given: Numbers, n: int) -> FloatArray:
    array = np.atleast_1d(np.asarray(given, float))
    return array[np.minimum(np.arange(n), len(array) - 1)]


def _log(values: object) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(values, float))


def _terms(trade: Snowball, start: float) -> FloatArray:
    daily = trade.watch is Watch.DAILY
    barrier = 0.0 if trade.watch is Watch.NEVER else trade.knock_in or 0.0
    knocked = trade.knocked_in or (daily and start <= barrier)
    funding = trade.funding(trade.elapsed + trade.sessions)
    return np.array(
        [
            np.log(start), float(_log(barrier)), float(daily), float(knocked), trade.strike,
            trade.floor, funding, trade.survival_amount(),
        ]
    )  # fmt: skip


def _dates(trade: Snowball) -> tuple[npt.NDArray[np.int64], FloatArray]:
    at = np.full(trade.sessions, -1, np.int64)
    at[np.array(trade.observation_sessions, int) - 1] = np.arange(len(trade.observation_sessions))
    columns = [
        _log(trade.per_observation("knock_out")),
        trade.knock_out_amounts(),
        _log(trade.per_observation("coupon_barrier")),
        trade.per_observation("period_coupon"),
    ]
    return at, np.ascontiguousarray(np.column_stack(columns).reshape(-1, 4))
