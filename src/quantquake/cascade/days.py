"""Dates of a scenario's days, where it has a start: for labels only, nothing is computed from them."""

from __future__ import annotations

import pandas as pd

from quantquake.cascade.scenario import Scenario
from quantquake.data.calendars import sessions
from quantquake.errors import CalendarError

#: Whose sessions a currency's scenarios are told in; others count weekdays.
EXCHANGES = {"CNY": "XSHG", "USD": "XNYS"}


def session_dates(scenario: Scenario) -> pd.DatetimeIndex | None:
    """Dates of day 1 to the last day.

    Returns
    -------
    DatetimeIndex of shape (days,) or None
        Sessions of the currency's exchange from `start` on (a start on a day without trading means
        the next session); weekdays where no exchange is known or its calendar ends; None without a
        start.
    """
    if scenario.start is None:
        return None
    start, days = scenario.start, scenario.days
    exchange = EXCHANGES.get(scenario.currency)
    # Twice the days and a month: holidays never take half of them.
    end = start + pd.Timedelta(days=2 * days + 31)
    try:
        found = sessions(exchange, start, end) if exchange else None
    except CalendarError:
        found = None
    if found is None:
        found = pd.bdate_range(start, periods=days)
    return pd.DatetimeIndex(found[:days], name="date")
