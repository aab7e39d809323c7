"""One source read from a user's tables, with the rows that could not be used."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from quantquake.flows.forced import ForcedSource


def nothing() -> pd.DataFrame:
    """No refused row."""
    return pd.DataFrame({"row": [], "name": [], "why": []})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a reader made of its tables.

    Attributes
    ----------
    source : ForcedSource
    refused : DataFrame
        ``row``, ``name``, ``why``.
    positions : DataFrame or None
        One row a position, nearest to being forced first: ``name``, ``money``, ``distance``
        (index move, fall < 0) [1], ``state``.
    notes : tuple of str
        What was noticed while reading.
    """

    source: ForcedSource
    refused: pd.DataFrame = field(default_factory=nothing)
    positions: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
