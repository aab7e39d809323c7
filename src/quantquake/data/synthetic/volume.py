"""Simulated days of intraday volume whose share of scheduled trading is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from quantquake.errors import ConfigError

Floats = NDArray[np.float64]


def u_shape(n_bins: int = 480, *, depth: float = 3.5) -> Floats:
    """Usual profile of a day, mean 1: busy at both ends, ``1 + depth (2x - 1)**2``.

    The depth of 3.5 was chosen by us to reproduce the simulated table of spec/crowding.md 3.3,
    which does not print its profile.
    """
    x = (np.arange(n_bins) + 0.5) / n_bins
    u = 1 + depth * (2 * x - 1) ** 2
    return np.asarray(u / u.mean())


def independent_volume(
    n_days: int, *, rng: np.random.Generator, n_bins: int = 480, shape: float = 1.0
) -> Floats:
    """Gamma volume, mean 1, nothing in common between bins; larger `shape` = more liquid."""
    return np.asarray(rng.gamma(shape, 1 / shape, (n_days, n_bins)))


def persistent_volume(
    n_days: int,
    *,
    rng: np.random.Generator,
    n_bins: int = 480,
    memory: float = 0.7,
    log_sd: float = 0.8,
) -> Floats:
    """Log-normal volume, mean 1, whose logarithm is autoregressive: busy bins follow busy bins.

    No order in it is scheduled. `log_sd` 0.8 reproduces the 0.467 of spec/crowding.md 3.3.
    """
    burn = 100  # 0.7**100 is nothing: the first bin is already stationary
    noise = rng.standard_normal((n_days, n_bins + burn)) * np.sqrt(1 - memory**2)
    z = lfilter([1.0], [1.0, -memory], noise, axis=-1)[:, burn:]
    return np.asarray(np.exp(log_sd * z - log_sd**2 / 2))


def clip_schedule(
    every: int,
    *,
    n_bins: int = 480,
    n_days: int = 1,
    jitter: bool = False,
    phase: str = "fixed",
    rng: np.random.Generator | None = None,
) -> Floats:
    """Equal orders once every `every` bins, mean 1 over the day; shape (n_days, n_bins).

    Parameters
    ----------
    every : int
        Bins between orders; must divide `n_bins`.
    jitter : bool
        Place each order at random inside its slot instead of at a fixed bin.
    phase : {"fixed", "daily"}
        The same bins every day, or a new starting bin each day.
    rng : Generator
        Needed for `jitter` and for "daily".
    """
    if n_bins % every or ((jitter or phase == "daily") and rng is None):
        raise ConfigError(
            f"A clip every {every} of {n_bins} bins with jitter={jitter}, phase={phase!r}: the "
            "slots must fill the day and random places need `rng`. Choose a divisor, pass `rng`."
        )
    n_slots = n_bins // every
    place = np.full((n_days, n_slots), every // 2)
    if rng is not None and phase == "daily":
        place = np.repeat(rng.integers(every, size=(n_days, 1)), n_slots, axis=1)
    if rng is not None and jitter:
        place = rng.integers(every, size=(n_days, n_slots))
    out = np.zeros((n_days, n_slots, every))
    np.put_along_axis(out, place[..., None], float(every), axis=-1)
    return out.reshape(n_days, n_bins)
