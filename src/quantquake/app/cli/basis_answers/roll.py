"""Planned roll beside the habits: `quantquake basis roll`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import pandas as pd

from quantquake.app.assemble import build_basis
from quantquake.app.cli.basis_answers.answer import Answer, Step
from quantquake.app.cli.basis_answers.futures_table import read_futures
from quantquake.app.dividend_input import DividendInput
from quantquake.app.hedging import chain_history, detail
from quantquake.errors import DataError
from quantquake.measures.roll import RollTrial, compare_rolls, walk_forward
from quantquake.measures.roll.costs import RollCosts
from quantquake.report import hedge_screen


def roll_answer(
    futures: str,
    index: Sequence[str],
    product: str,
    lots: float,
    horizon: int,
    dividends: DividendInput | None,
    as_of: str | None,
    step: Step,
) -> Answer:
    """Planned roll beside the habits, and whether planning has paid where it was not fitted."""
    inputs, on = read_futures(futures, index, as_of)
    table = chain_history(inputs, product, dividends=dividends, on=on)
    costs = RollCosts(lots=lots)
    found = compare_rolls(table, costs=costs, horizon=horizon)
    step("roll")
    trial = _trial(table, costs)
    step("walk forward")
    parts = build_basis(inputs, as_of=on, product=product, dividends=dividends)
    hedge = replace(detail(table, on), rolls=found.costs, trial=trial)
    return Answer(
        schema="quantquake.basis-roll/1",
        body={
            "on": on,
            "product": found.product,
            "lots": lots,
            "hold": str(found.paths["planned"].iloc[-1]),
            "costs": found.costs,
            "plan": found.plan,
            "walk_forward": None
            if trial is None
            else {"costs": trial.costs, "lead": trial.lead, "chosen": trial.chosen,
                  "origin": trial.origin},
            "origin": found.origin,
        },
        table=found.costs,
        draw=lambda lang, width: hedge_screen.roll_screen(found, trial, lang, width),
        parts=replace(parts, hedge=hedge),
        issues=tuple(dict.fromkeys([*inputs.issues, *parts.issues])),
    )  # fmt: skip


def _trial(table: pd.DataFrame, costs: RollCosts) -> RollTrial | None:
    with suppress(DataError):  # too short a history to judge on
        return walk_forward(table, costs=costs)
    return None
