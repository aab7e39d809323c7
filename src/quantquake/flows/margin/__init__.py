"""Borrowed money: leverage after a loss, distance to a margin call, and what must then be sold.

`leverage` is gross assets over equity everywhere; distress is above.
"""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    names={
        "FinancingResponse": "financing",
        "MarginBook": "funds",
        "accounts_called": "accounts",
        "call_distance": "spiral",
        "financing_response": "financing",
        "forced_source": "funds",
        "haircut": "haircuts",
        "leverage_after": "spiral",
        "levered_return": "spiral",
        "margin_book": "funds",
        "sales_to_target": "spiral",
        "spiral_gain": "spiral",
    },
)
