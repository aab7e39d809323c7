"""Words of the trade: how a barrier is watched, how a note ends, what counts as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Numbers: TypeAlias = float | Sequence[float] | FloatArray


class Watch(StrEnum):
    """When the knock-in barrier is looked at."""

    DAILY = "daily"
    MATURITY = "maturity"
    NEVER = "never"


class Outcome(StrEnum):
    """How far the note has come; endings are values, not errors."""

    ALIVE = "alive"
    KNOCKED_OUT = "knocked_out"
    MATURED = "matured"
