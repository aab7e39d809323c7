"""What single names showed in the weeks before a day: `evidence --before`."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from quantquake.app.inputs import Inputs
from quantquake.app.scoring import Step, silent
from quantquake.data.files.cells import one_date
from quantquake.data.market import Market
from quantquake.errors import DataError
from quantquake.measures.early_warning import early_warning
from quantquake.measures.evidence.back_cast import BackCast, back_cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """The look back and the notes of the reader.

    Attributes
    ----------
    found : BackCast
    names : int
        Stocks measured.
    issues : tuple of str
    """

    found: BackCast
    names: int
    issues: tuple[str, ...]


def look_back(inputs: Inputs, before: str, *, weeks: int = 4, step: Step = silent) -> Signs:
    """Measure the early-warning set on all names and ask what it said before a day.

    Parameters
    ----------
    before : date
        The day asked about; rows from it on are not read.
    weeks : int, default 4
        Weeks looked at.

    Raises
    ------
    DataError
        If no stocks were given, or none of their rows lies before the day.
    """
    day = one_date(before, name="--before")
    stocks = inputs.stocks
    if stocks is None:
        raise DataError(
            "--before looks at single names, and there are no --prices: an index alone shows none "
            "of the footprints. Give --prices with the whole market's bars."
        )
    earlier = stocks.dates[stocks.dates < day]
    if not len(earlier):
        raise DataError(
            f"the stocks start on {stocks.dates[0]:%Y-%m-%d}, and --before is {day:%Y-%m-%d}: there "
            "is no week before it. Give a later day or longer history."
        )
    seen = stocks.until(earlier[-1])
    step("early warning")
    measured = early_warning(seen.returns(), amount=_amount(seen))
    step("back-cast")
    found = back_cast(measured.dropna(axis=1, how="all"), day, weeks=weeks)
    return Signs(found=found, names=len(seen.symbols), issues=inputs.issues)


def _amount(stocks: Market) -> pd.DataFrame | None:
    """Money traded; shares times close where only shares were given, None without either."""
    if stocks.amount is not None or stocks.volume is None:
        return stocks.amount
    return stocks.volume * stocks.close
