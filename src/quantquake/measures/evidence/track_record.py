"""The record of the calls that were logged: every one counted, none chosen afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.evidence.intervals import wilson
from quantquake.measures.evidence.settlement import Prices, settle
from quantquake.types import Origin, Result

__all__ = ["Part", "TrackRecord", "settle", "tally", "track_record"]

#: Episodes below which a rate would say more than is known.
MINIMUM = 10


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

    def to_frame(self) -> pd.DataFrame:
        """One row a call and horizon."""
        return self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which calls of a log are asked about; empty and None mean all.

    Attributes
    ----------
    baskets, presets : tuple of str
    horizons : tuple of int
        [d]
    since, until : Timestamp or None
        First and last day of the calls counted. A run of warnings that began before `since` is no
        episode: its first day is not there.
    """

    baskets: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    horizons: tuple[int, ...] = ()
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None

    def of(self, calls: pd.DataFrame) -> pd.DataFrame:
        """Keep the calls asked about.

        Raises
        ------
        ConfigError
            If none is left, naming what there is.
        """
        kept = pd.Series(True, index=calls.index)
        for column, wanted in self._lists().items():
            _demand_known(column, wanted, calls)
            kept &= calls[column].isin(wanted) if wanted else True
        if self.since is not None:
            kept &= calls["as_of"] >= self.since
        if self.until is not None:
            kept &= calls["as_of"] <= self.until
        if len(calls) and not kept.any():
            first, last = calls["as_of"].min(), calls["as_of"].max()
            raise ConfigError(
                f"no call of the log is left: its calls are dated {first:%Y-%m-%d} to "
                f"{last:%Y-%m-%d}, so there would be nothing to count. Widen --since, --as-of or "
                "the baskets."
            )
        return calls[kept]

    def _lists(self) -> dict[str, tuple[Any, ...]]:
        return {"basket": self.baskets, "preset": self.presets, "horizon": self.horizons}


def _demand_known(column: str, wanted: tuple[Any, ...], calls: pd.DataFrame) -> None:
    known = sorted(set(calls[column]))
    missing = [one for one in wanted if one not in known]
    if missing and len(calls):
        raise ConfigError(
            f"{column} {missing[0]!r} is not in the log, which holds {known}: its record would be "
            "empty. Name one of these."
        )


def track_record(
    log: pd.DataFrame, prices: Prices, *, include_late: bool = False, part: Part | None = None
) -> TrackRecord:
    """Settle every call of a log and count.

    Parameters
    ----------
    log, prices, include_late
        As for `settle`.
    part : Part, optional
        Count only these calls. All are settled first: what is a revision, or the first day of an
        episode, does not depend on what is asked about.

    Returns
    -------
    TrackRecord
        Empty tables if the log is empty.

    Raises
    ------
    DataError
        As `settle`.
    ConfigError
        If `part` leaves no call.
    """
    calls = (part or Part()).of(settle(log, prices, include_late=include_late))
    ends = [series.dropna().index.max() for _, series in prices.items() if series.notna().any()]
    without = calls.loc[calls["why"] == "no_series", "basket"]
    late = "count" if include_late else "do not count"
    return TrackRecord(
        calls=calls,
        tally=tally(calls),
        by_basket=tally(calls, by=("basket", "horizon")),
        missing=tuple(dict.fromkeys(without)),
        origin=Origin(
            as_of=max(ends, default=None),
            coverage={"calls": f"{calls['sequence'].nunique()} of {log['sequence'].nunique()}"},
            assumptions=(
                "hit: worst close of the horizon at or below the loss from the call's close",
                "a call is settled when its whole horizon has passed, however early it fell",
                "the first call on a question counts, revisions do not",
                f"calls made with hindsight {late}",
                "episodes: runs of warnings closer than the horizon merged, first day labelled",
            ),
        ),
    )


def tally(calls: pd.DataFrame, *, by: Sequence[str] = ("preset", "horizon")) -> pd.DataFrame:
    """Count what `settle` found.

    Parameters
    ----------
    calls : DataFrame
        As `settle` returns it.
    by : sequence of str
        Columns to count within.

    Returns
    -------
    DataFrame, one row a group
        ``loss`` (the deepest, if calls differ); ``calls`` in the statistics; ``warnings`` among
        them = ``hits`` + ``false_alarms`` + ``open`` + ``no_price``; ``episodes`` (settled runs of
        warnings, one vote each: the first call) with ``episode_hits``, their ``rate`` and Wilson's
        95 % interval ``low``, ``high`` [1]; ``quiet`` settled calls without warning and
        ``quiet_falls``, which nothing announced; ``base_rate`` of the fall over all settled calls
        [1]; left out: ``late``, ``revisions``, ``unscored`` (no score could be given).

    Notes
    -----
    Rates are NaN under 10 episodes, the base rate under 10 settled calls. Baskets move together,
    so even episodes are fewer independent cases than they look, and the interval is too narrow.
    """
    rows = [
        {**dict(zip(by, key, strict=True)), **_counted(group)}
        for key, group in calls.groupby(list(by), sort=False)
    ]
    return pd.DataFrame(rows, columns=[*by, *_counted(calls.iloc[:0])])


def _counted(calls: pd.DataFrame) -> dict[str, Any]:
    counting = calls[calls["left_out"].isna()]
    left_out = calls["left_out"].value_counts()
    loud = counting["signal"].astype(bool)
    warned, quiet = counting[loud], counting[~loud]
    settled = counting[counting["outcome"].isin(("hit", "no_hit"))]
    heads = settled[settled["episode"] == settled["as_of"]]
    cases, hits = len(heads), _number(heads, "hit")
    low, high = wilson(hits, cases)
    enough = cases >= MINIMUM
    return {
        "loss": calls["loss"].max(),
        "calls": len(counting),
        "warnings": len(warned),
        "hits": _number(warned, "hit"),
        "false_alarms": _number(warned, "no_hit"),
        "open": _number(warned, "open"),
        "no_price": _number(warned, "no_price"),
        "episodes": cases,
        "episode_hits": hits,
        "rate": hits / cases if enough else float("nan"),
        "low": low if enough else float("nan"),
        "high": high if enough else float("nan"),
        "quiet": _number(quiet, "hit") + _number(quiet, "no_hit"),
        "quiet_falls": _number(quiet, "hit"),
        "base_rate": _number(settled, "hit") / len(settled)
        if len(settled) >= MINIMUM
        else float("nan"),
        "late": int(left_out.get("late", 0)),
        "revisions": int(left_out.get("revision", 0)),
        "unscored": int(left_out.get("no_score", 0)),
    }


def _number(calls: pd.DataFrame, outcome: str) -> int:
    return int((calls["outcome"] == outcome).sum())
