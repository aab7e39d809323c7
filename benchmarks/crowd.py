"""The cascade of a crowd: against mesa, scipy.sparse and the bare gather of its holdings."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks import floors
from benchmarks.clock import Timing, clock_once
from benchmarks.crowd_world import crowd_world
from benchmarks.peers import FOLDER, peer
from benchmarks.report import Row
from quantquake.cascade import CrowdedFunds, crowded_funds, simulate

ROUNDS = 240
#: Mean final price by (funds, rounds): four libraries agree to nine digits.
CHECK = {(1_000, 60): 0.660948454, (1_000, 240): 0.557726276, (10_000, 240): 0.505436612}
#: Python of an environment that has mesa, where the one running has not.
MESA = "QUANTQUAKE_MESA"
ELSEWHERE = """
import json, sys, time; sys.path.insert(0, {folder!r})
import {script} as peer
inputs, seconds = peer.setup(), []
for _ in range({repeats}):
    begin = time.process_time(); _, check = peer.run(inputs); seconds.append(time.process_time() - begin)
print(json.dumps([seconds, check[0]]))
"""


def scenario(funds: int = 10_000, **options: Any) -> CrowdedFunds:
    """Return the workload, packed."""
    return crowded_funds(**crowd_world(funds=funds, rounds=ROUNDS), **options)


def checked(mean: float, funds: int, rounds: int = ROUNDS) -> str:
    """Say how far a mean final price is from the check value."""
    gap = abs(mean - CHECK[funds, rounds])
    return f"mean price {mean:.9f}, {'exact' if gap < 5e-10 else f'{gap:.1e} off'}"


def mesa(script: str, repeats: int = 3) -> tuple[Timing, float] | str:
    """Time a mesa peer here, or with the Python named by the environment; or say why not."""
    found, python = peer(script), os.environ.get(MESA)
    if not isinstance(found, str):
        inputs = found.setup()
        timing = clock_once(lambda: found.run(inputs), repeats)
        return timing, timing.result[1][0]
    if python is None:
        return f"{found}; name a Python that has mesa in {MESA}"
    code = ELSEWHERE.format(folder=str(FOLDER), script=script, repeats=repeats)
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    seconds, mean = json.loads(done.stdout)
    return Timing(min(seconds), float(np.median(seconds))), mean


def peers(name: str, ours: Timing, goals: tuple[float, float, float]) -> Iterator[Row]:
    """Rows against mesa with lists, mesa with numpy and scipy.sparse, by fund-rounds."""
    work = 10_000 * ROUNDS
    sizes = (("cascade_mesa_lists", 60), ("cascade_mesa_numpy", ROUNDS))
    for (script, rounds), goal in zip(sizes, goals[:2], strict=True):
        found = mesa(script)
        if isinstance(found, str):
            yield Row(name, script, ours, None, agreement=found)
            continue
        timing, mean = found
        scaled = timing.times(work / (1_000 * rounds))
        yield Row(
            name, script, ours, scaled, goal, agreement=f"peer: {checked(mean, 1_000, rounds)}"
        )
    yield against_scipy(name, ours, goals[2])


def against_scipy(name: str, ours: Timing, goal: float, said: str = "") -> Row:
    """Row against one run of 10,000 funds."""
    found = peer("cascade_scipy")
    if isinstance(found, str):
        return Row(name, "cascade_scipy", ours, None, agreement=found)
    inputs = found.setup()
    timing = clock_once(lambda: float(found.run(inputs)[0].mean()), 3)
    said += f"peer: {checked(timing.result, 10_000)}"
    return Row(name, "cascade_scipy", ours, timing, goal, agreement=said)


def single(precision: str, goals: tuple[float, float, float], floor: float) -> Iterator[Row]:
    """10,000 funds, one scenario."""
    crowd = scenario(precision=precision)
    ours = clock_once(lambda: float(simulate(crowd).final_price.mean()), 9)
    name = f"cascade, 10,000 funds, {ROUNDS} rounds, {precision}"
    yield from peers(name, ours, goals)
    yield from against_gather(name, crowd, ours, floor, 9, checked(ours.result, 10_000))


def against_gather(
    name: str, crowd: CrowdedFunds, ours: Timing, goal: float, repeats: int, said: str = ""
) -> Iterator[Row]:
    """Rows against valuing the holdings and nothing else: row by row, and as we lay them out."""
    world = crowd_world(funds=crowd.holdings.n_funds, rounds=1)
    plain = floors.gather(world["index"], world["shares"], crowd.holdings.shares.dtype, repeats)
    packed = floors.packed_gather(crowd.holdings, repeats)
    for floor, timing, wanted in (
        ("bare gather, rows as given", plain, goal),
        ("the same in our layout", packed, None),
    ):
        once = timing.times(ROUNDS)
        yield Row(name, f"floor: {floor}", ours, once, wanted, floor=True, agreement=said)


def double() -> Iterator[Row]:
    """10,000 funds in float64: the published number."""
    yield from single("float64", (150.0, 30.0, 3.0), 1.2)


def half() -> Iterator[Row]:
    """10,000 funds in float32."""
    yield from single("float32", (240.0, 45.0, 4.5), 1.3)


def large() -> Iterator[Row]:
    """100,000 funds: the holdings stream from memory."""
    for precision in ("float64", "float32"):
        crowd = scenario(100_000, precision=precision)
        ours = clock_once(lambda crowd=crowd: simulate(crowd), 3)
        name = f"cascade, 100,000 funds, {ROUNDS} rounds, {precision}"
        yield from against_gather(name, crowd, ours, 1.2, 9)


def sixteen() -> Iterator[Row]:
    """16 scenarios in one pass, time of one."""
    world = crowd_world(rounds=ROUNDS)
    rng = np.random.default_rng(2)
    shocks = rng.standard_normal((*world["shocks"].shape, 16), dtype=np.float32)
    shocks[:, :, 0] = world["shocks"]
    crowd = crowded_funds(**{**world, "shocks": shocks}, precision="float32")
    ours = clock_once(lambda: float(simulate(crowd).final_price[:, 0].mean()), 5)
    name = f"cascade, 10,000 funds, {ROUNDS} rounds, 16 scenarios in a pass, per scenario"
    said = f"ours: {checked(ours.result, 10_000)}; "
    yield against_scipy(name, ours.times(1 / 16), 15.0, said)


WORKLOADS: dict[str, Callable[[], Iterator[Row]]] = {
    "cascade": double, "cascade_float32": half, "cascade_100k": large, "cascade_16": sixteen,
}  # fmt: skip
