"""The algebra of one levered balance sheet: losses raise leverage, and leverage forces sales.

References
----------
.. [1] Greenwood, Landier, Thesmar, "Vulnerable banks", Journal of Financial Economics, 2015: the
   return to a target leverage, and the sum of the rounds under linear impact.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError

Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64])


def leverage_after(leverage: Numbers, *, loss: float = 0.0, payout: float = 0.0) -> Numbers:
    """Leverage after a loss on the assets and a payout to the owners, nothing sold.

    Parameters
    ----------
    leverage : float or ndarray
        Gross assets over equity. [1] 0: a fund in cash, which stays one.
    loss : float
        Part of the assets' value lost; negative for a gain. [1]
    payout : float
        Part of the equity left after the loss that is handed back, out of borrowing. [1]

    Returns
    -------
    float or ndarray
        ``L (1 - loss) / ((1 - L loss) (1 - payout))``. [1] inf where the equity is gone.

    Raises
    ------
    ConfigError
        A negative leverage, a loss above 1, or a payout not in [0, 1).
    """
    size = np.asarray(leverage, dtype=float)
    if not (size >= 0).all() or not loss <= 1 or not 0 <= payout < 1:
        raise ConfigError(
            f"`leverage`={leverage}, `loss`={loss:g}, `payout`={payout:g}: assets over equity is 0 "
            "or more, no more than everything can be lost, and a fund that pays out all of its "
            "equity has no leverage. Give fractions, 0.36 for 36 %."
        )
    equity = (1.0 - size * loss) * (1.0 - payout)
    with np.errstate(divide="ignore", invalid="ignore"):
        after = np.where(equity > 0, size * (1.0 - loss) / equity, np.inf)
    return _like(after, leverage)


def levered_return(
    excess: Numbers,
    basis: Numbers,
    *,
    leverage: float = 4.0,
    financing: float = 0.0,
    years: float = 0.0,
) -> Numbers:
    """Return on the client's own money of a levered neutral book (DMA).

    Parameters
    ----------
    excess : float or ndarray
        Stocks less index over the period. [1]
    basis : float or ndarray
        What the basis gave the short futures: > 0 if the discount widened. [1]
    leverage : float
        Gross stocks over own money. [1]
    financing : float
        Yearly rate on what is borrowed. [1/yr]
    years : float
        Length of the period. [yr]

    Returns
    -------
    float or ndarray
        ``L (excess + basis) - financing (L - 1) years``. [1] Below -1: the broker has closed the
        book before, and the value says how much is missing.

    Raises
    ------
    ConfigError
        Leverage below 1, or a negative length.
    """
    if not leverage >= 1 or not years >= 0:
        raise ConfigError(
            f"leverage={leverage}, years={years}: own money must be part of the book and time must "
            "pass forward. Use leverage >= 1 and years >= 0."
        )
    return leverage * (excess + basis) - financing * (leverage - 1.0) * years


def call_distance(leverage: Numbers, *, maintenance: float) -> Numbers:
    """Fall of the assets that brings the margin call.

    Parameters
    ----------
    leverage : float or ndarray
        Gross assets over equity. [1]
    maintenance : float
        Least equity over assets the lender accepts, in (0, 1). [1] A Chinese maintenance ratio
        (assets over debt) of 1.3 is ``1 - 1 / 1.3``.

    Returns
    -------
    float or ndarray
        Move of the assets, fall < 0: ``-(1 - L m) / (L (1 - m))``. [1] 0: the call is there; -1:
        without debt none ever comes.

    Raises
    ------
    ConfigError
        A leverage not above 0, or a requirement outside (0, 1).
    """
    size = np.asarray(leverage, dtype=float)
    if not (size > 0).all() or not 0 < maintenance < 1:
        raise ConfigError(
            f"`leverage`={leverage}, `maintenance`={maintenance:g}: a call needs assets and a least "
            "share of equity between 0 and 1. Give assets over equity, 4 for a DMA book, and e.g. "
            "0.2; a maintenance ratio of 130 % is 1 - 1/1.3."
        )
    fall = (1.0 - size * maintenance) / (size * (1.0 - maintenance))
    return _like(-np.clip(fall, 0.0, 1.0), leverage)


def sales_to_target(
    leverage: Numbers, loss: Numbers, *, target: float, limit: float | None = None
) -> Numbers:
    """Assets to sell after a loss to bring leverage back to its target.

    Parameters
    ----------
    leverage : float or ndarray
        Assets over equity before the loss. [1]
    loss : float or ndarray
        Part of the assets' value lost. [1]
    target : float
        Leverage to return to. [1]
    limit : float, optional
        Nothing is sold up to this leverage; default `target`. [1]

    Returns
    -------
    float or ndarray
        Sale over the assets before the loss, >= 0, at the fallen prices. [1] All that is left
        where the equity is gone.

    Raises
    ------
    ConfigError
        A leverage not above 0, a target below 0 or above the limit.
    """
    size, lost = np.asarray(leverage, dtype=float), np.asarray(loss, dtype=float)
    bound = target if limit is None else limit
    if not (size > 0).all() or not 0 <= target <= bound:
        raise ConfigError(
            f"`leverage`={leverage}, `target`={target:g}, `limit`={bound:g}: a levered book has "
            "assets, and returns to a target at or below its limit. Give 0 <= target <= limit."
        )
    assets, equity = 1.0 - lost, np.maximum(1.0 / size - lost, 0.0)
    over = assets > bound * equity * (1.0 + 1e-12)
    sale = np.where(over, np.clip(assets - target * equity, 0.0, np.maximum(assets, 0.0)), 0.0)
    return _like(sale, leverage if np.ndim(leverage) else loss)


def spiral_gain(assets: Numbers, leverage: Numbers, *, impact: float) -> tuple[float, float]:
    """How much of a sale comes back as a further sale, and what all rounds add up to.

    Parameters
    ----------
    assets, leverage : float or ndarray
        Of the funds that return to their leverage after every loss. [money, 1]
    impact : float
        Price fall per unit of money sold (linear). [1/money]

    Returns
    -------
    gain : float
        ``sum(assets (leverage - 1)) impact``. [1] From 1 on the sales never settle.
    multiplier : float
        All sales over the first: ``1 / (1 - gain)``. [1] inf from a gain of 1.

    Raises
    ------
    ConfigError
        Negative assets or impact, or a leverage below 1.
    """
    money, size = np.asarray(assets, dtype=float), np.asarray(leverage, dtype=float)
    if not (money >= 0).all() or not (size >= 1).all() or not impact >= 0:
        raise ConfigError(
            f"`assets`={assets}, `leverage`={leverage}, `impact`={impact:g}: sizes and impact are 0 "
            "or more, and a fund that owes nothing has a leverage of 1. Correct them."
        )
    gain = float(np.sum(money * (size - 1.0)) * impact)
    return gain, 1.0 / (1.0 - gain) if gain < 1.0 else float("inf")


def _like(values: npt.NDArray[np.float64], given: Numbers) -> Numbers:
    """Scalars in, scalars out."""
    return float(values) if np.ndim(given) == 0 and values.ndim == 0 else values  # type: ignore[return-value]
