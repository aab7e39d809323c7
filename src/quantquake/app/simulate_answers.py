"""A simulation as JSON and as one table; and the list of built-in scenarios."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.text import Text

from quantquake.cascade.ensembles.summary import QUANTILES
from quantquake.cascade.readings import readings
from quantquake.cascade.scenario_file import library, load
from quantquake.errors import ConfigError
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.terminal import wrapped
from quantquake.report.words import say
from quantquake.types import jsonable

#: Daily series of a run and what they are counted by.
SERIES = {
    "groups": "groups", "low": "groups", "depth": "groups", "index": "indices", "basis": "indices",
    "nav": "participants", "leverage": "participants", "gain": "participants",
}  # fmt: skip


def payload(parts: CascadeParts) -> dict[str, Any]:
    """The JSON answer; returns, shares and basis are fractions, a missing number is null."""
    scenario, many = parts.scenario, parts.ensemble
    mean = readings(parts.result if many is None else many).mean().rename("mean")
    return jsonable(
        {
            "schema": "quantquake.simulate/1",
            "scenario": scenario.name,
            "title": dict(scenario.title),
            "calibrated": False,
            "note": say("simulate.uncalibrated", "en"),
            "days": scenario.days,
            "rounds": scenario.rounds,
            "currency": scenario.currency,
            "seed": parts.seed,
            "paths": 1 if many is None else many.paths,
            "paths_wanted": 1 if many is None else many.wanted,
            "path_told": parts.path,
            "changes": list(parts.changes),
            "market": parts.result.market.name.lower(),
            "events": _records(parts.events),
            "readings": _records(mean.reset_index()),
            "order": None if parts.order is None else _records(parts.order),
            "overlap": None if parts.overlap is None else _records(parts.overlap.to_frame()),
            "daily": _records(frame(parts).reset_index()),
            "against": _against(parts),
            "assumptions": list(parts.result.origin.assumptions),
            "version": parts.version,
        }
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows without their number, which says nothing."""
    found: list[dict[str, Any]] = table.to_dict("records")
    return found


def _against(parts: CascadeParts) -> dict[str, Any] | None:
    if parts.against is None:
        return None
    difference = _records(parts.against.difference.reset_index())
    return {"name": parts.against.result.scenario, "difference": difference}


def frame(parts: CascadeParts) -> pd.DataFrame:
    """One row a day, quantity and name: its value, or its quantiles over the paths."""
    columns = [str(q) for q in QUANTILES] if parts.ensemble is not None else ["value"]
    rows = []
    for what in SERIES:
        for name in _names(parts, what):
            if parts.ensemble is not None:
                table = parts.ensemble.fan(what, name).set_axis(columns, axis=1)
            else:
                table = getattr(parts.result, what)[name].to_frame("value")
            rows.append(table.reset_index().assign(what=what, name=name))
    every = pd.concat(rows, ignore_index=True)[["day", "what", "name", *columns]]
    return every.set_index("day")


def _names(parts: CascadeParts, what: str) -> list[str]:
    """Names that have this quantity: futures for a basis, a balance sheet for a unit value."""
    table = getattr(parts.result, what)
    return [str(n) for n in table if table[n].notna().any()]


def library_frame(lang: str) -> pd.DataFrame:
    """Built-in scenarios: ``name``, ``title``, ``days``, ``participants``."""
    found = []
    for name in library():
        scenario = load(name)
        found.append((name, scenario.title[lang], scenario.days, len(scenario.participants)))
    table = pd.DataFrame(found, columns=["name", "title", "days", "participants"])
    return table.set_index("name")


def library_screen(found: pd.DataFrame, lang: str, width: int) -> RenderableType:
    """Names with their titles, and what to do with them."""
    indent = max(len(str(name)) for name in found.index) + 2
    blocks: list[RenderableType] = []
    for name, row in found.iterrows():
        said = wrapped(Text(str(row["title"])), width - indent)
        lines = said.split("\n")
        blocks.append(Text(f"{name!s:<{indent}}", style="bold").append_text(_plain(lines[0])))
        blocks += [Text(" " * indent).append_text(_plain(line)) for line in lines[1:]]
    blocks += [Text(), Text(say("simulate.uncalibrated", lang), style="dim")]
    blocks.append(wrapped(Text(say("simulate.list_hint", lang), style="dim"), width))
    return Group(*blocks)


def _plain(line: Text) -> Text:
    return Text(line.plain, style="not bold")


def library_page() -> str:
    """Refuse: a list is no page."""
    raise ConfigError(
        "--list has no page: there is nothing in it to draw. Choose --format table, json or csv."
    )
