"""Days of volume until a whole crowd is out, against the days one of its funds would need alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.capacity import days_to_liquidate, days_until
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdExit(Result):
    """How long a crowd needs to leave its names.

    Attributes
    ----------
    names : DataFrame indexed by symbol
        ``held`` (by all funds) [money], ``funds`` (how many hold it), ``amount`` [money/d],
        ``days`` of the crowd's exit [d]; NaN: amount unknown, inf: it does not trade.
    funds : DataFrame indexed by fund
        ``held`` [money], ``days_alone``, ``days_in_crowd`` until 90 % of it is out [d]: in the
        crowd every name leaves in the days the crowd needs for it.
    days : float
        Until 90 % of the crowd's money is out. [d]
    origin : Origin
    """

    names: pd.DataFrame
    funds: pd.DataFrame
    days: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a name, slowest first."""
        return self.names.sort_values("days", ascending=False, na_position="last")


def crowd_exit(
    holdings: pd.DataFrame, daily_amount: pd.Series, *, participation: float = 0.1
) -> CrowdExit:
    """Days of volume the holdings of several funds are, name by name.

    Parameters
    ----------
    holdings : DataFrame of shape (n_funds, n_symbols)
        Money of each fund in each name; NaN: not held. Shorts count by their size. [money]
    daily_amount : Series by symbol
        Usual money traded in a day. [money/d]
    participation : float
        Share of the volume the crowd can be together. [1]

    Raises
    ------
    DataError
        No holding, or repeated funds or symbols.
    ConfigError
        A participation outside (0, 1].
    """
    size = holdings.astype(float).fillna(0.0).abs()
    if size.index.has_duplicates or size.columns.has_duplicates or not size.to_numpy().sum() > 0:
        raise DataError(
            f"the holdings of {size.shape[0]} funds in {size.shape[1]} names add up to "
            f"{size.to_numpy().sum():g}, with repeated funds or symbols: "
            f"{size.index.has_duplicates or size.columns.has_duplicates}. There is no crowd to let "
            "out. Give one row a fund and one column a symbol."
        )
    held = size.sum()
    days = days_to_liquidate(held, daily_amount, participation=participation)
    names = pd.DataFrame({"held": held, "funds": (size > 0).sum()})
    names["amount"], names["days"] = daily_amount.reindex(held.index), days
    return CrowdExit(
        names=names,
        funds=_by_fund(size, daily_amount, days, participation),
        days=days_until(held, days),
        origin=Origin(
            coverage={"names with a daily amount": f"{days.notna().sum()} of {len(days)}"},
            assumptions=(
                f"{participation:.0%} of daily volume for all together",
                "days: until 90 % of the money is out",
            ),
        ),
    )


def _by_fund(
    size: pd.DataFrame, amount: pd.Series, crowd_days: pd.Series, participation: float
) -> pd.DataFrame:
    rows = {
        fund: {
            "held": float(own.sum()),
            "days_alone": days_until(
                own, days_to_liquidate(own, amount, participation=participation)
            ),
            "days_in_crowd": days_until(own, crowd_days.where(own > 0, np.nan)),
        }
        for fund, own in size.iterrows()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("fund")
