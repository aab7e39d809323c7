"""What the market looks like: numbers from observed data, no memory between calls, no orders."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "absorption",
        "basis",
        "breadth",
        "capacity",
        "changepoints",
        "comomentum",
        "contrarian",
        "cross_hedge",
        "crowd_flow",
        "crowding",
        "day",
        "dispersion",
        "dividends",
        "early_warning",
        "evidence",
        "factor_crowding",
        "froth",
        "liquidity",
        "momentum",
        "order_flow",
        "overlap",
        "parity",
        "percentile",
        "probability",
        "ranks",
        "relative_strength",
        "roll",
        "sentiment",
        "spectrum",
        "turbulence",
    ),
)
