"""A flow of one's own beside a published one: the gap, and what could be in it. Nothing is tuned."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.leveraged_etf.closing import ClosingFlow
from quantquake.types import Origin, Result

#: What a published figure may hold that the fund table does not; none of it is sized here.
REASONS = ("uncovered_convexity", "funds_without_assets", "listings_elsewhere", "other_inputs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedGap(Result):
    """A published flow and our sum.

    Attributes
    ----------
    reported, computed : float
        [money]
    gap : float
        reported - computed. [money]
    covered : float
        Share of the known convexity behind `computed`. [1]
    at_full_coverage : float
        computed / covered: the sum if the rest had moved like the covered part. A yardstick for
        the gap, not an estimate: the rest is gold, banks, bonds and coins. [money]
    unexplained : float
        reported - at_full_coverage: what coverage alone cannot explain. [money]
    largest_unmatched : Series indexed by underlying
        Convexity of the ten largest underlyings without a return. [money per unit of return]
    funds_without_assets : int
    reasons : tuple of str
        Codes of what else the published figure may hold, unsized.
    source : str
        Of the published figure.
    currency : str
    origin : Origin
    """

    reported: float
    computed: float
    gap: float
    covered: float
    at_full_coverage: float
    unexplained: float
    largest_unmatched: pd.Series
    funds_without_assets: int
    reasons: tuple[str, ...]
    source: str
    currency: str
    origin: Origin


def beside_reported(flow: ClosingFlow, reported: float, *, source: str) -> ReportedGap:
    """Set a published flow beside the sum over known funds.

    Parameters
    ----------
    flow : ClosingFlow
    reported : float
        As published, with its sign: a sale is negative. [money]
    source : str
        Who published it.

    Raises
    ------
    ConfigError
        If the published figure is not a number, or has no source.
    """
    if not (reported == reported and abs(reported) != float("inf")) or not source.strip():
        raise ConfigError(
            f"`reported`={reported} from {source!r}: a comparison needs a figure and who published "
            "it. Give both."
        )
    full = flow.gross / flow.covered if flow.covered > 0 else float("nan")
    missing = int((flow.left_out["reason"] == "no_assets").sum())
    sized = {"uncovered_convexity": flow.covered < 1.0, "funds_without_assets": missing > 0}
    return ReportedGap(
        reported=float(reported),
        computed=flow.gross,
        gap=float(reported) - flow.gross,
        covered=flow.covered,
        at_full_coverage=full,
        unexplained=float(reported) - full,
        largest_unmatched=flow.unmatched["convexity"].head(10),
        funds_without_assets=missing,
        reasons=tuple(code for code in REASONS if sized.get(code, True)),
        source=source,
        currency=flow.currency,
        origin=flow.origin,
    )
