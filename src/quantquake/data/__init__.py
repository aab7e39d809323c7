"""What we were given: tables, calendars, contracts, baskets, dated facts."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "basket_registry",
        "baskets",
        "calendars",
        "contracts",
        "events",
        "files",
        "intraday",
        "market",
        "panel",
        "store",
        "symbols",
        "synthetic",
    ),
)
