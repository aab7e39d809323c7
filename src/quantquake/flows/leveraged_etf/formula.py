"""The closing trade of one fund: Cheng and Madhavan's formula, and what cancels it."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError

Number = TypeVar("Number", float, npt.NDArray[np.float64], pd.Series)

#: Above this a multiple is a percentage or a slip; the highest one listed is 4.
LARGEST_LEVERAGE = 10.0


def rebalancing_flow(
    assets: Number,
    leverage: Number | float,
    underlying_return: Number | float,
    *,
    investor_flow: Number | float = 0.0,
) -> Number:
    """Money a fund must trade at the close to be at its multiple again; buy > 0, sell < 0.

    Parameters
    ----------
    assets : float or array
        Net assets at the previous close. [money]
    leverage : float or array
        Signed daily multiple: 3, 2, -1, -3. [1]
    underlying_return : float or array
        Return of the underlying since the previous close. [1]
    investor_flow : float or array
        Money investors put in (> 0) or take out at the close; it is invested L times. [money]

    Returns
    -------
    float or array
        ``L (L - 1) A r + L phi``. [money] Same sign as the return for every L outside [0, 1].
        NaN where an input is. The formula is not bounded: see :func:`bounded_flow` for a fund
        whose assets a large move wipes out.

    Raises
    ------
    DataError
        A multiple of 0, negative assets, or a return below -1.

    References
    ----------
    .. [1] M. Cheng and A. Madhavan, "The dynamics of leveraged and inverse exchange-traded funds",
       Journal of Investment Management 7(4), 2009.
    .. [2] I. Ivanov and S. Lenkey, "Do leveraged ETFs really amplify late-day returns and
       volatility?", Journal of Financial Markets 41, 2018.
    """
    _check(assets, leverage, underlying_return)
    held, times, move, phi = map(_as_number, (assets, leverage, underlying_return, investor_flow))
    return times * (times - 1.0) * held * move + times * phi


def convexity(assets: Number, leverage: Number | float) -> Number:
    """``L (L - 1) A``: money a fund must trade per unit of return; 0 for a multiple of 1. [money]"""
    _check(assets, leverage, 0.0)
    return leverage * (leverage - 1.0) * assets


def cancelling_flow(
    assets: Number, leverage: Number | float, underlying_return: Number | float
) -> Number:
    """Investor flow that leaves the fund nothing to trade: ``-(L - 1) A r``. [money]

    Investors who buy falls and sell rises bring part of it; Ivanov and Lenkey (2018) find what is
    left economically small. It is the other end of every range printed here, not a forecast.
    """
    _check(assets, leverage, underlying_return)
    return -(leverage - 1.0) * assets * underlying_return


def bounded_flow(
    assets: Number, leverage: Number | float, underlying_return: Number | float
) -> Number:
    """Flow without investors, for moves of any size.

    A fund that loses everything (``L r <= -1``) sells what it holds, ``-L A (1 + r)``, instead of
    following the formula to a position its assets no longer carry. The two meet where it dies.
    """
    _check(assets, leverage, underlying_return)
    alive = leverage * underlying_return > -1.0
    kept = leverage * (leverage - 1.0) * assets * underlying_return
    closed = -leverage * assets * (1.0 + underlying_return)
    # A NaN return is neither alive nor dead; both branches are NaN.
    return kept * alive + closed * (1.0 - alive)


def _as_number(value: Any) -> Any:
    """A list as an array; anything that counts by itself as it is."""
    return np.asarray(value, dtype=float) if isinstance(value, (list, tuple)) else value


def _check(assets: Number, leverage: Number | float, underlying_return: Number | float) -> None:
    wrong = {
        "multiple of 0": np.equal(leverage, 0.0),
        f"multiple beyond {LARGEST_LEVERAGE:g}": np.abs(leverage) > LARGEST_LEVERAGE,
        "negative assets": np.less(assets, 0.0),
        "return below -1": np.less(underlying_return, -1.0),
    }
    for what, where in wrong.items():
        count = int(np.sum(where))
        if count:
            raise DataError(
                f"{count} of {np.size(where)} values have a {what}: no fund is run like that, and "
                "the flow would be meaningless. Give signed daily multiples such as 2 or -3, "
                "assets in money, returns as fractions."
            )
