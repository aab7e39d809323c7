"""What the market looks like: numbers from observed data, no memory between calls, no orders."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "absorption",
        "basis",
        "breadth",
        "capacity",
        "comomentum",
        "contrarian",
        "crowd_flow",
        "crowding",
        "day",
        "dispersion",
        "evidence",
        "factor_crowding",
        "froth",
        "liquidity",
        "momentum",
        "order_flow",
        "percentile",
        "probability",
        "ranks",
        "relative_strength",
        "sentiment",
        "spectrum",
        "turbulence",
    ),
)
