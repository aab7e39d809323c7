"""Today's closing trades of all leveraged funds, by fund and by underlying, gross and net."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.flows.leveraged_etf.formula import bounded_flow, cancelling_flow
from quantquake.flows.leveraged_etf.funds import LeveragedFunds
from quantquake.flows.leveraged_etf.underlyings import match_underlyings, underlying_of
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingFlow(Result):
    """What leveraged funds trade at one close: buy > 0, sell < 0.

    Attributes
    ----------
    gross : float
        Without any flow of investors. [money]
    net : float
        With the investor flow expected or given. [money]
    low, high : float
        Range between no investor flow and the one that cancels every trade. [money]
    funds : DataFrame indexed by fund
        ``underlying``, ``leverage``, ``assets``, ``convexity``, ``underlying_return``, ``gross``,
        ``investor_flow``, ``net``. NaN flows where the return is not known: in no figure.
    by_underlying : DataFrame indexed by underlying, largest trade first
        ``label`` of the return used, ``how`` it was matched, ``underlying_return``, ``funds``,
        ``assets``, ``convexity``, ``gross``, ``net``.
    covered : float
        Share of the funds' convexity, in absolute size, whose return is known. [1]
    unmatched : DataFrame indexed by underlying, largest convexity first
        The rows of `by_underlying` without a return.
    left_out : DataFrame
        Rows of the fund table that take no part, with their reason.
    currency : str
    origin : Origin
    """

    gross: float
    net: float
    low: float
    high: float
    funds: pd.DataFrame
    by_underlying: pd.DataFrame
    covered: float
    unmatched: pd.DataFrame
    left_out: pd.DataFrame
    currency: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row an underlying, largest trade first."""
        return self.by_underlying


def closing_flow(
    funds: LeveragedFunds,
    returns: pd.Series,
    *,
    proxies: Mapping[str, str | None] | None = None,
    names: Mapping[str, str] | None = None,
    offset: float = 0.0,
    investor_flow: pd.Series | None = None,
    on: str | pd.Timestamp | None = None,
) -> ClosingFlow:
    """Add up what every fund must trade at the close of a day.

    Parameters
    ----------
    funds : LeveragedFunds
        With the assets of the previous close.
    returns : Series indexed by label
        The day's return of each underlying so far. [1]
    proxies, names
        As in :func:`quantquake.flows.leveraged_etf.match_underlyings`.
    offset : float
        Share of the cancelling investor flow (Ivanov and Lenkey) expected, 0 to 1. [1]
    investor_flow : Series indexed by fund, optional
        Investor flow where it is known, in place of the expected one. [money]
    on : date, optional
        The day.

    Raises
    ------
    ConfigError
        `offset` outside [0, 1], or a flow for an unknown fund.
    DataError
        Returns with repeated labels, or not one underlying with a return.
    """
    table = _priced(funds, returns, proxies, names)
    table = _with_investors(table, offset, investor_flow)
    grouped = _by_underlying(table)
    seen = table["gross"].notna()
    size = table["convexity"].abs()
    if not seen.any():
        raise DataError(
            f"None of the {len(grouped)} underlyings has a return among the {len(returns)} labels: "
            "there is nothing to add up. Give returns under the same codes, or `proxies`."
        )
    total = float(size.sum())
    covered = float(size[seen].sum() / total) if total > 0 else float("nan")
    other_end = table["gross"] * 0.0  # the cancelling flow leaves every fund nothing to trade
    ends = table[["gross"]].assign(net=table["net"], cancelled=other_end)
    return ClosingFlow(
        gross=float(table["gross"].sum()),
        net=float(table["net"].sum()),
        low=float(ends.sum().min()),
        high=float(ends.sum().max()),
        funds=table.drop(columns=["label", "how"]),
        by_underlying=grouped,
        covered=covered,
        unmatched=_unmatched(grouped),
        left_out=funds.left_out,
        currency=funds.currency,
        origin=_origin(funds, table, grouped, covered, offset, on),
    )


def _priced(
    funds: LeveragedFunds,
    returns: pd.Series,
    proxies: Mapping[str, str | None] | None,
    names: Mapping[str, str] | None,
) -> pd.DataFrame:
    """Funds with their label, return and gross flow."""
    if returns.index.has_duplicates:
        raise DataError(
            f"`returns` has {int(returns.index.duplicated().sum())} repeated labels, first "
            f"{returns.index[returns.index.duplicated()][0]!r}: which return is true cannot be "
            "told. Give each label once."
        )
    matched = match_underlyings(funds, returns.index, proxies=proxies, names=names)
    codes = underlying_of(funds)
    table = funds.table.assign(underlying=codes, label=codes.map(matched["label"]))
    table["how"] = codes.map(matched["how"])
    observed = returns.astype(float).replace([np.inf, -np.inf], np.nan)
    table["underlying_return"] = table["label"].map(observed).astype(float)
    table["gross"] = bounded_flow(table["assets"], table["leverage"], table["underlying_return"])
    columns = ["underlying", "leverage", "assets", "convexity", "label", "how"]
    return table[[*columns, "underlying_return", "gross"]]


def _with_investors(
    table: pd.DataFrame, offset: float, investor_flow: pd.Series | None
) -> pd.DataFrame:
    if not 0.0 <= offset <= 1.0:
        raise ConfigError(
            f"`offset`={offset}: beyond 1 investors would turn the trade round, below 0 they would "
            "add to it. Give the share of the cancelling flow you expect, 0 to 1."
        )
    given = pd.Series(dtype=float) if investor_flow is None else investor_flow.astype(float)
    strangers = given.index.difference(table.index)
    if len(strangers):
        raise ConfigError(
            f"`investor_flow` names {len(strangers)} funds that are not used, first "
            f"{strangers[0]!r}: their money would be lost. Use the funds' own symbols."
        )
    r, leverage = table["underlying_return"], table["leverage"]
    expected = offset * cancelling_flow(table["assets"], leverage, r)
    known = given.reindex(table.index)
    phi = known.where(known.notna(), expected)
    # A fund that loses everything is closed; nobody buys or redeems it at that close.
    phi = phi.where(leverage * r > -1.0, 0.0).where(r.notna())
    return table.assign(investor_flow=phi, net=table["gross"] + leverage * phi)


def _by_underlying(table: pd.DataFrame) -> pd.DataFrame:
    groups = table.groupby("underlying", sort=False)
    out = groups[["label", "how", "underlying_return"]].first()
    out["funds"] = groups.size()
    out[["assets", "convexity"]] = groups[["assets", "convexity"]].sum()
    out[["gross", "net"]] = groups[["gross", "net"]].sum(min_count=1)
    order = out["gross"].abs().fillna(-1.0).sort_values(ascending=False, kind="stable").index
    return out.loc[order]


def _unmatched(grouped: pd.DataFrame) -> pd.DataFrame:
    out = grouped.loc[grouped["gross"].isna(), ["how", "funds", "assets", "convexity"]]
    out = out.assign(how=out["how"].replace({"same_code": "no_return", "proxy": "no_return"}))
    return out.sort_values("convexity", ascending=False, kind="stable")


def _origin(
    funds: LeveragedFunds,
    table: pd.DataFrame,
    grouped: pd.DataFrame,
    covered: float,
    offset: float,
    on: str | pd.Timestamp | None,
) -> Origin:
    seen = grouped["gross"].notna()
    proxied = grouped.index[seen & (grouped["how"] == "proxy")]
    said = [f"{code} by the return of {grouped.at[code, 'label']}" for code in proxied]
    lost = int((table["leverage"] * table["underlying_return"] <= -1.0).sum())
    said += [f"{lost} funds lose everything and close"] if lost else []
    said += [f"{offset:.0%} of the cancelling investor flow expected"]
    return Origin(
        as_of=funds.origin.as_of if on is None else pd.Timestamp(on),
        coverage={
            **funds.origin.coverage,
            "convexity with a return": f"{covered:.1%}",
            "funds with a return": f"{int(table['gross'].notna().sum())} of {len(table)}",
            "underlyings with a return": f"{int(seen.sum())} of {len(grouped)}",
        },
        assumptions=(*funds.origin.assumptions, *said),
    )
