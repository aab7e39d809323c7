"""Where the knock-ins lie: notional by index level, how near, what a fall there sets off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.snowball_book.map_rows import (
    alarm_rows,
    bin_width,
    level_bins,
    mass,
    shock_rows,
)
from quantquake.flows.snowball_book.positions import Positions
from quantquake.flows.snowball_book.terms import Floats
from quantquake.types import Origin, Result

if TYPE_CHECKING:
    from quantquake.flows.snowball_book.book import SnowballBook

ALARM = (0.01, 0.03, 0.05, 0.10)
"""Distances below the index that the alarm adds up. [1]"""

SHOCKS = -np.arange(1, 21) / 100.0
"""Falls the shock table asks about. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockInMap(Result):
    """Notional that waits to knock in, and what its knocking in would sell.

    Attributes
    ----------
    levels : DataFrame indexed by (underlying, level)
        Bins of knock-in level, by their middle: `distance` from the index [1]; `trades`;
        `notional` [money]; `weekly_change` of it over five sessions [money], NaN without a path;
        `lots_before`, `lots_after`: hedge held just above the barrier, and at it once knocked in
        [lots]; `drop_lots` sold at that instant [lots, >= 0 where sold].
    shocks : DataFrame indexed by (underlying, move)
        `level` [points]; `knocked_in` by then, from today's state [money]; `share` of what waits
        [1]; `lots_before`, `lots_after` of the whole book; `lots`, `flow`, `of_volume`,
        `of_open_interest` as `HedgeFlow.frame`.
    alarm : DataFrame indexed by (underlying, within)
        `notional` that knocks in within that distance below the index [money], `share` of what
        waits [1].
    already : Series by underlying
        Notional knocked in and alive. [money]
    origin : Origin
    """

    levels: pd.DataFrame
    shocks: pd.DataFrame
    alarm: pd.DataFrame
    already: pd.Series
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """The bins."""
        return self.levels


def map_of(
    book: SnowballBook,
    before: Positions | None,
    *,
    width: float | Mapping[str, float] | None,
    moves: Sequence[float] | Floats,
    within: Sequence[float],
) -> KnockInMap:
    """Map of a book; `before` are its positions a week ago, None where they are not known."""
    widths = _widths(book.spot, width)
    bins, shocks, alarm = [], [], []
    for name in book.underlyings:
        own, here = book.positions.on(name), book.spot[name]
        old = None if before is None else mass(before.on(name), widths[name])
        bins.append(level_bins(own, book.pricer, name, here, width=widths[name], before=old))
        shocks.append(shock_rows(own, book.pricer, name, here, moves, book.liquidity))
        alarm.append(alarm_rows(own, name, here, within))
    c = book.positions.columns
    already = pd.Series(c.notional * c.knocked_in).groupby(book.positions.underlying).sum()
    return KnockInMap(
        levels=pd.concat(bins) if bins else pd.DataFrame(),
        shocks=pd.concat(shocks) if shocks else pd.DataFrame(),
        alarm=pd.concat(alarm) if alarm else pd.DataFrame(),
        already=already.rename("notional").rename_axis("underlying"),
        origin=book.origin,
    )


def _widths(
    spot: Mapping[str, float], width: float | Mapping[str, float] | None
) -> dict[str, float]:
    found = {name: bin_width(here) for name, here in spot.items()}
    if isinstance(width, Mapping):
        found.update(width)
    elif width is not None:
        found = dict.fromkeys(found, float(width))
    if not all(one > 0 for one in found.values()):
        raise ConfigError(
            f"bin width {found}: levels cannot be gathered into bins of no width. Give points "
            "above 0, e.g. 100."
        )
    return found
