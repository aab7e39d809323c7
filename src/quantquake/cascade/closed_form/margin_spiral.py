"""How far a loss moves the price when speculators are at their margin limit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from quantquake.cascade.fields import setting
from quantquake.errors import ConfigError
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginSpiral(Result):
    """Equilibrium of constrained speculators, and its answer to a loss.

    Attributes
    ----------
    price, margin, position : float
        [money/share], [money/share], [shares] of the speculators.
    constrained : bool
        The margin limit binds. Otherwise the price is the fundamental value and does not answer.
    multiplier : float
        Change of the price per unit of money speculators gain, 0 unless constrained. [1/share]
    stability : float
        Denominator of the multiplier: what customers take back as the price falls, less the loss
        spiral, less the margin spiral. [shares]
    loss_spiral : float
        Speculators' inventory: a fall costs them money. [shares]
    margin_spiral : float
        What rising margins take from `stability`. [shares] 0 with informed financiers.
    critical_inventory : float
        Inventory at which `stability` is used up, at this price. [shares]
    binding_wealth : float
        Wealth below which the limit binds. [money]
    jump : float
        Fall of the price the moment it binds, 0 in a market that is not fragile. [money/share]
        Infinite: no lower price clears.
    origin : Origin
    """

    price: float
    margin: float
    position: float
    constrained: bool
    multiplier: float
    stability: float
    loss_spiral: float
    margin_spiral: float
    critical_inventory: float
    binding_wealth: float
    jump: float
    origin: Origin = field(default_factory=Origin)


def brunnermeier_pedersen(
    wealth: float,
    inventory: float,
    *,
    imbalance: float,
    value: float,
    last_price: float,
    risk_aversion: float,
    sigma: float,
    base_margin: float,
    margin_response: float,
    informed: bool = False,
) -> MarginSpiral:
    """Price at which speculators absorb what customers sell, given what margins allow.

    Customers of two groups sell `imbalance` in all and buy back ``2 (value - price) / (risk
    aversion x sigma^2)``; speculators take the rest, at a margin each, from their wealth. Where
    several prices clear, the highest is taken.

    Parameters
    ----------
    wealth : float
        Speculators' cash at the price 0; their capital is ``wealth + inventory x price``. [money]
    inventory : float
        What they hold already. [shares]
    imbalance : float
        What customers must sell, above 0. [shares]
    value, last_price : float
        Fundamental value; price a period ago. [money/share]
    risk_aversion, sigma : float
        Of customers [1/money]; standard deviation of the value [money/share].
    base_margin, margin_response : float
        Margin ``base + response x |last change|``. [money/share], [1]
    informed : bool
        Financiers know the value, so the margin follows its change, taken as 0, not the price's.

    Returns
    -------
    MarginSpiral

    Raises
    ------
    ConfigError
        Values out of range, or no price clears the market: the speculators are bankrupt.

    References
    ----------
    .. [1] M. Brunnermeier and L. H. Pedersen, "Market liquidity and funding liquidity", Review of
       Financial Studies 22(6), 2009, propositions 4-6. Equations recalled, not read again.
    """
    setting("wealth", wealth, -1e60, 1e60, "margins are paid from it")
    setting("inventory", inventory, -1e60, 1e60, "speculators' capital moves with it")
    _check(imbalance, value, last_price, risk_aversion, sigma, base_margin, margin_response)
    slope = 2.0 / (risk_aversion * sigma**2)
    response = 0.0 if informed else margin_response
    market = _Market(wealth, inventory, imbalance, value, last_price, slope, base_margin, response)
    price = market.clear()
    if price is None:
        raise ConfigError(
            f"No price from 0 to {value:g} lets speculators with wealth {wealth:g} and inventory "
            f"{inventory:g} pay their margins: they are bankrupt, and this equilibrium has no price. "
            "Give more wealth or less inventory."
        )
    constrained, position = market.need(value) > 0, market.position(price)
    steepness = -response if price <= last_price else response
    free = slope * market.margin(price) + steepness * position
    return MarginSpiral(
        price=price, margin=market.margin(price), position=position, constrained=constrained,
        multiplier=1 / (free - inventory) if constrained else 0.0, stability=free - inventory,
        loss_spiral=inventory, margin_spiral=-steepness * position, critical_inventory=free,
        binding_wealth=market.margin(value) * imbalance - inventory * value, jump=market.jump(),
        origin=Origin(assumptions=("customers' demand is linear", "margins are refilled at once")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Market:
    """Margin needed less capital at each price: quadratic on either side of the last price."""

    wealth: float
    inventory: float
    imbalance: float
    value: float
    last: float
    slope: float
    base: float
    response: float

    def margin(self, price: float) -> float:
        return self.base + self.response * abs(price - self.last)

    def position(self, price: float) -> float:
        return self.imbalance - self.slope * (self.value - price)

    def need(self, price: float) -> float:
        return self.margin(price) * self.position(price) - self.wealth - self.inventory * price

    def clear(self) -> float | None:
        """Highest price at which speculators can pay their margins, None without one."""
        return self.value if self.need(self.value) <= 0 else max(self._zeros(), default=None)

    def jump(self) -> float:
        """Fall of the highest price at the wealth at which the limit begins to bind."""
        edge = replace(self, wealth=self.wealth + self.need(self.value))
        step = 1e-7 * self.imbalance / self.slope
        if edge.need(self.value - step) <= 0:
            return 0.0
        lower = [price for price in edge._zeros() if price < self.value - step]
        return self.value - max(lower) if lower else math.inf

    def _zeros(self) -> list[float]:
        # At the lowest price nothing is left for them to take, or shares are worth nothing.
        lowest = max(0.0, self.value - self.imbalance / self.slope)
        kink = min(max(self.last, lowest), self.value)
        return [*self._between(lowest, kink), *self._between(kink, self.value)]

    def _between(self, low: float, high: float) -> list[float]:
        """Zeros of the quadratic through three points between two prices."""
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        if half <= 0:
            return []
        a, b, c = (self.need(price) for price in (low, middle, high))
        second, first = 0.5 * (a + c) - b, 0.5 * (c - a)
        root = first**2 - 4 * second * b
        if root < 0:
            return []
        # The form that stays exact when the second power all but vanishes.
        q = -0.5 * (first + math.copysign(math.sqrt(root), first))
        places = [q / second if second else math.inf, b / q if q else math.inf]
        inside = (x for x in places if abs(x) <= 1 + 1e-12)
        return [min(max(middle + half * x, low), high) for x in inside]


def _check(
    imbalance: float, value: float, last_price: float, aversion: float, sigma: float,
    base: float, response: float,
) -> None:  # fmt: skip
    setting("imbalance", imbalance, 1e-60, 1e60, "customers must have something to sell")
    setting("value", value, 1e-60, 1e60, "it is a price")
    setting("last_price", last_price, 1e-60, 1e60, "it is a price")
    setting("risk_aversion", aversion, 1e-60, 1e60, "customers buy back at a discount")
    setting("sigma", sigma, 1e-60, 1e60, "customers buy back at a discount")
    setting("base_margin", base, 1e-60, 1e60, "without margins nothing binds")
    setting("margin_response", response, 0.0, 1e6, "margins do not fall in a fall")
