"""What a futures table holds and lacks, counted: nothing is left out of a basis unsaid."""

from __future__ import annotations

import pandas as pd

from quantquake.data.calendars import Calendar, sessions
from quantquake.measures.basis.chain import IndexLevel, futures_chain, products

LIVE = 4  # contracts trading on any day: this month, the next, two quarter months


def chain_audit(
    futures: pd.DataFrame,
    index_level: IndexLevel = None,
    *,
    price: str = "close",
    exchange: str | Calendar = "XSHG",
) -> pd.DataFrame:
    """How much of a futures table could be measured, and why the rest could not.

    Parameters
    ----------
    futures, index_level, price, exchange
        As in :func:`quantquake.measures.basis.chain.futures_chain`; every product is counted.

    Returns
    -------
    DataFrame of shape (n_products, columns)
        Index `product`. `first`, `last` date; `rows`, `contracts`, `dates`; `measured` rows (price
        and index present). [rows] Left out of a mean by open interest, each row once:
        `expiry_day` (settling), `no_open_interest` (zero or missing on another day), `no_price`,
        `no_index`. `absent_sessions`: exchange sessions between `first` and `last` without a row,
        and which (`absent_dates`); `short_days`: dates with fewer than four contracts;
        `provisional` rows. [rows, d]

    Raises
    ------
    DataError, ContractError, CalendarError
        As in `futures_chain`.
    """
    counted = {}
    for product in products(futures):
        chain = futures_chain(futures, index_level, product=product, price=price, exchange=exchange)
        counted[product] = audited(chain, exchange)
    return pd.DataFrame.from_dict(counted, orient="index").rename_axis("product")


def audited(chain: pd.DataFrame, exchange: str | Calendar = "XSHG") -> dict[str, object]:
    """Count one product's rows as `chain_audit` does; rows of `futures_chain` or of `history`."""
    dates = pd.DatetimeIndex(chain["date"].unique())
    expected = sessions(exchange, dates.min(), dates.max(), provisional=True)
    absent = expected.difference(dates)
    no_price, no_index = chain["price"].isna(), chain["index_level"].isna()
    settling = chain["sessions"] <= 1
    empty = ~(chain["open_interest"] > 0)
    seen = ~(no_price | no_index)
    return {
        "first": dates.min(),
        "last": dates.max(),
        "rows": len(chain),
        "contracts": chain["contract"].nunique(),
        "dates": len(dates),
        "measured": int(seen.sum()),
        "expiry_day": int((seen & settling).sum()),
        "no_open_interest": int((seen & ~settling & empty).sum()),
        "no_price": int(no_price.sum()),
        "no_index": int((no_index & ~no_price).sum()),
        "absent_sessions": len(absent),
        "absent_dates": tuple(f"{day:%Y-%m-%d}" for day in absent),
        "short_days": int((chain.groupby("date").size() < LIVE).sum()),
        "provisional": int(chain["provisional"].sum()),
    }
