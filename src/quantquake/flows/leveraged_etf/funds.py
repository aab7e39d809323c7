"""The funds whose closing trades are added up: which are used, which are left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError
from quantquake.flows.leveraged_etf.formula import LARGEST_LEVERAGE
from quantquake.types import Origin, Result

_COLUMNS = ("symbol", "leverage", "assets")
#: Why a row takes no part, in the order of the tests; the last one is only noted.
REASONS = {
    "no_multiple": "no fixed multiple",
    "zero_multiple": "a multiple of 0",
    "absurd_multiple": f"a multiple beyond {LARGEST_LEVERAGE:g}: is it in per cent?",
    "no_assets": "assets not known",
    "negative_assets": "negative assets",
    "unlevered": "a multiple of 1 never rebalances",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeveragedFunds(Result):
    """Leveraged funds of one day.

    Attributes
    ----------
    table : DataFrame indexed by fund symbol
        ``leverage`` [1], ``assets`` [money], ``convexity`` = L (L - 1) A [money], ``underlying``
        (code as given, NaN where unknown), ``underlying_name``, ``row`` of the source.
    left_out : DataFrame
        ``row``, ``place`` ("line 17"), ``symbol``, ``reason`` (a key of `REASONS`), in the order
        of the source. Funds without assets have an unknown convexity, not none.
    currency : str
    origin : Origin
        `as_of`: the day of the assets.
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    currency: str
    origin: Origin

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        currency: str | None = None,
        as_of: str | pd.Timestamp | None = None,
        underlyings: Mapping[str, str] | None = None,
    ) -> LeveragedFunds:
        """Take the funds of one day from a table of :func:`quantquake.read` (``kind="funds"``).

        Parameters
        ----------
        frame : DataFrame
            ``symbol``, ``leverage``, ``assets``; ``underlying``, ``underlying_name`` and ``date``
            if there. With dates, the last row of each fund is used.
        currency : str, optional
            Of the assets; default what the table says, else USD.
        as_of : date, optional
            Day of the assets; rows after it are not used. Default what the table says.
        underlyings : mapping of fund symbol to underlying, optional
            Underlying of funds for which the table has none, or a wrong one.

        Raises
        ------
        DataError
            A column is missing, a fund appears twice, or no row can be used.
        ConfigError
            `underlyings` names a fund that is not in the table.
        """
        day = _one_day(_checked(frame), as_of)
        day = _told(day, underlyings or {})
        why = _reasons(day)
        used = day[why.isin(["", "unlevered"])].set_index("symbol")
        if used.empty:
            counts = why.value_counts().to_dict()
            raise DataError(
                f"None of {len(day)} funds can be used ({counts}): there is no flow to add up. "
                "Give signed multiples and assets."
            )
        used = used.assign(convexity=used["leverage"] * (used["leverage"] - 1) * used["assets"])
        known = as_of if as_of is not None else frame.attrs.get("as_of")
        columns = ["leverage", "assets", "convexity", "underlying", "underlying_name", "row"]
        return cls(
            table=used[columns],
            left_out=_left_out(day, why, frame.attrs.get("first_line")),
            currency=currency or frame.attrs.get("currency") or "USD",
            origin=Origin(
                as_of=None if known is None else pd.Timestamp(known),
                coverage=_coverage(day, why),
                assumptions=("assets as of the snapshot stand for the previous close",),
            ),
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a fund used."""
        return self.table


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing or frame.empty:
        raise DataError(
            f"The funds have {len(frame)} rows and no column {', '.join(missing) or '(all there)'} "
            f"among {listed(frame.columns, 20)}: a flow needs a multiple and assets of at least "
            "one fund. Read the table with quantquake.read(path, kind='funds')."
        )
    table = frame.reindex(columns=["date", "symbol", "leverage", "assets"]).assign(
        underlying=frame.get("underlying"), underlying_name=frame.get("underlying_name")
    )
    for name in ("leverage", "assets"):
        numbers = pd.to_numeric(table[name], errors="coerce")
        bad = (numbers.isna() & table[name].notna()) | np.isinf(numbers)
        if bad.any():
            rows = listed(table.index[bad], 10)
            raise DataError(
                f"`{name}` is no number in {int(bad.sum())} rows ({rows}): the funds there would be "
                "lost silently. Give plain numbers, and leave unknown ones empty."
            )
        table[name] = numbers.astype(float)
    return table.assign(row=frame.index).reset_index(drop=True)


def _one_day(table: pd.DataFrame, as_of: str | pd.Timestamp | None) -> pd.DataFrame:
    if table["date"].notna().any():
        dates = pd.to_datetime(table["date"])
        seen = table[dates <= pd.Timestamp(as_of)] if as_of is not None else table
        table = seen.sort_values("date", kind="stable").groupby("symbol").tail(1).sort_index()
    repeated = table["symbol"].duplicated(keep=False)
    if repeated.any() or table["symbol"].isna().any():
        raise DataError(
            f"{int(repeated.sum())} rows ({listed(table.loc[repeated, 'row'], 10)}) give "
            f"{table.loc[repeated, 'symbol'].nunique()} funds more than once, and "
            f"{int(table['symbol'].isna().sum())} have no symbol: a fund would be counted twice or "
            "not at all. Keep one row a fund."
        )
    return table


def _told(table: pd.DataFrame, underlyings: Mapping[str, str]) -> pd.DataFrame:
    strangers = sorted(set(underlyings) - set(table["symbol"]))
    if strangers:
        raise ConfigError(
            f"`underlyings` names {listed(strangers)}, which the table of {len(table)} funds does "
            "not hold: what was meant would be lost. Use the table's own symbols."
        )
    given = table["symbol"].map(dict(underlyings))
    return table.assign(underlying=given.where(given.notna(), table["underlying"]))


def _reasons(table: pd.DataFrame) -> pd.Series:
    leverage, assets = table["leverage"], table["assets"]
    tests = {
        "no_multiple": leverage.isna(),
        "zero_multiple": leverage == 0,
        "absurd_multiple": leverage.abs() > LARGEST_LEVERAGE,
        "no_assets": assets.isna(),
        "negative_assets": assets < 0,
        "unlevered": leverage == 1,
    }
    why = np.select(list(tests.values()), list(tests), "")
    return pd.Series(why, index=table.index, name="reason")


def _left_out(table: pd.DataFrame, why: pd.Series, first_line: int | None) -> pd.DataFrame:
    out = table.loc[why != "", ["row", "symbol"]].assign(reason=why[why != ""])
    lines = out["row"].map(
        lambda row: (
            f"row {row} (counted from 0)" if first_line is None else f"line {row + first_line}"
        )
    )
    out.insert(1, "place", lines)
    return out.reset_index(drop=True)


def _coverage(table: pd.DataFrame, why: pd.Series) -> dict[str, str]:
    total = len(table)
    with_multiple = ~why.isin(["no_multiple", "zero_multiple", "absurd_multiple"])
    return {
        "funds": f"{int(why.isin(['', 'unlevered']).sum())} of {total}",
        "funds without assets": f"{int((why == 'no_assets').sum())} of {int(with_multiple.sum())}",
    }
