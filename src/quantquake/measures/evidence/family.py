"""Try 120 things and six will look good: judge the whole family, and keep count of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence import evaluate
from quantquake.measures.evidence.pooling import pool
from quantquake.measures.evidence.trial import Trial, make_trial
from quantquake.types import Origin, Result

Array = npt.NDArray[Any]

KEY = ("indicator", "basket", "horizon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger(Result):
    """Every test ever tried on these data, whether or not it was shown.

    Attributes
    ----------
    trials : DataFrame
        Columns ``indicator``, ``basket``, ``horizon`` [d], ``loss`` [1], ``p_value`` (NaN: too few
        episodes), one row a trial.
    """

    trials: pd.DataFrame

    @classmethod
    def empty(cls) -> Ledger:
        """Start a ledger."""
        return cls(trials=pd.DataFrame(columns=[*KEY, "loss", "p_value"]))

    def add(self, table: pd.DataFrame, loss: float) -> Ledger:
        """Return the ledger with these tests added; a test repeated replaces its old row."""
        rows = table.reset_index()[[*KEY, "p_value"]].assign(loss=loss)
        if len(self.trials):
            rows = pd.concat([self.trials, rows], ignore_index=True)
        rows = rows.drop_duplicates([*KEY, "loss"], keep="last", ignore_index=True)
        return Ledger(trials=rows[[*KEY, "loss", "p_value"]])

    def __len__(self) -> int:
        """Count the distinct tests tried."""
        return len(self.trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family(Result):
    """A grid of indicators, baskets and horizons, judged together.

    Attributes
    ----------
    table : DataFrame
        Index (indicator, basket, horizon); the columns of `Evidence.to_frame`, and ``p_value``
        (against days as volatile), ``q_value`` (Benjamini-Hochberg), ``p_family`` (chance that the
        best of the family does as well), ``discovery``.
    pooled : DataFrame
        Index (indicator, horizon): random effects over baskets, see `pooling.Pooled`.
    tests : int
        Tests with a p-value.
    best_excess : float
        Largest excess seen. [1]
    best_excess_by_luck : float
        Largest excess of the family expected if no signal knew anything. [1]
    best_p_value : float
        Share of joint slides whose best standardised excess beats the family's. [1]
    fdr : float
        Share of false discoveries accepted. [1]
    ledger : Ledger
        With this family added.
    origin : Origin
    """

    table: pd.DataFrame
    pooled: pd.DataFrame
    tests: int
    best_excess: float
    best_excess_by_luck: float
    best_p_value: float
    fdr: float
    ledger: Ledger
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a test."""
        return self.table


def evaluate_family(
    signals: Mapping[str, pd.DataFrame],
    prices: pd.DataFrame,
    *,
    horizons: tuple[int, ...] = (20, 60),
    loss: float = 0.05,
    fdr: float = 0.10,
    draws: int = 1000,
    minimum: int = 10,
    seed: int = 0,
    ledger: Ledger | None = None,
) -> Family:
    """Judge every indicator on every basket at every horizon, and all of them together.

    Parameters
    ----------
    signals : mapping of str to DataFrame of shape (n_dates, n_indicators)
        Basket -> its signals, one column an indicator; NaN: not observed.
    prices : DataFrame of shape (n_dates, n_baskets)
        Closes, one column a basket; NaN before it existed. [points]
    horizons, loss, draws, minimum, seed
        As in `evidence.evaluate`.
    fdr : float, default 0.10
        Share of false discoveries accepted among those declared. [1]
    ledger : Ledger, optional
        Of earlier trials; this family is added.

    Returns
    -------
    Family

    Raises
    ------
    DataError
        If a basket has no price column, or dates differ.
    ConfigError
        If `fdr` is no share.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", JRSS B 57, 1995.
    .. [2] J. Romano, M. Wolf, "Stepwise multiple testing as formalized data snooping",
       Econometrica 73, 2005. (Single step here.)
    """
    if not 0.0 < fdr < 1.0:
        raise ConfigError(
            f"`fdr` is {fdr}: a share between 0 and 1 is meant, e.g. 0.10. Change it."
        )
    _check_baskets(signals, prices)
    rows: dict[tuple[str, str, int], Any] = {}
    trials: dict[tuple[str, str, int], Trial] = {}
    for basket, frame in signals.items():
        for indicator in frame.columns:
            signal, price = frame[indicator], prices[basket]
            found = evaluate(
                signal,
                price,
                horizons=horizons,
                loss=loss,
                draws=draws,
                minimum=minimum,
                seed=seed,
            ).to_frame()
            for h in horizons:
                rows[str(indicator), basket, h] = found.loc[h]
                trials[str(indicator), basket, h] = make_trial(signal, price, horizon=h, loss=loss)
    table = _table(rows)
    judged = [key for key in rows if trials[key].episodes >= minimum]
    best = _best_of([trials[key] for key in judged])
    table["q_value"] = false_discovery(table["p_value"].to_numpy(dtype=np.float64))
    table["p_family"] = pd.Series(dict(zip(judged, best.adjusted, strict=True)), dtype=float)
    table["discovery"] = table["q_value"] <= fdr
    return Family(
        table=table,
        pooled=_pooled(trials, minimum),
        tests=len(judged),
        best_excess=best.excess,
        best_excess_by_luck=best.by_luck,
        best_p_value=float(best.adjusted.min()) if judged else float("nan"),
        fdr=fdr,
        ledger=(ledger or Ledger.empty()).add(table, loss),
        origin=Origin(
            as_of=prices.index[-1],
            coverage={"tests": f"{len(judged)} of {len(rows)} have {minimum} episodes"},
            assumptions=("p-values against days of like volatility", "signals slid jointly"),
            seed=seed,
        ),
    )


def false_discovery(p_values: Array) -> Array:
    """Benjamini-Hochberg q-values; NaN stays NaN and is no test. [1]"""
    q = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known])]
    scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return q


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOf:
    """The best of a family, and the best of the same family by luck."""

    excess: float
    by_luck: float
    adjusted: Array


def _best_of(trials: list[Trial]) -> BestOf:
    """Slide all signals together; `adjusted` is the single-step p-value of each test."""
    if not trials:
        return BestOf(excess=float("nan"), by_luck=float("nan"), adjusted=np.empty(0))
    slid = np.stack([t.shifted_excess() for t in trials], axis=1)
    slid = slid[np.isfinite(slid).any(axis=1)]
    scaled = slid / np.maximum(np.nanstd(slid, axis=0), 1e-8)
    best = np.nanmax(scaled, axis=1)
    return BestOf(
        excess=float(slid[0].max()),
        by_luck=float(np.nanmax(slid, axis=1).mean()),
        adjusted=np.array([float(np.mean(best >= one - 1e-9)) for one in scaled[0]]),
    )


def _table(rows: Mapping[tuple[str, str, int], Any]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows.values()), index=pd.MultiIndex.from_tuples(rows, names=KEY))
    table["p_value_any_day"] = table["p_value"].astype(float)
    table["p_value"] = table.pop("p_value_volatility").astype(float)
    return table


def _pooled(trials: Mapping[tuple[str, str, int], Trial], minimum: int) -> pd.DataFrame:
    groups: dict[tuple[str, int], list[Trial]] = {}
    for (indicator, _, horizon), trial in trials.items():
        groups.setdefault((indicator, horizon), []).append(trial)
    rows = {}
    for (indicator, horizon), members in groups.items():
        pooled = pool(members, horizon=horizon)
        if pooled is not None and pooled.clusters >= minimum:
            row = pooled.to_dict()
            row["low"], row["high"] = row.pop("interval")
            rows[indicator, horizon] = row
    names = ["indicator", "horizon"]
    index = pd.MultiIndex.from_tuples(rows, names=names) if rows else None
    return pd.DataFrame(list(rows.values()), index=index)


def _check_baskets(signals: Mapping[str, pd.DataFrame], prices: pd.DataFrame) -> None:
    absent = [basket for basket in signals if basket not in prices.columns]
    if absent:
        raise DataError(
            f"`prices` has no column for {absent}; it has {list(prices.columns)}. A signal cannot be "
            "judged without the price it speaks of. Rename the columns or drop the basket."
        )
    if not signals:
        raise DataError("`signals` is empty: there is nothing to judge. Pass basket -> signals.")
