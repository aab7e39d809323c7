"""Who must trade, how much, at which level: forced flows from positions and rules. Moves no price."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "day_curve",
        "execution",
        "forced",
        "holder",
        "leveraged_etf",
        "schedule",
        "snowball",
        "supply",
        "systematic",
        "trend",
        "var_limit",
        "vol_control",
    ),
)
