"""Forecast falls day by day with every model, each fitted on the past of its day only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.base_rate import fall_probability
from quantquake.measures.evidence.falls import Path, forward_outcome
from quantquake.measures.probability import walk_forward as forward
from quantquake.measures.probability.judged import MODELS, TREES, Probability, judge
from quantquake.measures.probability.market_state import COLUMNS, market_state

Array = npt.NDArray[Any]


def fall_forecasts(
    prices: pd.DataFrame,
    crowding: Mapping[str, pd.DataFrame],
    *,
    alarms: Mapping[str, pd.Series] | None = None,
    horizon: int = 60,
    loss: float = 0.05,
    start: int = 750,
    refit: int = 60,
    embargo: int = 20,
    trees: bool = True,
    recalibrate: Sequence[str] = (),
    draws: int = 1000,
    seed: int = 0,
) -> Probability:
    """Forecast falls walking forward, with and without crowding.

    Parameters
    ----------
    prices : DataFrame of shape (n_dates, n_baskets)
        Closes. [points]
    crowding : mapping of str to DataFrame of shape (n_dates, n_indicators)
        Basket -> rolling percentiles of its indicators [1], dates as in `prices`; NaN: missing.
    alarms : mapping of str to Series, optional
        Basket -> the rule's alarm (1, 0), to compare at equal alarm rate.
    horizon, loss
        A fall: worst close of the next `horizon` sessions at or below ``-loss``. [d], [1]
    start, refit, embargo : int
        See `walk_forward.walk_forward`. [d]
    trees : bool, default True
        Fit monotone boosted trees as well; they take most of the time.
    recalibrate : sequence of str
        Models whose past forecasts are bent to the past's frequencies (isotonic, on the same
        purged folds); each adds a model ``<name>_isotonic``.
    draws, seed : int
        Of the block bootstrap.

    Returns
    -------
    Probability

    Raises
    ------
    DataError
        If dates differ, a basket has no price, or no sample could be forecast.
    ConfigError
        If a model to recalibrate is none of those forecast.
    """
    models = (*MODELS, *(TREES if trees else ()))
    _check_models(recalibrate, models)
    samples = _samples(prices, crowding, alarms or {}, horizon, loss)
    rules = {"n_dates": len(prices), "start": start, "refit": refit, "embargo": embargo}
    samples = _forecast(samples, horizon, loss, rules, trees=trees, recalibrate=recalibrate)
    forecasts = samples[samples[[*models, *_bent(recalibrate)]].notna().all(axis=1)]
    judged = forecasts[forecasts["hit"].notna()]
    if judged.empty or not 0.0 < judged["hit"].mean() < 1.0:
        raise DataError(
            f"{len(judged)} samples could be forecast and settled: {len(prices)} dates are too few "
            f"for a first fit after {start}, or nothing ever fell. Give more history."
        )
    return judge(forecasts, judged, prices.index[-1], horizon, loss, draws, seed)


def _forecast(
    samples: pd.DataFrame,
    horizon: int,
    loss: float,
    rules: Mapping[str, int],
    *,
    trees: bool,
    recalibrate: Sequence[str],
) -> pd.DataFrame:
    """Add one column a model."""
    numbers = samples[list(COLUMNS)].to_numpy()
    block = samples.filter(like="crowding:").to_numpy()
    both, hit, row = np.hstack([numbers, block]), samples["hit"].to_numpy(), samples["row"]

    def walk(features: Array, fit: forward.Fit) -> Array:
        return forward.walk_forward(features, hit, row.to_numpy(), fit, horizon=horizon, **rules)

    formula = fall_probability(np.exp(samples["vol_fast"]), horizon, loss=loss)
    lean = special.logit(np.clip(formula, 1e-6, 1.0 - 1e-6))
    made: dict[str, Array] = {
        "climatology": walk(numbers, forward.climatology),
        "barrier": formula,
        "market": walk(numbers, forward.ridge_logistic),
        "crowding": walk(both, forward.ridge_logistic),
        "barrier_crowding": walk(np.column_stack([lean, block]), forward.ridge_logistic),
    }
    if trees:
        rising = np.r_[1, 1, np.zeros(numbers.shape[1] - 2), np.ones(block.shape[1])].astype(int)
        made["market_trees"] = walk(numbers, forward.boosted_trees(rising[: numbers.shape[1]]))
        made["crowding_trees"] = walk(both, forward.boosted_trees(rising))
    bent = [walk(made[name][:, None], forward.isotonic) for name in recalibrate]
    made |= dict(zip(_bent(recalibrate), bent, strict=True))
    return samples.assign(**made)


def _bent(recalibrate: Sequence[str]) -> list[str]:
    return [f"{name}_isotonic" for name in recalibrate]


def _check_models(recalibrate: Sequence[str], models: Sequence[str]) -> None:
    unknown = [name for name in recalibrate if name not in models]
    if unknown or isinstance(recalibrate, str):
        raise ConfigError(
            f"`recalibrate` names {unknown or recalibrate!r}, and the models forecast are "
            f"{list(models)}: there is nothing to bend. Give a list of some of these."
        )


def _samples(
    prices: pd.DataFrame,
    crowding: Mapping[str, pd.DataFrame],
    alarms: Mapping[str, pd.Series],
    horizon: int,
    loss: float,
) -> pd.DataFrame:
    """Stack the baskets, sorted by date; missing crowding is 0, the middle of its range."""
    names = sorted({str(c) for frame in crowding.values() for c in frame.columns})
    parts = []
    for basket, frame in crowding.items():
        if basket not in prices.columns or not frame.index.equals(prices.index):
            raise DataError(
                f"the crowding of {basket!r} does not share the dates and columns of `prices`: its "
                "forecast would be judged by other days. Reindex it, or drop the basket."
            )
        close = prices[basket]
        path = Path.of(close.to_numpy())
        worst = np.full(len(close), np.nan)
        worst[path.rows] = forward_outcome(path, horizon).worst
        part = market_state(close)
        for name in names:
            part[f"crowding:{name}"] = frame[name].sub(0.5).fillna(0.0) if name in frame else 0.0
        part["hit"] = np.where(np.isnan(worst), np.nan, (worst <= -loss) * 1.0)
        part["alarm"] = alarms[basket].astype(float) if basket in alarms else np.nan
        part["row"], part["basket"] = np.arange(len(close)), basket
        parts.append(part[close.notna()])
    if not parts:
        raise DataError(
            "`crowding` is empty: there is no basket to forecast. Pass basket -> percentiles."
        )
    return pd.concat(parts).sort_values(["row", "basket"], kind="stable")
