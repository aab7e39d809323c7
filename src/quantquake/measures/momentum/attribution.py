"""Which leg of the momentum trade lost the money, and whether names between the legs moved too."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.measures.momentum.legs import MIN_DAYS, leg_masks

Label = Literal["none", "long_led", "short_squeeze", "symmetric", "rotation"]

LONG_LED, SQUEEZE = 2 / 3, 1 / 3  # spec/crowding.md 3.4
# Both legs share the loss: a rotation moves every name along its momentum, a deleveraging moves
# the extremes that leveraged books hold. Half of the spread on the line is the even split (ours).
ROTATION = 0.5
FELT = -1.0  # sigmas; a smaller loss is an ordinary day whichever leg it came from
DRAWS = 1000

Array = npt.NDArray[np.float64]


def hedged_names(
    past: pd.DataFrame,
    index: pd.Series,
    formation: pd.DataFrame,
    quantile: float,
    lookback: int,
) -> pd.DataFrame:
    """Every ranked name observed on the last day: leg, place, beta and hedged return."""
    top, bottom = leg_masks(formation, quantile=quantile)
    beta = _betas(past.iloc[-lookback - 1 : -1], index.iloc[-lookback - 1 : -1])
    today = past.iloc[-1]
    leg = np.select([top.iloc[0], bottom.iloc[0]], ["winner", "loser"], "middle")
    names = pd.DataFrame(
        {
            "leg": leg,
            "formation": formation.iloc[0],
            "place": formation.iloc[0].rank(pct=True),
            "return": today,
            "beta": beta,
            "hedged": today - beta.fillna(1.0) * index.iloc[-1],
        }
    ).rename_axis("symbol")
    return names.dropna(subset=["formation", "hedged"])


def _betas(past: pd.DataFrame, index: pd.Series) -> pd.Series:
    """Slope of each name on the index over its observed days; NaN below 60 of them."""
    x = np.where(
        past.notna() & index.notna().to_numpy()[:, None], index.to_numpy()[:, None], np.nan
    )
    y = past.where(index.notna(), axis=0).to_numpy(float)
    count = np.isfinite(x).sum(axis=0)
    safe = np.maximum(count, 1)
    x_gap = x - np.nansum(x, axis=0) / safe
    y_gap = y - np.nansum(y, axis=0) / safe
    variance = np.nansum(x_gap**2, axis=0)
    covariance = np.nansum(x_gap * y_gap, axis=0)
    known = (count >= MIN_DAYS) & (variance > 0)
    return pd.Series(
        np.where(known, covariance / np.where(known, variance, 1.0), np.nan), index=past.columns
    )


def attribution(names: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> dict[str, float]:
    """Split the momentum loss between its legs and the rest of the cross-section.

    Parameters
    ----------
    names : DataFrame of shape (n_symbols, ...)
        `leg` ("winner", "loser", "middle"), `place` (percentile rank of the formation return),
        `hedged` (return minus beta times index return). [1]
    draws, seed : int
        Redraws of the names inside each leg.

    Returns
    -------
    dict
        `long_loss`, `short_loss`, `phi`, `phi_low`, `phi_high`, `gradient_share`. [1] The three
        `phi` are NaN unless the legs lost together.
    """
    hedged = names["hedged"].to_numpy(float)
    leg = names["leg"].to_numpy(str)
    long, short = hedged[leg == "winner"], hedged[leg == "loser"]
    long_loss, short_loss = -float(long.mean()), float(short.mean())
    low, high = _phi_interval(long, short, draws, seed)
    return {
        "long_loss": long_loss,
        "short_loss": short_loss,
        "phi": float(_phi(np.array(long_loss), np.array(short_loss))),
        "phi_low": low if long_loss + short_loss > 0 else np.nan,
        "phi_high": high if long_loss + short_loss > 0 else np.nan,
        "gradient_share": _gradient_share(names["place"].to_numpy(float), hedged, leg),
    }


def _phi(long_loss: Array, short_loss: Array) -> Array:
    total = long_loss + short_loss
    return long_loss / np.where(total > 0, total, np.nan)


def _phi_interval(long: Array, short: Array, draws: int, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    long_loss = -rng.choice(long, (draws, len(long))).mean(axis=1)
    short_loss = rng.choice(short, (draws, len(short))).mean(axis=1)
    drawn = _phi(long_loss, short_loss)
    if np.isnan(drawn).all():
        return np.nan, np.nan
    low, high = np.nanquantile(drawn, [0.05, 0.95])
    return float(low), float(high)


def _gradient_share(place: Array, hedged: Array, leg: npt.NDArray[np.str_]) -> float:
    """Spread the middle names' slope implies for the legs, over the spread the legs showed."""
    long, short, middle = leg == "winner", leg == "loser", leg == "middle"
    spread = hedged[long].mean() - hedged[short].mean()
    if middle.sum() < 3 or spread == 0:
        return np.nan
    x, y = place[middle] - place[middle].mean(), hedged[middle]
    slope = float(x @ y) / float(x @ x)
    return float(slope * (place[long].mean() - place[short].mean()) / spread)


def loss_label(attributed: dict[str, float], sigma: dict[str, float]) -> Label:
    """Name the day by the rules in :class:`quantquake.measures.momentum.DayReport`."""
    known = [value for value in sigma.values() if np.isfinite(value)]
    phi = attributed["phi"]
    if np.isnan(phi) or not known or min(known) > FELT:
        return "none"
    if phi >= LONG_LED:
        return "long_led"
    if phi <= SQUEEZE:
        return "short_squeeze"
    return "rotation" if attributed["gradient_share"] >= ROTATION else "symmetric"
