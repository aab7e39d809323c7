"""Questions of one's own book: what a hedge has cost, what of a NAV was basis, who is alike."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("allocator", "bets", "dma_swap", "entries", "ledger", "positions"),
    names={
        "dma_ledger": "dma_swap",
        "dma_return": "dma_swap",
        "effective_bets": "bets",
        "entry_dates": "entries",
        "managers": "allocator",
        "nav_attribution": "allocator",
        "neutral_ledger": "ledger",
    },
)
