"""When closed money may leave: the calendar of lock-ups (封闭期) by month."""

from __future__ import annotations

import pandas as pd

from quantquake.flows.sieve import Sieve


def lockup_calendar(vintages: pd.DataFrame, *, years: float = 3.0) -> pd.DataFrame:
    """Money that becomes redeemable, month by month.

    Parameters
    ----------
    vintages : DataFrame, one row a fund or a launch month
        ``launch`` (date) and ``assets`` [money]; optional ``lockup_years`` by row, and ``name``.
    years : float
        Length of the lock-up where a row states none. [yr]

    Returns
    -------
    DataFrame by month end
        ``opens``: assets whose lock-up ends in the month; ``open_so_far``: their running sum
        [money]; ``funds``: how many. Months without one are there with 0. ``.attrs["refused"]``
        lists the rows that could not be used.

    Raises
    ------
    DataError
        A missing column, or no usable row.
    """
    sieve = Sieve(vintages, name="the vintage table", needed=("launch", "assets"))
    launch, assets = sieve.date("launch"), sieve.number("assets")
    length = sieve.number("lockup_years", years)
    sieve.refuse(launch.isna(), "launch: no date")
    sieve.refuse(~(assets > 0), "assets: not above 0 or missing")
    sieve.refuse(~length.between(0, 50), "lockup_years: not between 0 and 50")
    sieve.check_any()
    good = sieve.usable
    # Whole months, or a lock-up of a third of a year would end between two dates.
    ends = pd.Series(
        [
            day + pd.DateOffset(months=round(12 * span))
            for day, span in zip(launch[good], length[good], strict=True)
        ]
    )
    month = pd.PeriodIndex(ends, freq="M")
    by_month = assets[good].groupby(month.to_numpy()).agg(["sum", "size"])
    every = pd.period_range(month.min(), month.max(), freq="M")
    out = by_month.reindex(every, fill_value=0).rename(columns={"sum": "opens", "size": "funds"})
    out = pd.DataFrame(
        {
            "opens": out["opens"].astype(float),
            "open_so_far": out["opens"].cumsum().astype(float),
            "funds": out["funds"].astype(int),
        }
    )
    out.index = every.to_timestamp(how="end").normalize().rename("month")
    out.attrs["refused"] = sieve.refused().to_dict("records")
    return out
