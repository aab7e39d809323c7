"""How likely is a fall from here, and does crowding know more than volatility does?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.evidence.base_rate import fall_probability
from quantquake.measures.evidence.falls import Path, forward_outcome
from quantquake.measures.evidence.resampling import Blocks, stationary_blocks
from quantquake.measures.probability import skill
from quantquake.measures.probability import walk_forward as forward
from quantquake.measures.probability.market_state import COLUMNS, market_state
from quantquake.types import Origin, Result

Array = npt.NDArray[Any]

MODELS = ("climatology", "barrier", "market", "crowding")
TREES = ("market_trees", "crowding_trees")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probability(Result):
    """Forecasts of a fall made day by day, and whether crowding earned its place among them.

    Attributes
    ----------
    forecasts : DataFrame
        One row a (date, basket): the probability by each of `MODELS` and `TREES` [1], ``hit``
        (NaN unsettled), ``alarm`` (the rule's, NaN if none was given).
    skill : DataFrame
        One row a model: ``brier``, ``skill`` over climatology [1], ``log_loss`` [nat], ``auc``,
        ``reliability``, ``resolution``, ``uncertainty`` [1], on the same settled samples.
    against_market : Comparison
        "crowding" against "market".
    trees_against_market : Comparison or None
        "crowding_trees" against "market": whether anything non-linear was missed; None without.
    calibration : DataFrame
        Forecast and observed rate of "market" by tenths.
    rule_recall, model_recall : float
        Share of fall days met by the rule, and by "crowding" at the same alarm rate; NaN without
        a rule. [1]
    passed : bool
        Whether all three conditions of docs/decisions/0003 hold.
    horizon, loss
        What was forecast. [d], [1]
    origin : Origin
    """

    forecasts: pd.DataFrame
    skill: pd.DataFrame
    against_market: skill.Comparison
    trees_against_market: skill.Comparison | None
    calibration: pd.DataFrame
    rule_recall: float
    model_recall: float
    passed: bool
    horizon: int
    loss: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a model."""
        return self.skill

    def sentence(self) -> str:
        """Say what crowding adds."""
        low, high = (100 * x for x in self.against_market.skill_interval)
        what = "adds to" if self.passed else "adds nothing shown to"
        return (
            f"Crowding {what} volatility and past returns in forecasting a {100 * self.loss:g} % fall "
            f"within {self.horizon} sessions: Brier skill {100 * self.against_market.skill:.1f} % "
            f"({low:.1f} to {high:.1f})."
        )


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
    draws, seed : int
        Of the block bootstrap.

    Returns
    -------
    Probability

    Raises
    ------
    DataError
        If dates differ, a basket has no price, or no sample could be forecast.
    """
    samples = _samples(prices, crowding, alarms or {}, horizon, loss)
    numbers = samples[list(COLUMNS)].to_numpy()
    block = samples.filter(like="crowding:").to_numpy()
    both, hit = np.hstack([numbers, block]), samples["hit"].to_numpy()
    rules = {"n_dates": len(prices), "start": start, "refit": refit, "embargo": embargo}
    rules["horizon"] = horizon
    row = samples["row"].to_numpy()

    def walk(features: Array, fit: forward.Fit) -> Array:
        return forward.walk_forward(features, hit, row, fit, **rules)

    rising = np.r_[1, 1, np.zeros(numbers.shape[1] - 2), np.ones(block.shape[1])].astype(int)
    samples["climatology"] = walk(numbers, forward.climatology)
    samples["barrier"] = fall_probability(np.exp(samples["vol_fast"]), horizon, loss=loss)
    samples["market"] = walk(numbers, forward.ridge_logistic)
    samples["crowding"] = walk(both, forward.ridge_logistic)
    if trees:
        samples["market_trees"] = walk(numbers, forward.boosted_trees(rising[: numbers.shape[1]]))
        samples["crowding_trees"] = walk(both, forward.boosted_trees(rising))
    forecasts = samples[samples["crowding"].notna()]
    judged = forecasts[forecasts["hit"].notna()]
    if judged.empty or not 0.0 < judged["hit"].mean() < 1.0:
        raise DataError(
            f"{len(judged)} samples could be forecast and settled: {len(prices)} dates are too few "
            f"for a first fit after {start}, or nothing ever fell. Give more history."
        )
    return _judge(forecasts, judged, prices.index[-1], horizon, loss, draws, seed)


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
    return pd.concat(parts).sort_values(["row", "basket"], kind="stable")


def _judge(
    forecasts: pd.DataFrame,
    judged: pd.DataFrame,
    as_of: pd.Timestamp,
    horizon: int,
    loss: float,
    draws: int,
    seed: int,
) -> Probability:
    hit = judged["hit"].to_numpy()
    baskets = len(judged) / judged["row"].nunique()
    blocks = stationary_blocks(
        len(judged), draws, max(horizon, 20) * baskets, np.random.default_rng(seed)
    )
    models = [name for name in (*MODELS, *TREES) if name in judged]
    chance = {name: judged[name].to_numpy() for name in models}
    table = pd.DataFrame(
        {name: _scores(p, chance["climatology"], hit) for name, p in chance.items()}
    )
    verdict = skill.compare(chance["crowding"], chance["market"], hit, blocks)
    rule, model = _recalls(judged)
    passed = verdict.skill_interval[0] > 0.0 and verdict.auc_gain_interval[0] > 0.0
    return Probability(
        forecasts=forecasts[["basket", *models, "hit", "alarm"]],
        skill=table.T.rename_axis("model"),
        against_market=verdict,
        trees_against_market=(
            skill.compare(chance["crowding_trees"], chance["market"], hit, blocks)
            if "crowding_trees" in chance
            else None
        ),
        calibration=skill.reliability(chance["market"], hit),
        rule_recall=rule,
        model_recall=model,
        passed=bool(passed and not model < rule),
        horizon=horizon,
        loss=loss,
        origin=Origin(
            as_of=as_of,
            coverage={"samples": f"{len(judged)} settled of {len(forecasts)} forecast"},
            assumptions=("expanding walk-forward, purged", "pass rule: docs/decisions/0003"),
            seed=seed,
        ),
    )


def _scores(chance: Array, climatology: Array, hit: Array) -> dict[str, float]:
    whole = Blocks(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), len(hit)))
    return {
        "brier": skill.brier(chance, hit),
        "skill": 1.0 - skill.brier(chance, hit) / skill.brier(climatology, hit),
        "log_loss": skill.log_loss(chance, hit),
        "auc": float(skill.roc_areas(chance, hit, whole)[0]),
        **skill.murphy(chance, hit),
    }


def _recalls(judged: pd.DataFrame) -> tuple[float, float]:
    """Share of fall days met by the rule, and by as many days with the highest probability."""
    known = judged[judged["alarm"].notna()]
    fell, on = known["hit"].to_numpy() > 0.0, known["alarm"].to_numpy() > 0.0
    if not fell.any() or not on.any():
        return float("nan"), float("nan")
    highest = np.argsort(-known["crowding"].to_numpy(), kind="stable")[: int(on.sum())]
    return float((fell & on).sum() / fell.sum()), float(fell[highest].sum() / fell.sum())
