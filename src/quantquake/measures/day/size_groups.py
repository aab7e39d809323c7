"""Who was sold by size: mean return of each float-cap group on one day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.chain import absent_date


def size_group_returns(
    returns: pd.DataFrame,
    caps: pd.DataFrame,
    on: str | pd.Timestamp,
    *,
    groups: int = 10,
    ranked_on: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Equal-weight mean return of each size group, smallest first.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1]
    caps : DataFrame of shape (n_dates, n_symbols)
        Float (or total) market value. [currency] Only its row at `ranked_on` is read.
    on : date-like
        Day of the returns.
    groups : int
        Number of groups of equal count.
    ranked_on : date-like, optional
        Day of the caps; default the session before `on`. Must lie before `on`: a cap of the same
        day already contains the fall, and sorts the fallen into the small group.

    Returns
    -------
    DataFrame of shape (groups, 4)
        Index `group` 1 (smallest) .. `groups`; `mean`, `median` return [1], `names`,
        `largest_cap` [currency]. Names without cap or return are left out; NaN for an empty group.

    Raises
    ------
    DataError
        If a date is absent, `ranked_on` is not before `on`, or no name has both values.
    ConfigError
        If `groups` is below 2.

    References
    ----------
    .. [1] A-shares 5-8 Feb 2024 with caps of 2024-01-31: smallest tenth -10.4, -0.9, -5.7,
       +9.2 %; 10-30 % -9.6, -2.3, -5.2, +8.2 %; 60-90 % -5.3, +6.2, +4.4, +3.3 %.
    """
    if groups < 2:
        raise ConfigError(f"groups={groups}: one group compares nothing. Give 2 or more.")
    day, before = _days(returns, caps, on, ranked_on)
    table = pd.DataFrame({"return": returns.loc[day], "cap": caps.loc[before]}).dropna()
    if table.empty:
        raise DataError(
            f"No name has a return on {day:%Y-%m-%d} and a cap on {before:%Y-%m-%d}: there is "
            "nothing to rank. Check that both panels use the same symbols."
        )
    place = table["cap"].rank(pct=True)
    number = np.ceil(place * groups - 1e-9).astype(int).rename("group")
    split = table.groupby(number)
    out = pd.DataFrame(
        {
            "mean": split["return"].mean(),
            "median": split["return"].median(),
            "names": split.size(),
            "largest_cap": split["cap"].max(),
        }
    ).reindex(pd.RangeIndex(1, groups + 1, name="group"))
    return out.assign(names=out["names"].fillna(0).astype(int))


def _days(
    returns: pd.DataFrame,
    caps: pd.DataFrame,
    on: str | pd.Timestamp,
    ranked_on: str | pd.Timestamp | None,
) -> tuple[pd.Timestamp, pd.Timestamp]:
    day = pd.Timestamp(on)
    if day not in returns.index:
        raise absent_date(pd.DatetimeIndex(returns.index), day, "returns")
    earlier = returns.index[returns.index < day]
    if ranked_on is None and len(earlier) == 0:
        raise absent_date(pd.DatetimeIndex(earlier), day, "sessions with a session before them")
    before = earlier[-1] if ranked_on is None else pd.Timestamp(ranked_on)
    if before not in caps.index:
        raise absent_date(pd.DatetimeIndex(caps.index), before, "caps")
    if before >= day:
        raise DataError(
            f"Caps of {before:%Y-%m-%d} cannot rank returns of {day:%Y-%m-%d}: they already hold "
            "that day's moves. Rank on an earlier session."
        )
    return day, pd.Timestamp(before)
