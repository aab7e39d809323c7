"""From indices to names: which stocks a closing flow falls on, beside what they usually trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.leveraged_etf.closing import ClosingFlow
from quantquake.types import Origin, Result

_ROUNDING = 0.005  # published weights are rounded; a sum of 1.005 is no error


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstituentFlow(Result):
    """A closing flow spread over names; names and remainder sum to the total.

    Attributes
    ----------
    names : DataFrame indexed by name, largest trade first
        ``flow`` = ``from_indices`` + ``from_single`` [money]; ``daily_amount`` [money/d];
        ``share_of_day`` = flow / daily_amount, signed [1], NaN where the amount is unknown.
    remainder : Series indexed by underlying
        Flow that falls on no name: an index without weights, or what its weights leave. [money]
    total : float
        [money]
    covered : float
        Share of the absolute flow of the underlyings that is spread over names. [1]
    currency : str
    origin : Origin
    """

    names: pd.DataFrame
    remainder: pd.Series
    total: float
    covered: float
    currency: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a name, largest trade first."""
        return self.names


def by_constituent(
    flow: ClosingFlow,
    weights: Mapping[str, pd.Series],
    *,
    daily_amount: pd.Series | None = None,
    net: bool = False,
) -> ConstituentFlow:
    """Spread a closing flow over the members of the indices and the single stocks.

    Parameters
    ----------
    flow : ClosingFlow
    weights : mapping of underlying to Series indexed by name
        Index weights, >= 0, summing to at most 1; what is missing to 1 stays with the index. [1]
    daily_amount : Series indexed by name, optional
        Money a name usually trades in a day. [money/d] An underlying without weights is taken as
        a name if it is here or a member of an index; otherwise its flow stays in the remainder.
    net : bool
        Spread the flow net of expected investor flow instead of the gross one.

    Raises
    ------
    DataError
        Weights that are negative, not finite, repeated, or sum to more than 1.

    Notes
    -----
    Dealers hedge index swaps with futures, so an index's part reaches its members through
    arbitrage and in less than full; a single stock's part reaches it about one to one.
    """
    for code, one in weights.items():
        _check_weights(code, one)
    amounts = pd.Series(dtype=float) if daily_amount is None else daily_amount.astype(float)
    traded = flow.by_underlying["net" if net else "gross"].dropna()
    spread = [traded[code] * weights[code] for code in traded.index if code in weights]
    indices = pd.concat(spread).groupby(level=0).sum() if spread else pd.Series(dtype=float)
    alone = traded[~traded.index.isin(list(weights))]
    is_name = alone.index.isin(amounts.index) | alone.index.isin(indices.index)
    names = _names(indices, alone[is_name], amounts)
    remainder = _remainder(traded, weights, alone[~is_name])
    size = float(traded.abs().sum())
    covered = 1.0 - float(remainder.abs().sum()) / size if size > 0 else float("nan")
    return ConstituentFlow(
        names=names,
        remainder=remainder,
        total=float(traded.sum()),
        covered=covered,
        currency=flow.currency,
        origin=_origin(flow, names, covered),
    )


def _check_weights(code: str, one: pd.Series) -> None:
    values = one.to_numpy(float)
    wrong = int((~np.isfinite(values) | (values < 0)).sum())
    repeated = int(one.index.duplicated().sum())
    total = float(np.nansum(values))
    if wrong or repeated or total > 1.0 + _ROUNDING:
        raise DataError(
            f"The weights of {code!r} sum to {total:.4g}, {wrong} are negative or not finite and "
            f"{repeated} names are repeated: its members would trade more than the index. Give "
            "one fraction a name, summing to 1 at most (not per cent)."
        )


def _names(indices: pd.Series, single: pd.Series, amounts: pd.Series) -> pd.DataFrame:
    all_names = indices.index.union(single.index, sort=False)
    out = pd.DataFrame(
        {
            "from_indices": indices.reindex(all_names).fillna(0.0),
            "from_single": single.reindex(all_names).fillna(0.0),
        }
    )
    out.insert(0, "flow", out.sum(axis=1))
    out["daily_amount"] = amounts.where(amounts > 0).reindex(all_names)
    out["share_of_day"] = out["flow"] / out["daily_amount"]
    order = out["flow"].abs().sort_values(ascending=False, kind="stable").index
    return out.loc[order].rename_axis("name")


def _remainder(
    traded: pd.Series, weights: Mapping[str, pd.Series], unspread: pd.Series
) -> pd.Series:
    left = {
        code: flow * (1.0 - float(weights[code].sum()))
        for code, flow in traded.items()
        if code in weights
    }
    whole = pd.concat([pd.Series(left, dtype=float), unspread])
    return whole[whole.abs() > 1e-12 * max(1.0, float(traded.abs().sum()))].rename("remainder")


def _origin(flow: ClosingFlow, names: pd.DataFrame, covered: float) -> Origin:
    known = int(names["daily_amount"].notna().sum())
    return Origin(
        as_of=flow.origin.as_of,
        coverage={
            **flow.origin.coverage,
            "flow spread over names": f"{covered:.1%}",
            "names with a daily amount": f"{known} of {len(names)}",
        },
        assumptions=(
            *flow.origin.assumptions,
            "index flows reach the members by weight, in full",
        ),
    )
