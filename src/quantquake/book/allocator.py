"""What an allocator can tell from a NAV alone: how much of each week was basis, how much skill.

The allocator knows the NAV, the index and the futures; not the lots. The hedge is taken to be short
the most liquid contract; its size is measured (with an interval) or given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from quantquake.book.bets import effective_bets
from quantquake.errors import DataError
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import HABITS, habit_path
from quantquake.measures.roll.table import roll_table
from quantquake.types import Origin, Result

LEAST_PERIODS = 26  # half a year of weeks; with fewer the hedge is taken as 1 and said so


@dataclass(frozen=True, slots=True, kw_only=True)
class NavAttribution(Result):
    """A NAV's returns split, period by period.

    Attributes
    ----------
    periods : DataFrame, index the NAV dates
        `total` = `market` + `basis` + `alpha`. [1] `market`: residual beta times the index;
        `basis`: hedge times the paper gain of a short future; `alpha`: the rest, fees included.
    hedge, hedge_low, hedge_high : float
        Hedged notional over NAV, and its 95 % interval; low = high = hedge where it was given or
        assumed. [1]
    beta : float
        Residual beta to the index. [1]
    measured : bool
        Whether the hedge was measured; False: given, or assumed 1 for want of periods.
    r_squared : float
        Share of the NAV's variance that market and basis explain. [1]
    habit : str
        Contract the split takes to be short.
    tried : Series by habit
        `r_squared` under each habit that was tried. [1]
    origin : Origin
    """

    periods: pd.DataFrame
    hedge: float
    hedge_low: float
    hedge_high: float
    beta: float
    measured: bool
    r_squared: float
    habit: str
    tried: pd.Series
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return one row a period."""
        return self.periods.copy()


def nav_attribution(
    nav: pd.Series,
    history: pd.DataFrame,
    *,
    hedge: float | None = None,
    habit: str = "open_interest",
) -> NavAttribution:
    """Split a market-neutral fund's NAV into market, basis and alpha.

    Parameters
    ----------
    nav : Series by date
        Net value, any frequency. [1] Dates without futures rows are read at the session before.
    history : DataFrame
        :func:`quantquake.measures.basis.history` of the product it hedges with.
    hedge : float, optional
        Hedged notional over NAV; measured by least squares if not given and 26 periods are there,
        else taken as 1. [1]
    habit : {"open_interest", "front", "next", "best"}
        Contract the fund is thought to short; "best" tries all three and keeps the one that
        explains most of the NAV's variance.

    Raises
    ------
    DataError
        Fewer than two NAV dates within the history, or a NAV not above zero.
    ConfigError
        Unknown habit.

    Notes
    -----
    A manager who is short the front contract but is attributed the most liquid one shows basis as
    alpha: prefer "best". The measured hedge is biased towards zero where skill fails as the
    discount widens (as in February 2024): give `hedge` where the fund states it.
    """
    names = HABITS if habit == "best" else (habit,)
    found = [_attributed(nav, history, hedge, one) for one in names]
    tried = pd.Series([one.r_squared for one in found], index=list(names), name="r_squared")
    best = max(found, key=lambda one: one.r_squared if one.r_squared == one.r_squared else -np.inf)
    return replace(best, tried=tried)


def _attributed(
    nav: pd.Series, history: pd.DataFrame, hedge: float | None, habit: str
) -> NavAttribution:
    inside = _inside(nav, history)
    drivers = _drivers(history, habit, pd.DatetimeIndex(inside.index))
    total = inside.pct_change(fill_method=None).iloc[1:]
    x = drivers.iloc[1:]
    measured = hedge is None and len(total) >= LEAST_PERIODS
    if measured:
        beta, size, error = _regress(total, x)
    else:
        beta, size, error = 0.0, 1.0 if hedge is None else float(hedge), 0.0
    periods = pd.DataFrame({"total": total})
    periods["market"] = beta * x["index"]
    periods["basis"] = size * x["basis"]
    periods["alpha"] = total - periods["market"] - periods["basis"]
    variance = float(total.var())
    explained = 1 - float(periods["alpha"].var()) / variance if variance > 0 else np.nan
    return NavAttribution(
        periods=periods,
        hedge=size,
        hedge_low=size - 1.96 * error,
        hedge_high=size + 1.96 * error,
        beta=beta,
        measured=measured,
        r_squared=explained,
        habit=habit,
        tried=pd.Series({habit: explained}),
        origin=_origin(inside, nav, habit, measured, hedge),
    )


def managers(
    navs: pd.DataFrame, history: pd.DataFrame, *, habit: str = "open_interest"
) -> pd.DataFrame:
    """Attribute several managers and ask how many different trades they are.

    Parameters
    ----------
    navs : DataFrame, one column a manager, by date
        [1]
    history, habit
        As in :func:`nav_attribution`.

    Returns
    -------
    DataFrame, index manager
        `total`, `basis`, `alpha`: sums over the periods [1]; `hedge`, `r_squared`, `habit`. `.attrs` hold
        `bets` and `alpha_bets`: effective number of bets before and after the common basis is taken
        out. Identical managers give 1.
    """
    found = {name: nav_attribution(navs[name], history, habit=habit) for name in navs.columns}
    rows = {
        name: one.periods[["total", "basis", "alpha"]].sum().to_dict()
        | {"hedge": one.hedge, "r_squared": one.r_squared, "habit": one.habit}
        for name, one in found.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("manager")
    for key, column in (("bets", "total"), ("alpha_bets", "alpha")):
        table.attrs[key] = effective_bets(
            pd.DataFrame({n: o.periods[column] for n, o in found.items()})
        )
    return table


def _inside(nav: pd.Series, history: pd.DataFrame) -> pd.Series:
    values = nav.dropna().sort_index()
    values.index = pd.DatetimeIndex(values.index)
    if (values <= 0).any():
        raise DataError(
            f"`nav` has {int((values <= 0).sum())} values at or below zero, first on "
            f"{values.index[(values <= 0).to_numpy()][0]:%Y-%m-%d}: no return can be formed. "
            "Correct or drop these rows."
        )
    inside = values[
        (values.index >= history["date"].min()) & (values.index <= history["date"].max())
    ]
    if len(inside) < 2:
        raise DataError(
            f"{len(inside)} of {len(values)} NAV dates lie within the futures "
            f"({history['date'].min():%Y-%m-%d}..{history['date'].max():%Y-%m-%d}): there is no "
            "period to split. Give futures rows that cover the NAV."
        )
    return inside


def _drivers(history: pd.DataFrame, habit: str, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Index return and paper gain of a unit short future between NAV dates."""
    table = roll_table(history)
    held = habit_path(table, RollCosts(), habit)
    gain = -table.night_cost()[np.arange(len(held)), held]
    daily = pd.DataFrame(
        {"basis": np.concatenate([[0.0], np.nan_to_num(gain)]).cumsum(), "index": table.index},
        index=table.dates,
    )
    at = daily.reindex(dates, method="ffill")
    return pd.DataFrame(
        {"basis": at["basis"].diff(), "index": at["index"].pct_change(fill_method=None)}
    )


def _regress(total: pd.Series, x: pd.DataFrame) -> tuple[float, float, float]:
    design = np.column_stack([np.ones(len(x)), x["index"], x["basis"]])
    y = total.to_numpy(float)
    beta, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ beta
    # Errors allow for uneven variance: crisis weeks are wild (White).
    bread = np.linalg.pinv(design.T @ design)
    cover = bread @ (design.T * rest**2) @ design @ bread
    return float(beta[1]), float(beta[2]), float(np.sqrt(cover[2, 2]))


def _origin(
    inside: pd.Series, nav: pd.Series, habit: str, measured: bool, hedge: float | None
) -> Origin:
    how = "hedge measured by least squares" if measured else "hedge given"
    if not measured and hedge is None:
        how = f"hedge taken as 1: fewer than {LEAST_PERIODS} periods"
    return Origin(
        as_of=inside.index[-1],
        coverage={"nav dates": f"{len(inside)} of {int(nav.notna().sum())}"},
        assumptions=(how, f"short contract: {habit}", "alpha holds fees, costs and wrong guesses"),
    )
