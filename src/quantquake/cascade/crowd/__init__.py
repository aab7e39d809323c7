"""Leveraged funds in shared names, all alike in behaviour: one fused pass a round, for size."""

from quantquake.cascade.crowd.funds import (
    CrowdedFunds,
    CrowdRule,
    Precision,
    PriceLaw,
    crowded_funds,
)
from quantquake.cascade.crowd.result import CrowdedResult

__all__ = [
    "CrowdRule",
    "CrowdedFunds",
    "CrowdedResult",
    "Precision",
    "PriceLaw",
    "crowded_funds",
]
