"""How much of a day's selling was the snowballs': their part, and the day without them."""

from __future__ import annotations

import pandas as pd

from quantquake.errors import DataError


def sales_share(
    flow: pd.Series,
    others: pd.DataFrame,
    *,
    low: pd.Series | None = None,
    high: pd.Series | None = None,
) -> pd.DataFrame:
    """Part of each day's forced sales that snowball hedges made, given the others.

    Parameters
    ----------
    flow : Series by date
        Traded by snowball hedges, sale < 0. [money] NaN: not known that day.
    others : DataFrame by date, one column a source
        Likewise. [money] A NaN is left out of that day's total, which is then a lower bound.
    low, high : Series by date, optional
        Range of `flow`; the larger sale is `low`. [money]

    Returns
    -------
    DataFrame by date
        `sales` of snowballs, `others` sold, `total` [money, >= 0]; `share` of snowballs in the
        total [1], NaN on days without any sale; `share_low`, `share_high`; `without`: the total had
        there been no snowballs (their sales removed, nobody else's changed) [money]; `unknown`:
        other sources without a figure that day.

    Raises
    ------
    DataError
        If the two share no date.
    """
    dates = flow.index.intersection(others.index)
    if not len(dates):
        raise DataError(
            "snowball flow and the other flows share no date: a share of nothing would be 0 or 1 "
            "at will. Give both over the same days."
        )
    rest = (-others.loc[dates]).clip(lower=0.0)
    sold = rest.sum(axis=1, min_count=0)
    own = _sold(flow, dates)
    table = pd.DataFrame({"sales": own, "others": sold, "total": own + sold})
    for name, given in (("share", flow), ("share_low", high), ("share_high", low)):
        part = _sold(flow if given is None else given, dates)
        whole = part + sold
        table[name] = part / whole.where(whole > 0)
    return table.assign(without=sold, unknown=others.loc[dates].isna().sum(axis=1))


def _sold(flow: pd.Series, dates: pd.Index) -> pd.Series:
    return (-flow.reindex(dates)).clip(lower=0.0)
