"""The workloads of the forced flows: options and gamma profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks import floors
from benchmarks.clock import clock
from benchmarks.peers import peer
from benchmarks.report import Row
from benchmarks.workloads import against
from quantquake.flows.kernels import gamma as gamma_kernels
from quantquake.flows.kernels import options as option_kernels
from quantquake.flows.kernels.normal import DENSITY
from quantquake.flows.options import NAMES, black_scholes

OPTIONS = 1_000_000


def relative(ours: Any, theirs: Any) -> str:
    """Largest difference over the largest value."""
    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    return f"within {np.abs(a - b).max() / np.abs(b).max():.1e} of the largest"


def _book(n: int) -> dict[str, Any]:
    found = peer("greeks_scipy")
    if isinstance(found, str):
        r = np.random.default_rng(3)
        return {
            "s": np.full(n, 100.0), "k": r.uniform(60, 140, n), "t": r.uniform(0.02, 2, n),
            "r": np.full(n, 0.03), "q": np.full(n, 0.01), "v": r.uniform(0.1, 0.6, n),
            "call": r.random(n) < 0.5,
        }  # fmt: skip
    return found.setup(n)


def _ours(book: dict[str, Any]) -> Any:
    return black_scholes(
        *(book[x] for x in "sktv"), rate=book["r"], dividend=book["q"], kind=book["call"]
    )


def _same(theirs: Any) -> str:
    """Compare with a peer of any size: each peer draws its own book of that many options."""
    book = _book(theirs.shape[1])
    greeks = _ours(book)
    return relative(np.stack([getattr(greeks, name) for name in NAMES]), theirs)


def greeks() -> Iterator[Row]:
    """Price and five Greeks: the kernel into memory that is there, and the public function, which
    first has to be given 48 MB by the system (4 to 9 ms, the peer pays them too)."""
    book = _book(OPTIONS)
    rows = [np.ascontiguousarray(book[x]).view() for x in (*"sktrqv", "call")]
    for row in rows:
        row.flags.writeable = False
    out = np.empty((6, OPTIONS))
    kernel = clock(lambda: option_kernels.greeks(*rows, out), 9)
    name = "Greeks, 1 M options: price and five Greeks"
    yield against(name, "greeks_scipy", kernel, 7.0, compare=_same, repeats=5)
    for script, n, goal in (("greeks_quantlib", 20_000, 350.0), ("greeks_vollib", 5_000, 1000.0)):
        yield against(
            f"{name} (peer: {n:,}, times {OPTIONS // n})", script, kernel, goal, compare=_same,
            factor=OPTIONS / n, n=n,
        )  # fmt: skip
    # Seven inputs read and six results written: 97 MB.
    moved = floors.plus(*(floors.read(row) for row in rows[:6]), floors.copies(out[:3]))
    yield Row(name, "floor: memory moved", kernel, moved, 3.3, floor=True)
    ours = clock(lambda: _ours(book), 9)
    yield against(f"{name}, black_scholes()", "greeks_scipy", ours, None, compare=_same, repeats=5)


def gamma() -> Iterator[Row]:
    """Gamma of 20,000 contracts at 201 spots, weights made from the terms each time."""
    found = peer("gex_numpy")
    name = "Gamma profile, 20,000 contracts x 201 spots"
    if isinstance(found, str):
        yield Row(name, "gex_numpy", None, None, agreement=found)
        return
    book = found.setup()

    def profile() -> Any:
        width, spots = book["v"] * np.sqrt(book["t"]), book["spots"]
        drift = (book["r"] - book["q"] + book["v"] ** 2 / 2) * book["t"]
        weights = book["sign"] * book["oi"] * book["mult"] * np.exp(-book["q"] * book["t"])
        out = np.empty((1, len(spots)))
        gamma_kernels.gamma_sums(
            (np.log(100.0 / book["k"]) + drift) / width, 1.0 / width,
            (weights * DENSITY / width)[None], np.log(spots / 100.0), out,
        )  # fmt: skip
        return out[0] * spots * 0.01

    ours = clock(profile, 15)
    yield against(
        name, "gex_numpy", ours, 2.3, compare=lambda r: relative(ours.result, r), repeats=15
    )


WORKLOADS: dict[str, Callable[[], Iterator[Row]]] = {
    "greeks": greeks, "gamma": gamma,
}  # fmt: skip
