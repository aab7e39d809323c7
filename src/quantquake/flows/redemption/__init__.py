"""Redemptions (赎回): who asks for money after a loss, and what is sold to pay them."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    names={
        "FlowPerformance": "curve",
        "RedemptionBook": "funds",
        "Waterfall": "sale_order",
        "forced_source": "funds",
        "lockup_calendar": "lockup",
        "redemption_book": "funds",
        "waterfall": "sale_order",
    },
)
