"""Can a leveraged position be sold at all? Leverage on the way out, under square-root impact."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExitLeverage(Result):
    """Leverage while a position is sold, marked at the price its own sales have made.

    Attributes
    ----------
    sold : ndarray of shape (n,)
        Part of the position sold. [1]
    price : ndarray of shape (n,)
        Over the price before. [1]
    equity : ndarray of shape (n,)
        Over the worth of the position before. [1]
    leverage : ndarray of shape (n,)
        Position left over equity. [1] NaN where equity is gone.
    critical : float
        Leverage above which selling everything ends in default, ``1.5 / impact``. [1]
    solvent : bool
        Everything can be sold without default.
    peak : float
        Largest leverage seen on the way; infinite where equity is gone. [1]
    origin : Origin
    """

    sold: Array
    price: Array
    equity: Array
    leverage: Array
    critical: float
    solvent: bool
    peak: float
    origin: Origin = field(default_factory=Origin)

    def to_frame(self) -> pd.DataFrame:
        """One row for each part sold: ``price``, ``equity``, ``leverage``."""
        columns = {"price": self.price, "equity": self.equity, "leverage": self.leverage}
        return pd.DataFrame(columns, index=pd.Index(self.sold, name="sold"))


def critical_leverage(impact: float, leverage: float, *, sold: Any = None) -> ExitLeverage:
    """Follow leverage as a position is sold, and say whether all of it can be.

    Parameters
    ----------
    impact : float
        Fall of the price if everything is sold, ``Y sigma sqrt(position / volume)``, 0 to 1. [1]
        See `square_root_impact`.
    leverage : float
        Before the first sale, at least 1. [1]
    sold : array of shape (n,), optional
        Parts sold at which to look, 0 to 1; 101 even steps if not given. [1]

    Returns
    -------
    ExitLeverage

    Raises
    ------
    ConfigError, DataError
        Values out of range.

    References
    ----------
    .. [1] F. Caccioli, J. Bouchaud and J. D. Farmer, "Impact-adjusted valuation and the
       criticality of leverage", Risk, December 2012.
    """
    setting("impact", impact, 1e-9, 1.0, "it is the fall if everything is sold")
    setting("leverage", leverage, 1.0, 1e9, "it is position over equity")
    x = (
        np.linspace(0, 1, 101)
        if sold is None
        else numbers("sold", sold, (None,), "one part a step")
    )
    refuse("sold", (x < 0) | (x > 1), "is not in 0 to 1", "it is a part", "Mend it")
    price = 1 - impact * np.sqrt(x)
    left = (1 - x) * price
    equity = left + x * (1 - 2 / 3 * impact * np.sqrt(x)) - (1 - 1 / leverage)
    alive = equity > 0
    ratio = np.where(alive, left / np.where(alive, equity, 1.0), np.nan)
    critical = 1.5 / impact
    return ExitLeverage(
        sold=x, price=price, equity=equity, leverage=ratio, critical=critical,
        solvent=leverage < critical,
        peak=float(ratio.max(initial=0.0)) if alive.all() else np.inf,
        origin=Origin(assumptions=("square-root impact", "marked at the last price made")),
    )  # fmt: skip


def square_root_impact(
    quantity: float, volume: float, sigma: float, *, scale: float = 1.0
) -> float:
    """Fall of the price when `quantity` is sold against a daily `volume`. [1]

    Parameters
    ----------
    quantity, volume : float
        [money], [money/d]
    sigma : float
        Daily volatility. [1]
    scale : float
        Y, about 1. [1]

    References
    ----------
    .. [1] Y. Sato and K. Kanazawa, "Does the square-root price impact law hold universally?",
       2025: the exponent is 0.489 +- 0.0015 across stocks of the Tokyo exchange.
    """
    setting("quantity", quantity, 0.0, np.inf, "a sale has a size")
    setting("volume", volume, 1e-60, np.inf, "a sale is measured against it")
    setting("sigma", sigma, 0.0, 1e3, "impact is in units of volatility")
    setting("scale", scale, 0.0, 1e6, "selling cannot lift prices")
    return float(scale * sigma * np.sqrt(quantity / volume))
