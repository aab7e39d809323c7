"""Whether forecasts of a fall were right, and whether crowding earned its place among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.measures.evidence.resampling import Blocks, stationary_blocks
from quantquake.measures.probability import skill
from quantquake.types import Origin, Result

Array = npt.NDArray[Any]

MODELS = ("climatology", "barrier", "market", "crowding", "barrier_crowding")
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
        One row a model, on the same settled samples: ``brier``; ``skill``, ``skill_barrier``,
        ``skill_market`` (1 - Brier over that of climatology, of the formula, of market-only) [1];
        ``log_loss`` [nat]; ``auc``; ``reliability``, ``resolution``, ``uncertainty`` (Murphy's
        parts) [1]; ``slope``, ``intercept`` of the reliability line in log odds (1 and 0 are
        right; a slope below 1 is too sure of itself).
    against_market : Comparison
        "crowding" against "market": the declared comparison.
    against_barrier : Comparison
        "barrier_crowding" (the formula's log odds and the percentiles, logistic) against
        "barrier", the default of the product.
    trees_against_market : Comparison or None
        "crowding_trees" against "market": whether anything non-linear was missed; None without.
    calibration : DataFrame
        Index (model, tenth); ``forecast`` and ``observed`` rate [1], ``cases``.
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
    against_barrier: skill.Comparison
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


def judge(
    forecasts: pd.DataFrame,
    judged: pd.DataFrame,
    as_of: pd.Timestamp,
    horizon: int,
    loss: float,
    draws: int,
    seed: int,
) -> Probability:
    """Score every model on the samples whose outcome is known, and apply the declared rule."""
    hit = judged["hit"].to_numpy()
    models = [name for name in judged if _is_model(str(name))]
    chance = {str(name): judged[name].to_numpy() for name in models}
    blocks = _blocks(judged, horizon, draws, seed)
    verdict = skill.compare(chance["crowding"], chance["market"], hit, blocks)
    rule, model = _recalls(judged)
    passed = verdict.skill_interval[0] > 0.0 and verdict.auc_gain_interval[0] > 0.0
    return Probability(
        forecasts=forecasts[["basket", *models, "hit", "alarm"]],
        skill=_skill_table(chance, hit),
        against_market=verdict,
        against_barrier=skill.compare(chance["barrier_crowding"], chance["barrier"], hit, blocks),
        trees_against_market=(
            skill.compare(chance["crowding_trees"], chance["market"], hit, blocks)
            if "crowding_trees" in chance
            else None
        ),
        calibration=pd.concat(
            {name: skill.reliability(p, hit) for name, p in chance.items()},
            names=["model", "tenth"],
        ),
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


def _is_model(name: str) -> bool:
    return name.removesuffix("_isotonic") in (*MODELS, *TREES)


def _blocks(judged: pd.DataFrame, horizon: int, draws: int, seed: int) -> Blocks:
    """Stretches of whole dates: baskets fall together."""
    baskets = len(judged) / judged["row"].nunique()
    rng = np.random.default_rng(seed)
    return stationary_blocks(len(judged), draws, max(horizon, 20) * baskets, rng)


def _skill_table(chance: dict[str, Array], hit: Array) -> pd.DataFrame:
    table = pd.DataFrame({name: _scores(p, hit) for name, p in chance.items()}).T
    for place, (name, base) in enumerate(
        (("skill", "climatology"), ("skill_barrier", "barrier"), ("skill_market", "market")), 1
    ):
        table.insert(place, name, 1.0 - table["brier"] / table.loc[base, "brier"])
    return table.rename_axis("model")


def _scores(chance: Array, hit: Array) -> dict[str, float]:
    whole = Blocks(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), len(hit)))
    slope, intercept = skill.reliability_line(chance, hit)
    return {
        "brier": skill.brier(chance, hit),
        "log_loss": skill.log_loss(chance, hit),
        "auc": float(skill.roc_areas(chance, hit, whole)[0]),
        **skill.murphy(chance, hit),
        "slope": slope,
        "intercept": intercept,
    }


def _recalls(judged: pd.DataFrame) -> tuple[float, float]:
    """Share of fall days met by the rule, and by as many days with the highest probability."""
    known = judged[judged["alarm"].notna()]
    fell, on = known["hit"].to_numpy() > 0.0, known["alarm"].to_numpy() > 0.0
    if not fell.any() or not on.any():
        return float("nan"), float("nan")
    highest = np.argsort(-known["crowding"].to_numpy(), kind="stable")[: int(on.sum())]
    return float((fell & on).sum() / fell.sum()), float(fell[highest].sum() / fell.sum())
