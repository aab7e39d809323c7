"""The panels of the report, made from whatever parts are there."""

from __future__ import annotations

from quantquake.report.panels.basis import basis_panels
from quantquake.report.panels.crowd import crowd_panels
from quantquake.report.panels.crowding import crowding_panels
from quantquake.report.panels.day import day_panels
from quantquake.report.panels.flows import flow_panels
from quantquake.report.panels.frame import FigureSlot, Panel, Setting
from quantquake.report.panels.hedge import hedge_panels
from quantquake.report.panels.snowball import snowball_panels
from quantquake.report.parts import ReportParts

__all__ = ["FigureSlot", "Panel", "Setting", "panels"]


def panels(parts: ReportParts, setting: Setting) -> dict[str, Panel]:
    """Return every panel the parts allow, by code."""
    found = [
        *crowding_panels(parts, setting),
        *basis_panels(parts, setting),
        *hedge_panels(parts, setting),
        *flow_panels(parts, setting),
        *day_panels(parts, setting),
        *snowball_panels(parts, setting),
        *crowd_panels(parts, setting),
    ]
    return {panel.code: panel for panel in found}
