"""Snowball notes (雪球): terms and state, price and hedge, odds, fair coupon."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "carry",
        "columns",
        "fair",
        "risk",
        "simulation",
        "terms",
        "trade",
        "valuation",
        "variants",
    ),
    names={
        "Outcome": "kinds",
        "SimulatedValue": "simulation",
        "Snowball": "trade",
        "SnowballRisk": "risk",
        "SnowballValue": "valuation",
        "TradeColumns": "columns",
        "Watch": "kinds",
        "carry_from_curve": "carry",
        "fair_coupon": "fair",
        "fair_scale": "fair",
        "price_book": "valuation",
        "probabilities": "risk",
        "simulate_value": "simulation",
        "value": "valuation",
    },
)
