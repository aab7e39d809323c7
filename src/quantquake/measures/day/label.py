"""What kind of day it was: rules with named thresholds, each leaving its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from quantquake.measures.day.unwind_signature import LOSS, REBOUND
from quantquake.types import Result

# Every threshold is ours unless a source is named; none is fitted to the days in the tests.
SMALL_SPREAD = 0.03  # smallest minus largest tenth; A-shares 2023: deviation 0.9 %, worst -2.0 %
CRASH = -3.0  # sigmas under every yardstick; the desks' "multiple standard deviation" loss
BROAD = 0.2  # advancing share on a fall (its mirror on a rise): four of five names one way
BROAD_MOVE = 0.01  # ... and the median name moved by a percent, so not a drift
EXTREME = 0.05  # breadth this rare on either side while the index is calm is a rotation
CALM = 1.0  # sigmas of the index

Facts = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(Result):
    """One rule's verdict.

    Attributes
    ----------
    code : str
        Label the rule stands for.
    fired : bool or None
        None: an input is missing, the rule could not be asked.
    value, threshold : float
        What was compared with what, in the unit of the measure.
    strength : float
        `value` over `threshold`: 1 on the line, 2 twice as far. [1]
    """

    code: str
    fired: bool | None
    value: float
    threshold: float
    strength: float


def reasons(facts: Facts) -> tuple[Reason, ...]:
    """Ask every rule; the order is the order of precedence, the most specific story first.

    Parameters
    ----------
    facts : mapping of str to float
        `unwind_loss`, `unwind_rebound` (sigma of the rebound day, 0 otherwise), `unwind` (1, 0),
        `small_minus_large`, `smallest`, `momentum_sigma` (mildest yardstick), `rotation_legs`
        (1, 0), `advance_share`, `median_return`, `breadth_percentile`, `index_sigma`,
        `calm_index_wild_members` (1, 0). NaN or absent = not observed.
    """
    return tuple(rule({name: facts.get(name, np.nan) for name in NAMES}) for rule in RULES)


def label(found: tuple[Reason, ...], facts: Facts) -> str:
    """First rule that fired; else "quiet", or "index_led" when the index itself moved."""
    for reason in found:
        if reason.fired:
            return reason.code
    move = facts.get("index_sigma", np.nan)
    return "index_led" if abs(move) >= CALM else "quiet"


def confidence(found: tuple[Reason, ...]) -> float:
    """How firmly the label stands, 0..1; an ordering of days, not a probability.

    Share of rules that could be asked, times how far the winning rule lies past its line (0.5 on
    it, 1 at twice). Without a winner: one minus how near the closest rule came, at least 0.5.
    """
    asked = [reason for reason in found if reason.fired is not None]
    if not asked:
        return 0.0
    fired = [reason for reason in asked if reason.fired]
    if fired:
        firmness = 0.5 * min(max(fired[0].strength, 1.0), 2.0)
    else:
        firmness = max(0.5, 1.0 - 0.5 * max(0.0, *(reason.strength for reason in asked)))
    return len(asked) / len(found) * firmness


def _reason(code: str, value: float, threshold: float, *also: bool | float) -> Reason:
    """A rule: `value` on the far side of `threshold`, and every further condition true."""
    missing = np.isnan(value) or any(np.isnan(float(x)) for x in also)
    strength = value / threshold
    fired = None if missing else bool(strength >= 1.0 and all(also))
    return Reason(
        code=code,
        fired=fired,
        value=float(value),
        threshold=float(threshold),
        strength=float(strength if fired else min(strength, 1.0)),
    )


def _unwind(f: Facts) -> Reason:
    if f["unwind_rebound"] > 0:
        return _reason("unwind_signature", f["unwind_rebound"], REBOUND, f["unwind"])
    return _reason("unwind_signature", f["unwind_loss"], LOSS, f["unwind"])


def _small_sold(f: Facts) -> Reason:
    return _reason(
        "small_caps_sold", f["small_minus_large"], -SMALL_SPREAD, _below(f["smallest"], 0)
    )


def _small_rebound(f: Facts) -> Reason:
    return _reason(
        "small_caps_rebound", f["small_minus_large"], SMALL_SPREAD, _above(f["smallest"], 0)
    )


def _momentum(f: Facts) -> Reason:
    return _reason("momentum_crash", f["momentum_sigma"], CRASH)


def _fall(f: Facts) -> Reason:
    narrow = _below(f["advance_share"], BROAD)
    return _reason("broad_fall", f["median_return"], -BROAD_MOVE, narrow)


def _rise(f: Facts) -> Reason:
    wide = _above(f["advance_share"], 1 - BROAD)
    return _reason("broad_rise", f["median_return"], BROAD_MOVE, wide)


def _rotation(f: Facts) -> Reason:
    calm = _below(abs(f["index_sigma"]), CALM)
    if f["rotation_legs"] == 1:
        return _reason("rotation", 1.0, 1.0, calm)
    rare = min(f["breadth_percentile"], 1 - f["breadth_percentile"])
    return _reason("rotation", 1 - rare, 1 - EXTREME, calm)


def _calm(f: Facts) -> Reason:
    return _reason("calm_index_wild_members", f["calm_index_wild_members"], 1.0)


def _below(value: float, line: float) -> float:
    return np.nan if np.isnan(value) else float(value <= line)


def _above(value: float, line: float) -> float:
    return np.nan if np.isnan(value) else float(value >= line)


RULES: tuple[Callable[[Facts], Reason], ...] = (
    _small_sold,  # measured directly; the contrarian sigma below swells with any wild cross-section
    _small_rebound,
    _unwind,
    _momentum,
    _fall,
    _rise,
    _rotation,
    _calm,
)
NAMES = (
    "unwind",
    "unwind_loss",
    "unwind_rebound",
    "small_minus_large",
    "smallest",
    "momentum_sigma",
    "rotation_legs",
    "advance_share",
    "median_return",
    "breadth_percentile",
    "index_sigma",
    "calm_index_wild_members",
)
