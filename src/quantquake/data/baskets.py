"""Baskets: named groups of symbols whose members are known as of each date.

A membership row at date d says who belongs from d on, decided with what was known before d.
The recipes below rank by the previous session's float capitalisation for that reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from quantquake.data.market import Market
from quantquake.data.membership import ALWAYS, carried, membership, weight_frame
from quantquake.errors import ConfigError, DataError

Premium = Literal["divergence", "convergence"]
Rebalance = int | Literal["month"]

KEEP_CAP = 20
"""Sessions a suspended name keeps its last known capitalisation before it leaves the ranking."""


@dataclass(frozen=True, slots=True, eq=False)
class Basket:
    """A named group of symbols, point in time.

    Attributes
    ----------
    name : str
        What people call it (红利, 微盘, "size 01 of 10").
    members : DataFrame of shape (n_changes, n_symbols) or None
        Bool: who belongs from that date on. Give a list of symbols (the same members at every
        date), a long frame ``date, symbol`` (each date a full list; a column ``weight`` becomes
        `weights`), or such a bool frame. None if only the published index is known.
    weights : DataFrame of shape (n_changes, n_symbols) or None
        Relative weights on the same dates [1], scaled to sum 1 when used; give a mapping of
        symbol to weight or a frame. None means equal weights.
    index : str or None
        Symbol of the published index of this basket, e.g. "000300.SH".
    premium : {"divergence", "convergence"}
        Whether buyers push price away from value (momentum, themes) or towards it (dividend,
        value); crowding ends differently in the two.
    """

    name: str
    members: Any = None
    weights: Any = None
    index: str | None = None
    premium: Premium = "divergence"

    def __post_init__(self) -> None:
        if self.premium not in ("divergence", "convergence"):
            raise ConfigError(
                f"basket {self.name!r} has premium {self.premium!r}: the reading of its crowding "
                'depends on it. Use "divergence" or "convergence".'
            )
        if self.members is None and self.index is None:
            raise ConfigError(
                f"basket {self.name!r} has neither members nor an index: nothing could be measured "
                "on it. Give `members=`, `index=`, or both."
            )
        if self.members is not None:
            members, weights = membership(self.members, name=self.name)
            object.__setattr__(self, "members", members)
            if self.weights is None:
                object.__setattr__(self, "weights", weights)
        if self.weights is not None:
            object.__setattr__(self, "weights", weight_frame(self.weights, name=self.name))

    @property
    def point_in_time(self) -> bool:
        """Whether members are dated; one list for all dates backcasts today's survivors."""
        return self.members is not None and self.members.index[0] > ALWAYS

    def mask(self, dates: pd.DatetimeIndex, symbols: pd.Index) -> pd.DataFrame:
        """Who belongs at each date: the last membership row at or before it.

        Parameters
        ----------
        dates : DatetimeIndex of shape (n_dates,)
            Sorted.
        symbols : Index of shape (n_symbols,)
            Columns wanted; members not among them are left out (see `strangers`).

        Returns
        -------
        DataFrame of shape (n_dates, n_symbols)
            Bool; False before the first membership row.

        Raises
        ------
        DataError
            If the basket has no members, only an index.
        """
        dates = pd.DatetimeIndex(dates)
        inside = self._known_members().reindex(columns=symbols, fill_value=False)
        return pd.DataFrame(
            carried(inside.to_numpy(dtype=bool), inside.index, dates, before=False),
            index=dates,
            columns=symbols,
        )

    def weight_panel(self, dates: pd.DatetimeIndex, symbols: pd.Index) -> pd.DataFrame:
        """Weights of shape (n_dates, n_symbols), each date summing to 1; 0 for non-members. [1]

        Weights are shared among the members present in `symbols`. NaN on dates without any.
        """
        inside = self.mask(dates, symbols).to_numpy()
        raw = inside.astype(np.float64)
        if self.weights is not None:
            given = self.weights.reindex(columns=symbols, fill_value=0.0)
            raw *= carried(given.to_numpy(dtype=np.float64), given.index, dates, before=0.0)
        total = raw.sum(axis=1, keepdims=True)
        shares = np.divide(raw, total, out=np.full(raw.shape, np.nan), where=total > 0)
        return pd.DataFrame(shares, index=dates, columns=symbols)

    def strangers(self, symbols: pd.Index) -> list[str]:
        """Members at any date that are not among `symbols`; sorted."""
        return sorted(self._known_members().columns.difference(symbols))

    def _known_members(self) -> pd.DataFrame:
        if self.members is None:
            raise DataError(
                f"basket {self.name!r} is known only by its index {self.index}: who belongs to it "
                "was not given, so nothing can be summed over members. Give `members=`, or use "
                "measures that need the index alone."
            )
        members: pd.DataFrame = self.members
        return members


def equal_weight_all(market: Market, *, name: str = "all shares, equal weight") -> Basket:
    """Basket of every symbol from its first observed close on, as a dated bool panel by symbol.

    Reads `market.close`, of shape (n_dates, n_symbols). A name that is suspended or delisted later
    stays, with NaN: leaving it out would need to know that it never comes back.
    """
    listed_since = market.close.notna().cummax()
    changes = (listed_since != listed_since.shift(fill_value=False)).any(axis=1)
    return Basket(name, members=listed_since[changes])


def size_group_panel(
    market: Market, *, groups: int = 10, rebalance: Rebalance = 1, by: str = "float_cap"
) -> pd.DataFrame:
    """Size group of each name, 1 the smallest, known before the session opens.

    Parameters
    ----------
    market : Market
        With `by` given.
    groups : int
        Number of groups of (nearly) equal count.
    rebalance : int or "month"
        Sessions between new rankings, counted from the market's first; "month" ranks at each
        month's last session, for the month that follows.
    by : {"float_cap", "market_cap"}
        What to rank by.

    Returns
    -------
    DataFrame of shape (n_dates, n_symbols)
        1 ... `groups`; NaN where no capitalisation was seen in the 20 sessions before the
        ranking, and before the first ranking. Equal capitalisations share a group.
    """
    if groups < 1:
        raise ConfigError(
            f"`groups` is {groups}: names cannot be split into fewer than 1 group. Use 1 or more."
        )
    known = _cap_known_before(market, by=by, rebalance=rebalance)
    ranks = known.rank(axis=1).to_numpy()
    counts = known.notna().sum(axis=1).to_numpy()[:, None]
    # Rank x groups first: 0.3 * 10 must be 3, not 3.0000000000000004, for the ceiling.
    numbers = np.ceil(np.divide(ranks * groups, counts, where=counts > 0, out=ranks.copy()))
    panel = carried(numbers, known.index, market.dates, before=np.nan)
    return pd.DataFrame(panel, index=market.dates, columns=market.symbols)


def size_groups(
    market: Market, groups: int = 10, *, rebalance: Rebalance = 1, by: str = "float_cap"
) -> list[Basket]:
    """Baskets of (nearly) equal count by size, the smallest names first; see `size_group_panel`.

    Raises
    ------
    DataError
        If the market has no capitalisation.
    """
    numbers = size_group_panel(market, groups=groups, rebalance=rebalance, by=by)
    width = len(str(groups))
    return [
        Basket(f"size {n:0{width}d} of {groups}", members=numbers == n)
        for n in range(1, groups + 1)
    ]


def smallest(
    market: Market,
    count: int = 400,
    *,
    rebalance: Rebalance = 1,
    by: str = "float_cap",
    name: str | None = None,
) -> Basket:
    """Return the `count` smallest names at each ranking (微盘), equal weight.

    Ranked by the capitalisation of the session before; ties go to the first symbol in order.
    Fewer names than `count` are all taken.
    """
    if count < 1:
        raise ConfigError(f"`count` is {count}: a basket needs a member. Use 1 or more.")
    known = _cap_known_before(market, by=by, rebalance=rebalance).sort_index(axis=1)
    chosen = known.rank(axis=1, method="first") <= count
    return Basket(name or f"smallest {count}", members=chosen[market.symbols])


def index_basket(
    symbol: str, *, name: str | None = None, premium: Premium = "divergence"
) -> Basket:
    """Basket known only by its published index; it has no members."""
    return Basket(name or symbol, index=symbol, premium=premium)


def themes(path: str | Path) -> dict[str, Basket]:
    """Read baskets from a CSV or TOML file of the user; see `quantquake.data.themes`."""
    from quantquake.data.themes import read_themes

    return read_themes(path)


def _cap_known_before(market: Market, *, by: str, rebalance: Rebalance) -> pd.DataFrame:
    """Capitalisation as known before each ranking date, one row a ranking."""
    cap = getattr(market, by) if by in ("float_cap", "market_cap") else None
    if cap is None:
        raise DataError(
            f"the market has no `{by}`: names cannot be ranked by size. Pass `float_cap=` or "
            '`market_cap=` when building it, and choose with `by="float_cap"` or `"market_cap"`.'
        )
    known: pd.DataFrame = cap.ffill(limit=KEEP_CAP).shift(1)
    return known.iloc[np.flatnonzero(_ranking_days(market.dates, rebalance))]


def _ranking_days(dates: pd.DatetimeIndex, rebalance: int | str) -> Any:
    if rebalance == "month":
        months = np.asarray(dates.year * 12 + dates.month)
        return np.diff(months, prepend=months[0]) != 0
    if not isinstance(rebalance, int) or rebalance < 1:
        raise ConfigError(
            f"`rebalance` is {rebalance!r}: groups must be ranked anew at some pace. Use a number "
            'of sessions (1 or more) or "month".'
        )
    return np.arange(len(dates)) % rebalance == 0
