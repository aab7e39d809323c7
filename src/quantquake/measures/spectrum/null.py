"""What `top_share` a stock would show by chance, given how much and how often it trades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from quantquake.data.synthetic.volume import u_shape
from quantquake.errors import DataError
from quantquake.measures.spectrum import top_share
from quantquake.measures.spectrum.periodogram import Floats
from quantquake.types import Origin, Result

TRADES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)  # mean trades per live bin
IDLE = (0.0, 0.1, 0.3, 0.5, 0.7)  # share of bins in which nobody came


def null_table(
    *,
    n_bins: int = 480,
    k: int = 50,
    trades: tuple[float, ...] = TRADES,
    idle: tuple[float, ...] = IDLE,
    profile: ArrayLike | None = None,
    paths: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """H of stocks without any scheduled order, by zero-bin fraction and volume.

    Trades arrive at random (Poisson) along the `profile`, sizes are exponential with mean 1;
    a share `idle` of the bins is skipped outright. Simulated, `paths` days a cell.

    Returns
    -------
    DataFrame of shape (n_cells, 4)
        ``zero_fraction`` (mean share of bins without volume), ``volume`` (mean trades per bin),
        ``share`` (mean H), ``sd`` (of H across days). [1]
    """
    rng = np.random.default_rng(seed)
    u = u_shape(n_bins) if profile is None else np.asarray(profile, dtype=np.float64)
    rows = [_cell(rng, u / u.mean(), m, p, k, paths) for m in trades for p in idle]
    return pd.DataFrame(rows, columns=["zero_fraction", "volume", "share", "sd"])


def _cell(
    rng: np.random.Generator, u: Floats, trades: float, idle: float, k: int, paths: int
) -> tuple[float, float, float, float]:
    counts = rng.poisson(trades * u, (paths, u.size)) * (rng.random((paths, u.size)) >= idle)
    volume = np.where(counts > 0, rng.standard_gamma(np.maximum(counts, 1)), 0.0)
    share = top_share(volume, k=k)
    return (
        float(np.mean(volume == 0)),
        float(volume.mean()),
        float(np.nanmean(share)),
        float(np.nanstd(share)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NullFit(Result):
    """Expected H as a quadratic in zero-bin fraction and log volume; made by `fit_null`.

    Attributes
    ----------
    coefficients : ndarray of shape (6,)
        Of 1, z, z**2, log v, (log v)**2, z log v.
    zero_range, log_volume_range : tuple of float
        Where the fit was made; beyond it the nearest edge is used.
    residual_sd : float
        Of the points fitted. [1]
    n : int
        Points fitted.
    """

    coefficients: Floats
    zero_range: tuple[float, float]
    log_volume_range: tuple[float, float]
    residual_sd: float
    n: int
    origin: Origin

    def expected(self, zero_fraction: ArrayLike, volume: ArrayLike) -> Floats:
        """E[H | zero-bin fraction, volume]; NaN where an input is NaN or volume is not > 0."""
        z = np.clip(np.asarray(zero_fraction, dtype=np.float64), *self.zero_range)
        return np.asarray(_design(z, self._clipped_log(volume)) @ self.coefficients)

    def excess(self, share: ArrayLike, zero_fraction: ArrayLike, volume: ArrayLike) -> Floats:
        """H - E[H | zero-bin fraction, volume], to be published beside every H. [1]"""
        return np.asarray(share, dtype=np.float64) - self.expected(zero_fraction, volume)

    def _clipped_log(self, volume: ArrayLike) -> Floats:
        return np.asarray(np.clip(_log(volume), *self.log_volume_range))


def fit_null(share: ArrayLike, zero_fraction: ArrayLike, volume: ArrayLike) -> NullFit:
    """Regress H on what trading frequency alone explains.

    Parameters
    ----------
    share, zero_fraction, volume : array of shape (n_points,)
        Either the columns of `null_table` (volume in trades per bin) or the pooled stock-days of
        one's own market up to today (volume in any one unit). Rows with NaN are left out. [1]

    Returns
    -------
    NullFit
        Use it with volumes in the unit it was fitted on.

    Raises
    ------
    DataError
        If fewer than 12 complete points remain (twice the six coefficients).
    """
    h = np.asarray(share, dtype=np.float64).ravel()
    z = np.asarray(zero_fraction, dtype=np.float64).ravel()
    v = _log(volume).ravel()
    ok = np.isfinite(h) & np.isfinite(z) & np.isfinite(v)
    if ok.sum() < 12:
        raise DataError(
            f"Only {int(ok.sum())} of {h.size} stock-days have share, zero-bin fraction and "
            "volume: six coefficients need at least 12. Pool more symbols or days, or fit on "
            "`null_table()`."
        )
    design = _design(z[ok], v[ok])
    coefficients, *_ = np.linalg.lstsq(design, h[ok], rcond=None)
    return NullFit(
        coefficients=np.asarray(coefficients, dtype=np.float64),
        zero_range=(float(z[ok].min()), float(z[ok].max())),
        log_volume_range=(float(v[ok].min()), float(v[ok].max())),
        residual_sd=float(np.std(h[ok] - design @ coefficients)),
        n=int(ok.sum()),
        origin=Origin(assumptions=("quadratic in zero fraction and log volume",)),
    )


def _design(z: Floats, v: Floats) -> Floats:
    z, v = np.broadcast_arrays(z, v)
    return np.stack([np.ones_like(z), z, z**2, v, v**2, z * v], axis=-1)


def _log(volume: ArrayLike) -> Floats:
    v = np.asarray(volume, dtype=np.float64)
    return np.log(np.where(v > 0, v, np.nan))
