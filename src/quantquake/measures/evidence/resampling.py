"""Draw other histories from the one we have: shifted signals, and blocks of days put together anew."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def circular_shifts(weights: Array, values: Array) -> Array:
    """Sum the values a signal meets when it is slid along the calendar, for every slide at once.

    Sliding keeps the runs of the signal and the memory of the price as they are and breaks only
    the link between them: the null of a signal that knows nothing.

    Parameters
    ----------
    weights : ndarray of shape (n_dates,)
        Votes on each day, zero on most.
    values : ndarray of shape (n_dates,) or (n_dates, n_series)
        What a vote meets; finite.

    Returns
    -------
    ndarray of the shape of `values`
        Row k is ``sum_t weights[t] * values[(t + k) % n_dates]``; row 0 is the history itself.
    """
    n = len(weights)
    signal = np.fft.rfft(np.asarray(weights, dtype=np.float64))
    table = np.asarray(values, dtype=np.float64)
    spectrum = np.conj(signal).reshape((-1,) + (1,) * (table.ndim - 1)) * np.fft.rfft(table, axis=0)
    return np.fft.irfft(spectrum, n=n, axis=0)


class Blocks(NamedTuple):
    """Stretches of days whose lengths add up to one history in each draw.

    Attributes
    ----------
    starts, lengths : ndarray of int, shape (n_draws, n_blocks)
        First day and number of days; unused blocks have length 0. [d]
    """

    starts: Array
    lengths: Array


def stationary_blocks(
    n_dates: int, draws: int, mean_block: float, rng: np.random.Generator
) -> Blocks:
    """Draw the blocks of the stationary bootstrap: random starts, geometric lengths.

    Parameters
    ----------
    n_dates : int
        Length of the history, at least 1. [d]
    draws : int
        Histories to put together.
    mean_block : float
        Mean block length; labels that look h days ahead need at least h. [d]
    rng : Generator

    References
    ----------
    .. [1] D. Politis, J. Romano, "The Stationary Bootstrap", JASA 89, 1994.
    """
    mean_block = min(float(mean_block), float(n_dates))
    expected = n_dates / mean_block
    n_blocks = int(expected + 6.0 * np.sqrt(expected) + 10.0)
    lengths = rng.geometric(1.0 / mean_block, size=(draws, n_blocks))
    lengths[:, -1] = n_dates  # whoever is still short by then is filled up
    ends = np.minimum(np.cumsum(lengths, axis=1), n_dates)
    lengths = np.diff(ends, axis=1, prepend=0)
    used = int((lengths > 0).sum(axis=1).max(initial=0))
    starts = rng.integers(0, n_dates, size=(draws, used))
    return Blocks(starts, lengths[:, :used])


def block_sums(blocks: Blocks, series: Array) -> Array:
    """Column sums of `series` over each drawn history; shape (n_draws, n_series).

    The history is closed to a circle, so that its ends are drawn as often as its middle.
    Prefix sums make a block cost two look-ups, whatever its length.
    """
    twice = np.concatenate([series, series])
    prefix = np.zeros((len(twice) + 1, series.shape[1]))
    np.cumsum(twice, axis=0, out=prefix[1:])
    total = np.empty((len(blocks.starts), series.shape[1]))
    ends = blocks.starts + blocks.lengths
    for column in range(series.shape[1]):
        sums = np.ascontiguousarray(prefix[:, column])
        total[:, column] = (sums[ends] - sums[blocks.starts]).sum(axis=1)
    return total
