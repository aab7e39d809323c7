"""Everyone who trades: one dataclass a kind, its columns typed, its orders one vectorised function."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "base",
        "basis_traders",
        "behaviour",
        "columns",
        "etf",
        "funds",
        "hedged",
        "liquidity",
        "mechanical",
        "notes",
        "rotator",
        "run_off",
        "state_buyer",
        "view",
    ),
    names={
        "Holder": "base",
        "Orders": "view",
        "View": "view",
        "participant": "base",
        "kinds": "base",
    },
)
