"""Books nobody has shown: from issuance along the index, or from a published distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.files.cells import one_date
from quantquake.data.files.issues import Issue, issue
from quantquake.errors import DataError
from quantquake.flows.snowball_book.book import SnowballBook
from quantquake.flows.snowball_book.closes import Closes, wide_closes
from quantquake.flows.snowball_book.intake import take_in
from quantquake.flows.snowball_book.issuance import (
    IssuanceTerms,
    issued_trades,
    nearest_notes,
    reweighted,
    scaled,
    terms_of,
)
from quantquake.flows.snowball_book.published import Published, published
from quantquake.flows.snowball_book.state import BookState, state_at

AGE = 8
"""Months since issue assumed of a note whose level is published and whose path is not given."""


def synthetic_trades(
    closes: pd.Series,
    *,
    underlying: str,
    as_of: str | pd.Timestamp,
    monthly: float | pd.Series = 1e9,
    outstanding: float | None = None,
    terms: IssuanceTerms | None = None,
) -> pd.DataFrame:
    """Stated stand-in for a book: issuance by month at the index of that month.

    Parameters
    ----------
    closes : Series by date
        Of the underlying. [points] Nothing after `as_of` is seen.
    underlying : str
    as_of : date
    monthly : float or Series by month
        Notional issued. [money]
    outstanding : float, optional
        Size the notes that still wait to knock in are brought to. [money] It moves no share.
    terms : IssuanceTerms, optional

    Returns
    -------
    DataFrame
        Trades for `SnowballBook(table, index=closes, as_of=as_of)`.
    """
    day = one_date(as_of, name="as_of")
    table = issued_trades(closes, underlying=underlying, as_of=day, monthly=monthly, terms=terms)
    if outstanding is None:
        return table
    return _again(scaled(table, _waiting(table, closes, underlying, day), outstanding), table)


def distribution_trades(
    source: Published | pd.Series,
    closes: pd.Series | None = None,
    *,
    underlying: str,
    as_of: str | pd.Timestamp,
    here: float | None = None,
    terms: IssuanceTerms | None = None,
    width: float | None = None,
    age: int = AGE,
) -> pd.DataFrame:
    """Trades that have a given notional by knock-in level: the distribution itself as a book.

    Parameters
    ----------
    source : Published, or Series by level
        [money by points]
    closes : Series by date, optional
        Gives each bin the ages that notes of that level have on the path. Bins at or above where
        the index stands, or that the path has surely ended, are left out and listed in
        `.attrs["issues"]`.
    underlying : str
    as_of : date
    here : float, optional
        Where the index stands, for buckets by distance. [points]
    terms : IssuanceTerms, optional
        Default: the source's usual terms, one knock-in, one tenor.
    width : float, optional
        Of a bin; default the distance of the nearest two. [points]
    age : int
        Months since issue, where there are no closes. [months]
    """
    day = one_date(as_of, name="as_of")
    levels = source.at(here) if isinstance(source, Published) else source
    usual = terms or (terms_of(source) if isinstance(source, Published) else IssuanceTerms())
    if not len(levels) or not (levels.to_numpy() > 0).all():
        raise DataError(
            f"a distribution of {len(levels)} bins with notional at or below 0 in "
            f"{int((levels <= 0).sum())}: there is no book in it. Give money above 0 by level."
        )
    if closes is None:
        return _aged(levels, underlying, day, usual, age)
    table = issued_trades(closes, underlying=underlying, as_of=day, terms=usual)
    waiting = _waiting(table, closes, underlying, day)
    kept, missed = reweighted(table, waiting, levels.sort_index(), width or _gap(levels))
    spare = nearest_notes(table, missed[missed.index < closes.loc[:day].dropna().iloc[-1]])
    if len(spare):
        spare = spare[_waiting(spare, closes, underlying, day)]
        kept = pd.concat([kept, spare], ignore_index=True)
        missed = missed[~np.isin(missed.index, (spare["spot0"] * spare["knock_in"]).round(6))]
    kept["line"] = np.arange(len(kept))
    kept.attrs = {"kind": "snowballs", "issues": _missed(missed, levels)}
    return kept


def _gap(levels: pd.Series) -> float:
    """Distance of the bins from each other: each takes the notes around it. [points]"""
    steps = np.diff(np.sort(levels.index.to_numpy(dtype=float)))
    return float(steps.min()) if len(steps) else 100.0


def _missed(missed: pd.Series, levels: pd.Series) -> list[Issue]:
    if not len(missed):
        return []
    where = f"{len(missed)} of {len(levels)} bins, first {missed.index[0]:g}, {missed.sum():g}"
    return [issue("levels no note of the path can have", where, "left out")]


def market_book(
    index: Closes,
    *,
    as_of: str | pd.Timestamp | None = None,
    csi1000_at: float | None = None,
    **how: Any,
) -> SnowballBook:
    """The published market as a book: eleven CSI 500 bins, two CSI 1000 buckets.

    Parameters
    ----------
    index : DataFrame
        Closes of 000905.SH and, if wanted, 000852.SH. [points]
    as_of : date, optional
        Default the last close.
    csi1000_at : float, optional
        Where the CSI 1000 stood when the buckets were counted; default where it stands. [points]
    how
        Further arguments of `SnowballBook`.
    """
    closes = wide_closes(index, [])
    if closes is None or "000905.SH" not in closes:
        raise DataError(
            "the published distribution is of the CSI 500, whose closes (000905.SH) are not there: "
            "what of it has knocked in cannot be told. Give them as `index`."
        )
    day = closes.index[-1] if as_of is None else one_date(as_of, name="as_of")
    parts = [_published_part("csi500", closes, day, None)]
    if "000852.SH" in closes:
        parts.append(_published_part("csi1000", closes, day, csi1000_at))
    table = pd.concat(parts, ignore_index=True).assign(line=lambda t: np.arange(len(t)))
    table.attrs = {
        "kind": "snowballs",
        "issues": [note for part in parts for note in part.attrs["issues"]],
    }
    return SnowballBook(table, index=closes, as_of=day, **how)


def _published_part(
    name: str, closes: pd.DataFrame, day: pd.Timestamp, here: float | None
) -> pd.DataFrame:
    source = published(name)
    path = closes[source.underlying].loc[:day].dropna()
    stands = float(path.iloc[-1]) if here is None else here
    return distribution_trades(source, path, underlying=source.underlying, as_of=day, here=stands)


def _waiting(
    table: pd.DataFrame, closes: pd.Series, underlying: str, day: pd.Timestamp
) -> np.ndarray:
    """Which trades of a made table are alive and not knocked in on a day."""
    wide = closes.to_frame(underlying)
    taken = take_in(table, day=day, closes=wide, exchange="XSHG")
    if len(taken.rejected):
        first = taken.rejected.iloc[0]
        raise DataError(
            f"{len(taken.rejected)} of {len(table)} trades made from these terms cannot be used, "
            f"first because of `{first['reason']}`: the book would be another than the one asked "
            "for. Mend the terms."
        )
    state: BookState = state_at(taken.terms, np.datetime64(day, "D"), taken.grid, wide.loc[:day])
    return state.alive & ~state.knocked_in


def _aged(
    levels: pd.Series, underlying: str, day: pd.Timestamp, terms: IssuanceTerms, age: int
) -> pd.DataFrame:
    """One trade a bin, barrier and tenor, `age` months old, not knocked in."""
    rows = [
        {"spot0": float(level) / barrier, "notional": notional * share * weight,
         "knock_in": barrier, "months": float(tenor)}
        for level, notional in levels.items()
        for barrier, share in terms.knock_in.items()
        for tenor, weight in terms.months.items()
        if tenor > age
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    table.insert(0, "line", np.arange(len(table)))
    table = table.assign(
        symbol=underlying, date=day - pd.DateOffset(months=age), step=terms.step,
        lock=float(terms.lock), coupon=terms.coupon, knocked_in=False,
    )  # fmt: skip
    table["knock_out"] = pd.Series([(terms.knock_out,)] * len(table), dtype=object)
    table.attrs = {"kind": "snowballs", "issues": []}
    return table


def _again(table: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    table.attrs = dict(before.attrs)
    return table
