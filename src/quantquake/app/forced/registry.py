"""Every kind of forced trader, what must be given for it, and who reads that."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from quantquake.app.forced import positions, traders
from quantquake.app.forced.found import Found
from quantquake.app.forced.request import Request


class Kind(NamedTuple):
    """One kind of forced trader.

    `code` is the name of its `ForcedSource`, `option` how the command line is given its table or
    size; `given` says whether a request has it, `read` makes the source.
    """

    code: str
    option: str
    given: Callable[[Request], bool]
    read: Callable[[Request], Found]


def _table(name: str) -> Callable[[Request], bool]:
    return lambda asked: name in asked.tables


def _rule(name: str) -> Callable[[Request], bool]:
    return lambda asked: getattr(asked.rules, name) is not None


#: In the order they are stacked: who trades at once first, who can wait last.
KINDS = (
    Kind("dealer_gamma", "--chain", _table("chain"), traders.dealers),
    Kind("snowball", "--snowballs", _table("snowballs"), traders.snowballs),
    Kind("leveraged_etf", "--funds", _table("funds"), traders.leveraged_etfs),
    Kind(
        "stop",
        "--products",
        lambda asked: "products" in asked.tables or asked.rules.stop_assets is not None,
        positions.stop,
    ),
    Kind("margin", "--margin", _table("margin"), positions.levered),
    Kind("financing", "--financing", _table("financing"), positions.financing),
    Kind("var_limit", "--var-limit", _rule("var_limit"), traders.var_limit),
    Kind("vol_control", "--vol-control", _rule("vol_control"), traders.vol_control),
    Kind("trend", "--trend", _rule("trend"), traders.trend),
    Kind("neutral", "--neutral", _table("neutral"), positions.hedged),
    Kind("redemption", "--redemption", _table("redemption"), positions.redeemed),
)
