"""How likely is a fall from the last close? The formula that nothing fitted has beaten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.base_rate import ewma_volatility, fall_probability
from quantquake.measures.evidence.falls import Path, forward_outcome
from quantquake.measures.evidence.warned import check_rules
from quantquake.types import Origin, Result


class FallChance(NamedTuple):
    """Chance of a fall within one horizon.

    Attributes
    ----------
    horizon : int
        Sessions ahead. [d]
    loss : float
        Depth of the fall: some close at or below ``1 - loss`` times the last one. [1]
    probability : float
        Barrier formula on EWMA volatility; NaN with too few closes. [1]
    usual : float
        Share of all earlier days, their horizon passed, that were followed by such a fall; NaN if
        there are none. [1]
    """

    horizon: int
    loss: float
    probability: float
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FallOutlook(Result):
    """How likely a fall is from the last close, by volatility alone.

    Attributes
    ----------
    chances : tuple of FallChance
        One a horizon, in the order asked for.
    volatility : float
        EWMA volatility (0.94) known at the last close. [1/sqrt(yr)]
    origin : Origin
    """

    chances: tuple[FallChance, ...]
    volatility: float
    origin: Origin

    def at(self, horizon: int) -> FallChance:
        """Pick one horizon. [d]"""
        for one in self.chances:
            if one.horizon == horizon:
                return one
        raise ConfigError(
            f"horizon {horizon} was not asked for, only {[c.horizon for c in self.chances]}: "
            "chances of different horizons are 20 points apart. Add it to `horizons=`."
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a horizon: loss, probability, usual, volatility."""
        table = pd.DataFrame(list(self.chances), columns=list(FallChance._fields))
        return table.assign(volatility=self.volatility).set_index("horizon")

    def rows(self) -> list[dict[str, Any]]:
        """One plain record a horizon, for JSON."""
        return [{**one._asdict(), "volatility": self.volatility} for one in self.chances]


def fall_outlook(
    close: pd.Series, *, horizons: tuple[int, ...] = (20, 60), loss: float = 0.05
) -> FallOutlook:
    """Say how likely some close of the next sessions lies `loss` below the last one.

    Crowding is left out on purpose: no model with it has been shown to forecast falls better than
    this formula, which knows one volatility (docs/decisions/0003; `measured` holds the figures,
    `fall_forecasts` measures them on other data).

    Parameters
    ----------
    close : Series of shape (n_dates,)
        Closes, sorted by date. [points] NaN rows are left out.
    horizons : tuple of int, default (20, 60)
        Sessions ahead. [d]
    loss : float, default 0.05
        Depth of the fall, positive. [1]

    Returns
    -------
    FallOutlook
        With 20 closes or fewer there is no volatility, and every probability is NaN.

    Raises
    ------
    DataError
        If a close is not positive, or dates are not sorted.
    ConfigError
        If a horizon or the loss makes no sense.

    References
    ----------
    .. [1] M. Broadie, P. Glasserman, S. Kou, "A continuity correction for discrete barrier
       options", Mathematical Finance 7, 1997.
    """
    check_rules(tuple(horizons), loss, draws=0, minimum=1)
    seen = _observed(close)
    values = seen.to_numpy(dtype=np.float64)
    known = ewma_volatility(values)
    vol = float(known[-1]) if len(known) else float("nan")
    return FallOutlook(
        chances=tuple(
            FallChance(
                horizon=int(h),
                loss=loss,
                probability=float(fall_probability(vol, int(h), loss=loss)),
                usual=_usual(values, int(h), loss),
            )
            for h in horizons
        ),
        volatility=vol,
        origin=Origin(
            as_of=seen.index[-1] if len(seen) else None,
            coverage={"closes": f"{len(seen)} of {len(close)}"},
            assumptions=(
                "barrier formula on EWMA volatility (0.94), growth 5 % a year",
                "crowding is no part of it: docs/decisions/0003",
            ),
        ),
    )


def _usual(values: np.ndarray, horizon: int, loss: float) -> float:
    worst = forward_outcome(Path.of(values), horizon).worst
    worst = worst[np.isfinite(worst)]
    return float((worst <= -loss).mean()) if len(worst) else float("nan")


def _observed(close: pd.Series) -> pd.Series:
    seen = close.dropna().astype(float)
    if not seen.index.is_monotonic_increasing or not seen.index.is_unique:
        raise DataError(
            "`close` has dates that repeat or run backwards: its last row would not be the latest "
            "close. Sort it and drop duplicates."
        )
    bad = seen[(seen <= 0.0) | np.isinf(seen)]
    if len(bad):
        raise DataError(
            f"`close` has {len(bad)} values that are zero, negative or infinite, first at "
            f"{bad.index[0]}: no return, hence no volatility, can be taken there. Set them to NaN."
        )
    return seen
