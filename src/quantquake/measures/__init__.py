"""What the market looks like: numbers from observed data, no memory between calls, no orders."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "basis",
        "breadth",
        "comomentum",
        "contrarian",
        "crowding",
        "dispersion",
        "momentum",
        "percentile",
        "spectrum",
    ),
)
