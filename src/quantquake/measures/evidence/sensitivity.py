"""Four knobs, all turned: does the warning live on one lucky setting?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.measures.evidence.trial import Trial, make_trial
from quantquake.types import Origin, Result

Array = npt.NDArray[Any]

#: ``build(cut, window, threshold)`` -> signal on the dates of the price.
Build = Callable[[float, int, float], pd.Series]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface(Result):
    """Excess over chance at every setting of the knobs, before and after a date.

    Attributes
    ----------
    table : DataFrame
        One row a setting: ``cut``, ``window`` [d], ``threshold``, ``loss`` [1], then ``episodes``,
        ``hits``, ``rate``, ``excess`` over the whole history, and ``episodes_before``,
        ``excess_before``, ``episodes_after``, ``excess_after`` on either side of `split`. Rates and
        excesses are NaN below the minimum of episodes (half of it on each side). [1]
    split : Timestamp
        First date of the second part.
    spread : float
        Standard deviation of ``excess`` over the settings. [1]
    flat_p_value : float
        Share of joint slides of all signals with at least this spread: large means flat, i.e. no
        hill that chance would not build. [1]
    best_before, best_after : float
        Excess of the setting that was best before the split, before and after it. [1]
    origin : Origin
    """

    table: pd.DataFrame
    split: pd.Timestamp
    spread: float
    flat_p_value: float
    best_before: float
    best_after: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a setting."""
        return self.table


def sensitivity(
    build: Build,
    price: pd.Series,
    *,
    cuts: tuple[float, ...] = (0.90, 0.925, 0.95, 0.975),
    windows: tuple[int, ...] = (120, 250, 500),
    thresholds: tuple[float, ...] = (2.5, 3.0, 3.5),
    losses: tuple[float, ...] = (0.03, 0.05, 0.08),
    horizon: int = 60,
    split: str | pd.Timestamp | None = None,
    minimum: int = 10,
) -> Surface:
    """Turn the knobs of a rule and see whether its record moves.

    Parameters
    ----------
    build : callable
        ``build(cut, window, threshold)`` returns the signal on the dates of `price`; it may ignore
        a knob it does not have.
    price : Series of shape (n_dates,)
        Closes. [points]
    cuts, windows, thresholds, losses
        Percentile called extreme [1], its window [d], score called an alarm, depth of the fall [1].
    horizon : int, default 60
        Sessions looked ahead. [d]
    split : date, optional
        Settings are compared before and from this date on; default the middle row.
    minimum : int, default 10
        Episodes needed for a rate.
    """
    when = pd.Timestamp(split) if split is not None else price.index[len(price) // 2]
    # An episode belongs to the part in which its whole horizon lies.
    before = np.append(price.index[horizon:] < when, np.zeros(min(horizon, len(price)), dtype=bool))
    after = np.asarray(price.index >= when)
    rows, trials = [], []
    for cut, window, threshold in product(cuts, windows, thresholds):
        signal = build(cut, window, threshold)
        for loss in losses:
            trial = make_trial(signal, price, horizon=horizon, loss=loss)
            rows.append((cut, window, threshold, loss, *_counts(trial, before, after, minimum)))
            trials.append(trial)
    table = pd.DataFrame(rows, columns=["cut", "window", "threshold", "loss", *_COUNTS])
    spread, p_value = _flatness([t for t in trials if t.episodes >= minimum])
    best = table["excess_before"].idxmax() if table["excess_before"].notna().any() else None
    return Surface(
        table=table,
        split=when,
        spread=spread,
        flat_p_value=p_value,
        best_before=float(table.loc[best, "excess_before"]) if best is not None else float("nan"),
        best_after=float(table.loc[best, "excess_after"]) if best is not None else float("nan"),
        origin=Origin(
            as_of=price.index[-1],
            coverage={"settings": f"{int(table['excess'].notna().sum())} of {len(table)}"},
            assumptions=(f"horizon {horizon} sessions", "chance: days of like volatility"),
        ),
    )


_COUNTS = (
    "episodes",
    "hits",
    "rate",
    "excess",
    "episodes_before",
    "excess_before",
    "episodes_after",
    "excess_after",
)


def _counts(trial: Trial, before: Array, after: Array, minimum: int) -> tuple[float, ...]:
    enough = trial.episodes >= minimum
    whole = (
        trial.hits / trial.episodes if enough else np.nan,
        trial.excess() if enough else np.nan,
    )
    parts: list[float] = []
    for kept in (before, after):
        part = trial.within(kept)
        parts += [part.episodes, part.excess() if part.episodes >= minimum / 2 else np.nan]
    return trial.episodes, trial.hits, *whole, *parts


def _flatness(trials: list[Trial]) -> tuple[float, float]:
    """Spread of the excess over settings, and how often slid signals spread as much."""
    if len(trials) < 2:
        return float("nan"), float("nan")
    slid = np.stack([t.shifted_excess() for t in trials], axis=1)
    slid = slid[np.isfinite(slid).all(axis=1)]
    spreads = slid.std(axis=1)
    return float(spreads[0]), float(np.mean(spreads >= spreads[0] - 1e-9))
