"""What became of the calls in the log: settled by later prices, counted, nothing left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.alignment import after_hole
from quantquake.measures.forward import worst_ahead
from quantquake.types import Origin, Result

Prices = Mapping[str, pd.Series] | pd.DataFrame
Interval = Callable[[int, int], tuple[float, float]]

#: Relative gap between the logged and the settling price above which one of them was restated.
RESTATED = 1e-6

#: Episodes below which a rate would say more than is known.
MINIMUM = 10

_KEPT = (
    *("sequence", "as_of", "market", "basket", "index_symbol", "preset", "signal", "score"),
    *("dimensions_present", "late", "revises", "loss", "price"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord(Result):
    """The calls of a log and what followed them.

    Attributes
    ----------
    calls : DataFrame
        One row a call and horizon; see `settle`.
    tally : DataFrame
        Counts by horizon, all baskets together; see `tally`.
    by_basket : DataFrame
        The same by basket and horizon.
    missing : tuple of str
        Baskets that have calls and no price to settle them with.
    origin : Origin
        Last date of the prices, conventions.
    """

    calls: pd.DataFrame
    tally: pd.DataFrame
    by_basket: pd.DataFrame
    missing: tuple[str, ...]
    origin: Origin


def track_record(
    log: pd.DataFrame,
    prices: Prices,
    *,
    include_late: bool = False,
    interval: Interval | None = None,
) -> TrackRecord:
    """Settle every call of a log and count; see `settle` and `tally`."""
    calls = settle(log, prices, include_late=include_late)
    named = {str(name): series for name, series in _items(prices)}
    ends = [series.dropna().index.max() for series in named.values() if series.notna().any()]
    without = calls.loc[calls["why"] == "no_series", "basket"]
    return TrackRecord(
        calls=calls,
        tally=tally(calls, interval=interval),
        by_basket=tally(calls, by=("basket", "horizon"), interval=interval),
        missing=tuple(dict.fromkeys(without)),
        origin=Origin(
            as_of=max(ends, default=None),
            coverage={"calls": f"{log['sequence'].nunique()} in the log"},
            assumptions=(
                "hit: worst close of the horizon at or below the loss from the call's close",
                "a call is settled when its whole horizon has passed, however early it fell",
                "first call on each question counts, revisions do not",
                "calls made with hindsight count"
                if include_late
                else "calls made with hindsight do not count",
            ),
        ),
    )


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
        - ``counts``: in the statistics, that is with a score, no revision, and not late;
        - ``episode``: first day of the run of warnings it belongs to (runs closer than the horizon
          are one), NaT for calls that do not warn or do not count.

    Raises
    ------
    DataError
        If a series is not sorted by unique dates.
    """
    rows = log.explode("horizons").rename(columns={"horizons": "horizon"})
    rows = rows[[*_KEPT, "horizon"]].astype({"horizon": int}).reset_index(drop=True)
    named = {str(name): series for name, series in _items(prices)}
    groups = rows.groupby(["basket", "index_symbol", "horizon"], dropna=False, sort=False)
    blocks = [
        _settled(block, _series(named, str(basket), index_symbol), int(horizon))
        for (basket, index_symbol, horizon), block in groups
    ]
    table = pd.concat([rows, pd.concat(blocks) if blocks else _NOTHING], axis=1)
    scored = table["score"].notna() & table["revises"].isna()
    table["counts"] = scored & (include_late | ~table["late"])
    return _with_episodes(table).sort_values(["sequence", "horizon"], ignore_index=True)


def tally(
    calls: pd.DataFrame,
    *,
    by: Sequence[str] = ("horizon",),
    interval: Interval | None = None,
) -> pd.DataFrame:
    """Count what `settle` found.

    Parameters
    ----------
    calls : DataFrame
        As `settle` returns it.
    by : sequence of str
        Columns to count within.
    interval : callable, optional
        ``(hits, cases) -> (low, high)``, e.g. Wilson's; adds ``low`` and ``high``. [1]

    Returns
    -------
    DataFrame, one row a group
        ``loss``; ``calls`` in the statistics; ``warnings`` among them, of which ``settled`` with
        ``hits`` and ``false_alarms``, ``open``, ``no_price``; ``episodes`` (settled runs of
        warnings, one vote each: the first call) with ``episode_hits``; ``quiet_settled`` calls
        without warning and ``quiet_falls``, the fall none of them announced; ``late`` and
        ``revisions`` left out; ``rate`` of the episodes, ``low``, ``high`` (NaN under 10).
        Warnings = hits + false_alarms + open + no_price. Days and baskets move together, so even
        episodes are fewer independent cases than they look.
    """
    rows = [
        {**dict(zip(by, key, strict=True)), **_counted(group, interval)}
        for key, group in calls.groupby(list(by))
    ]
    columns = [*by, *_counted(calls.iloc[:0], interval)]
    return pd.DataFrame(rows, columns=columns)


def _counted(calls: pd.DataFrame, interval: Interval | None) -> dict[str, Any]:
    counting = calls[calls["counts"]]
    loud, quiet = counting[counting["signal"]], counting[~counting["signal"]]
    heads = loud[(loud["episode"] == loud["as_of"]) & loud["outcome"].isin(("hit", "no_hit"))]
    counts = {
        "loss": calls["loss"].max(),
        "calls": len(counting),
        "warnings": len(loud),
        "settled": _number(loud, "hit") + _number(loud, "no_hit"),
        "hits": _number(loud, "hit"),
        "false_alarms": _number(loud, "no_hit"),
        "open": _number(loud, "open"),
        "no_price": _number(loud, "no_price"),
        "episodes": len(heads),
        "episode_hits": _number(heads, "hit"),
        "quiet_settled": _number(quiet, "hit") + _number(quiet, "no_hit"),
        "quiet_falls": _number(quiet, "hit"),
        "late": int((calls["late"] & ~calls["counts"]).sum()),
        "revisions": int(calls["revises"].notna().sum()),
    }
    return {**counts, **_rate(len(heads), _number(heads, "hit"), interval)}


def _rate(cases: int, hits: int, interval: Interval | None) -> dict[str, float]:
    if interval is None:
        return {}
    if cases < MINIMUM:
        return dict.fromkeys(("rate", "low", "high"), float("nan"))
    low, high = interval(hits, cases)
    return {"rate": hits / cases, "low": low, "high": high}


def _number(calls: pd.DataFrame, outcome: str) -> int:
    return int((calls["outcome"] == outcome).sum())


def _items(prices: Prices) -> Iterator[tuple[Any, pd.Series]]:
    yield from prices.items()


def _series(
    named: Mapping[str, pd.Series], basket: str, index_symbol: Any
) -> pd.Series | None:
    """Prices of a basket: under its own name, else of its published index."""
    for key in (basket, index_symbol):
        if isinstance(key, str) and key in named:
            return named[key]
    return None


_NOTHING = pd.DataFrame(
    columns=["outcome", "why", "close", "worst", "fell_on", "sessions_left", "restated"]
)
