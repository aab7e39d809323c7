"""How it ends: for a holder, and for the market. Endings are values, never exceptions."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """What became of a holder; a higher number is a worse end and is never taken back."""

    SURVIVED = 0
    GATED = 1
    MARGIN_CALLED = 2
    STOPPED = 3
    DEFAULTED = 4

    @property
    def sentence(self) -> str:
        """One sentence for a reader."""
        return _SENTENCES[self]


class MarketOutcome(IntEnum):
    """How the market ended."""

    OPEN = 0
    CLOSED = 1

    @property
    def sentence(self) -> str:
        """One sentence for a reader."""
        return _MARKET[self]


_SENTENCES = {
    Outcome.SURVIVED: "Still holds its book.",
    Outcome.GATED: "Still there, but could not pay every redemption on the day it was due.",
    Outcome.MARGIN_CALLED: "Was made to sell by its lender and is still there.",
    Outcome.STOPPED: "Reached its stop line and was liquidated.",
    Outcome.DEFAULTED: "Owes more than it owns; its lender sells what is left.",
}
_MARKET = {
    MarketOutcome.OPEN: "Trading to the last day.",
    MarketOutcome.CLOSED: "Trading stopped: an index had lost nearly everything.",
}
