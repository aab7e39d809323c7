"""How crowded is a trade, who must sell, what happens when they all do, and what helps.

``import quantquake as qq`` is cheap: rooms load when they are first touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantquake._lazy import attach

__version__ = "0.1.0"

if TYPE_CHECKING:
    from quantquake import book, cascade, data, errors, flows, measures, report
    from quantquake.data.baskets import Basket
    from quantquake.data.files import read
    from quantquake.data.market import Market
    from quantquake.data.synthetic import synthetic_world
    from quantquake.errors import QuantquakeError

__all__ = [
    "Basket",
    "Market",
    "QuantquakeError",
    "__version__",
    "book",
    "cascade",
    "data",
    "errors",
    "flows",
    "measures",
    "read",
    "report",
    "synthetic_world",
]

__getattr__, __dir__ = attach(
    __name__,
    modules=("book", "cascade", "data", "errors", "flows", "measures", "report"),
    names={
        "Basket": "data.baskets",
        "Market": "data.market",
        "QuantquakeError": "errors",
        "read": "data.files",
        "synthetic_world": "data.synthetic",
    },
)
