"""Ticks or short bars cut into equal bins of the trading day: one row a stock-day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from quantquake.errors import ConfigError, DataError
from quantquake.types import Origin, Result

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Hours of continuous trading, lunch and auctions left out.

    Attributes
    ----------
    exchange : str
        Calendar code, "XSHG" or "XNYS".
    spans : tuple of (open, close)
        Local times in seconds after midnight; a span holds its open, not its close. [s]
    """

    exchange: str
    spans: tuple[tuple[int, int], ...]

    @property
    def seconds(self) -> int:
        """Length of the day. [s]"""
        return sum(close - start for start, close in self.spans)

    def n_bins(self, bin_seconds: int) -> int:
        """Bins in a full day; every span must hold a whole number of them."""
        if bin_seconds <= 0 or any((b - a) % bin_seconds for a, b in self.spans):
            raise ConfigError(
                f"Bins of {bin_seconds} s do not fit the {self.exchange} session: a bin would "
                "straddle the lunch break or the close. Use 30 or 60 seconds."
            )
        return self.seconds // bin_seconds

    def bin_of(self, second: Floats, bin_seconds: int) -> NDArray[np.int64]:
        """Bin of each time of day; -1 outside continuous trading."""
        out = np.full(second.shape, -1, dtype=np.int64)
        first = 0
        for start, close in self.spans:
            inside = (second >= start) & (second < close)
            out[inside] = first + (second[inside] - start) // bin_seconds
            first += (close - start) // bin_seconds
        return out


_HOUR = 3600
SESSIONS = {
    "XSHG": Session(
        exchange="XSHG",
        spans=((9 * _HOUR + 1800, 11 * _HOUR + 1800), (13 * _HOUR, 15 * _HOUR)),
    ),
    "XNYS": Session(exchange="XNYS", spans=((9 * _HOUR + 1800, 16 * _HOUR),)),
}


def session(exchange: str = "XSHG", *, closing_auction_minutes: int = 0) -> Session:
    """Template of an exchange's day: 480 bins of 30 s for "XSHG", 780 for "XNYS".

    Parameters
    ----------
    exchange : {"XSHG", "XNYS"}
        Shenzhen trades the hours of "XSHG".
    closing_auction_minutes : int
        Minutes cut off before the close. Shenzhen, and Shanghai since 2018-08-20, call a
        three-minute auction from 14:57: with 3 the day has 474 bins, with 0 its six empty bins
        stay in. The print itself, stamped at the close, is left out either way. [min]
    """
    if exchange not in SESSIONS:
        raise ConfigError(
            f"No session template for exchange {exchange!r}: without it auctions and lunch "
            f"cannot be left out. Known: {', '.join(SESSIONS)}; else build a `Session`."
        )
    full = SESSIONS[exchange]
    *head, (start, close) = full.spans
    return Session(exchange=exchange, spans=(*head, (start, close - 60 * closing_auction_minutes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class IntradayVolume(Result):
    """Volume of stock-days on one grid of bins.

    Attributes
    ----------
    volume : ndarray of shape (n_rows, n_bins)
        Sorted by symbol, then date. NaN = not observed. [as in the file]
    date : DatetimeIndex of shape (n_rows,)
        Trading day.
    symbol : Index of shape (n_rows,)
        As in the file.
    amount : ndarray of shape (n_rows,)
        Money traded inside the session; NaN without amounts or prices. [currency]
    bin_seconds : int
        Length of a bin. [s]
    """

    volume: Floats
    date: pd.DatetimeIndex
    symbol: pd.Index
    amount: Floats
    bin_seconds: int
    origin: Origin

    @property
    def zero_fraction(self) -> Floats:
        """Share of observed bins without volume, per row; NaN on unobserved rows."""
        seen = np.sum(~np.isnan(self.volume), axis=-1)
        zero = np.sum(self.volume == 0, axis=-1)
        return np.where(seen > 0, zero / np.maximum(seen, 1), np.nan)

    def live_only(self, min_live: float = 5 / 6) -> Floats:
        """`volume` with rows blanked to NaN that trade in fewer than `min_live` of the bins.

        Half days, suspensions and sparse stocks fall here: 400 of 480 bins by default.
        """
        live = np.sum(self.volume > 0, axis=-1)
        keep = live >= min_live * self.volume.shape[-1] - 1e-9
        return np.where(keep[:, None], self.volume, np.nan)

    def days(self, symbol: str) -> Floats:
        """One symbol's rows in order of date, shape (n_days, n_bins)."""
        return self.volume[np.asarray(self.symbol == symbol)]

    def to_panel(self, values: ArrayLike) -> pd.DataFrame:
        """Spread one value per row into a date x symbol panel; NaN where no row."""
        frame = pd.DataFrame(
            {"date": self.date, "symbol": self.symbol, "value": np.asarray(values, np.float64)}
        )
        return frame.pivot(index="date", columns="symbol", values="value").sort_index()


def bin_volume(
    frame: pd.DataFrame,
    *,
    exchange: str | Session = "XSHG",
    bin_seconds: int = 30,
    stamp: Literal["start", "end"] = "start",
    cumulative: bool = False,
    absent: Literal["no-trade", "unobserved"] = "no-trade",
) -> IntradayVolume:
    """Cut ticks or bars into bins of the trading day, auctions and lunch left out.

    Parameters
    ----------
    frame : DataFrame
        Columns ``datetime`` (local time, no zone), ``symbol``, ``volume`` and, if known,
        ``amount`` or a price ``vwap`` / ``price`` / ``close`` / ``last``. Any row order.
    exchange : str or Session
        "XSHG", "XNYS", or a template from `session`.
    bin_seconds : int
        30 as in the seed, or 60 for one-minute bars. [s]
    stamp : {"start", "end"}
        Whether a bar is stamped at its start (and ticks at their instant) or at its end, as
        most Chinese vendors do (first bar 09:31, last 15:00).
    cumulative : bool
        `volume` (and `amount`) count up through the day, as in exchange snapshots; the first
        row of each day then only sets the base.
    absent : {"no-trade", "unobserved"}
        What a bin without rows means: volume 0, or NaN. Feeds that write empty bars want
        "unobserved".

    Returns
    -------
    IntradayVolume
        One row per (symbol, date) that has any row inside the session.

    Raises
    ------
    DataError
        Missing columns, NaN or negative volume, time zones, or bars longer than the bins.
    """
    hours = session(exchange) if isinstance(exchange, str) else exchange
    n_bins = hours.n_bins(bin_seconds)
    rows = _rows(frame, cumulative)
    _refuse_long_bars(rows, bin_seconds)
    clock = rows["datetime"] - (pd.Timedelta("1us") if stamp == "end" else pd.Timedelta(0))
    second = np.asarray((clock - clock.dt.normalize()).dt.total_seconds(), dtype=np.float64)
    place = hours.bin_of(second, bin_seconds)
    rows, place = rows[place >= 0], place[place >= 0]
    keys = pd.MultiIndex.from_arrays([rows["symbol"], clock[rows.index].dt.normalize()])
    row, found = keys.factorize(sort=True)
    days = cast("pd.MultiIndex", found)
    size = len(days) * n_bins
    flat = row * n_bins + place
    volume = np.bincount(flat, rows["volume"], size).astype(np.float64)
    if absent == "unobserved":
        volume[np.bincount(flat, minlength=size) == 0] = np.nan
    return IntradayVolume(
        volume=volume.reshape(len(days), n_bins),
        date=pd.DatetimeIndex(days.get_level_values(1), name="date"),
        symbol=pd.Index(days.get_level_values(0), name="symbol"),
        amount=np.bincount(row, rows["amount"], len(days)).astype(np.float64),
        bin_seconds=bin_seconds,
        origin=_origin(hours, rows, bin_seconds, absent),
    )


def _rows(frame: pd.DataFrame, cumulative: bool) -> pd.DataFrame:
    """Checked copy with datetime, symbol, volume, amount; amount NaN where unknowable."""
    missing = {"datetime", "symbol", "volume"} - set(frame.columns)
    if missing:
        raise DataError(
            f"Intraday frame lacks {sorted(missing)}; it has {list(frame.columns)}: volume "
            "cannot be placed in the day. Rename the columns."
        )
    out = frame[["datetime", "symbol"]].reset_index(drop=True)
    if not pd.api.types.is_datetime64_dtype(out["datetime"]):
        raise DataError(
            f"`datetime` is {out['datetime'].dtype}: session hours are local wall-clock times. "
            "Convert with pd.to_datetime, then tz_convert to the exchange and tz_localize(None)."
        )
    out["volume"] = frame["volume"].to_numpy(dtype=np.float64)
    out["amount"] = _amount(frame, cumulative)
    if cumulative:
        out = out.sort_values(["symbol", "datetime"], kind="stable", ignore_index=True)
        day = [out["symbol"], out["datetime"].dt.normalize()]
        out[["volume", "amount"]] = out.groupby(day)[["volume", "amount"]].diff()
        out = out[out["volume"].notna()].reset_index(drop=True)
    bad = ~(out["volume"] >= 0)
    if bad.any():
        first = out[bad].iloc[0]
        raise DataError(
            f"{int(bad.sum())} rows have negative or missing volume, first {first['symbol']} at "
            f"{first['datetime']}: they would distort every frequency. Drop them, and set "
            f"`cumulative={not cumulative}` if the feed counts {'per row' if cumulative else 'up'}."
        )
    return out


def _amount(frame: pd.DataFrame, cumulative: bool) -> Floats:
    if "amount" in frame:
        return frame["amount"].to_numpy(dtype=np.float64)
    price = next((c for c in ("vwap", "price", "close", "last") if c in frame), None)
    if price is None or cumulative:
        return np.full(len(frame), np.nan)
    return (frame[price] * frame["volume"]).to_numpy(dtype=np.float64)


def _refuse_long_bars(rows: pd.DataFrame, bin_seconds: int) -> None:
    """Bars longer than a bin would leave a comb of empty bins, a false schedule."""
    stamps = rows[["symbol", "datetime"]].drop_duplicates().sort_values(["symbol", "datetime"])
    gap = stamps.groupby("symbol")["datetime"].diff().dt.total_seconds()
    gap = gap[gap > 0]
    if len(gap) >= 20 and gap.min() > bin_seconds:
        raise DataError(
            f"Rows are at least {gap.min():g} s apart, bins are {bin_seconds} s: the empty bins "
            f"between would look like a schedule. Use bin_seconds={gap.min():g} or finer data."
        )


def _origin(hours: Session, rows: pd.DataFrame, bin_seconds: int, absent: str) -> Origin:
    return Origin(
        as_of=rows["datetime"].max() if len(rows) else None,
        coverage={"rows inside the session": str(len(rows))},
        assumptions=(
            f"{hours.exchange}, {hours.n_bins(bin_seconds)} bins of {bin_seconds} s, no auctions",
            f"empty bin = {absent}",
        ),
    )
