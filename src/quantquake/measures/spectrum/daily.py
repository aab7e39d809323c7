"""The daily high-frequency crowding of each stock and of a basket, from binned volume."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from quantquake.data.intraday import IntradayVolume
from quantquake.measures.spectrum import deseason, line_share, schedule_share, top_share
from quantquake.measures.spectrum.null import NullFit
from quantquake.measures.spectrum.periodogram import MIN_LIVE, Floats


def daily_shares(
    binned: IntradayVolume,
    *,
    k: int = 50,
    window: int = 20,
    min_live: float = MIN_LIVE,
    null: NullFit | None = None,
) -> dict[str, pd.DataFrame]:
    """Every reading of "who trades by the clock", one date x symbol panel each.

    Parameters
    ----------
    binned : IntradayVolume
        From `data.intraday.bin_volume`.
    k : int
        Frequencies counted as strongest.
    window : int
        Past days in the time-of-day profile. [d]
    min_live : float
        Least share of bins with volume; thinner days (half days too) are NaN.
    null : NullFit, optional
        Adds ``excess``; volumes must be in the unit the fit was made on, per bin.

    Returns
    -------
    dict of str to DataFrame
        ``top_share`` (the seed's H; feed this to `Market` as ``hf_crowding``),
        ``top_share_deseasoned``, ``line_share``, ``log_line_share``, ``schedule_share`` and,
        with `null`, ``excess`` = H - E[H]. [1] Measures on deseasoned volume are NaN for the
        first `window` days of a symbol.
    """
    live = binned.live_only(min_live)
    clean = _by_symbol(binned, live, lambda days: deseason(days, window=window))
    values: dict[str, Floats] = {
        "top_share": top_share(live, k=k),
        "top_share_deseasoned": top_share(clean, k=k),
        "line_share": line_share(clean),
        "log_line_share": line_share(clean, log=True),
        "schedule_share": schedule_share(clean, bin_seconds=binned.bin_seconds),
    }
    if null is not None:
        per_bin = np.where(np.isnan(live).all(axis=-1), np.nan, np.nansum(live, axis=-1))
        values["excess"] = null.excess(
            values["top_share"], binned.zero_fraction, per_bin / live.shape[-1]
        )
    return {name: binned.to_panel(value) for name, value in values.items()}


def basket_share(
    share: pd.DataFrame, amount: pd.DataFrame, mask: pd.DataFrame | None = None
) -> pd.Series:
    """Average share of a basket, each stock counted by the money traded in it.

    Parameters
    ----------
    share, amount : DataFrame of shape (n_dates, n_symbols)
        A panel of `daily_shares` [1] and money traded [currency].
    mask : DataFrame of bool, optional
        Members at each date (``Basket.mask``); default all.

    Returns
    -------
    Series of shape (n_dates,)
        NaN on dates where no member has both a share and a positive amount. [1]
    """
    weight = amount.reindex(index=share.index, columns=share.columns)
    usable = share.notna() & (weight > 0)
    if mask is not None:
        usable &= mask.reindex(index=share.index, columns=share.columns).eq(True)
    weight = weight.where(usable, 0.0)
    total = weight.sum(axis=1)
    return ((share.where(usable, 0.0) * weight).sum(axis=1) / total.where(total > 0)).rename(
        "hf_crowding"
    )


def _by_symbol(
    binned: IntradayVolume, volume: Floats, measure: Callable[[Floats], Floats]
) -> Floats:
    """Apply a measure of consecutive days to each symbol's rows."""
    out = np.empty_like(volume)
    codes, _ = pd.factorize(binned.symbol)
    for code in range(int(codes.max(initial=-1)) + 1):
        rows = codes == code
        out[rows] = measure(volume[rows])
    return out
