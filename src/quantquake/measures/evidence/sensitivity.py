"""Four knobs, all turned: does the warning live on one lucky setting?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.pool_of_trials import TrialPool
from quantquake.measures.evidence.trial import make_trial
from quantquake.measures.evidence.warned import check_rules
from quantquake.types import Origin, Result

Array = npt.NDArray[Any]

#: ``build(cut, window, threshold)`` -> signal on the dates of the price.
Build = Callable[[float, int, float], pd.Series]

KNOBS = ("cut", "window", "threshold", "loss")


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

    @property
    def best(self) -> pd.Series | None:
        """The setting that was best before the split; None if none had enough episodes."""
        before = self.table["excess_before"]
        return self.table.loc[before.idxmax()] if before.notna().any() else None

    def by_knob(self) -> pd.DataFrame:
        """Tell what each position of each knob does, the other three turned through all theirs.

        Returns
        -------
        DataFrame, index (knob, position)
            ``settings`` with enough episodes, median ``episodes`` of all, and mean, lowest and
            highest ``excess`` of those with enough (NaN without any). [1]
        """
        rows = {}
        for knob in KNOBS:
            for position, part in self.table.groupby(knob, sort=True):
                seen = part["excess"].dropna()
                rows[knob, position] = {
                    "settings": len(seen),
                    "episodes": float(part["episodes"].median()),
                    "excess": float(seen.mean()) if len(seen) else np.nan,
                    "lowest": float(seen.min()) if len(seen) else np.nan,
                    "highest": float(seen.max()) if len(seen) else np.nan,
                }
        table = pd.DataFrame.from_dict(rows, orient="index")
        return table.rename_axis(index=["knob", "position"]).astype({"settings": int})


def sensitivity(
    build: Build | Mapping[str, Build],
    price: pd.Series | pd.DataFrame,
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
    build : callable, or mapping of basket to callable
        ``build(cut, window, threshold)`` returns the signal on the dates of `price`; it may ignore
        a knob it does not have. With a mapping the votes of all baskets are added up.
    price : Series of shape (n_dates,), or DataFrame of shape (n_dates, n_baskets)
        Closes; one column a basket if `build` is a mapping. [points]
    cuts, windows, thresholds, losses
        Percentile called extreme [1], its window [d], score called an alarm, depth of the fall [1].
    horizon : int, default 60
        Sessions looked ahead. [d]
    split : date, optional
        Settings are compared before and from this date on; default the middle row.
    minimum : int, default 10
        Episodes needed for a rate.

    Raises
    ------
    DataError
        If there is no price, a basket has none, or a signal is on other dates.
    ConfigError
        If a knob has no position, or a horizon, loss or minimum makes no sense.
    """
    builds, prices = _baskets(build, price)
    _check(cuts, windows, thresholds, losses, horizon, minimum)
    dates = pd.DatetimeIndex(prices.index)
    when = pd.Timestamp(split) if split is not None else dates[len(dates) // 2]
    before, after = _sides(dates, when, horizon)
    rows, pools = [], []
    for cut, window, threshold in product(cuts, windows, thresholds):
        signals = {name: one(cut, window, threshold) for name, one in builds.items()}
        for loss in losses:
            pool = TrialPool(
                trials=tuple(
                    make_trial(signal, prices[name], horizon=horizon, loss=loss)
                    for name, signal in signals.items()
                )
            )
            rows.append((cut, window, threshold, loss, *_counts(pool, before, after, minimum)))
            pools.append(pool)
    table = pd.DataFrame(rows, columns=[*KNOBS, *_COUNTS])
    spread, p_value = _flatness([pool for pool in pools if pool.episodes >= minimum])
    best = table["excess_before"].idxmax() if table["excess_before"].notna().any() else None
    return Surface(
        table=table,
        split=when,
        spread=spread,
        flat_p_value=p_value,
        best_before=float(table.loc[best, "excess_before"]) if best is not None else float("nan"),
        best_after=float(table.loc[best, "excess_after"]) if best is not None else float("nan"),
        origin=Origin(
            as_of=dates[-1],
            coverage={
                "settings": f"{int(table['excess'].notna().sum())} of {len(table)}",
                "baskets": str(len(builds)),
            },
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


def _counts(pool: TrialPool, before: Array, after: Array, minimum: int) -> tuple[float, ...]:
    enough = pool.episodes >= minimum
    whole = (
        pool.hits / pool.episodes if enough else np.nan,
        pool.excess() if enough else np.nan,
    )
    parts: list[float] = []
    for kept in (before, after):
        part = pool.within(kept)
        parts += [part.episodes, part.excess() if part.episodes >= minimum / 2 else np.nan]
    return pool.episodes, pool.hits, *whole, *parts


def _flatness(pools: list[TrialPool]) -> tuple[float, float]:
    """Spread of the excess over settings, and how often slid signals spread as much."""
    if len(pools) < 2:
        return float("nan"), float("nan")
    slid = np.stack([pool.shifted_excess() for pool in pools], axis=1)
    slid = slid[np.isfinite(slid).all(axis=1)]
    spreads = slid.std(axis=1)
    return float(spreads[0]), float(np.mean(spreads >= spreads[0] - 1e-9))


def _sides(dates: pd.DatetimeIndex, when: pd.Timestamp, horizon: int) -> tuple[Array, Array]:
    """Days on either side; an episode belongs to the part in which its whole horizon lies."""
    late = np.zeros(min(horizon, len(dates)), dtype=bool)
    return np.append(dates[horizon:] < when, late), np.asarray(dates >= when)


def _baskets(
    build: Build | Mapping[str, Build], price: pd.Series | pd.DataFrame
) -> tuple[Mapping[str, Build], pd.DataFrame]:
    if isinstance(build, Mapping):
        absent = [name for name in build if name not in getattr(price, "columns", ())]
        if absent or not build:
            raise DataError(
                f"`price` has no column for {absent or 'any basket, since none was given'}: a rule "
                "cannot be judged without its price. Give one column a basket."
            )
        frame = pd.DataFrame(price)
    else:
        frame = pd.DataFrame({"": price})
        build = {"": build}
    if frame.empty:
        raise DataError(
            "`price` has no row: no setting of the knobs can be judged. Give the closes."
        )
    return build, frame


def _check(cuts: Any, windows: Any, thresholds: Any, losses: Any, horizon: int, least: int) -> None:
    empty = [
        name
        for name, knob in zip(KNOBS, (cuts, windows, thresholds, losses), strict=True)
        if not len(knob)
    ]
    if empty:
        raise ConfigError(
            f"knob {empty[0]!r} has no position: there is no setting to judge. Give at least one."
        )
    for loss in losses:
        check_rules((horizon,), loss, 0, least)
