"""Calls and puts of one strike, paired: each pair is a future in disguise.

``K + e^(r tau) (C - P)`` is the price of a synthetic future. Only quotes that can be traded count:
a chain of last prices is refused, since the last call and the last put were seldom struck together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.calendars import count_sessions
from quantquake.errors import DataError
from quantquake.measures.basis.curve import CALENDAR_DAYS

NEEDED = ("expiry", "strike", "option_type", "bid", "ask")
STANDARD_UNIT = 10_000  # shares of an ETF option; another number marks a dividend-adjusted contract


def synthetic_future(
    strike: float | pd.Series,
    call: float | pd.Series,
    put: float | pd.Series,
    rate: float,
    tau: float | pd.Series,
) -> float | pd.Series:
    """Price of a future built from one call and one put: ``K + e^(r tau) (C - P)``. [points]

    Parameters
    ----------
    strike, call, put : float or Series
        [points]
    rate : float
        [1/yr]
    tau : float or Series
        [yr]
    """
    return strike + np.exp(rate * tau) * (call - put)


def option_pairs(
    chain: pd.DataFrame,
    on: str | pd.Timestamp,
    *,
    rate: float = 0.02,
    days_per_year: float | None = None,
    scale: float = 1.0,
) -> pd.DataFrame:
    """Synthetic futures at executable quotes, one row an expiry and strike.

    Parameters
    ----------
    chain : DataFrame
        One row an option: `expiry, strike, option_type` ("call"/"put", "C"/"P"), `bid, ask`; if
        present `bid_size, ask_size` [contracts] and `unit` [shares]: dividend-adjusted ETF options
        (unit other than 10,000) are left out and counted. A bid of 0 is no bid.
    on : date-like
        Day of the quotes.
    rate : float
        [1/yr]
    days_per_year : float, optional
        Counts `tau` in sessions over this, both ends counted; default calendar days over 365.
    scale : float
        Points of the index per point of the option's underlying, ``index / ETF price``. [1]

    Returns
    -------
    DataFrame sorted by expiry and strike
        `expiry, tau, strike, bid, ask, mid, spread` of the synthetic future [index points];
        `bid_depth`: pairs that can be sold (calls bid for, puts offered), `ask_depth`: pairs that
        can be bought [contracts, NaN if not given]. `.attrs`: `on`, and counts of options left
        out: `unpaired`, `no_quote`, `crossed`, `adjusted`.

    Raises
    ------
    DataError
        No bid and ask columns, an option type that is neither, no pair with four quotes.
    """
    _check(chain)
    rows = chain.assign(
        option_type=_kinds(chain["option_type"]),
        expiry=pd.to_datetime(chain["expiry"]),
        bid=chain["bid"].where(chain["bid"] > 0),
        ask=chain["ask"].where(chain["ask"] > 0),
    )
    adjusted = 0
    if "unit" in rows.columns:
        odd = rows["unit"] != STANDARD_UNIT
        adjusted, rows = int(odd.sum()), rows[~odd]
    quoted = rows[(rows["expiry"] > pd.Timestamp(on)) & rows["bid"].notna() & rows["ask"].notna()]
    crossed = quoted["bid"] > quoted["ask"]
    quoted = quoted[~crossed]
    pairs = _joined(quoted)
    pairs["tau"] = _tau(pairs["expiry"], pd.Timestamp(on), days_per_year)
    pairs = _priced(pairs, rate, scale)
    pairs.attrs = {
        "on": pd.Timestamp(on),
        "unpaired": len(quoted) - 2 * len(pairs),
        "no_quote": len(rows) - len(quoted) - int(crossed.sum()),
        "crossed": int(crossed.sum()),
        "adjusted": adjusted,
    }
    if pairs.empty:
        raise DataError(
            f"No strike has a call and a put with bid and ask after {pd.Timestamp(on):%Y-%m-%d} "
            f"({_counts(pairs)}): no synthetic future can be traded. Give quotes of the session."
        )
    return pairs


def _counts(pairs: pd.DataFrame) -> str:
    return ", ".join(f"{k.replace('_', ' ')} {n}" for k, n in pairs.attrs.items() if k != "on")


def _check(chain: pd.DataFrame) -> None:
    missing = [name for name in NEEDED if name not in chain.columns]
    if missing:
        raise DataError(
            f"The option chain lacks {missing}; it has {list(chain.columns)}. A synthetic future "
            "is bought at the ask and sold at the bid; from last or settlement prices an arbitrage "
            "would be read that nobody could trade. Give quotes."
        )


def _kinds(types: pd.Series) -> pd.Series:
    known = {"call": "call", "c": "call", "认购": "call", "put": "put", "p": "put", "认沽": "put"}
    found = types.astype(str).str.strip().str.lower().map(known)
    if found.isna().any():
        raise DataError(
            f"option_type has {types[found.isna()].unique()[:3].tolist()}: neither call nor put, "
            "so the pair has no sign. Write call or put."
        )
    return found


def _joined(quoted: pd.DataFrame) -> pd.DataFrame:
    keys = ["expiry", "strike"]
    twice = quoted.duplicated([*keys, "option_type"])
    if twice.any():
        row = quoted[twice].iloc[0]
        raise DataError(
            f"{int(twice.sum())} options repeat, first strike {row['strike']:g} of "
            f"{row['expiry']:%Y-%m-%d}: two underlyings or two moments are mixed. Keep one row each."
        )
    sides = {k: quoted[quoted["option_type"] == k].set_index(keys) for k in ("call", "put")}
    sizes = [c for c in ("bid_size", "ask_size") if c in quoted.columns]
    columns = ["bid", "ask", *sizes]
    joined = (
        sides["call"][columns]
        .add_suffix("_call")
        .join(sides["put"][columns].add_suffix("_put"), how="inner")
    )
    return joined.reset_index().sort_values(keys, ignore_index=True)


def _tau(expiry: pd.Series, on: pd.Timestamp, days_per_year: float | None) -> pd.Series:
    if days_per_year is None:
        return (expiry - on).dt.days / CALENDAR_DAYS
    return pd.Series(count_sessions(on, expiry.to_numpy(), provisional=True)) / days_per_year


def _priced(pairs: pd.DataFrame, rate: float, scale: float) -> pd.DataFrame:
    strike, tau = pairs["strike"].astype(float), pairs["tau"]
    bid = synthetic_future(strike, pairs["bid_call"], pairs["ask_put"], rate, tau)
    ask = synthetic_future(strike, pairs["ask_call"], pairs["bid_put"], rate, tau)
    out = pairs[["expiry", "tau"]].assign(strike=strike * scale, bid=bid * scale, ask=ask * scale)
    out["mid"] = (out["bid"] + out["ask"]) / 2
    out["spread"] = out["ask"] - out["bid"]
    # The synthetic is sold by selling calls to their bid and buying puts at their ask.
    out["bid_depth"] = _least(pairs, "bid_size_call", "ask_size_put")
    out["ask_depth"] = _least(pairs, "ask_size_call", "bid_size_put")
    return out


def _least(pairs: pd.DataFrame, *sizes: str) -> pd.Series | float:
    there = [size for size in sizes if size in pairs.columns]
    return pairs[there].min(axis=1) if len(there) == len(sizes) else np.nan
