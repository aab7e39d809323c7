"""The JSON answers of `quantquake evidence`; rates are fractions, missing is null."""

from __future__ import annotations

from typing import Any

from quantquake.app.grid import Grid
from quantquake.app.knobs import Knobs
from quantquake.app.odds import Odds
from quantquake.app.scoring import LOSS
from quantquake.app.signs import Signs
from quantquake.measures.probability import FallOutlook, measured
from quantquake.types import jsonable


def grid_payload(grid: Grid) -> dict[str, Any]:
    """The JSON answer.

    ``tests``: one row an (indicator, basket, horizon) with the columns of
    `measures.evidence.Evidence.to_frame` and ``q_value, p_family, discovery``; ``pooled``: one row
    an (indicator, horizon) as `measures.pooling.Pooled`; rates are fractions, null where fewer
    than ten episodes allow none. ``fall_probability``: one row a (basket, horizon), by volatility
    alone; ``crowding_adds``: dated measurement of what crowding adds to it, one row a horizon.
    """
    family = grid.family
    return _plain(
        "quantquake.evidence/1",
        {
            "as_of": grid.as_of,
            "tests": family.table,
            "pooled": family.pooled,
            "best": {
                "excess": family.best_excess,
                "excess_by_luck": family.best_excess_by_luck,
                "p_value": family.best_p_value,
            },
            "fall_probability": chance_rows(grid.outlooks),
            "crowding_adds": list(measured()),
            "assumptions": family.origin.assumptions,
            "seed": family.origin.seed,
            "issues": grid.issues,
        },
    )


def odds_payload(odds: Odds) -> dict[str, Any]:
    """The JSON answer.

    ``fall_probability`` as in `grid_payload`; ``horizons``: one entry a horizon with ``skill`` (one
    row a model), ``calibration`` (one row a model and tenth), the two comparisons with intervals,
    recalls at the rule's alarm rate, and ``passed`` (the rule of docs/decisions/0003).
    """
    return _plain(
        "quantquake.fall_probability/1",
        {
            "as_of": odds.as_of,
            "fall_probability": chance_rows(odds.outlooks),
            "horizons": [
                {
                    "horizon": one.horizon,
                    "loss": one.loss,
                    "passed": one.passed,
                    "samples": one.origin.coverage["samples"],
                    "skill": one.skill,
                    "calibration": one.calibration,
                    "crowding_against_market": one.against_market,
                    "crowding_on_formula": one.against_barrier,
                    "trees_against_market": one.trees_against_market,
                    "recall": {"rule": one.rule_recall, "model": one.model_recall},
                    "seed": one.origin.seed,
                    "assumptions": one.origin.assumptions,
                }
                for one in odds.found
            ],
            "issues": odds.issues,
        },
    )


def knobs_payload(knobs: Knobs) -> dict[str, Any]:
    """The JSON answer: every setting, each knob by position, flatness, and the split by date."""
    surface = knobs.surface
    return _plain(
        "quantquake.sensitivity/1",
        {
            "as_of": knobs.as_of,
            "horizon": knobs.horizon,
            "baskets": knobs.baskets,
            "defaults": default_knobs(knobs),
            "settings": surface.table.to_dict("records"),
            "knobs": surface.by_knob(),
            "spread": surface.spread,
            "flat_p_value": surface.flat_p_value,
            "split": surface.split,
            "best_before": surface.best_before,
            "best_after": surface.best_after,
            "assumptions": surface.origin.assumptions,
            "issues": knobs.issues,
        },
    )


def signs_payload(signs: Signs) -> dict[str, Any]:
    """The JSON answer: the verdict of all, and one row an indicator with its weeks."""
    found = signs.found
    return _plain(
        "quantquake.back_cast/1",
        {
            "before": found.event,
            "as_of": found.origin.as_of,
            "names": signs.names,
            "verdict": found.verdict,
            "loud": found.loud,
            "judged": found.judged,
            "usual": found.usual,
            "chance_of_as_many": found.chance_of_as_many,
            "level": found.level,
            "indicators": found.to_frame().rename_axis("indicator"),
            "assumptions": found.origin.assumptions,
            "issues": signs.issues,
        },
    )


def chance_rows(outlooks: dict[str, FallOutlook]) -> list[dict[str, Any]]:
    """One row a basket and horizon."""
    return [{"basket": name, **row} for name, one in outlooks.items() for row in one.rows()]


def _plain(schema: str, body: dict[str, Any]) -> dict[str, Any]:
    return dict(jsonable({"schema": schema, **body}))


def default_knobs(knobs: Knobs) -> dict[str, float]:
    """Where the four knobs stand when nobody turns them."""
    rules = knobs.rules
    return {
        "cut": rules.threshold,
        "window": rules.window,
        "threshold": rules.signal_above,
        "loss": LOSS,
    }
