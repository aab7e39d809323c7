"""What the report reads of an outlook: chances of a fall from the last close."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class ChanceLike(Protocol):
    """Chance of a fall within one horizon (``measures.probability.FallChance``)."""

    @property
    def horizon(self) -> int: ...  # noqa: D102 - sessions
    @property
    def loss(self) -> float: ...  # noqa: D102
    @property
    def probability(self) -> float: ...  # noqa: D102
    @property
    def usual(self) -> float: ...  # noqa: D102 - share of all earlier days


class OutlookLike(Protocol):
    """How likely a fall is from the last close (``measures.probability.FallOutlook``)."""

    @property
    def chances(self) -> Sequence[ChanceLike]: ...  # noqa: D102
    @property
    def volatility(self) -> float: ...  # noqa: D102
