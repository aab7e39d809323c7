"""Small weight, huge exit time: what a holding looks like in days of trading.

A crowd in small companies can be a few per cent of assets and still weeks of their volume, so a
card always shows weight, share of the float and days to leave side by side (the source argues from
weights alone).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.types import Origin, Result

#: Company size limits of the custodian statistics quoted in the source. [CNY]
SOURCE_EDGES = (1.5e9, 2.0e11)

#: A bucket below this weight is "small" in the eyes of whoever looks at weights only.
SMALL_WEIGHT = 0.10

#: ... and needs this many times the days of the rest to be the real constraint.
HUGE_RATIO = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityCard(Result):
    """What a set of holdings is in weight, in float and in days of volume.

    Attributes
    ----------
    buckets : DataFrame indexed by size bucket
        ``names``, ``money`` [CNY], ``weight`` [1], ``float_share`` (of the bucket's float held)
        [1], ``amount`` (daily, of the names held) [CNY/d], ``days`` (slowest 10 % of the bucket's
        money left out) [d], ``verdict``.
    names : DataFrame indexed by symbol
        The same per holding: ``money``, ``weight``, ``float_share``, ``amount``, ``days``.
    days_to_exit : float
        Days until 90 % of all the money is out. [d]
    unknown_weight : float
        Weight of holdings without a known daily amount: they are outside every figure of days.
    origin : Origin
    """

    buckets: pd.DataFrame
    names: pd.DataFrame
    days_to_exit: float
    unknown_weight: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a size bucket."""
        return self.buckets


def days_to_liquidate(
    money: pd.Series, daily_amount: pd.Series, *, participation: float = 0.1
) -> pd.Series:
    """Days each holding needs at a share of its volume.

    ``|money| / (participation x daily_amount)`` [d]; NaN where the amount is unknown, infinite
    where nothing trades.

    Raises
    ------
    ConfigError
        If `participation` is not in (0, 1].
    """
    if not 0 < participation <= 1:
        raise ConfigError(
            f"`participation`={participation}: nobody can be more than all of the volume, nor leave "
            "at none of it. Give a share between 0 and 1, such as 0.1."
        )
    amount = daily_amount.reindex(money.index).to_numpy(float)
    with np.errstate(divide="ignore"):
        days = np.abs(money.to_numpy(float)) / (participation * amount)
    return pd.Series(days, index=money.index, name="days")


def days_until(money: pd.Series, days: pd.Series, *, share: float = 0.9) -> float:
    """Days until `share` of the money is out when every holding is sold evenly side by side. [d]

    NaN if the days of no holding are known; infinite if too much of it does not trade at all.
    """
    known = days.notna() & (money != 0)
    size, need = money[known].abs().to_numpy(float), days[known].to_numpy(float)
    if not len(size):
        return float("nan")
    moments = np.unique(need)
    out = np.array(
        [(size * np.minimum(1.0, m / need)).sum() for m in moments[np.isfinite(moments)]]
    )
    goal = share * size.sum()
    reached = np.flatnonzero(out >= goal * (1 - 1e-12))
    if not len(reached):
        return float("inf")
    k = int(reached[0])
    # Between two finishing times the sum sold grows in a straight line.
    before_day, before_out = (0.0, 0.0) if k == 0 else (moments[k - 1], out[k - 1])
    slope = (out[k] - before_out) / (moments[k] - before_day)
    return float(before_day + (goal - before_out) / slope)


def capacity_card(
    money: pd.Series,
    *,
    market_cap: pd.Series,
    daily_amount: pd.Series,
    float_cap: pd.Series | None = None,
    participation: float = 0.1,
    edges: Sequence[float] = SOURCE_EDGES,
    as_of: pd.Timestamp | None = None,
) -> CapacityCard:
    """Weigh holdings by company size and say which part could not leave in time.

    Parameters
    ----------
    money : Series indexed by symbol
        Holdings; shorts negative, their absolute size counts for leaving. [CNY]
    market_cap, daily_amount, float_cap : Series indexed by symbol
        Company value, usual daily amount (say a 20-session mean), free float. [CNY]
    participation : float
        Share of the volume one is willing to be. [1]
    edges : sequence of float
        Size limits of the buckets, rising. [CNY]

    Raises
    ------
    DataError
        If no holding is non-zero, a symbol appears twice, or a size limit is not rising.
    """
    _check(money, edges)
    names = _per_name(money, market_cap, daily_amount, float_cap, participation)
    buckets = _per_bucket(names, edges)
    unknown = float(names.loc[names["days"].isna(), "weight"].abs().sum())
    return CapacityCard(
        buckets=buckets,
        names=names.drop(columns=["market_cap", "float_cap"]),
        days_to_exit=days_until(names["money"], names["days"]),
        unknown_weight=unknown,
        origin=Origin(
            as_of=as_of,
            coverage={
                "names with a daily amount": f"{names['days'].notna().sum()} of {len(names)}"
            },
            assumptions=(
                f"{participation:.0%} of daily volume",
                "days: until 90 % of the money is out",
            ),
        ),
    )


def _check(money: pd.Series, edges: Sequence[float]) -> None:
    if money.index.has_duplicates or not money.abs().sum() > 0:
        raise DataError(
            f"`money` has {int(money.index.duplicated().sum())} repeated symbols and a total size of "
            f"{money.abs().sum():g}: weights would be wrong or undefined. Sum repeated rows; give at "
            "least one holding that is not zero."
        )
    if list(edges) != sorted(set(edges)):
        raise DataError(
            f"`edges`={list(edges)} do not rise: a company would fall into two buckets. Sort them."
        )


def _per_name(
    money: pd.Series,
    market_cap: pd.Series,
    daily_amount: pd.Series,
    float_cap: pd.Series | None,
    participation: float,
) -> pd.DataFrame:
    free = market_cap if float_cap is None else float_cap
    names = pd.DataFrame({"money": money.astype(float)})
    names["weight"] = names["money"] / names["money"].abs().sum()
    names["market_cap"] = market_cap.reindex(names.index)
    names["float_cap"] = free.reindex(names.index)
    names["float_share"] = names["money"].abs() / names["float_cap"]
    names["amount"] = daily_amount.reindex(names.index)
    names["days"] = days_to_liquidate(names["money"], names["amount"], participation=participation)
    return names


def _per_bucket(names: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    cuts = [-np.inf, *edges, np.inf]
    bucket = pd.cut(names["market_cap"], cuts, right=False, labels=_labels(edges)).astype(object)
    bucket = bucket.where(bucket.notna(), "size unknown")
    rows = {label: _bucket(names[bucket == label]) for label in (*_labels(edges), "size unknown")}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table = table[table["names"] > 0].rename_axis("bucket")
    table["verdict"] = [_verdict(table, label) for label in table.index]
    return table


def _bucket(part: pd.DataFrame) -> dict[str, float]:
    known = part["float_share"].notna()
    free = part.loc[known, "float_cap"].sum()
    return {
        "names": len(part),
        "money": part["money"].sum(),
        "weight": part["weight"].abs().sum(),
        "float_share": part.loc[known, "money"].abs().sum() / free if free > 0 else np.nan,
        "amount": part["amount"].sum(min_count=1),
        "days": days_until(part["money"], part["days"]),
    }


def _verdict(table: pd.DataFrame, label: str) -> str:
    """Compare a bucket's days with the longest of the others."""
    days, weight = table.at[label, "days"], table.at[label, "weight"]
    others = table["days"].drop(label).replace(np.inf, np.nan).max()
    if np.isnan(days):
        return "unknown"
    slow = days > HUGE_RATIO * others if np.isfinite(others) else False
    if slow and weight < SMALL_WEIGHT:
        return "small_weight_huge_exit_time"
    return "slow" if slow else "in_line"


def _labels(edges: Sequence[float]) -> list[str]:
    limits = [f"{edge / 1e9:g}bn" for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(limits)]
    return [f"below {limits[0]}", *between, f"{limits[-1]} and above"]


def out_of_benchmark(
    money: pd.Series, members: Sequence[str], market_cap: pd.Series
) -> dict[str, float]:
    """Share of the money outside the benchmark's members, and how much smaller those names are.

    Returns
    -------
    dict
        ``share`` [1]: absolute money outside / all; ``size_gap`` [1]: money-weighted mean log
        market cap outside minus inside (negative: the outside is smaller); ``size_exposure`` [1]:
        the whole book's mean log cap minus the plain mean of the members. NaN where a side is
        empty or has no known cap.
    """
    outside = ~money.index.isin(members)
    size = money.abs()
    log_cap = np.log(market_cap.where(market_cap > 0))
    mean = _weighted_mean
    return {
        "share": float(size[outside].sum() / size.sum()),
        "size_gap": mean(log_cap, size[outside]) - mean(log_cap, size[~outside]),
        "size_exposure": mean(log_cap, size) - float(log_cap.reindex(list(members)).mean()),
    }


def _weighted_mean(values: pd.Series, weights: pd.Series) -> float:
    values = values.reindex(weights.index)
    weights = weights[values.notna()]
    total = weights.sum()
    return float((values[weights.index] * weights).sum() / total) if total > 0 else float("nan")
