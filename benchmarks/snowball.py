"""The workloads of the snowball engine: a book of 10,000 notes, at one spot and on a ladder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.linalg import solve_banded

from benchmarks.clock import Timing, clock, clock_once
from benchmarks.peers import peer
from benchmarks.report import Row
from quantquake._jit import jit
from quantquake.flows.kernels.snowball_grid import convolve
from quantquake.flows.snowball import Snowball, TradeColumns, price_book, value

TRADES, PART = 10_000, 1_000  # the part is what accuracy is measured on
MARKET = {"vol": 0.20, "rate": 0.02, "carry": 0.04}
LADDER = np.linspace(0.65, 1.10, 81)
PUBLISHED = 2.2  # seconds a trade of pricelib 1.3.0, implicit, 800 nodes, error 1.2e-4


def contract(rng: np.random.Generator | None = None) -> Snowball:
    """Contract A, or one of its kind at random: terms, age up to 90 %, a quarter knocked in."""
    months = 24 if rng is None else int(rng.choice([12, 24, 36]))
    days = np.arange(63, 21 * months + 1, 21)
    note = Snowball(
        spot0=1.0, notional=1.0, sessions=21 * months, observation_sessions=days,
        knock_in=0.75 if rng is None else float(rng.choice([0.70, 0.75, 0.80])),
        knock_out=1.03 if rng is None else float(rng.choice([1.0, 1.03])),
        coupon=0.15 if rng is None else float(rng.uniform(0.08, 0.25)),
    )  # fmt: skip
    if rng is None:
        return note
    age = int(rng.uniform(0.0, 0.9) * note.sessions)
    note = note.after(np.full(age, 0.99)) if age else note
    return dataclasses.replace(note, knocked_in=bool(rng.random() < 0.25))


def books() -> tuple[TradeColumns, TradeColumns]:
    """All trades, and the part accuracy is measured on."""
    rng = np.random.default_rng(0)
    notes = [contract(rng) for _ in range(TRADES)]
    return TradeColumns.of(notes), TradeColumns.of(notes[:PART])


def implicit(nodes: int = 800) -> float:
    """Contract A by the implicit method, a step a session, both states at once: a careful peer."""
    x = np.linspace(-2.0, 1.5, nodes)
    h, dt, s = x[1] - x[0], 1.0 / 252.0, np.exp(x)
    diffusion, drift = 0.02 * dt / h**2, (0.02 - 0.04 - 0.02) * dt / (2.0 * h)
    bands = np.zeros((3, nodes))
    bands[0, 2:] = -diffusion - drift
    bands[1] = 1.0 + 0.02 * dt + 2.0 * diffusion
    bands[2, :-2] = -diffusion + drift
    bands[1, [0, -1]] = 1.0
    knocked = np.minimum(s, 1.0)
    values = np.stack([np.where(s <= 0.75, knocked, 1.30), knocked], axis=1)
    for day in range(504, -1, -1):
        if day >= 63 and (day - 63) % 21 == 0:
            values[s >= 1.03] = 1.0 + 0.15 * day * dt
        values[s <= 0.75, 0] = values[s <= 0.75, 1]
        if day:
            values = solve_banded((1, 1), bands, values)
    return float(np.interp(0.0, x, values[:, 0]))


def _apart(part: TradeColumns, spots: Any, rho: float) -> str:
    fine = price_book(part, spots, **MARKET, rho=4.0)
    got = price_book(part, spots, **MARKET, rho=rho)
    gap, delta = (np.abs(a - b).ravel() for a, b in zip(got[:2], fine[:2], strict=True))
    return (
        f"against rho 4: value p99 {np.quantile(gap, 0.99):.1e}, most {gap.max():.1e}; delta p99 "
        f"{np.quantile(delta, 0.99):.1e}"
    )


@jit("void(float64[::1], float64[::1], int64, int64, int64)")
def _steps(buffer: Any, weight: Any, taps: int, nodes: int, times: int) -> None:
    for _ in range(times):
        convolve(buffer, 0, weight, taps, 500, nodes)


def _floor(columns: TradeColumns, rho: float) -> Timing:
    """Multiply-adds of the daily steps between the barriers, and nothing else."""
    stepped = ~columns.knocked_in
    barrier = columns.knock_out[columns.first[1:] - 1]
    width = np.log(barrier / columns.knock_in)[stepped].mean()
    nodes = int(width / (MARKET["vol"] / np.sqrt(252.0)) * rho)
    taps = 4 * int(np.ceil(3.0 * rho))
    sessions = int(columns.sessions[stepped].sum())
    buffer, weight = np.random.default_rng(0).random(1000), np.full(taps, 1.0 / taps)
    return clock_once(lambda: _steps(buffer, weight, taps, nodes, sessions), 3)


def plain() -> Iterator[Row]:
    """One spot: what a mark of the book costs."""
    book, part = books()
    ours = clock(lambda: price_book(book, [0.97], **MARKET, rho=2.0, threads=1), 3)
    each = ours.times(1.0 / TRADES)
    name = "Snowball book, 10,000 trades, rho 2"
    grid = clock_once(implicit, 3)
    exact = value(contract(), 1.0, **MARKET, rho=4.0).price
    yield Row(
        f"{name}, a trade", "implicit PDE, 800 nodes, daily", each, grid, 150.0,
        agreement=f"its error {abs(grid.result - exact):.1e}; ours {_apart(part, [0.97], 2.0)}",
    )  # fmt: skip
    told = Timing(PUBLISHED, PUBLISHED)
    yield Row(
        f"{name}, a trade", "pricelib 1.3.0 PDE, 800 nodes, as published", each, told, 1e4,
        agreement="2.2 s, another machine, not timed here; its error 1.2e-4",
    )  # fmt: skip
    found = peer("snowball_numpy_mc")
    if not isinstance(found, str):
        drawn = clock_once(lambda: found.run(found.setup())[1], 2)
        mean, error = drawn.result
        yield Row(
            f"{name}, a trade", "numpy Monte Carlo, 20,000 paths", each, drawn, None,
            agreement=f"{mean - exact:+.1e} at a standard error of {error:.1e}",
        )  # fmt: skip
    yield Row(name, "floor: multiply-adds of the daily steps", ours, _floor(book, 2.0), floor=True)


def ladder() -> Iterator[Row]:
    """81 spots with delta and gamma: what a hedge costs."""
    book, part = books()
    for rho in (1.5, 2.0):
        ours = clock(lambda rho=rho: price_book(book, LADDER, **MARKET, rho=rho, threads=1), 3)
        goal = Timing(TRADES / 7000.0, TRADES / 7000.0)
        yield Row(
            f"Snowball book, 10,000 trades x 81 spots, rho {rho:g}", "7,000 trades a second", ours,
            goal, 1.0,
            agreement=f"{TRADES / ours.least:,.0f} trades a second; {_apart(part, LADDER, rho)}",
        )  # fmt: skip


WORKLOADS: dict[str, Callable[[], Iterator[Row]]] = {"snowball": plain, "snowball_ladder": ladder}
