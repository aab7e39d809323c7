"""Sentences about the closing flow of leveraged funds."""

from __future__ import annotations

from quantquake.flows.leveraged_etf.closing import ClosingFlow
from quantquake.flows.leveraged_etf.history import FlowRank
from quantquake.flows.leveraged_etf.reported import ReportedGap
from quantquake.report import numbers
from quantquake.report.words import say


def closing_sentence(flow: ClosingFlow, lang: str) -> str:
    """Say what must be traded at the close, gross and net, and how much of it is known."""
    code = "letf.buy" if flow.gross > 0 else "letf.sell"
    first = say(
        code, lang,
        money=numbers.money(abs(flow.gross), lang, flow.currency),
        date=numbers.date_text(flow.origin.as_of, lang),
        covered=numbers.percent(flow.covered, 0),
    )  # fmt: skip
    if flow.net == flow.gross:
        return _join([first, say("letf.cancelled", lang)], lang)
    net = numbers.money(flow.net, lang, flow.currency)
    return _join([first, say("letf.net", lang, net=net)], lang)


def gap_sentence(gap: ReportedGap, lang: str) -> str:
    """Set a published flow beside ours and say what the difference may be, without closing it."""

    def money(value: float) -> str:
        return numbers.money(value, lang, gap.currency)

    said = [
        say(
            "letf.gap", lang, source=gap.source, reported=money(gap.reported),
            computed=money(gap.computed), gap=money(abs(gap.gap)),
        ),
        say(
            "letf.gap_coverage", lang, covered=numbers.percent(gap.covered, 0),
            full=money(gap.at_full_coverage),
        ),
    ]  # fmt: skip
    # Ours, scaled up, already passes the published figure: coverage may be all of it.
    beyond = gap.unexplained * gap.gap <= 0
    if beyond:
        said.append(say("letf.gap_none", lang))
    else:
        said.append(
            say(
                "letf.gap_left",
                lang,
                unexplained=money(abs(gap.unexplained)),
                reasons=_reasons(gap, lang),
            )
        )
    return _join(said, lang)


def rank_sentence(rank: FlowRank, lang: str) -> str:
    """Say how large the day's sale is among earlier days; none among fewer than 20."""
    if rank.place is None:
        return say("letf.rank_young", lang, days=rank.days)
    held = say("letf.held_constant" if rank.constant_assets else "letf.held_given", lang)
    return say("letf.rank", lang, days=numbers.count(rank.days), place=rank.place, held=held)


def _reasons(gap: ReportedGap, lang: str) -> str:
    codes = [code for code in gap.reasons if code != "uncovered_convexity"]
    said = [say(f"letf.{code}", lang, n=gap.funds_without_assets) for code in codes]
    return ("、" if lang == "zh" else ", ").join(said)


def _join(sentences: list[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(sentences)
