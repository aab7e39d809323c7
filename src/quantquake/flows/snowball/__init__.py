"""A snowball note: terms, state, price and Greeks."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("columns", "trade", "valuation"),
    names={
        "Outcome": "trade",
        "Snowball": "trade",
        "SnowballValue": "valuation",
        "TradeColumns": "columns",
        "Watch": "trade",
        "price_book": "valuation",
        "value": "valuation",
    },
)
