"""A table of products with stop lines, read against the index: who is alive, due or sold out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.sieve import Sieve
from quantquake.flows.stops.distance import STOP
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]

ALIVE, DUE, STOPPED = "alive", "due", "stopped"

#: Sessions after which a reported net value no longer says where the product stands.
STALE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBook(Result):
    """Products with stop lines on one day.

    Attributes
    ----------
    products : DataFrame, one row a product that could be read
        ``name``, ``benchmark``, ``assets`` [money], ``equity_share``, ``stop``, ``nav`` [1],
        ``state`` (alive; due: closed at its stop today, sold at the next open; stopped: sold out),
        ``hit_on`` (close that reached the stop), ``source`` (nav or launch), ``lag`` of the
        reported net value [sessions], ``move_to_stop`` [1], ``level_at_stop``,
        ``points_to_stop`` [points] (NaN: not alive, or out of reach of the index alone).
    refused : DataFrame
        ``row``, ``name``, ``why``, ``benchmark``, ``stocks`` (money in stocks as far as known): in
        no middle figure, and in the range where they are on the same index.
    spots : Series by benchmark
        Last close read. [points]
    origin : Origin
    """

    products: pd.DataFrame
    refused: pd.DataFrame
    spots: pd.Series
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a product."""
        return self.products


def stop_book(
    products: pd.DataFrame,
    closes: pd.DataFrame | pd.Series,
    on: str | pd.Timestamp | None = None,
    *,
    stale: int = STALE,
) -> StopBook:
    """Bring each product's net value to a day and see whether its stop was reached on the way.

    Parameters
    ----------
    products : DataFrame, one row a product
        ``name``, ``assets`` (net, on the day) [money], and either ``nav`` with ``nav_date``, or
        ``launch`` (date; net value 1) with ``excess`` (over the benchmark since launch, empty = 0
        only where the column is absent) [1]. Optional: ``benchmark`` (a column of `closes`; default
        its only one), ``stop`` (0.7), ``equity_share`` (1), ``launch_level`` (index level at
        launch; default the close) [points].
    closes : DataFrame of shape (n_dates, n_indices), or one Series
        Index closes; NaN: no close that day. [points]
    on : date, optional
        Day to stand on; default the last of `closes`. Nothing later is read.
    stale : int
        Sessions after which a reported net value is no longer carried on by the index. [sessions]

    Returns
    -------
    StopBook
        A net value from launch is ``(1 + share (S/S0 - 1)) (1 + excess)`` with the excess earned
        evenly since launch; a reported one is carried on by the index alone.

    Raises
    ------
    DataError
        No usable row, a missing column, or no close on the day.
    """
    levels = _levels(closes, on)
    sieve = Sieve(products, name="the product table", needed=("assets", "nav|launch"))
    rows = _rows(sieve, levels, stale)
    sieve.check_any()
    found = rows[sieve.usable.to_numpy()]
    table = found.drop(columns=["since", "launch_level", "excess", "nav"]).join(
        _states(found, levels)
    )
    spots = levels.iloc[-1].rename("spot")
    return StopBook(
        products=_distances(table, spots).reset_index(drop=True),
        refused=_refused(sieve, rows),
        spots=spots,
        origin=_origin(levels, table, rows),
    )


def _levels(closes: pd.DataFrame | pd.Series, on: str | pd.Timestamp | None) -> pd.DataFrame:
    table = closes.to_frame() if isinstance(closes, pd.Series) else closes
    seen = table.sort_index().loc[: None if on is None else pd.Timestamp(on)]
    if seen.empty or seen.iloc[-1].isna().all():
        raise DataError(
            f"no index has a close on {'the day asked for' if on is None else on}: net values "
            "cannot be brought to that day. Give closes that reach it, or an earlier day."
        )
    return seen


def _rows(sieve: Sieve, levels: pd.DataFrame, stale: int) -> pd.DataFrame:
    """Every row of the user, typed; the sieve knows which of them can be used."""
    only = str(levels.columns[0]) if levels.shape[1] == 1 else ""
    rows = pd.DataFrame(
        {
            "name": sieve.text("name"),
            "benchmark": sieve.text("benchmark", only).replace("", only),
            "assets": sieve.number("assets"),
            "equity_share": sieve.number("equity_share", 1.0),
            "stop": sieve.number("stop", STOP),
            "nav": sieve.number("nav"),
            "launch_level": sieve.number("launch_level"),
        }
    )
    has_excess = "excess" in sieve.table
    rows["excess"] = sieve.number("excess", np.nan if has_excess else 0.0)
    launch, reported = sieve.date("launch"), sieve.date("nav_date")
    rows["source"] = np.where(rows["nav"].notna(), "nav", "launch")
    last = levels.index[-1]
    rows["since"] = reported.fillna(last).where(rows["source"] == "nav", launch)
    rows["lag"] = _lag(rows, levels)
    _refuse(sieve, rows, levels, stale)
    return rows


def _lag(rows: pd.DataFrame, levels: pd.DataFrame) -> pd.Series:
    """Sessions from the day a net value was reported to the last one. [sessions]"""
    place = levels.index.searchsorted(rows["since"].fillna(levels.index[-1]), side="right")
    return pd.Series(len(levels) - place, index=rows.index).where(rows["source"] == "nav", 0)


def _refuse(sieve: Sieve, rows: pd.DataFrame, levels: pd.DataFrame, stale: int) -> None:
    last = levels.index[-1]
    # Closes may start late or end early for one index of several.
    first = {str(b): levels[b].first_valid_index() for b in levels}
    ends = {str(b): bool(pd.notna(levels[b].iloc[-1])) for b in levels}
    starts = pd.to_datetime(rows["benchmark"].map(first))
    launched = rows["source"] == "launch"
    sieve.refuse(~rows["benchmark"].isin(first), "benchmark: not among the index closes")
    sieve.refuse(
        ~rows["benchmark"].isin([b for b, there in ends.items() if there]),
        "benchmark: no close on the day",
    )
    sieve.refuse(~(rows["assets"] > 0), "assets: not above 0 or missing")
    sieve.refuse(~(rows["stop"] > 0), "stop: not above 0")
    sieve.refuse(rows["stop"] > 3, "stop: above 3; it is a net value such as 0.7")
    sieve.refuse(~rows["equity_share"].between(0, 10), "equity_share: not between 0 and 10")
    sieve.refuse(rows["nav"] <= 0, "nav: not above 0")
    sieve.refuse(rows["nav"] > 50, "nav: above 50; it is 1 at launch")
    sieve.refuse(launched & rows["since"].isna(), "neither a net value nor a launch date")
    sieve.refuse(rows["since"] > last, "net value or launch dated after the day")
    sieve.refuse(launched & rows["excess"].isna(), "excess: not known")
    sieve.refuse(launched & ~(rows["excess"] > -1), "excess: at or below -1")
    sieve.refuse(launched & (rows["excess"] > 20), "excess: above 20; it is a fraction")
    sieve.refuse(rows["launch_level"] <= 0, "launch_level: not above 0")
    sieve.refuse(
        launched & (rows["stop"] >= 1), "stop line at or above the net value of 1 at launch"
    )
    sieve.refuse(rows["since"] < starts, "launch or net value before the first index close")
    sieve.refuse(rows["lag"] > stale, f"net value older than {stale} sessions")


def _states(found: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Net value today, state, and the first close that reached the stop."""
    return pd.concat(
        [_states_on(rows, levels[b].dropna()) for b, rows in found.groupby("benchmark")]
    )


def _states_on(rows: pd.DataFrame, closes: pd.Series) -> pd.DataFrame:
    """The same for the products on one index."""
    level, days = closes.to_numpy(float), closes.index
    starts = days.searchsorted(rows["since"], side="right") - 1
    numbers = rows[["nav", "equity_share", "excess", "launch_level", "stop"]].to_numpy(float)
    reached, hits = np.empty(len(rows)), np.full(len(rows), -1)
    for k, (start, (*fields, stop)) in enumerate(zip(starts, numbers, strict=True)):
        path = _path(level[start:], *fields)
        below = path <= stop
        first = int(below.argmax())
        reached[k] = path[-1]
        if below[first]:
            hits[k] = start + first
    state = np.where(hits < 0, ALIVE, np.where(hits == len(level) - 1, DUE, STOPPED))
    hit_on = pd.Series(days.to_numpy()[hits]).where(hits >= 0).to_numpy()
    return pd.DataFrame({"nav": reached, "state": state, "hit_on": hit_on}, index=rows.index)


def _path(
    level: FloatArray, nav: float, share: float, excess: float, launch_level: float
) -> FloatArray:
    """Net value close by close, from the day it was reported or else from launch."""
    if not np.isnan(nav):
        return nav * (1.0 + share * (level / level[0] - 1.0))
    base = level[0] if np.isnan(launch_level) else launch_level
    earned = np.linspace(0.0, 1.0, len(level)) if len(level) > 1 else np.ones(1)
    return (1.0 + share * (level / base - 1.0)) * (1.0 + excess * earned)


def _distances(table: pd.DataFrame, spots: pd.Series) -> pd.DataFrame:
    share = table["equity_share"].where(table["equity_share"] > 0)
    move = (table["stop"] / table["nav"] - 1.0) / share
    move = move.where((table["state"] == ALIVE) & (move > -1.0))
    spot = table["benchmark"].map(spots)
    return table.assign(
        move_to_stop=move, level_at_stop=spot * (1.0 + move), points_to_stop=spot * move
    )


def _refused(sieve: Sieve, rows: pd.DataFrame) -> pd.DataFrame:
    out = sieve.refused()
    lost = rows[~sieve.usable.to_numpy()]
    stocks = (lost["assets"] * lost["equity_share"]).where(lost["assets"] > 0)
    return out.assign(benchmark=lost["benchmark"].to_numpy(), stocks=stocks.to_numpy())


def _origin(levels: pd.DataFrame, table: pd.DataFrame, rows: pd.DataFrame) -> Origin:
    known, given = table["assets"].sum(), rows["assets"].clip(lower=0).sum()
    return Origin(
        as_of=levels.index[-1],
        coverage={
            "products": f"{len(table)} of {len(rows)}",
            "assets": f"{known / given:.0%} of those stated",
        },
        assumptions=(
            "stop read at the close, executed at the next open, all stocks sold, no way back",
            "excess earned evenly since launch",
            "a reported net value is carried on by the index alone",
        ),
    )
