"""Stop lines (止损线): products that must sell everything once their net value closes at 0.7.

A stop is read at the close and executed at the next open, and there is no way back: whoever was
sold out does not buy again when the index recovers (seed article S0: the open of 6 February 2024).
"""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    names={
        "StopBook": "book",
        "StopDistance": "distance",
        "assumed_stops": "assumed",
        "distance_to_stop": "distance",
        "forced_source": "supply",
        "stop_book": "book",
    },
)
