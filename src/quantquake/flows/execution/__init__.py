"""Sell fast or slow (M05): what leaving costs in impact, and what staying risks.

Two laws side by side. Almgren and Chriss: impact in proportion to speed, with the schedule that is
best for a given dislike of risk. The square root law: what a sale of Q costs when V is traded a day,
which stays finite for the sizes a crowd has to sell.
"""

from quantquake._lazy import attach

__all__ = [
    "Execution",
    "Order",
    "SaleCost",
    "almgren_chriss",
    "fast_or_slow",
    "frontier",
    "order_from_volume",
    "sale_cost",
]

__getattr__, __dir__ = attach(
    __name__,
    modules=("schedule", "square_root", "tradeoff"),
    names={
        "Execution": "schedule",
        "Order": "schedule",
        "SaleCost": "square_root",
        "almgren_chriss": "schedule",
        "fast_or_slow": "square_root",
        "frontier": "tradeoff",
        "order_from_volume": "tradeoff",
        "sale_cost": "square_root",
    },
)
