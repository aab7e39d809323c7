"""CPU seconds of a call, repeated."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Timing:
    """CPU seconds: the fastest run, the middle one, and what the last run returned."""

    least: float
    median: float
    result: Any = None

    def times(self, factor: float) -> Timing:
        """Scale, for a peer run on a part of the panel."""
        return Timing(self.least * factor, self.median * factor, self.result)


def clock(call: Callable[[], Any], repeats: int) -> Timing:
    """Time `repeats` runs after one that does not count; short calls in batches."""
    begin = time.process_time()
    result = call()
    batch = 1 if time.process_time() - begin > 0.02 else 20
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        for _ in range(batch):
            result = call()
        seconds.append((time.process_time() - begin) / batch)
    return Timing(min(seconds), statistics.median(seconds), result)


def clock_once(call: Callable[[], Any], repeats: int) -> Timing:
    """As `clock` for slow peers: every run counts."""
    seconds = []
    result = None
    for _ in range(repeats):
        begin = time.process_time()
        result = call()
        seconds.append(time.process_time() - begin)
    return Timing(min(seconds), statistics.median(seconds), result)
