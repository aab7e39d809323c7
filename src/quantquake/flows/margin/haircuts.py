"""Collateral demands that rise with volatility: the lender's half of a margin spiral."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError


def haircut(
    volatility: float | npt.NDArray[np.float64],
    *,
    calm_volatility: float,
    calm_haircut: float,
    sensitivity: float = 1.0,
) -> float | npt.NDArray[np.float64]:
    """Share of an asset's value a lender wants as equity, at this volatility.

    Parameters
    ----------
    volatility : float or ndarray
        Volatility the lender sees. [any, as `calm_volatility`] NaN stays NaN.
    calm_volatility, calm_haircut : float
        What was seen, and asked, in calm times; no haircut is ever below the calm one. [, 1]
    sensitivity : float
        Power of the volatility: 1 for a lender who covers a fixed number of standard deviations, 0
        for one whose haircut does not move. [1]

    Returns
    -------
    float or ndarray
        ``calm_haircut (volatility / calm_volatility)^sensitivity``, within [calm, 1]. [1] The most
        leverage it allows is one over it.

    Raises
    ------
    ConfigError
        A volatility below 0, a calm one not above 0, a haircut outside (0, 1], a power below 0.

    References
    ----------
    .. [1] Brunnermeier, Pedersen, "Market Liquidity and Funding Liquidity", Review of Financial
       Studies, 2009: margins of an uninformed financier rise with volatility.
    """
    seen = np.asarray(volatility, dtype=float)
    if (
        (seen < 0).any()
        or not calm_volatility > 0
        or not 0 < calm_haircut <= 1
        or not sensitivity >= 0
    ):
        raise ConfigError(
            f"`volatility`={volatility}, `calm_volatility`={calm_volatility:g}, `calm_haircut`="
            f"{calm_haircut:g}, `sensitivity`={sensitivity:g}: volatilities stand above 0, a haircut "
            "is a share between 0 and 1, and lenders do not lower it when volatility rises. Give "
            "e.g. calm_volatility=0.2, calm_haircut=0.25."
        )
    asked = calm_haircut * (seen / calm_volatility) ** sensitivity
    out = np.clip(asked, calm_haircut, 1.0)
    return float(out) if out.ndim == 0 else out
