"""How neutral funds answer the basis, and what is known of it: mostly priors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.errors import ConfigError
from quantquake.types import Result

Range = tuple[float, float]

#: Priors of the 2024 replay, which its data hardly narrowed: share of the books closed per unit of
#: paper profit beyond the threshold, and widening of the discount per unit of index fall.
CLOSING_PRIOR: Range = (0.0, 1.5)
WIDENING_PRIOR: Range = (0.0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralRules(Result):
    """How neutral funds answer the basis.

    Attributes
    ----------
    closing_rate : float or None
        Share of the books closed per unit of paper profit beyond `threshold`. [1] None: not known,
        so the answer is a range.
    closing_range, widening_range : pair of float
        Ends of that share, and of the widening per unit of index fall. [1]
    widening : float or None
        Widening of the discount per unit of index fall. [1] None: not known.
    threshold : float
        Paper profit below which nobody closes. [1]
    opening_rate : float
        New books as a share of the old ones, per unit of yearly cost below `hurdle`. [1] 0: no new
        money is sized.
    hurdle : float
        Yearly hedging cost at which no new book is opened. [1/yr]
    rate_of_year : float
        Unit in which a widening adds to the yearly cost of a new hedge: 4 for one of three months.
        [1/yr]
    banned : bool
        Closing is forbidden: books rotate instead.
    rotation_rate : float
        Share of the names outside the index swapped into members while banned. [1]
    """

    closing_rate: float | None = None
    closing_range: Range = CLOSING_PRIOR
    widening: float | None = None
    widening_range: Range = WIDENING_PRIOR
    threshold: float = 0.0
    opening_rate: float = 0.0
    hurdle: float = 0.0
    rate_of_year: float = 4.0
    banned: bool = False
    rotation_rate: float = 0.1

    def __post_init__(self) -> None:
        sizes = {
            "closing_rate": (0.0 if self.closing_rate is None else self.closing_rate,),
            "closing_range": self.closing_range,
            "widening": (0.0 if self.widening is None else self.widening,),
            "widening_range": self.widening_range,
            "threshold": (self.threshold,),
            "opening_rate": (self.opening_rate,),
            "rate_of_year": (self.rate_of_year,),
            "rotation_rate": (self.rotation_rate, 1.0),
        }
        wrong = [
            f"`{name}`={', '.join(f'{v:g}' for v in values)}"
            for name, values in sizes.items()
            if not all(0 <= v < np.inf for v in values) or values[0] > values[-1]
        ]
        if wrong:
            raise ConfigError(
                f"rules of neutral funds: {'; '.join(wrong)}. Shares, widening and thresholds are 0 "
                "or more, ranges run from low to high, and no more than everything is rotated, or "
                "sales would turn into purchases. Correct them."
            )
