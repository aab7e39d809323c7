"""Who must trade, how much, at which level: forced flows from positions and rules. Moves no price."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "crowd_exit",
        "day_curve",
        "execution",
        "forced",
        "gamma",
        "holder",
        "leveraged_etf",
        "margin",
        "neutral",
        "options",
        "redemption",
        "schedule",
        "snowball",
        "snowball_book",
        "stops",
        "supply",
        "systematic",
        "trend",
        "var_limit",
        "vol_control",
    ),
)
