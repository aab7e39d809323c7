"""Does a warning work? Base rates, episodes and intervals, on every signal, by default."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.evidence.horizon import HorizonEvidence
from quantquake.measures.evidence.judgement import Rules, judge_horizon
from quantquake.measures.evidence.verdict import Language
from quantquake.measures.evidence.warned import check_rules, pair
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Result):
    """The record of one warning at every horizon asked for.

    Attributes
    ----------
    name : str
        Name of the signal.
    horizons : tuple of HorizonEvidence
        In the order asked for; `at` picks one.
    loss : float
        Depth of the fall. [1]
    origin : Origin
        Last date read, coverage, conventions, seed.
    """

    name: str
    horizons: tuple[HorizonEvidence, ...]
    loss: float
    origin: Origin

    def at(self, horizon: int) -> HorizonEvidence:
        """Pick the record of one horizon. [d]"""
        for record in self.horizons:
            if record.horizon == horizon:
                return record
        raise ConfigError(
            f"horizon {horizon} was not evaluated, only {[r.horizon for r in self.horizons]}: "
            "rates of different horizons are 20 points apart. Add it to `horizons=`."
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a horizon: counts, rates, chance, intervals, p-values, verdict."""
        return pd.DataFrame([_row(record) for record in self.horizons]).set_index("horizon")

    def sentence(self, language: Language = "en", *, horizon: int | None = None) -> str:
        """Say the record in one line; the longest horizon unless told."""
        record = (
            max(self.horizons, key=lambda r: r.horizon) if horizon is None else self.at(horizon)
        )
        return record.sentence(language)


def evaluate(
    signal: pd.Series,
    price: pd.Series,
    *,
    horizons: tuple[int, ...] = (20, 60),
    loss: float = 0.05,
    seed: int = 0,
    low: pd.Series | None = None,
    score: pd.Series | None = None,
    draws: int = 5000,
    minimum: int = 10,
    gap: int | None = None,
) -> Evidence:
    """Judge a warning by what followed it, beside what follows any day.

    Parameters
    ----------
    signal : Series of shape (n_dates,)
        True (1) on alarm days; NaN: not observed, the day is not counted. Known at the close.
    price : Series of shape (n_dates,)
        Closes. [points] NaN rows are left out; the horizon counts observed closes.
    horizons : tuple of int, default (20, 60)
        Sessions looked ahead, the alarm's own day left out. [d]
    loss : float, default 0.05
        A hit: the worst price of the horizon is at or below ``-loss`` from the alarm's close. [1]
    seed : int, default 0
        Of the block bootstrap and the simulated base rate.
    low : Series, optional
        Intraday lows; the worst price is then the worst low. [points]
    score : Series, optional
        The number behind the signal (higher = more alarm): adds ROC and precision-recall areas.
    draws : int, default 5000
        Histories of the stationary bootstrap (mean block ``max(horizon, 20)``).
    minimum : int, default 10
        Episodes below which no rate is printed.
    gap : int, optional
        Runs closer than this are one episode; default the horizon. [d]

    Returns
    -------
    Evidence
        With no signal, three signals or a horizon longer than the history the counts say so and
        no rate is given.

    Raises
    ------
    DataError
        If the inputs do not share their dates, or hold what is no price or no signal.
    ConfigError
        If a rule makes no sense.

    Notes
    -----
    The first day of an episode is labelled; days are a second reading. The last `horizon` days are
    unsettled and counted as such. "Chance alone" is the share of falls after the fifth of days
    whose EWMA volatility was nearest to each alarm's: alarms ring in wild markets, where falls are
    common anyway. Both base rates are of the same history the alarm is judged on.

    Examples
    --------
    >>> evidence = evaluate(alarm, close)                               # doctest: +SKIP
    >>> evidence.sentence()                                             # doctest: +SKIP
    '11 of 16 episodes (44-86 %), chance alone 54 %, not distinguishable'
    """
    check_rules(tuple(horizons), loss, draws, minimum)
    warned = pair(signal, price, low, score)
    rules = Rules(loss=loss, draws=draws, minimum=minimum, gap=gap, seed=seed)
    return Evidence(
        name=str(signal.name) if signal.name is not None else "signal",
        horizons=tuple(judge_horizon(warned, int(h), rules) for h in horizons),
        loss=loss,
        origin=Origin(
            as_of=price.index[-1] if len(price) else None,
            coverage={
                "closes": f"{len(warned.dates)} of {len(price)}",
                "signal": f"{int(np.isfinite(warned.signal).sum())} of {len(warned.dates)} days",
            },
            assumptions=(
                f"hit: worst {'low' if low is not None else 'close'} of the horizon "
                f"<= {-100 * loss:g} % from the alarm's close",
                f"episodes: runs closer than {gap or 'the horizon'} merged, first day labelled",
                "chance: days of like EWMA volatility (0.94), nearest fifth",
            ),
            seed=seed,
        ),
    )


_EFFECTS = (
    "day_rate",
    "excess",
    "excess_volatility",
    "lift",
    "lift_volatility",
    "relative_risk",
    "p_value",
    "p_value_volatility",
    "p_binomial",
)


def _row(record: HorizonEvidence) -> dict[str, object]:
    counts, effect = record.counts, record.effect
    row: dict[str, object] = {
        "horizon": record.horizon,
        "signal_days": counts.signal_days,
        "episodes": counts.episodes,
        "unsettled_episodes": counts.unsettled_episodes,
        "hits": counts.hits,
        "rate": record.rate,
        "base_rate": record.base.any_day,
        "chance": record.base.like_volatility,
        "formula": record.base.formula,
        "formula_at_alarms": record.base.formula_at_alarms,
        "simulated_at_alarms": record.base.simulated_at_alarms,
    }
    row |= {name: getattr(effect, name, None) for name in _EFFECTS}
    for name in ("wilson", "excess_interval", "lift_interval"):
        low, high = getattr(effect, name, (None, None))
        row |= {f"{name.removesuffix('_interval')}_low": low}
        row |= {f"{name.removesuffix('_interval')}_high": high}
    for name in ("precision", "recall", "recall_chance", "specificity", "false_alarms_per_year"):
        row[name] = getattr(record.detection, name)
    row["lead_touch"] = record.lead.loc["touch", "median"]
    row["verdict"] = record.verdict
    return row
