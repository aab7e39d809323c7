"""Exchange-traded funds of a run: value, premium and price of a unit, who bought, what was created."""

from __future__ import annotations

import pandas as pd

from quantquake.cascade.participants.etf import EtfArbitrageur, EtfInvestor
from quantquake.cascade.participants.state_buyer import StateBuyer
from quantquake.cascade.result import CascadeResult
from quantquake.cascade.scenario import Scenario


def funds_of(scenario: Scenario) -> list[str]:
    """Indices whose futures stand for the units of a fund, in the scenario's order."""
    named: set[str] = set()
    for p in scenario.participants:
        if isinstance(p, EtfArbitrageur):
            named |= {b.etf for b in p.baskets}
        elif isinstance(p, EtfInvestor):
            named |= set(p.holdings_of)
        elif isinstance(p, StateBuyer) and p.channel == "etf":
            named |= set(p.etfs.values())
    return [i.name for i in scenario.indices if i.name in named]


def desks_of(scenario: Scenario) -> list[str]:
    """Participants that create and redeem units."""
    return [p.name for p in scenario.participants if isinstance(p, EtfArbitrageur)]


def fund_units(result: CascadeResult, scenario: Scenario) -> pd.DataFrame:
    """Units of each fund, day by day.

    Parameters
    ----------
    result : CascadeResult
    scenario : Scenario
        The one `result` is a path of.

    Returns
    -------
    DataFrame
        Indexed by ``etf`` and ``day`` (0 before the first): ``nav``, the value of a unit, 1 at the
        start [1]; ``premium`` of the price over it, discounts negative [1]; ``price``,
        ``nav x (1 + premium)`` [1]; ``return`` of the price over the day before [1]; ``bought`` net by
        everybody but the desks, and ``created`` net by the desks (redeemed < 0), at the prices paid
        [money]. Empty without funds.

    Notes
    -----
    What is bought and not created stands in the premium, at the depth of the units' market: a day
    with much `bought` and little `created` ends dear.
    """
    desks, level = desks_of(scenario), {i.name: i.level for i in scenario.indices}
    flow = result.futures.assign(desk=result.futures["participant"].isin(desks))
    flow = flow.groupby(["index", "desk", "day"])["flow"].sum()
    tables = {}
    for etf in funds_of(scenario):
        nav, premium = result.index[etf] / level[etf], result.basis[etf]
        table = pd.DataFrame({"nav": nav, "premium": premium, "price": nav * (1 + premium)})
        table["return"] = table["price"].pct_change()
        for column, desk, sign in (("bought", False, 1.0), ("created", True, -1.0)):
            given = flow.get((etf, desk), pd.Series(dtype=float))
            table[column] = sign * given.reindex(table.index, fill_value=0.0) + 0.0
        tables[etf] = table
    if not tables:
        return pd.DataFrame(columns=["nav", "premium", "price", "return", "bought", "created"])
    return pd.concat(tables, names=["etf", "day"])
