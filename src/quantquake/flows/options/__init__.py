"""What an option is worth and how it must be hedged: the closed form, and the volatility in a price.

Black-Scholes-Merton: a lognormal spot with constant volatility, interest and dividend yield, and
exercise at expiry only. American options are priced as if European; that is for the caller to say.
"""

from quantquake.flows.options.arrays import is_call
from quantquake.flows.options.closed_form import (
    NAMES,
    Greeks,
    black_scholes,
    cross_greeks,
    price_bounds,
)
from quantquake.flows.options.implied import implied_volatility

__all__ = [
    "NAMES",
    "Greeks",
    "black_scholes",
    "cross_greeks",
    "implied_volatility",
    "is_call",
    "price_bounds",
]
