"""Is the discount deepest near market bottoms? What followed deep days, beside what follows any day.

The claim (seed article S3) is tempting and the sample small: a deep discount lasts for weeks, so a
hundred deep days are a handful of episodes. Counts of episodes and a base rate stand in every row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.basis.regimes import discount_percentile
from quantquake.measures.evidence import Evidence, evaluate
from quantquake.types import Origin, Result

BUCKETS = (("deepest", 0.0, 0.1), ("deep", 0.1, 0.3), ("middle", 0.3, 0.7),
           ("shallow", 0.7, 0.9), ("shallowest", 0.9, 1.0))  # fmt: skip
FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountStudy(Result):
    """Forward index return by how deep the discount was in its own past.

    Attributes
    ----------
    table : DataFrame
        Index `bucket`, `horizon`: `days`, `episodes` (runs at least a horizon apart), `mean` and
        `median` forward return [1], `rose` share of days followed by a rise; `base_mean`,
        `base_rose` over all days; `low`, `high`: where 95 % of `mean` fall when the discount is
        shifted in time against the index; `verdict`.
    near_bottom : DataFrame
        Index `horizon`: of the days within ten sessions of the lowest close of the horizon around
        them, how many lay in the deepest tenth (`caught`), and how many of the deepest tenth were
        such days (`right`), each beside its `base`. [1]
    origin : Origin
    """

    table: pd.DataFrame
    near_bottom: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return one row a bucket and horizon."""
        return self.table.reset_index()


def discount_study(
    discount: pd.Series,
    index_level: pd.Series,
    *,
    horizons: tuple[int, ...] = (20, 60, 120),
    window: int = 750,
    min_periods: int = 250,
    draws: int = 2000,
    seed: int = 0,
) -> DiscountStudy:
    """Study forward index returns by the percentile of the discount.

    Parameters
    ----------
    discount : Series by date
        Weighted discount, discount < 0. [1/yr]
    index_level : Series by date
        Index closes. [points]
    horizons : tuple of int
        Sessions looked ahead. [d]
    window, min_periods : int
        Of the trailing percentile; nothing later than the day is read. [d]
    draws, seed : int
        Random shifts of the discount against the index.

    Raises
    ------
    DataError
        Fewer days in common than `min_periods` plus twice the longest horizon.
    """
    both = pd.concat([discount, index_level], axis=1, keys=["discount", "index"]).dropna()
    longest = max(horizons)
    if len(both) < min_periods + 2 * longest:
        raise DataError(
            f"Discount and index share {len(both)} days; {min_periods + 2 * longest} are needed "
            f"for a percentile and {longest} sessions ahead. Give a longer history."
        )
    rank = discount_percentile(both["discount"], window=window, min_periods=min_periods)
    rng = np.random.default_rng(seed)
    rows: dict[tuple[str, int], dict[str, object]] = {}
    for horizon in horizons:
        forward = both["index"].shift(-horizon) / both["index"] - 1
        known = pd.concat([rank, forward.rename("forward")], axis=1).dropna()
        rows |= _buckets(known, horizon, draws, rng)
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["bucket", "horizon"])
    bottoms = {h: _bottoms(both["index"], rank, h) for h in horizons}
    return DiscountStudy(
        table=table,
        near_bottom=pd.DataFrame.from_dict(bottoms, orient="index").rename_axis("horizon"),
        origin=Origin(
            as_of=both.index[-1],
            coverage={"days": f"{int(rank.notna().sum())} of {len(both)} with a percentile"},
            assumptions=(
                f"percentile in the past {window} sessions (at least {min_periods})",
                f"chance: {draws} circular shifts of the discount against the index",
            ),
            seed=seed,
        ),
    )


def deep_discount_signal(
    discount: pd.Series, *, below: float = 0.1, window: int = 750, min_periods: int = 250
) -> pd.Series:
    """Whether the discount is in the deepest part of its past; NaN before there is a past.

    Judged by :func:`deep_discount_evidence`.
    """
    rank = discount_percentile(discount, window=window, min_periods=min_periods)
    return (rank <= below).astype(float).where(rank.notna()).rename("deep_discount")


def deep_discount_evidence(
    discount: pd.Series,
    index_level: pd.Series,
    *,
    below: float = 0.1,
    horizons: tuple[int, ...] = (20, 60),
    loss: float = 0.05,
    seed: int = 0,
) -> Evidence:
    """Judge "deep means bottom" as any other signal: by the falls that came after it.

    If the claim holds, falls come **less** often after deep days than on any day.

    Parameters
    ----------
    discount, index_level, below
        As in :func:`discount_study` and :func:`deep_discount_signal`.
    horizons, loss, seed
        As in :func:`quantquake.measures.evidence.evaluate`.
    """
    both = pd.concat([discount, index_level], axis=1, keys=["discount", "index"]).dropna()
    signal = deep_discount_signal(both["discount"], below=below)
    return evaluate(signal, both["index"], horizons=horizons, loss=loss, seed=seed)


def _buckets(
    known: pd.DataFrame, horizon: int, draws: int, rng: np.random.Generator
) -> dict[tuple[str, int], dict[str, object]]:
    rank = known["percentile"].to_numpy(float)
    forward = known["forward"].to_numpy(float)
    found: dict[tuple[str, int], dict[str, object]] = {}
    for name, low, high in BUCKETS:
        inside = (rank > low) & (rank <= high)
        episodes = _episodes(inside, horizon)
        mean = float(forward[inside].mean()) if inside.any() else np.nan
        chance = _shifted(inside, forward, draws, rng)
        found[name, horizon] = {
            "days": int(inside.sum()),
            "episodes": episodes,
            "mean": mean,
            "median": float(np.median(forward[inside])) if inside.any() else np.nan,
            "rose": float((forward[inside] > 0).mean()) if inside.any() else np.nan,
            "base_mean": float(forward.mean()),
            "base_rose": float((forward > 0).mean()),
            "low": chance[0],
            "high": chance[1],
            "verdict": _verdict(episodes, mean, chance),
        }
    return found


def _episodes(inside: npt.NDArray[np.bool_], gap: int) -> int:
    """Runs, those closer than `gap` counted as one."""
    days = np.flatnonzero(inside)
    return 0 if not len(days) else 1 + int((np.diff(days) > gap).sum())


def _shifted(
    inside: npt.NDArray[np.bool_],
    forward: npt.NDArray[np.float64],
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Mean return of the same pattern of days laid elsewhere: keeps runs as long as they are."""
    if not inside.any():
        return np.nan, np.nan
    days = np.flatnonzero(inside)
    moves = rng.integers(0, len(inside), draws)
    means = [forward[(days + move) % len(inside)].mean() for move in moves]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _verdict(episodes: int, mean: float, chance: tuple[float, float]) -> str:
    if episodes < FEW:
        return "too_few"
    if mean > chance[1]:
        return "above"
    return "below" if mean < chance[0] else "no_evidence"


def _bottoms(index: pd.Series, rank: pd.Series, horizon: int) -> dict[str, float]:
    around = index.rolling(2 * horizon + 1, center=True, min_periods=horizon + 1).min()
    bottom = (index == around).astype(float)
    near = bottom.rolling(21, center=True, min_periods=1).max().gt(0) & rank.notna()
    deep = (rank <= 0.1) & rank.notna()
    seen = int(rank.notna().sum())
    return {
        "bottoms": int((bottom.astype(bool) & rank.notna()).sum()),
        "caught": float((deep & near).sum() / max(near.sum(), 1)),
        "right": float((deep & near).sum() / max(deep.sum(), 1)),
        "base_deep": float(deep.sum() / max(seen, 1)),
        "base_bottom": float(near.sum() / max(seen, 1)),
    }
