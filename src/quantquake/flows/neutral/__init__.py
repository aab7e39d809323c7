"""Market-neutral and DMA books: closing when the discount pays, rotating when they may not close.

A wider discount is paper profit for whoever is short futures. Banking it means selling the stocks
and buying the futures back: the stocks fall, the discount narrows (seed article S0). A book that is
forbidden to close can only swap names: small ones out, index members in.
"""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    names={
        "NeutralBook": "books",
        "NeutralRules": "rules",
        "NeutralState": "state",
        "forced_source": "trading",
        "neutral_book": "books",
        "neutral_flow": "trading",
        "neutral_state": "state",
    },
)
