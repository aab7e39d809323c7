"""Who was bought for its index and not for itself: the premium of membership on one day."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.day.size_groups import _days

#: Names a coefficient needs to be more than the noise of its own names.
LEAST = 10


def membership_premium(
    returns: pd.DataFrame,
    members: Collection[str],
    caps: pd.DataFrame,
    on: str | pd.Timestamp,
    *,
    others: Mapping[str, pd.DataFrame] | None = None,
    known_on: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """What members of an index returned on one day beyond names of their size and fundamentals.

    The return of each name is regressed on a dummy of membership, the log of its size and whatever
    else is given, all known the day before; each but the dummy in its own standard deviations.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1]
    members : collection of str
        Symbols in the index on that day.
    caps : DataFrame of shape (n_dates, n_symbols)
        Float (or total) market value. [currency] Only its row at `known_on` is read.
    on : date-like
        Day of the returns.
    others : mapping of str to DataFrame of shape (n_dates, n_symbols), optional
        Fundamentals by name, such as earnings yield; read at `known_on`.
    known_on : date-like, optional
        Default the session before `on`; must lie before it.

    Returns
    -------
    DataFrame of shape (2 + n_others, 4)
        Index ``member``, ``size``, names of `others`; ``premium`` [1] (of `size` and others: per
        standard deviation), ``error`` (robust to names of unequal variance, HC1), ``low``, ``high``
        (95 %). Names without one of the values are left out (NaN = not observed); their number is
        in ``attrs["names"]``, members among them in ``attrs["members"]``.

    Raises
    ------
    DataError
        If a date is absent or not before `on`, members or non-members with all values are fewer
        than 10, or an exposure is the same for all names.

    References
    ----------
    .. [1] A-shares, 6 and 7 Feb 2024: members of CSI 500 and 1000 rose about 5 % a day on average
       whatever their fundamentals, while smaller names fell (Xueqiu replay of the crisis).
    .. [2] J. MacKinnon and H. White, "Some heteroskedasticity-consistent covariance matrix
       estimators", Journal of Econometrics 29, 1985 (HC1).
    """
    day, before = _days(returns, caps, on, known_on)
    table = pd.DataFrame({"return": returns.loc[day], "size": _log(caps.loc[before])})
    for name, panel in (others or {}).items():
        if before not in panel.index:
            raise DataError(
                f"`{name}` has no row on {before:%Y-%m-%d}: its part of the return would be given to "
                "membership. Give a panel that holds this session."
            )
        table[name] = panel.loc[before]
    table = table.replace([np.inf, -np.inf], np.nan).dropna()
    inside = table.index.isin(list(members)).astype(float)
    _enough(inside, day)
    exposures = _standardised(table.drop(columns="return"), day)
    exposures.insert(0, "member", inside)
    out = _regression(table["return"].to_numpy(), exposures)
    out.attrs |= {"names": len(table), "members": int(inside.sum())}
    return out


def _log(caps: pd.Series) -> pd.Series:
    return np.log(caps.where(caps > 0))


def _enough(inside: np.ndarray, day: pd.Timestamp) -> None:
    found, rest = int(inside.sum()), int((1 - inside).sum())
    if min(found, rest) < LEAST:
        raise DataError(
            f"{found} members and {rest} others have values on {day:%Y-%m-%d}, {LEAST} of each "
            "are needed at least: a premium of fewer is the luck of single names. Give more names, or "
            "fewer fundamentals."
        )


def _standardised(table: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    flat = [name for name in table if not table[name].std() > 1e-12 * abs(table[name]).max()]
    if flat:
        raise DataError(
            f"{flat} are the same for all names on {day:%Y-%m-%d}: what is common to all is not told from "
            "the market's move. Leave them out."
        )
    return (table - table.mean()) / table.std()


def _regression(moved: np.ndarray, exposures: pd.DataFrame) -> pd.DataFrame:
    """Ordinary least squares with a constant; errors robust to unequal variance."""
    x = np.column_stack([np.ones(len(exposures)), exposures.to_numpy(dtype=float)])
    inverse = np.linalg.pinv(x.T @ x)
    found = inverse @ x.T @ moved
    left = moved - x @ found
    freedom = max(len(x) - x.shape[1], 1)
    spread = inverse @ (x.T * left**2) @ x @ inverse * len(x) / freedom
    error = np.sqrt(np.diag(spread))
    return pd.DataFrame(
        {
            "premium": found,
            "error": error,
            "low": found - 1.96 * error,
            "high": found + 1.96 * error,
        },
        index=pd.Index(["constant", *exposures.columns], name="exposure"),
    ).drop("constant")
