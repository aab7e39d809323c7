"""Words and cells of the crowd's exit in the demo."""

from __future__ import annotations

import pandas as pd

from quantquake.report import numbers
from quantquake.report.crowd_parts import Arm, CrowdParts
from quantquake.report.tables import Cell
from quantquake.report.words import say

#: Ends of every interval here: 90 % of the paths.
ENDS = (0.05, 0.95)


def loss_key(crowd: CrowdParts, lang: str) -> str:
    """Say what the exit costs the crowd."""
    loss = crowd.arms[0].value - 1.0
    return say(
        "crowd.key", lang, days=crowd.over, loss=numbers.percent(-float(loss.median())),
        range=_range(-loss, lang), held=numbers.money(crowd.held, lang, crowd.scenario.currency),
    )  # fmt: skip


def loss_rest(crowd: CrowdParts, lang: str) -> str:
    """Say what the interventions change, and what the numbers are not."""
    arms = [
        say(
            f"crowd.with_{arm.code}", lang, points=numbers.number(_points(gap(crowd, arm)), 1, sign=True),
            range=_range(gap(crowd, arm), lang), budget=numbers.percent(crowd.budget, 0),
            cap=numbers.percent(crowd.cap, 0),
        )
        for arm in crowd.arms[1:]
    ]  # fmt: skip
    return say("crowd.rest", lang, arms=say("simulate.join", lang).join(arms))


def gap(crowd: CrowdParts, arm: Arm) -> pd.Series:
    """Value at the end against the exit as it is, path by path. [1]"""
    return arm.value - crowd.arms[0].value


def _points(values: pd.Series) -> float:
    return 100.0 * float(values.median())


def _range(values: pd.Series, lang: str) -> str:
    low, high = (float(values.quantile(q)) for q in ENDS)
    return numbers.spread(low, high, lang)


def arm_head(lang: str) -> list[str]:
    """Columns of the arms."""
    return [
        say(f"crowd.{c}", lang) for c in ("arm", "loss", "interval", "lowest", "unsold", "gain")
    ]


def arm_rows(crowd: CrowdParts, lang: str) -> list[list[Cell]]:
    """Return one row an arm: loss with its range, lowest price, what is left, difference."""
    rows = []
    for arm in crowd.arms:
        first = arm is crowd.arms[0]
        better = numbers.number(_points(gap(crowd, arm)), 1, sign=True)
        ends = _range(gap(crowd, arm), lang)
        rows.append(
            [
                Cell(arm_name(crowd, arm, lang)),
                Cell(numbers.percent(1.0 - float(arm.value.median()), unit=False), "strong"),
                Cell(_range(1.0 - arm.value, lang), "mute"),
                Cell(numbers.percent(float(arm.lowest.median()) - 1.0, sign=True, unit=False)),
                Cell(numbers.percent(float(arm.unsold.median()), 0, unit=False)),
                Cell("" if first else say("crowd.better", lang, points=better, range=ends)),
            ]
        )
    return rows


def arm_name(crowd: CrowdParts, arm: Arm, lang: str) -> str:
    """Name an arm with its own size."""
    return say(
        f"crowd.arm_{arm.code}", lang, budget=numbers.percent(crowd.budget, 0),
        cap=numbers.percent(crowd.cap, 0),
    )  # fmt: skip
