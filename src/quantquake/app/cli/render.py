"""The whole report in the form asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quantquake.app.cli.options import Format
from quantquake.app.cli.output import show
from quantquake.app.cli.places import write
from quantquake.errors import ConfigError

if TYPE_CHECKING:
    from quantquake.report.crowd_parts import CrowdParts
    from quantquake.report.parts import ReportParts


def target(fmt: Format, out: str | None, page: str) -> str | None:
    """File to write: a page needs one, JSON and the screen go to standard output by default.

    Raises
    ------
    ConfigError
        For a form that cannot hold a report, before any work is done.
    """
    if fmt is Format.csv:
        raise ConfigError(
            "a report holds several tables, so it cannot be one CSV. Choose --format html, json or "
            "table, or ask `score`, `basis` or `day` for a single table."
        )
    return page if out is None and fmt is Format.html else out


def deliver(parts: ReportParts, fmt: Format, lang: str, out: str | None) -> None:
    """Write the page and print its one-screen answer; or give only JSON or only the screen."""
    from quantquake.report.terminal import screen

    if fmt is Format.json:
        text = json.dumps(payload(parts, lang), ensure_ascii=False, indent=2, allow_nan=False)
        write(text + "\n", out)
        return
    if fmt is Format.table:
        show(lambda width: screen(parts, lang=lang, width=width), out)
        return
    from quantquake.report.html import build_report

    write(build_report(parts, lang=lang) + "\n", out)
    if out != "-":
        show(lambda width: screen(parts, lang=lang, path=out, width=width))


def _crowd(crowd: CrowdParts | None) -> dict[str, Any]:
    """The rehearsed exit of a made-up crowd; losses and shares are fractions."""
    if crowd is None:
        return {}
    from quantquake.types import jsonable

    arms = [
        {
            "arm": arm.code,
            **{
                name: [float(values.quantile(q)) for q in (0.05, 0.5, 0.95)]
                for name, values in (
                    ("loss", 1.0 - arm.value), ("unsold", arm.unsold), ("lowest", arm.lowest - 1.0),
                    ("gain", arm.value - crowd.arms[0].value),
                )
            },
        }
        for arm in crowd.arms
    ]  # fmt: skip
    said = {"calibrated": False, "synthetic": True, "quantiles": [0.05, 0.5, 0.95]}
    sizes = {c: getattr(crowd, c) for c in ("on", "held", "funds", "names", "over", "paths")}
    return {"crowd_exit": jsonable({**said, **sizes, "arms": arms})}


def payload(parts: ReportParts, lang: str) -> dict[str, Any]:
    """The answers of a report in one JSON document."""
    from quantquake.app.cli.basis import payload as basis_payload
    from quantquake.app.cli.score import payload as score_payload
    from quantquake.app.forced.answer import flow_payload
    from quantquake.types import jsonable

    return {
        "schema": "quantquake.report/1",
        "as_of": jsonable(parts.as_of),
        "version": parts.version,
        "seed": parts.seed,
        "crowding": score_payload(parts, lang)["baskets"],
        "basis": basis_payload(parts)["products"],
        "flows": None if parts.flows is None else flow_payload(parts.flows),
        "day": jsonable(parts.day),
        **_crowd(parts.crowd),
        "assumptions": list(parts.assumptions),
        "issues": list(parts.issues),
    }
