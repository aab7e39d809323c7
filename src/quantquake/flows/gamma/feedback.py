"""Whether hedging damps a market or shakes it: the variance ratio of a day with hedgers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError
from quantquake.types import Result

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgingFeedback(Result):
    """Move of a market with hedgers against the move of the same news without them.

    Attributes
    ----------
    strength : ndarray
        Gamma over depth, both in money per 1 %. [1] Above 0: dealers are long gamma.
    amplification : ndarray
        Move with hedgers over move without, ``1 / (1 + strength)``. [1] Infinite at -1 and below:
        each round of hedging moves the price by more than the round before.
    variance_ratio : ndarray
        Its square: below 1 with long gamma, above with short. [1]
    """

    strength: FloatArray
    amplification: FloatArray
    variance_ratio: FloatArray


def hedging_feedback(
    gamma_per_1pct: npt.ArrayLike, depth_per_1pct: npt.ArrayLike
) -> HedgingFeedback:
    """What hedgers with this gamma do to the moves of a market with this depth.

    Parameters
    ----------
    gamma_per_1pct : array-like
        Net gamma of all hedgers, dealers long > 0. [money per 1 %]
    depth_per_1pct : array-like
        Money that moves the price by 1 %, without hedgers. [money per 1 %]

    Returns
    -------
    HedgingFeedback
        NaN where an argument is.

    Raises
    ------
    ConfigError
        A depth not above 0.

    Notes
    -----
    News of size eps moves the price by r; hedgers trade ``-gamma * r / 1 %``, which moves it by
    ``-(gamma / depth) * r``. So ``r = eps - (gamma / depth) * r`` and ``r = eps / (1 + gamma /
    depth)``: impact linear and lasting, hedged at once and in full. Hedged a step later, r(t) =
    eps(t) - k r(t-1), single steps are not damped but sums over many steps have the same ratio.

    References
    ----------
    .. [1] A. Barbon, A. Buraschi, "Gamma Fragility", 2020.
    """
    gamma, depth = (np.asarray(a, dtype=float) for a in (gamma_per_1pct, depth_per_1pct))
    if (depth <= 0).any():
        raise ConfigError(
            f"depth_per_1pct={np.nanmin(depth):g}: in a market that no money moves, or that falls "
            "when bought, hedging has no meaning. Give the money that moves it by 1 %, above 0."
        )
    strength = gamma / depth
    with np.errstate(divide="ignore"):
        grown = np.where(strength <= -1.0, np.inf, 1.0 / (1.0 + strength))
    grown = np.where(np.isnan(strength), np.nan, grown)
    return HedgingFeedback(
        strength=strength[()], amplification=grown[()], variance_ratio=(grown**2)[()]
    )
