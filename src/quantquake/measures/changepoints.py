"""Where a series changed its level for good: the cheapest cut into stretches of one mean.

Looks at the whole history, so a date it names was not knowable on that date: for shading charts and
for study, never for a signal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError

Vector = npt.NDArray[np.float64]


def changepoints(
    values: Vector, *, least: int = 60, penalty: float | None = None, strictness: float = 2.0
) -> list[int]:
    """First rows of every stretch after the first.

    Parameters
    ----------
    values : ndarray of shape (n,)
        No NaN.
    least : int
        Shortest stretch. [rows]
    penalty : float, optional
        Fall of the squared error a further cut must bring. Default: `strictness` times the long-run
        variance times ln(n), so that a persistent series is not cut at every swing.
    strictness : float
        [1]

    Returns
    -------
    list of int
        Empty where one mean will do.

    Raises
    ------
    ConfigError
        A shortest stretch below two rows, or a penalty not above zero.

    Notes
    -----
    Exact minimum over all cuts (optimal partitioning), one pass with the sums kept.

    References
    ----------
    .. [1] Jackson et al., "An algorithm for optimal partitioning of data on an interval",
       IEEE Signal Processing Letters 12 (2005) 105-108.
    """
    n = len(values)
    if least < 2 or (penalty is not None and not penalty > 0):
        raise ConfigError(
            f"least={least}, penalty={penalty}: every row could become its own regime. Use two "
            "rows or more and a penalty above zero."
        )
    if n < 2 * least:
        return []
    cost = (
        penalty
        if penalty is not None
        else strictness * long_run_variance(values, least) * np.log(n)
    )
    # Sums from the start give the squared error of any stretch in one step.
    total = np.concatenate([[0.0], np.cumsum(values - values.mean())])
    square = np.concatenate([[0.0], np.cumsum((values - values.mean()) ** 2)])
    best = np.full(n + 1, np.inf)
    best[0] = -cost
    last = np.zeros(n + 1, dtype=int)
    for end in range(least, n + 1):
        starts = np.arange(0, end - least + 1)
        length = end - starts
        error = square[end] - square[starts] - (total[end] - total[starts]) ** 2 / length
        value = best[starts] + error + cost
        last[end] = int(np.argmin(value))
        best[end] = value[last[end]]
    return _trace(last, n)


def _trace(last: npt.NDArray[np.int_], n: int) -> list[int]:
    cuts, end = [], n
    while last[end] > 0:
        end = int(last[end])
        cuts.append(end)
    return cuts[::-1]


def long_run_variance(values: Vector, least: int) -> float:
    """Variance of a sum per term: how far a persistent series wanders without any change of level.

    Measured on what is left after the mean of each block of `least` rows is taken out, as a first
    order autoregression.
    """
    blocks = np.arange(len(values)) // least
    means = np.array([values[blocks == b].mean() for b in np.unique(blocks)])
    rest = values - means[blocks]
    variance = float(rest.var())
    if variance <= 0:
        return 1e-12
    phi = float(np.clip((rest[1:] @ rest[:-1]) / (rest @ rest), 0.0, 0.97))
    return variance * (1 + phi) / (1 - phi)
