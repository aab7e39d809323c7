"""One sub-view's answer, computed once and written in whatever form is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from quantquake import __version__
from quantquake.errors import ConfigError
from quantquake.report.parts import ReportParts
from quantquake.types import jsonable

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One sub-view's answer.

    Attributes
    ----------
    schema : str
        Name and version of the JSON form.
    body : dict
        What the JSON holds.
    table : DataFrame
        What the CSV holds.
    draw : callable
        (language, width) -> table for a terminal.
    parts : ReportParts or None
        What the page shows; None where there is no page.
    """

    schema: str
    body: dict[str, Any]
    table: pd.DataFrame
    draw: Callable[[str, int], Any]
    parts: ReportParts | None = None
    issues: tuple[str, ...] = field(default=())

    def payload(self) -> dict[str, Any]:
        """The JSON answer; rates are fractions."""
        head = {"schema": self.schema, "version": __version__}
        return dict(jsonable(head | self.body | {"issues": self.issues}))

    def frame(self) -> pd.DataFrame:
        """The CSV answer."""
        return self.table

    def screen(self, lang: str, width: int) -> Any:
        """The answer for a terminal."""
        return self.draw(lang, width)

    def page(self, lang: str) -> str:
        """The answer as a page."""
        from quantquake.report.html import build_report

        if self.parts is None:
            raise ConfigError(
                f"{self.schema} has no page: option quotes of one moment are a table. Choose "
                "--format table, json or csv."
            )
        return build_report(self.parts, lang=lang)
