"""Banks sell back to a target once leverage passes a limit; prices have a floor. Rounds until calm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting
from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThresholdSales(Result):
    """What happened in each round; row 0 is the state after the shock, before any sale.

    Attributes
    ----------
    fraction : ndarray of shape (n_rounds + 1, n_banks)
        Part of its marketable assets each bank sells in the round. [1]
    sold : ndarray of shape (n_rounds + 1, n_assets)
        All sales of the round, at the prices before them. [money]
    price : ndarray of shape (n_rounds + 1, n_assets)
    equity : ndarray of shape (n_rounds + 1, n_banks)
        [money] 0: insolvent.
    holdings : ndarray of shape (n_rounds + 1, n_banks, n_assets)
        [money]
    calm : bool
        Nobody sells any more; False: the round limit came first.
    origin : Origin
    """

    fraction: Array
    sold: Array
    price: Array
    equity: Array
    holdings: Array
    calm: bool
    origin: Origin = field(default_factory=Origin)

    @property
    def loss(self) -> Array:
        """Equity lost to sales, of the banks alive after the shock, by bank. [money]"""
        return self.equity[0] - self.equity[-1]

    def to_frame(self) -> pd.DataFrame:
        """One row a round; columns ``fraction``, ``sold``, ``price``, ``equity`` by number."""
        parts = {"fraction": self.fraction, "sold": self.sold, "price": self.price}
        parts["equity"] = self.equity
        frames = {name: pd.DataFrame(array) for name, array in parts.items()}
        return pd.concat(frames, axis=1).rename_axis("round")


def cont_schaanning(
    holdings: Any,
    equity: Any,
    *,
    illiquid: Any,
    shock: Any,
    adv: Any,
    sigma: Any,
    max_leverage: float,
    target_leverage: float,
    price: Any = 1.0,
    floor: float = 0.5,
    depth_scale: float = 0.4,
    horizon: float = 20.0,
    sale_loss: float = 0.5,
    max_rounds: int = 1000,
) -> ThresholdSales:
    """Follow threshold deleveraging round by round.

    Parameters
    ----------
    holdings : array of shape (n_banks, n_assets)
        Marketable assets at `price`. [money]
    equity : array of shape (n_banks,)
        Before the shock. [money]
    illiquid : array of shape (n_banks, n_classes)
        Assets that cannot be sold; the shock falls on them. [money]
    shock : array of shape (n_classes,)
        Part of each class that is lost, 0 to 1. [1]
    adv, sigma : array of shape (n_assets,)
        Money traded a day; daily volatility. [money/d], [1]
    max_leverage, target_leverage : float
        Assets over equity: beyond the first a bank sells, back to the second. [1]
    price : float or array of shape (n_assets,)
    floor : float
        Price below which sales cannot push, over the first price. [1] 0: none.
    depth_scale, horizon : float
        c and tau of the depth ``c adv / sigma sqrt(tau)``. [1], [d]
    sale_loss : float
        Part of the round's fall borne on what is sold in it. [1]
    max_rounds : int

    Returns
    -------
    ThresholdSales

    Raises
    ------
    DataError, ConfigError
        Shapes that do not fit, values out of range; with the places.

    References
    ----------
    .. [1] R. Cont and E. Schaanning, "Fire sales, indirect contagion and systemic stress
       testing", Norges Bank working paper 2/2017, equations 1-12.
    """
    start = _Start.of(holdings, equity, illiquid, shock, adv, sigma, price)
    _check(floor, sale_loss, depth_scale, horizon, max_leverage, target_leverage)
    depth = depth_scale * start.adv / start.sigma * np.sqrt(horizon)
    lowest = floor * start.price
    rows, calm = _rounds(
        start, (1 - floor) * depth, lowest, (max_leverage, target_leverage), sale_loss, max_rounds
    )
    fraction, sold, prices, capital, held = (np.array(part) for part in zip(*rows, strict=True))
    return ThresholdSales(
        fraction=fraction, sold=sold, price=prices, equity=capital, holdings=held, calm=calm,
        origin=Origin(assumptions=("sales in proportion", "all banks decide from the same prices")),
    )  # fmt: skip


def _rounds(
    start: _Start, delta: Array, lowest: Array, levers: tuple[float, float], sale_loss: float,
    max_rounds: int,
) -> tuple[list[tuple[Array, ...]], bool]:  # fmt: skip
    held, capital, price = start.holdings, start.equity, start.price
    none = np.zeros(len(held)), np.zeros(held.shape[1])
    rows: list[tuple[Array, ...]] = [(*none, price, capital, held)]
    for _ in range(max_rounds):
        part = _fraction(held, start.illiquid, capital, *levers)
        if not part.any():
            return rows, True
        sold = part @ held
        fall = (1 - lowest / price) * (1 - np.exp(-sold / delta))
        lost = (1 - (1 - sale_loss) * part) * (held @ fall)
        capital = np.maximum(capital - lost, 0.0)
        held = (1 - part)[:, None] * held * (1 - fall)
        price = price * (1 - fall)
        rows.append((part, sold, price, capital, held))
    return rows, not _fraction(held, start.illiquid, capital, *levers).any()


def _fraction(
    held: Array, illiquid: Array, capital: Array, max_leverage: float, target: float
) -> Array:
    """Part each bank sells: back to target, everything if that is not enough."""
    market = held.sum(axis=1)
    over = (market + illiquid > max_leverage * capital) & (market > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.minimum((market + illiquid - target * capital) / market, 1.0)
    return np.where(over, wanted, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """State after the shock."""

    holdings: Array
    equity: Array
    illiquid: Array
    price: Array
    adv: Array
    sigma: Array

    @classmethod
    def of(
        cls, holdings: Any, equity: Any, illiquid: Any, shock: Any, adv: Any, sigma: Any, price: Any
    ) -> _Start:
        held = numbers("holdings", holdings, (None, None), "each bank's assets are sold")
        n_banks, n_assets = held.shape
        own = numbers("equity", equity, (n_banks,), "each bank has its own")
        fixed = numbers("illiquid", illiquid, (n_banks, None), "the shock falls on them")
        lost = numbers("shock", shock, (fixed.shape[1],), "each class has its own")
        refuse("holdings", held < 0, "is negative", "short assets are not sold", "Give 0 or more")
        refuse("equity", own <= 0, "is not above 0", "the bank has failed already", "Leave it out")
        refuse("shock", (lost < 0) | (lost > 1), "is not in 0 to 1", "it is a part", "Mend it")
        money, risk = (
            numbers(name, value, (n_assets,), "each asset has its own depth")
            for name, value in (("adv", adv), ("sigma", sigma))
        )
        refuse("adv", money <= 0, "is not above 0", "depth would be none", "Drop the asset")
        refuse("sigma", risk <= 0, "is not above 0", "depth would be endless", "Drop the asset")
        first = np.broadcast_to(np.asarray(price, dtype=float), (n_assets,))
        return cls(
            holdings=held, equity=np.maximum(own - fixed @ lost, 0.0),
            illiquid=(fixed * (1 - lost)).sum(axis=1), price=first, adv=money, sigma=risk,
        )  # fmt: skip


def _check(
    floor: float, sale_loss: float, scale: float, horizon: float, limit: float, target: float
) -> None:
    setting("floor", floor, 0.0, 0.999, "a floor at the price itself leaves no fall")
    setting("sale_loss", sale_loss, 0.0, 1.0, "it is a part of the fall")
    setting("depth_scale", scale, 1e-12, 1e12, "depth must be above 0")
    setting("horizon", horizon, 1e-9, 1e6, "depth must be above 0")
    if not 1 <= target <= limit < np.inf:
        raise ConfigError(
            f"`target_leverage` is {target!r} and `max_leverage` {limit!r}: banks would sell beyond "
            "what calms them. Give 1 <= target <= limit."
        )
