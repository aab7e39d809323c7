"""When in the day a flow is traded: the share of it in each bucket of the session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.intraday import Session, session
from quantquake.errors import ConfigError, DataError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCurve:
    """Share of a day's flow traded in each bucket.

    Attributes
    ----------
    starts : tuple of str
        Local time at which each bucket begins, "15:30".
    minutes : int
        Length of a bucket. [min]
    share : tuple of float
        At least 0, summing to 1. [1]
    source : str
        Where the shape comes from: an assumption, or what was measured.
    """

    starts: tuple[str, ...]
    minutes: int
    share: tuple[float, ...]
    source: str

    def __post_init__(self) -> None:
        values = np.asarray(self.share, dtype=float)
        fits = len(values) == len(self.starts) and len(values) > 0
        if not fits or not (values >= 0).all() or abs(float(values.sum()) - 1.0) > 1e-9:
            raise ConfigError(
                f"`share` has {len(values)} values for {len(self.starts)} buckets, summing to "
                f"{values.sum():.6g}: flow would be lost or made. Give a share of at least 0 for "
                "each bucket, 1 in all."
            )


def close_loaded(
    exchange: str = "XNYS", *, minutes: int = 30, half_life: float = 30.0, auction: float = 0.0
) -> DayCurve:
    """Flow that waits for the close: each `half_life` before it, half as much is traded a minute.

    Parameters
    ----------
    exchange : {"XNYS", "XSHG"}
        Whose hours; lunch is not counted.
    minutes : int
        Length of a bucket. [min]
    half_life : float
        [min] An assumption: the published finding is a late-day effect, not a curve.
    auction : float
        Share kept for the closing auction, added to the last bucket. [1]

    Raises
    ------
    ConfigError
        Buckets that do not fit the session, a half-life not above 0, an auction outside [0, 1].
    """
    if not half_life > 0 or not 0.0 <= auction <= 1.0:
        raise ConfigError(
            f"`half_life`={half_life}, `auction`={auction}: the flow would have no shape. Give "
            "minutes above 0 and a share between 0 and 1."
        )
    edges, starts = _buckets(session(exchange), minutes)
    # Share before t of a density that doubles every half-life up to the close.
    left = np.exp2(-(edges[-1] - edges) / half_life)
    share = (1.0 - auction) * np.diff(left) / (left[-1] - left[0])
    share[-1] += auction
    said = f"assumed: halves every {half_life:g} minutes before the close"
    said += f", {auction:.0%} in the closing auction" if auction else ""
    return DayCurve(starts=starts, minutes=minutes, share=tuple(share), source=said)


def u_shaped(exchange: str = "XNYS", *, minutes: int = 30, ends: float = 3.0) -> DayCurve:
    """Flow that follows the usual volume of a day: high at both ends, low at noon.

    Parameters
    ----------
    exchange, minutes
        As in :func:`close_loaded`.
    ends : float
        Density at open and close over that at mid-day, >= 1, on a parabola. [1] An assumption;
        :func:`measured` takes it from bars.

    Raises
    ------
    ConfigError
        Buckets that do not fit the session, or `ends` below 1.
    """
    if not ends >= 1.0:
        raise ConfigError(
            f"`ends`={ends}: below 1 the day would be busiest at noon. Give the density at the "
            "ends over that at mid-day, 1 or more."
        )
    edges, starts = _buckets(session(exchange), minutes)
    x = 2.0 * edges / edges[-1] - 1.0
    inside = x + (ends - 1.0) * x**3 / 3.0  # integral of 1 + (ends - 1) x^2
    share = np.diff(inside) / (inside[-1] - inside[0])
    said = f"assumed: parabola, {ends:g} times as dense at the ends as at mid-day"
    return DayCurve(starts=starts, minutes=minutes, share=tuple(share), source=said)


def measured(
    bars: pd.DataFrame, exchange: str = "XNYS", *, minutes: int = 30, source: str = "bars given"
) -> DayCurve:
    """Mean share of volume in each bucket, one vote a day and symbol.

    Parameters
    ----------
    bars : DataFrame
        ``datetime`` (local, without zone), ``volume``; ``symbol`` if there are several.
    exchange, minutes
        As in :func:`close_loaded`. Bars outside the session are left out.
    source : str
        What the bars are, for the record.

    Raises
    ------
    DataError
        A column is missing, or no day has volume.
    """
    missing = [name for name in ("datetime", "volume") if name not in bars.columns]
    if missing:
        raise DataError(
            f"The bars have no column {', '.join(missing)} among {list(bars.columns)[:12]}: the "
            "shape of the day could not be seen. Give `datetime` and `volume`."
        )
    hours = session(exchange)
    _, starts = _buckets(hours, minutes)
    stamp = pd.to_datetime(bars["datetime"])
    second = (stamp - stamp.dt.normalize()).dt.total_seconds().to_numpy(float)
    bucket = hours.bin_of(second, 60 * minutes)
    who = bars["symbol"] if "symbol" in bars.columns else "all"
    rows = pd.DataFrame(
        {"who": who, "day": stamp.dt.normalize(), "bucket": bucket, "volume": bars["volume"]}
    )[bucket >= 0]
    table = rows.groupby(["who", "day", "bucket"])["volume"].sum().unstack(fill_value=0.0)
    table = table.reindex(columns=range(len(starts)), fill_value=0.0)
    table = table[table.sum(axis=1) > 0]
    if table.empty:
        raise DataError(
            f"None of {len(bars)} bars has volume inside the {exchange} session: there is no shape "
            "to take. Check the time zone of `datetime`."
        )
    share = table.div(table.sum(axis=1), axis=0).mean().to_numpy(float)
    said = f"measured: {len(table)} stock-days of {source}"
    return DayCurve(starts=starts, minutes=minutes, share=tuple(share / share.sum()), source=said)


def _buckets(hours: Session, minutes: int) -> tuple[FloatArray, tuple[str, ...]]:
    """Edges in minutes of trading since the open, and the local start of each bucket."""
    count = hours.n_bins(60 * minutes)
    seconds = [s for a, b in hours.spans for s in range(a, b, 60 * minutes)]
    starts = tuple(f"{s // 3600:02d}:{s // 60 % 60:02d}" for s in seconds)
    edges: FloatArray = np.arange(count + 1, dtype=np.float64) * minutes
    return edges, starts
