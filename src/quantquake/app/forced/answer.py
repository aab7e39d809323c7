"""The answer of `quantquake flows`: screen, JSON, CSV and page from one stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from quantquake.app.forced.board import forced_flows
from quantquake.app.forced.reading import read_number, read_pair, read_range, read_request
from quantquake.app.forced.request import Rules
from quantquake.app.scoring import Step, silent
from quantquake.flows.neutral import NeutralRules
from quantquake.report.flow_parts import FlowParts
from quantquake.report.parts import ReportParts
from quantquake.types import jsonable


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowOptions:
    """What the command line was given, as text; see `quantquake flows --help`."""

    tables: Mapping[str, str | None]
    index: tuple[str, ...] = ()
    futures: str | None = None
    underlying: str | None = None
    spot: float | None = None
    moves: str | None = None
    volume: str | None = None
    currency: str | None = None
    as_of: str | None = None
    ranges: Mapping[str, str | None] = field(default_factory=dict)
    closing_rate: str | None = None
    widening: str | None = None
    closing_banned: bool = False
    tightening: float = 0.0
    nav_error: float = 0.0
    dealer_sign: str = "naive"
    rate: float = 0.02
    us_proxies: bool = False


@dataclass(frozen=True, slots=True)
class FlowAnswer:
    """Forced flows in every form a command gives."""

    flows: FlowParts
    issues: tuple[str, ...]

    def screen(self, lang: str, width: int) -> Any:
        """Terminal table under its sentence."""
        from quantquake.report.flow_screen import flow_screen

        return flow_screen(self.flows, lang=lang, width=width)

    def page(self, lang: str) -> str:
        """One offline page."""
        from quantquake.report.html import build_report

        parts = ReportParts(
            market="",
            as_of=self.flows.as_of or pd.Timestamp.today().normalize(),
            flows=self.flows,
            issues=self.issues,
        )
        return build_report(parts, lang=lang)

    def payload(self) -> dict[str, Any]:
        """The JSON answer; money is signed (sale < 0), what is not known is null."""
        return flow_payload(self.flows, self.issues)

    def frame(self) -> pd.DataFrame:
        """One row a move and source, the sums as source ``total``."""
        return flow_frame(self.flows)


def flow_answer(options: FlowOptions, step: Step = silent) -> FlowAnswer:
    """Read the files, stack the sources.

    Raises
    ------
    QuantquakeError
        What the readers and `forced_flows` refuse.
    """
    request, issues = read_request(
        options.tables,
        index=options.index,
        futures=options.futures,
        underlying=options.underlying,
        spot=options.spot,
        moves=options.moves,
        volume=options.volume,
        currency=options.currency,
        as_of=options.as_of,
        rules=_rules(options),
    )
    return FlowAnswer(forced_flows(request, step=step), issues)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _rules(options: FlowOptions) -> Rules:
    # Mean and spread of net values are two numbers, not the ends of a range.
    ranges = {
        name: (read_pair if name == "stop_navs" else read_range)(text, _option(name))
        for name, text in options.ranges.items()
    }
    neutral = NeutralRules(
        closing_rate=read_number(options.closing_rate, "--closing-rate"),
        widening=read_number(options.widening, "--widening"),
        banned=options.closing_banned,
    )
    return Rules(
        neutral=neutral,
        tightening=options.tightening,
        nav_error=options.nav_error,
        dealer_sign=options.dealer_sign,
        rate=options.rate,
        us_proxies=options.us_proxies,
        **ranges,
    )


def flow_payload(flows: FlowParts, issues: tuple[str, ...] = ()) -> dict[str, Any]:
    """The stack as plain JSON values."""
    curve = flows.curve
    rows = flow_frame(flows).reset_index()
    return jsonable(
        {
            "schema": "quantquake.flows/1",
            "as_of": flows.as_of,
            "version": curve.origin.version,
            "underlying": curve.underlying,
            "currency": curve.currency,
            "spot": flows.spot,
            "usual_day": flows.volume,
            "lower_bound": flows.is_lower_bound,
            "levels": [
                {"move": move, "level": None if flows.spot is None else flows.spot * (1 + move)}
                | _level(rows[rows["move"] == move])
                for move in curve.parts.index
            ],
            "timing": curve.timing,
            "coverage": curve.origin.coverage,
            "assumptions": curve.origin.assumptions,
            "not_given": flows.missing,
            "left_out": flows.failed,
            "refused": {code: rows.to_dict("records") for code, rows in flows.refused.items()},
            "nearest": {code: rows.to_dict("records") for code, rows in flows.positions.items()},
            "issues": [*issues, *flows.notes],
        }
    )


def _level(rows: pd.DataFrame) -> dict[str, Any]:
    by_source = {
        row["source"]: {side: row[side] for side in ("flow", "low", "high")}
        for row in rows.to_dict("records")
    }
    return {"total": by_source.pop("total"), "sources": by_source}


def flow_frame(flows: FlowParts) -> pd.DataFrame:
    """One row a move and source: flow, low, high [money], when; NaN where not known."""
    curve = flows.curve
    # Adding 0.0 turns the -0.0 of "nothing is sold" into 0.
    columns = {"flow": curve.parts + 0.0, "low": curve.low + 0.0, "high": curve.high + 0.0}
    long = pd.concat(
        {side: table.stack(future_stack=True) for side, table in columns.items()}, axis=1
    )
    long.index.names = ["move", "source"]
    long["when"] = long.index.get_level_values("source").map(curve.timing)
    sums = pd.DataFrame(
        {"flow": curve.total, "low": curve.total_low, "high": curve.total_high, "when": ""}
    )
    sums.index = pd.MultiIndex.from_product([curve.parts.index, ["total"]], names=long.index.names)
    sums[["flow", "low", "high"]] += 0.0
    return (
        pd.concat([long, sums]).sort_index(level="move", sort_remaining=False).reset_index("source")
    )
