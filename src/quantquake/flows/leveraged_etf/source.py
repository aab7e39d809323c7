"""Leveraged funds on the common axis: forced flow by index move, and their short gamma."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.leveraged_etf.formula import bounded_flow
from quantquake.flows.leveraged_etf.funds import LeveragedFunds
from quantquake.flows.leveraged_etf.underlyings import NOT_GIVEN, underlying_of
from quantquake.types import Origin

FloatArray = npt.NDArray[np.float64]


def short_gamma(funds: LeveragedFunds, *, beta: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Gamma of the funds in the unit of dealer gamma: money bought per 1 % rise is short.

    Parameters
    ----------
    funds : LeveragedFunds
    beta : mapping of underlying to float, optional
        Moves of each underlying per move of a common index. Without it each underlying counts per
        1 % of its own; with it those not named are not known (NaN), and in no sum. [1]

    Returns
    -------
    DataFrame indexed by underlying, most negative first
        ``convexity`` [money], ``beta`` [1], ``gamma_per_1pct`` = -L (L - 1) A beta 1 %, summed
        over funds. [money per 1 %] Negative for every multiple outside [0, 1].
    """
    size = funds.table["convexity"].groupby(underlying_of(funds)).sum()
    slope = pd.Series(1.0, size.index) if beta is None else _betas(size.index, beta)
    out = pd.DataFrame({"convexity": size, "beta": slope})
    out["gamma_per_1pct"] = -0.01 * out["convexity"] * out["beta"]
    return out.sort_values("gamma_per_1pct", kind="stable").rename_axis("underlying")


def forced_source(
    funds: LeveragedFunds,
    moves: Sequence[float] | FloatArray,
    *,
    index: str = "",
    beta: Mapping[str, float] | None = None,
    offset: float = 0.0,
) -> ForcedSource:
    """Closing trades of the funds at each move of an index since the last close.

    Parameters
    ----------
    funds : LeveragedFunds
    moves : array of shape (n_moves,), rising
        Moves of the index. [1]
    index : str
        What moves. Without `beta` only the funds on an underlying of this code count.
    beta : mapping of underlying to float, optional
        Moves of each underlying per move of the index; underlyings not named are left out. [1]
    offset : float
        Share of the cancelling investor flow expected in the middle of the range, 0 to 1. [1]

    Returns
    -------
    ForcedSource
        Timing "close". The range runs from the gross trade (no investor flow) to none at all
        (investors cancel it); a fund that loses everything closes at its holdings.

    Raises
    ------
    ConfigError
        `offset` outside [0, 1], or no fund has a known beta.
    """
    if not 0.0 <= offset <= 1.0:
        raise ConfigError(
            f"`offset`={offset}: the share of the cancelling flow must lie between 0 and 1, or the "
            "middle would leave its own range. Use 0 for the gross flow."
        )
    slopes = _betas(pd.Index(underlying_of(funds)), {index: 1.0} if beta is None else beta)
    known = slopes.notna().to_numpy()
    if not known.any():
        raise ConfigError(
            f"None of {len(known)} funds follows {index!r} or has a beta: their flow at its moves "
            f"is unknown. Name one of {sorted(set(underlying_of(funds)))[:8]}, or give `beta`."
        )
    at = np.asarray(moves, dtype=float)
    gross = _gross(funds.table[known], slopes[known].to_numpy(float), at)
    flow = gross * (1.0 - offset)
    return ForcedSource.of(
        "leveraged_etf",
        at,
        flow,
        low=np.minimum(gross, 0.0),
        high=np.maximum(gross, 0.0),
        timing=Timing.CLOSE,
        underlying=index,
        currency=funds.currency,
        origin=_origin(funds, known, offset, given=beta is not None),
    )


def _betas(codes: pd.Index, beta: Mapping[str, float]) -> pd.Series:
    """Beta by underlying; two spellings of a US code are one."""
    short = {code.removesuffix(".US"): value for code, value in beta.items()}
    read = [short.get(str(code).removesuffix(".US"), np.nan) for code in codes]
    known = np.array(read, dtype=float)
    known[np.asarray(codes == NOT_GIVEN)] = np.nan
    return pd.Series(known, index=codes)


def _gross(table: pd.DataFrame, slopes: FloatArray, moves: FloatArray) -> FloatArray:
    assets, leverage = table["assets"].to_numpy(float), table["leverage"].to_numpy(float)
    # No underlying can lose more than everything, however high its beta.
    returns = np.maximum(np.outer(moves, slopes), -1.0)
    shape = returns.shape
    trades = bounded_flow(np.broadcast_to(assets, shape), np.broadcast_to(leverage, shape), returns)
    return trades.sum(axis=1)


def _origin(
    funds: LeveragedFunds, known: npt.NDArray[np.bool_], offset: float, *, given: bool
) -> Origin:
    size = funds.table["convexity"].abs()
    share = float(size[known].sum() / size.sum()) if size.sum() > 0 else float("nan")
    return Origin(
        as_of=funds.origin.as_of,
        coverage={
            **funds.origin.coverage,
            "convexity with a beta": f"{share:.1%}",
            "funds with a beta": f"{int(known.sum())} of {len(known)}",
        },
        assumptions=(
            *funds.origin.assumptions,
            "betas as given" if given else "funds on the index itself only",
            f"{offset:.0%} of the cancelling investor flow expected",
            "range: gross, to fully cancelled by investors",
        ),
    )
