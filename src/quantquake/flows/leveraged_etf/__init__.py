"""Leveraged and inverse funds (杠杆ETF): what they must trade at the close to stay at their multiple.

A fund that promises L times the day's return holds L times its assets. After the day both have
moved, by different factors, and the difference is traded before the close: in the direction of
the day for every L outside [0, 1], so long and inverse funds add up instead of netting.
"""

from quantquake._lazy import attach

__all__ = [
    "ClosingFlow",
    "LeveragedFunds",
    "beside_reported",
    "by_constituent",
    "cancelling_flow",
    "closing_flow",
    "convexity",
    "flow_history",
    "forced_source",
    "match_underlyings",
    "rebalancing_flow",
    "short_gamma",
]

__getattr__, __dir__ = attach(
    __name__,
    modules=("closing", "constituents", "formula", "funds", "history", "reported", "source"),
    names={
        "ClosingFlow": "closing",
        "LeveragedFunds": "funds",
        "beside_reported": "reported",
        "by_constituent": "constituents",
        "cancelling_flow": "formula",
        "closing_flow": "closing",
        "convexity": "formula",
        "flow_history": "history",
        "forced_source": "source",
        "match_underlyings": "underlyings",
        "rebalancing_flow": "formula",
        "short_gamma": "source",
    },
)
