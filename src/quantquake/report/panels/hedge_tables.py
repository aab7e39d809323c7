"""Tables of a hedging page: trial of the planner, long substitution, a discount's own past."""

from __future__ import annotations

from quantquake.report import numbers, tables
from quantquake.report.hedge_cells import (
    EXTREME_HEAD,
    LEAD_HEAD,
    PAID_HEAD,
    PAST_HEAD,
    SPLIT_HEAD,
    STUDY_HEAD,
    extreme_cells,
    lead_cells,
    paid_cells,
    past_cells,
    split_cells,
    study_cells,
)
from quantquake.report.hedge_parts import HedgeParts, TrialLike
from quantquake.report.hedge_screen.roll import trial_said
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.words import say


def hedge_tables(hedge: HedgeParts, setting: Setting) -> list[Panel]:
    """Return whatever of the tables is there."""
    found = []
    if hedge.trial is not None:
        found.append(_trial(hedge.trial, setting.lang))
    if hedge.product in hedge.substitutions:
        found.append(_paid(hedge, setting.lang))
    if hedge.past:
        found += _past(hedge, setting.lang)
    return found


def _trial(trial: TrialLike, lang: str) -> Panel:
    head = [say(f"roll.{code}", lang) for code in LEAD_HEAD]
    return Panel(
        code="trial",
        title=say("roll.trial_title", lang),
        subtitle=say("roll.trial_subtitle", lang, product=trial.product),
        foot=trial_said(trial, lang),
        how="basis",
        body=tables.table(head, lead_cells(trial.lead, lang), kind="plain"),
    )


def _paid(hedge: HedgeParts, lang: str) -> Panel:
    one = hedge.substitutions[hedge.product]
    head = [say(f"substitution.{code}", lang) for code in PAID_HEAD]
    return Panel(
        code="substitution",
        title=say(
            "substitution.title", lang, contract=one.best.split(".")[0],
            head=numbers.percent(one.head_start, 1),
        ),
        subtitle=say("substitution.subtitle", lang, product=hedge.product),
        foot=say("substitution.foot", lang),
        how="basis",
        body=tables.table(head, paid_cells(one.contracts), kind="plain"),
    )  # fmt: skip


def _past(hedge: HedgeParts, lang: str) -> list[Panel]:
    """Extremes and rows, then causes and what came after, where the history was long enough."""
    method = hedge.past[0]["method"]
    past = zip(past_cells(hedge.past), extreme_cells(hedge.past), strict=True)
    made = [
        ("past", (*PAST_HEAD, *EXTREME_HEAD), [[*a, *b] for a, b in past],
         f"history.method_{method}", "history.rows_foot"),
        ("split", SPLIT_HEAD, split_cells(hedge.past, lang), "history.split_subtitle",
         "history.split_foot"),
        ("study", STUDY_HEAD, study_cells(hedge.past, lang), "history.study_subtitle",
         "history.study_foot"),
    ]  # fmt: skip
    return [
        Panel(
            code=code,
            title=say(f"history.{code}_title", lang),
            subtitle=say(subtitle, lang),
            foot=say(foot, lang),
            how="basis",
            body=tables.table([say(f"history.{c}", lang) for c in head], rows, kind="plain"),
        )
        for code, head, rows, subtitle, foot in made
        if rows
    ]
