"""Did the fall a call is about come? Calls of the log against the prices that followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.alignment import after_hole
from quantquake.data.panel import check_panel
from quantquake.measures.evidence.episodes import find_episodes

Prices = Mapping[str, Any]
"""Names to series; a frame maps its columns just so."""
Floats = npt.NDArray[np.float64]

#: Relative gap between the logged and the settling price from which one of them was restated.
RESTATED = 1e-6

_KEPT = (
    *("sequence", "as_of", "market", "basket", "index_symbol", "preset", "signal", "score"),
    *("dimensions_present", "late", "revises", "loss", "price"),
)
_FOUND = ("outcome", "why", "close", "worst", "fell_on", "sessions_left", "restated")


def settle(log: pd.DataFrame, prices: Prices, *, include_late: bool = False) -> pd.DataFrame:
    """Say of every call whether the fall it is about came.

    Parameters
    ----------
    log : DataFrame of shape (n_calls, ...)
        As `CallLog.rows` returns it.
    prices : mapping of str to Series, or DataFrame of shape (n_dates, n_names)
        Closes by basket name or index symbol; the name goes first. [points] NaN: no close that
        day; the horizon counts observed closes.
    include_late : bool
        Count calls made with hindsight.

    Returns
    -------
    DataFrame, one row a call and horizon
        Of the call ``sequence as_of market basket index_symbol preset signal score
        dimensions_present late revises loss price``; then

        - ``horizon`` [d], ``outcome``: "hit" (the fall came, warned of or not), "no_hit", "open"
          (the horizon has not passed; also where the fall has come already, or only the quick
          ones would be counted), "no_price";
        - ``why`` of "no_price": "no_series", "no_close" (none on the day of the call), "hole" (the
          prices jump over sessions inside the horizon);
        - ``close`` on the day of the call, ``worst`` so far (lowest close over it, minus 1; NaN
          before the first), ``fell_on`` (first close at or below the loss, NaT if none),
          ``sessions_left``;
        - ``restated``: the settling close differs from the logged one. Ratios are taken inside the
          settling series, so a new base does no harm; a published index should never differ;
        - ``left_out`` of the statistics: "no_score", "revision" (the first call on a question
          stands), "late" (made with hindsight), or None: it counts;
        - ``episode``: first day of the run of warnings it belongs to (runs closer than the horizon
          are one), NaT for calls that do not warn, do not count or have no price.

    Raises
    ------
    DataError
        If prices are not sorted by unique dates, or not positive.
    """
    rows = log.explode("horizons").rename(columns={"horizons": "horizon"})
    rows = rows[[*_KEPT, "horizon"]].astype({"horizon": int}).reset_index(drop=True)
    rows["left_out"] = _left_out(rows, include_late=include_late)
    named = {str(name): series for name, series in prices.items()}
    questions = ["market", "basket", "index_symbol", "preset", "horizon"]
    blocks = [
        _settled(block, _series(named, str(key[1]), key[2]), int(key[4]))
        for key, block in rows.groupby(questions, dropna=False, sort=False)
    ]
    if not blocks:
        return rows.assign(**dict.fromkeys((*_FOUND, "episode"), pd.Series(dtype=object)))
    return pd.concat(blocks).sort_values(["sequence", "horizon"], ignore_index=True)


def _left_out(rows: pd.DataFrame, *, include_late: bool) -> pd.Series:
    unscored, revised = rows["score"].isna(), rows["revises"].notna()
    late = rows["late"].astype(bool) & (not include_late)
    why = np.select(
        [unscored, revised, late], ["no_score", "revision", "late"], default=np.array(None)
    )
    return pd.Series(why, rows.index, dtype=object)


def _series(named: Mapping[str, pd.Series], basket: str, index_symbol: Any) -> pd.Series | None:
    """Observed closes of a basket: under its own name, else of its published index."""
    for key in (basket, index_symbol):
        if isinstance(key, str) and key in named:
            frame = check_panel(named[key].to_frame(key), name=f"prices of {key}", sign="positive")
            observed: pd.Series = frame[key].dropna()
            return observed if len(observed) else None
    return None


def _settled(block: pd.DataFrame, series: pd.Series | None, horizon: int) -> pd.DataFrame:
    """Settle the calls of one basket at one horizon."""
    if series is None:
        return _unpriced(block, "no_series")
    place = series.index.get_indexer(block["as_of"])
    seen, unseen = block[place >= 0], block[place < 0]
    found = _outcomes(seen, series, place[place >= 0], horizon)
    return pd.concat([found, _unpriced(unseen, "no_close")]) if len(unseen) else found


def _unpriced(block: pd.DataFrame, why: str) -> pd.DataFrame:
    return block.assign(
        outcome="no_price",
        why=why,
        close=np.nan,
        worst=np.nan,
        fell_on=pd.Series(pd.NaT, block.index, dtype="datetime64[ns]"),
        sessions_left=pd.Series(pd.NA, block.index, dtype="Int64"),
        restated=False,
        episode=pd.Series(pd.NaT, block.index, dtype="datetime64[ns]"),
    )


def _outcomes(
    block: pd.DataFrame, series: pd.Series, place: npt.NDArray[np.intp], horizon: int
) -> pd.DataFrame:
    close = series.to_numpy(dtype=np.float64)
    base, last = close[place], np.minimum(place + horizon, len(close) - 1)
    fell = [
        _first_fall(close, start, end, loss)
        for start, end, loss in zip(place, last, block["loss"], strict=True)
    ]
    came = np.array([day is not None for day in fell], dtype=bool)
    left = horizon - (last - place)
    jumps = np.cumsum(after_hole(pd.DatetimeIndex(series.index)))
    hole = jumps[last] > jumps[place]
    passed = np.where(came, "hit", "no_hit")
    return block.assign(
        outcome=np.where(hole, "no_price", np.where(left > 0, "open", passed)),
        why=pd.Series(["hole" if jump else None for jump in hole], block.index, dtype=object),
        close=base,
        worst=[_worst(close, start, end) for start, end in zip(place, last, strict=True)],
        fell_on=pd.to_datetime(
            [pd.NaT if day is None else series.index[day] for day in fell]
        ).as_unit("ns"),
        sessions_left=pd.array(left, dtype="Int64"),
        restated=(np.abs(block["price"] / base - 1.0) > RESTATED).to_numpy(),
        episode=_episodes(block, series, place, horizon),
    )


def _worst(close: Floats, start: int, end: int) -> float:
    return float(close[start + 1 : end + 1].min() / close[start] - 1.0) if end > start else np.nan


def _first_fall(close: Floats, start: int, end: int, loss: float) -> int | None:
    """Row of the first close of the horizon at or below the loss."""
    below = np.flatnonzero(close[start + 1 : end + 1] / close[start] - 1.0 <= -loss)
    return int(start + 1 + below[0]) if len(below) else None


def _episodes(
    block: pd.DataFrame, series: pd.Series, place: npt.NDArray[np.intp], horizon: int
) -> pd.DatetimeIndex:
    """First day of the run each warning belongs to."""
    warns = (block["signal"] & block["left_out"].isna()).to_numpy(dtype=bool)
    signal = np.zeros(len(series))
    signal[place[warns]] = 1.0
    first = find_episodes(signal, gap=horizon).first
    days = np.full(len(block), np.datetime64("NaT", "ns"))
    run = np.searchsorted(first, place[warns], side="right") - 1
    days[warns] = series.index.to_numpy()[first[run]]
    return pd.DatetimeIndex(days)
