"""Trades that cannot be used, each with its line and the first reason found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.flows.snowball_book.terms import Bools, Terms

REASONS = {
    "no_underlying": "no underlying",
    "no_issue_date": "no issue date",
    "no_maturity": "no tenor or maturity after the issue",
    "no_notional": "no notional",
    "notional_not_positive": "notional is not above 0",
    "notional_unit": "notional above 10 trillion: check its unit",
    "no_start_level": "no level at issue, and no index close of that day",
    "no_knock_in": "no knock-in barrier",
    "no_knock_out": "no knock-out barrier",
    "barrier_unit": "a barrier fits no unit: write it as 0.8, 80% or an index level",
    "knock_in_above_start": "knock-in at or above the level at issue",
    "knock_out_below_knock_in": "knock-out below the knock-in",
    "knock_out_count": "as many knock-outs as observations, or one, are needed",
    "no_coupon": "no coupon",
    "observation_closed": "an observation day on which the exchange is closed",
    "observation_order": "observation days not rising, or outside the trade's life",
    "name_twice": "a trade of this name stands above",
    "terms": "terms no such note has",
}
"""Code of every reason, and what it says; the report words the codes in the reader's language."""


class Rejects:
    """Collects reasons; a trade keeps the first it is given."""

    def __init__(self, n: int) -> None:
        self.n = n
        self._reason = np.full(n, "", dtype=object)

    def mark(self, wrong: Bools, reason: str) -> None:
        """Give the trades where `wrong` is true their reason, unless they have one."""
        self._reason[wrong & (self._reason == "")] = reason

    @property
    def good(self) -> Bools:
        """Trades without a reason."""
        return np.asarray(self._reason == "", dtype=bool)

    def table(self, terms: Terms) -> pd.DataFrame:
        """Rows `line`, `trade`, `reason` of the trades that have one, in the file's order."""
        left = ~self.good
        return pd.DataFrame(
            {
                "line": terms.line[left],
                "trade": terms.name[left].astype(str),
                "reason": self._reason[left].astype(str),
            }
        )
