"""Which return stands for which underlying: the same code, or a proxy the user named; no guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from quantquake.flows.leveraged_etf.funds import LeveragedFunds

#: Underlying of funds whose table gives none.
NOT_GIVEN = "(not given)"

#: A proxy table for US listings, to be passed by name: index code -> fund that follows it.
#: Two FANG-type indices have no fund of their own kind here; XLK is nearer to them than QQQ.
#: CL is crude oil in fund tables and a maker of toothpaste among shares, T a Taiwanese foundry and
#: an American telephone company: both are set aside.
US_PROXIES: Mapping[str, str | None] = {
    "SPX": "SPY",
    "ICESEMIT": "SOXX",
    "IXTTR": "XLK",
    "RTY": "IWM",
    "SOLUSFI": "XLK",
    "NYFANGT": "XLK",
    "CL": None,
    "T": None,
}

_IDLE = (
    "the of inc corp corporation company co group holdings holding ltd plc class common shares "
    "stock index fund trust etf"
)


def match_underlyings(
    funds: LeveragedFunds,
    labels: Iterable[str],
    *,
    proxies: Mapping[str, str | None] | None = None,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Label of a return for each underlying of the funds.

    Parameters
    ----------
    funds : LeveragedFunds
    labels : iterable of str
        What returns there are: "QQQ.US", "000852.SH", or any names.
    proxies : mapping of underlying to label or None, optional
        Label that stands for an underlying with no return of its own; None sets it aside, for a
        code that means another thing among the labels. Goes before an equal code.
    names : mapping of label to str, optional
        Name of what a label is. An equal code is then used only if the names share a word with
        the fund table's: crude oil (CL) is not Colgate-Palmolive.

    Returns
    -------
    DataFrame indexed by underlying
        ``label`` (NaN where none), ``how``: "same_code", "proxy", "proxy_missing", "set_aside",
        "another_thing", "not_found". Funds without an underlying stand under "(not given)".
    """
    known = _spellings(labels)
    told = dict(proxies or {})
    called = {key: name for label, name in (names or {}).items() for key in _both(label)}
    descriptions = funds.table["underlying_name"].groupby(_codes(funds)).agg(list)
    rows = {
        code: _one(code, known, told, called, descriptions[code]) for code in descriptions.index
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["label", "how"])
    return table.rename_axis("underlying")


def underlying_of(funds: LeveragedFunds) -> pd.Series:
    """Underlying of each fund, "(not given)" where the table has none."""
    return _codes(funds).rename("underlying")


def _codes(funds: LeveragedFunds) -> pd.Series:
    given = funds.table["underlying"]
    return given.where(given.notna(), NOT_GIVEN).astype(str)


def _both(label: str) -> tuple[str, str]:
    """Two spellings of one US ticker: with its country and without."""
    return label, label.removesuffix(".US")


def _spellings(labels: Iterable[str]) -> dict[str, str]:
    all_labels = [str(label) for label in labels]
    short = {label.removesuffix(".US"): label for label in all_labels}
    return short | {label: label for label in all_labels}


def _one(
    code: str,
    known: Mapping[str, str],
    told: Mapping[str, str | None],
    called: Mapping[str, str],
    descriptions: list[object],
) -> tuple[object, str]:
    if code in told:
        wanted = told[code]
        if wanted is None:
            return np.nan, "set_aside"
        found = known.get(wanted) or known.get(wanted.removesuffix(".US"))
        return (found, "proxy") if found else (np.nan, "proxy_missing")
    label = known.get(code) or known.get(code.removesuffix(".US"))
    if label is None or code == NOT_GIVEN:
        return np.nan, "not_found"
    name = next((called[key] for key in _both(label) if key in called), None)
    if name is not None and _differs(name, descriptions):
        return np.nan, "another_thing"
    return label, "same_code"


def _differs(name: str, descriptions: list[object]) -> bool:
    """Whether not one of the descriptions given shares a word with the name."""
    told = [_words(text) for text in descriptions if isinstance(text, str)]
    return bool(told) and all(not words & _words(name) for words in told if words)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower())) - set(_IDLE.split())
