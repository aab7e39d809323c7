"""Read every source that was given, stack them, and keep account of what is not in the stack."""

from __future__ import annotations

from quantquake.app.forced.found import Found
from quantquake.app.forced.registry import KINDS, Kind
from quantquake.app.forced.request import Request
from quantquake.app.scoring import Step, silent
from quantquake.errors import ConfigError, DataError, QuantquakeError
from quantquake.flows.supply import supply_curve
from quantquake.report.flow_parts import FlowParts


def forced_flows(asked: Request, *, step: Step = silent) -> FlowParts:
    """Stack every forced trader the request gives something for.

    A source that cannot be read, or is in another currency, is named with its reason; the rest are
    stacked.

    Raises
    ------
    ConfigError
        Nothing was given.
    DataError
        Nothing that was given could be read.
    """
    wanted = [kind for kind in KINDS if kind.given(asked)]
    if not wanted:
        options = ", ".join(kind.option for kind in KINDS)
        raise ConfigError(
            "no position of anybody was given: a table of zeros would say that nobody must sell. "
            f"Give at least one of {options}."
        )
    found: dict[str, Found] = {}
    failed: dict[str, str] = {}
    for kind in wanted:
        _read(kind, asked, found, failed)
        step(kind.code)
    if not found:
        raise DataError(next(iter(failed.values())))
    # A source that moves one index, whatever its own table calls it, is on the axis asked for.
    curve = supply_curve([one.source for one in found.values()], asked.moves)
    return FlowParts(
        curve=curve,
        as_of=asked.on or curve.origin.as_of,
        spot=asked.spot,
        volume=asked.volume,
        missing={kind.code: kind.option for kind in KINDS if kind not in wanted},
        failed=failed,
        refused={code: one.refused for code, one in found.items() if len(one.refused)},
        positions={code: one.positions for code, one in found.items() if one.positions is not None},
        notes=tuple(note for one in found.values() for note in one.notes),
    )


def _read(kind: Kind, asked: Request, found: dict[str, Found], failed: dict[str, str]) -> None:
    try:
        one = kind.read(asked)
    except QuantquakeError as error:
        failed[kind.code] = str(error)
        return
    if one.source.currency != asked.currency:
        failed[kind.code] = (
            f"its money is {one.source.currency}, the axis is in {asked.currency}: the two cannot "
            "be added. Ask for it alone, or say --currency."
        )
        return
    found[kind.code] = one
