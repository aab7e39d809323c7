"""The whole report in the form asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quantquake.app.cli.options import Format
from quantquake.errors import ConfigError

if TYPE_CHECKING:
    from quantquake.report.parts import ReportParts


def page_text(parts: ReportParts, fmt: Format, lang: str) -> str:
    """The page as HTML, or the same numbers as JSON."""
    if fmt is Format.html:
        from quantquake.report.html import build_report

        return build_report(parts, lang=lang)
    if fmt is Format.json:
        return json.dumps(payload(parts, lang), ensure_ascii=False, indent=2, allow_nan=False)
    raise ConfigError(
        f"a report holds several tables, so it cannot be one {fmt.value}. Choose --format html or "
        "json, or ask `score`, `basis` or `day` for a single table."
    )


def payload(parts: ReportParts, lang: str) -> dict[str, Any]:
    """The three answers of a report in one JSON document."""
    from quantquake.app.cli.basis import payload as basis_payload
    from quantquake.app.cli.score import payload as score_payload
    from quantquake.types import jsonable

    return {
        "schema": "quantquake.report/1",
        "as_of": jsonable(parts.as_of),
        "crowding": score_payload(parts, lang)["baskets"],
        "basis": basis_payload(parts)["products"],
        "day": jsonable(parts.day),
        "assumptions": list(parts.assumptions),
        "issues": list(parts.issues),
    }
