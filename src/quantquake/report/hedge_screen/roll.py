"""Ways to roll on the terminal, and whether planning has paid where it was not fitted."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.hedge_cells import LEAD_HEAD, ROLL_HEAD, lead_cells, roll_cells, spread
from quantquake.report.hedge_parts import TrialLike
from quantquake.report.hedge_screen.frame import plain_table, sentence
from quantquake.report.terminal import wrapped
from quantquake.report.words import say


def roll_screen(found: Any, trial: TrialLike | None, lang: str, width: int) -> RenderableType:
    """Return what each way to roll has cost, then the trial of the planner."""
    habits = found.costs.loc[["front", "next", "open_interest"], "total"]
    said = say(
        "roll.said", lang, product=found.product,
        contract=str(found.paths["planned"].iloc[-1]).split(".")[0],
        planned=numbers.percent(float(found.costs.loc["planned", "total"]), 2),
        start=numbers.date_iso(found.paths.index[0]),
        habit=say(f"roll.{habits.idxmin()}", lang), cost=numbers.percent(float(habits.min()), 2),
    )  # fmt: skip
    table = plain_table([say(f"roll.{c}", lang) for c in ROLL_HEAD], roll_cells(found.costs, lang))
    foot = wrapped(Text(say("roll.foot", lang), style="dim"), width)
    return Group(
        sentence(said, found.origin.as_of, width), table, *_trial(trial, lang, width), foot
    )


def _trial(trial: TrialLike | None, lang: str, width: int) -> list[RenderableType]:
    if trial is None:
        return [wrapped(Text(say("roll.trial_short", lang), style="dim"), width)]
    head = [say(f"roll.{c}", lang) for c in LEAD_HEAD]
    table = plain_table(head, lead_cells(trial.lead, lang))
    return [wrapped(Text(trial_said(trial, lang), style="bold"), width), table]


def trial_said(trial: TrialLike, lang: str) -> str:
    """Say what planning saved over the best habit, and whether that could be chance."""
    lead = trial.lead.loc["best_habit"]
    low, high = float(lead["low"]), float(lead["high"])
    code = "trial_yes" if low > 0 else "trial_worse" if high < 0 else "trial_no"
    return say(
        f"roll.{code}", lang, start=numbers.date_iso(trial.nightly.index[0]),
        saved=numbers.percent(float(lead["saved"]), 2, sign=True), range=spread(low, high, 2),
    )  # fmt: skip
