"""What the forced-flow panels show: the stacked curve, and what it does not contain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from quantquake.flows.supply import SupplyCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowParts:
    """Who must trade at which level, already computed.

    Attributes
    ----------
    curve : SupplyCurve
        Indexed by move, rising; sources in the order they are stacked.
    as_of : Timestamp or None
    spot : float or None
        Where the index stands. [points]
    volume : float or None
        Money traded in a usual day. [money/d]
    missing : mapping of source to option
        Sources nothing was given for: they are in no figure, so a total is a lower bound.
    failed : mapping of source to reason
        Sources that were given and could not be read.
    refused : mapping of source to DataFrame
        ``row``, ``name``, ``why`` of rows that could not be used.
    positions : mapping of source to DataFrame
        Positions nearest to being forced: ``name``, ``money``, ``distance``, ``state``.
    notes : tuple of str
        What was noticed while reading.
    """

    curve: SupplyCurve
    as_of: pd.Timestamp | None = None
    spot: float | None = None
    volume: float | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    positions: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_lower_bound(self) -> bool:
        """Whether some source is in no figure, or only in the range."""
        inside = bool((self.curve.unknown | self.curve.range_only).any(axis=None))
        return bool(self.missing or self.failed or inside)
