"""The workloads: what is run, against whom, and what is wanted. Cascades are in `crowd`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import crowd, floors
from benchmarks.clock import Timing, clock, clock_once
from benchmarks.peers import peer
from benchmarks.report import Row
from quantquake.measures.comomentum import mean_pairwise_correlation
from quantquake.measures.contrarian import contrarian_returns
from quantquake.measures.dispersion import volatility_ratio
from quantquake.measures.kernels import contrarian as contrarian_kernels
from quantquake.measures.kernels.spectrum import top_share_batch
from quantquake.measures.percentile import rolling_percentile, rolling_percentile_last

WINDOW = 250
PART = 1000  # stocks a slow peer is run on; its time grows in proportion


def apart(a: Any, b: Any) -> str:
    """Largest difference, or that the missing values differ."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return "MISSING VALUES DIFFER"
    gap = float(np.nanmax(np.abs(a - b)))
    return "equal" if gap == 0 else f"within {gap:.1e}"


def against(
    name: str,
    script: str,
    ours: Timing,
    goal: float | None,
    *,
    compare: Callable[[Any], str],
    repeats: int = 3,
    factor: float = 1.0,
    **size: Any,
) -> Row:
    """Time a peer script and compare its result with ours."""
    found = peer(script)
    if isinstance(found, str):
        return Row(name, script, ours, None, agreement=found)
    inputs = found.setup(**size)
    timing = clock_once(lambda: found.run(inputs)[0], repeats)
    return Row(name, script, ours, timing.times(factor), goal, agreement=compare(timing.result))


def w1() -> Iterator[Row]:
    """Rolling percentile, float32 panel, float32 result."""
    panel = peer("common").rank_panel()
    name = "W1 percentile 3,500 x 5,000, float32"
    ours = clock(lambda: rolling_percentile(panel, window=WINDOW, dtype=np.float32), 5)
    part = rolling_percentile(peer("common").rank_panel(stocks=PART), window=WINDOW)
    part = part.astype(np.float32)
    for script, goal in (("w1_pandas", 17.0), ("w1_polars", 28.0), ("w1_bottleneck", 28.0)):
        yield against(
            name, script, ours, goal, compare=lambda r: apart(part, r), repeats=2,
            factor=len(panel[0]) / PART, stocks=PART,
        )  # fmt: skip
    floor = floors.plus(floors.counting(panel, WINDOW), floors.copies(panel))
    yield Row(name, "floor: count + copy in and out", ours, floor, 4.5, floor=True)


def w1_double() -> Iterator[Row]:
    """The same in float64, and with many ties, against pandas."""
    for label, digits in (("float64", None), ("float64, tie-heavy", 1)):
        panel = peer("common").rank_panel().astype(np.float64)
        panel = panel if digits is None else panel.round(digits)
        ours = clock(lambda panel=panel: rolling_percentile(panel, window=WINDOW), 5)
        frame = pd.DataFrame(panel[:, :PART])
        theirs = clock_once(lambda frame=frame: frame.rolling(WINDOW).rank(pct=True), 2)
        same = apart(ours.result[:, :PART], theirs.result.to_numpy())
        name = f"W1 percentile 3,500 x 5,000, {label}"
        theirs = theirs.times(len(panel[0]) / PART)
        yield Row(name, "pandas rolling.rank", ours, theirs, 14.0, agreement=same)


def w1_last() -> Iterator[Row]:
    """One new day."""
    panel = peer("common").rank_panel(1000)[-WINDOW:]
    panel = np.ascontiguousarray(panel)
    ours = clock(lambda: rolling_percentile_last(panel), 15)
    name = "W1 one new day, 250 x 5,000"
    yield against(
        name, "w1_numpy_last_day", ours, 10.0, compare=lambda r: apart(ours.result, r), repeats=15
    )
    yield Row(name, "floor: read", ours, floors.read(panel, 15), None, floor=True)


def w2() -> Iterator[Row]:
    """Spectral share of a day."""
    volume = peer("common").volume_bins()
    ours = clock(lambda: top_share_batch(volume), 15)
    name = "W2 spectral share, 5,000 x 480"
    for script, goal in (("w2_numpy_loop", 22.0), ("w2_scipy", 2.3)):
        yield against(name, script, ours, goal, compare=lambda r: apart(ours.result, r), repeats=7)
    yield Row(name, "floor: read", ours, floors.read(volume, 15), None, floor=True)


def w3() -> Iterator[Row]:
    """Contrarian P&L as the peers define it, and the whole measure with gross and sigma."""
    panel = peer("common").return_panel()
    panel.flags.writeable = False
    pnl, nothing = np.empty(len(panel)), np.empty(0)
    names = np.empty(len(panel), np.int64)

    def kernel() -> Any:
        contrarian_kernels.contrarian(panel, 1, False, pnl, nothing, names)
        return pnl

    ours = clock(kernel, 9)
    name = "W3 contrarian P&L, 3,500 x 5,000"
    for script, goal in (("w3_pandas", 40.0), ("w3_numpy", 18.0)):
        yield against(name, script, ours, goal, compare=lambda r: apart(pnl, r), repeats=5)
    yield Row(name, "floor: read", ours, floors.read(panel), 1.3, floor=True)
    whole = clock(lambda: contrarian_returns(panel), 9)
    yield Row(f"{name}, with gross and sigma", "floor: read", whole, floors.read(panel), floor=True)


def w4() -> Iterator[Row]:
    """Member against index volatility."""
    panel = peer("common").return_panel()
    index = np.nanmean(panel, axis=1, dtype=np.float64)
    ours = clock(lambda: volatility_ratio(panel, index), 9)
    name = "W4 volatility ratio, 3,500 x 5,000, 5 days"
    yield against(name, "w4_pandas", ours, 70.0, compare=lambda r: apart(ours.result, r))
    yield Row(name, "floor: read", ours, floors.read(panel), 2.0, floor=True)


def w5() -> Iterator[Row]:
    """Mean pairwise correlation of all dates; the peers do six dates, and one of 500 stocks."""
    panel = peer("common").return_panel(missing=0.0)
    ours = clock(lambda: mean_pairwise_correlation(panel, window=WINDOW), 3)
    name = "W5 mean correlation, 3,251 dates x 5,000"
    dates = len(panel) - WINDOW + 1
    six = ours.result[np.arange(WINDOW, len(panel) + 1, 650) - 1]
    yield against(
        name, "w5_numpy", ours, 4500.0, compare=lambda r: apart(six, r), repeats=1,
        factor=dates / len(six),
    )  # fmt: skip
    small = peer("common").return_panel(250, 500, missing=0.0)
    one = mean_pairwise_correlation(small, window=WINDOW)[-1:]
    yield against(
        f"{name} (peer: 500 stocks, per pair)", "w5_pandas", ours, None,
        compare=lambda r: apart(one, r), factor=dates * 100.0,
    )  # fmt: skip
    floor = floors.products(panel, WINDOW)
    yield Row(name, "floor: bare matrix products", ours, floor, 1.8, floor=True)


WORKLOADS: dict[str, Callable[[], Iterator[Row]]] = {
    "w1": w1, "w1_double": w1_double, "w1_last": w1_last, "w2": w2, "w3": w3, "w4": w4, "w5": w5,
    **crowd.WORKLOADS,
}  # fmt: skip
