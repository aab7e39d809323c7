"""How much of the market moves as one: absorption ratio, its shift, and who is at the centre.

Published parameters could be read only at second hand (the spec marks them unverified), so they
are arguments with stated defaults, and no published level is used as a golden number.

References
----------
.. [1] Kritzman, Li, Page, Rigobon, "Principal Components as a Measure of Systemic Risk",
   Journal of Portfolio Management, 2011.
.. [2] Kinlaw, Kritzman, Turkington, "Crowded Trades: Implications for Sector Rotation and Factor
   Timing", Journal of Portfolio Management, 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quantquake.errors import DataError

Array = NDArray[np.float64]

#: Fewer names than this have no meaningful "leading fifth" of components.
MIN_NAMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentWindow:
    """How the covariance behind the components is estimated.

    Attributes
    ----------
    window : int
        Sessions looked back, t included. [d]
    half_life : float or None
        Half-life of the exponential weights; None weighs all sessions alike. [d]
    share : float
        Share of the components that count as leading. [1]
    every : int
        Estimate every that many sessions, counted from the first full window, so that a longer
        history moves no earlier estimate; others are NaN. [d]
    """

    window: int = 500
    half_life: float | None = 250.0
    share: float = 0.2
    every: int = 1

    def __post_init__(self) -> None:
        """Refuse settings that have no meaning."""
        if self.window < 2 or not 0 < self.share < 1 or self.every < 1:
            raise DataError(
                f"`window`={self.window}, `share`={self.share}, `every`={self.every}: a covariance "
                "needs at least 2 sessions, a share between 0 and 1 and a positive step; otherwise "
                "the ratio is 0 or 1 by construction. Correct the setting."
            )

    def weights(self) -> Array:
        """Weights of the window's sessions, oldest first, summing to one."""
        age = np.arange(self.window - 1, -1, -1.0)
        raw = np.ones(self.window) if self.half_life is None else 0.5 ** (age / self.half_life)
        return raw / raw.sum()


def _windows(
    values: Array, setting: ComponentWindow
) -> Iterator[tuple[int, Array, NDArray[np.intp]]]:
    """Yield (row, weighted centred window, columns): only names complete in the window enter."""
    weights = setting.weights()[:, None]
    for row in range(setting.window - 1, len(values), setting.every):
        block = values[row - setting.window + 1 : row + 1]
        columns = np.flatnonzero(~np.isnan(block).any(axis=0))
        if len(columns) < MIN_NAMES:
            continue
        block = block[:, columns]
        centred = block - (weights * block).sum(axis=0)
        yield row, np.sqrt(weights) * centred, columns


def _leading(n_names: int, share: float) -> int:
    return max(1, int(np.ceil(share * n_names)))


def absorption_ratio(returns: pd.DataFrame, setting: ComponentWindow | None = None) -> pd.Series:
    """Share of all variance carried by the leading components: high means one trade, fragile.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1] A name with a NaN inside a window is left out of that window.
    setting : ComponentWindow, optional
        Window, half-life, share of leading components, step.

    Returns
    -------
    Series of shape (n_dates,)
        In (0, 1]. NaN before the first full window, between steps, and where fewer than
        `MIN_NAMES` names are complete.
    """
    setting = setting or ComponentWindow()
    values = returns.to_numpy(float)
    out = np.full(len(values), np.nan)
    for row, block, columns in _windows(values, setting):
        # The smaller Gram matrix has the same non-zero eigenvalues.
        gram = block.T @ block if block.shape[1] <= block.shape[0] else block @ block.T
        power = np.linalg.eigvalsh(gram)[::-1]
        total = power.sum()
        if total > 0:
            out[row] = power[: _leading(len(columns), setting.share)].sum() / total
    return pd.Series(out, index=returns.index, name="absorption_ratio")


def absorption_shift(ratio: pd.Series, *, fast: int = 15, slow: int = 250) -> pd.Series:
    """Standardised rise of the absorption ratio; above +1 is the published event.

    ``(mean over fast - mean over slow) / std over slow`` [1], sessions up to t. NaN until `slow`
    values are known and where the ratio does not vary.
    """
    known = ratio.dropna()
    spread = known.rolling(fast).mean() - known.rolling(slow).mean()
    deviation = known.rolling(slow).std()
    return (spread / deviation.where(deviation > 0)).reindex(ratio.index).rename("absorption_shift")


def centrality(returns: pd.DataFrame, setting: ComponentWindow | None = None) -> pd.DataFrame:
    """How much each name sits at the centre of the leading components: where a crowd lives.

    ``C_i = sum_j AR_j |EV_ij| / sum_k |EV_kj| / sum_j AR_j`` over the leading components j.

    Returns
    -------
    DataFrame of shape (n_dates, n_symbols)
        Each row sums to 1 over the names that were complete; NaN elsewhere.
    """
    setting = setting or ComponentWindow()
    values = returns.to_numpy(float)
    out = np.full(values.shape, np.nan)
    for row, block, columns in _windows(values, setting):
        _, singular, vectors = np.linalg.svd(block, full_matrices=False)
        lead = _leading(len(columns), setting.share)
        power = singular[:lead] ** 2
        if power.sum() > 0:
            size = np.abs(vectors[:lead])
            out[row, columns] = power @ (size / size.sum(axis=1, keepdims=True)) / power.sum()
    return pd.DataFrame(out, index=returns.index, columns=returns.columns)


def bubble_state(
    central: pd.DataFrame,
    relative_value: pd.DataFrame,
    *,
    window: int = 750,
    crowded_above: float = 1.0,
    dear_above: float = 0.0,
) -> pd.DataFrame:
    """Put each name or sector in the 2 x 2 of crowded x dear; neither alone suffices.

    Parameters
    ----------
    central : DataFrame of shape (n_dates, n_symbols)
        `centrality`. [1]
    relative_value : DataFrame of shape (n_dates, n_symbols)
        Price-to-book relative to the market's. [1] Higher is dearer.
    window : int
        Sessions of own history both are standardised on. [d]
    crowded_above, dear_above : float
        Standard scores above which a name counts as crowded, as dear.

    Returns
    -------
    DataFrame of shape (n_dates, n_symbols)
        ``"quiet"``, ``"run_up"`` (crowded, not dear), ``"exit"`` (crowded and dear),
        ``"dear"`` (dear, not crowded); None where either score is unknown.
    """
    if not central.index.equals(relative_value.index):
        raise DataError(
            "`central` and `relative_value` have different dates: states would join different "
            "days. Reindex one to the other first."
        )
    crowd = _own_score(central, window)
    value = _own_score(relative_value.reindex(columns=central.columns), window)
    names = np.array([["quiet", "dear"], ["run_up", "exit"]], dtype=object)
    state = names[(crowd > crowded_above).to_numpy(int), (value > dear_above).to_numpy(int)]
    known = (crowd.notna() & value.notna()).to_numpy()
    return pd.DataFrame(
        np.where(known, state, None), index=central.index, columns=central.columns, dtype=object
    )


def _own_score(frame: pd.DataFrame, window: int) -> pd.DataFrame:
    rolling = frame.rolling(window, min_periods=window // 2)
    deviation = rolling.std()
    return (frame - rolling.mean()) / deviation.where(deviation > 0)
