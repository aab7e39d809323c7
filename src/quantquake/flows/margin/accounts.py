"""Margin financing of brokers' clients (两融): what is called as collateral falls, as a range.

Only the market's mean maintenance ratio (维持担保比例, collateral over debt) is published. How the
accounts spread around it is not, so this gives a range under a stated spread and never a number;
`financing.financing_response` measures what balances really did.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.types import Origin

FloatArray = npt.NDArray[np.float64]

#: Points of the spread: their mean is exact to better than a thousandth of the balance.
_POINTS = 4001


def accounts_called(
    moves: Sequence[float] | FloatArray,
    *,
    balance: float,
    ratio: float,
    spread: tuple[float, float],
    call: float = 1.3,
    restore: float = 1.4,
    underlying: str = "",
    currency: str = "CNY",
) -> ForcedSource:
    """Range of collateral sold by accounts that fall below the call line.

    Parameters
    ----------
    moves : array of shape (n_moves,), rising
        Index move from now, fall < 0; the collateral moves with it. [1]
    balance : float
        Debt of all accounts. [money]
    ratio : float
        Mean collateral over debt, weighted by debt. [1] 2.22, not 222.
    spread : tuple of float
        Least and most standard deviation of the logarithm of the ratio across accounts. [1] An
        assumption: nothing published tells it.
    call, restore : float
        Ratio below which an account is called, and to which its sale brings it back. [1]
    underlying, currency : str

    Returns
    -------
    ForcedSource
        `flow` NaN, `low` and `high` from the two spreads; nobody meets the call with other money.
        Accounts below the line before the move have been called already and are left out.

    Raises
    ------
    ConfigError
        A balance below 0, a ratio or restore line at or below the call line, a call line below 1,
        or spreads that are not a range above 0.
    """
    _check(balance, ratio, spread, call, restore)
    at = np.asarray(moves, dtype=float)
    ends = np.array([_sold(at, ratio, s, call, restore) for s in spread]) * balance
    return ForcedSource.of(
        "financing",
        at,
        low=-ends.max(axis=0),
        high=-ends.min(axis=0),
        timing=Timing.NEXT_OPEN,
        underlying=underlying,
        currency=currency,
        origin=Origin(
            coverage={"accounts": "none given, only their mean ratio"},
            assumptions=(
                f"account ratios lognormal around {ratio:.0%}, log spread {spread[0]:g} to "
                f"{spread[1]:g}: assumed",
                f"called below {call:.0%}, sold back to {restore:.0%}, no other money put in",
            ),
        ),
    )


def _sold(at: FloatArray, ratio: float, spread: float, call: float, restore: float) -> FloatArray:
    """Collateral sold per unit of debt at each move. [1]"""
    z = ndtri((np.arange(_POINTS) + 0.5) / _POINTS)
    before = ratio * np.exp(spread * z - 0.5 * spread**2)
    before = before[before >= call]
    if not len(before):
        return np.zeros_like(at)
    after = before * np.maximum(1.0 + at, 0.0)[:, None]
    # Selling s repays s of debt: (k - s) / (1 - s) = restore.
    sale = np.clip((restore - after) / (restore - 1.0), 0.0, after)
    return np.asarray(np.where(after < call, sale, 0.0).mean(axis=1))


def _check(
    balance: float, ratio: float, spread: tuple[float, float], call: float, restore: float
) -> None:
    if not 0 <= balance < np.inf or not 1 <= call < restore or not call < ratio < 20:
        raise ConfigError(
            f"`balance`={balance:g}, `ratio`={ratio:g}, `call`={call:g}, `restore`={restore:g}: a "
            "call line lies between 1 and the mean ratio, and accounts are restored to above it. "
            "Ratios are fractions: 2.22 for 222 %."
        )
    if not 0 < spread[0] <= spread[1] < np.inf:
        raise ConfigError(
            f"`spread`={spread}: the accounts' spread is a range above 0, from the least to the "
            "most, e.g. (0.2, 0.5). It is an assumption, so one number would hide it."
        )
