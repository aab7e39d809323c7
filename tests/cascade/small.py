"""Small scenarios with known answers."""

from __future__ import annotations

from quantquake.cascade.assets import Group
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.scenario import Scenario

#: No memory loss, all of it permanent: what a closed form assumes.
PLAIN = Impact(law="exponential", strength=1.0, permanent=1.0, half_life=1e12)


def group(name: str = "a", **other: float) -> Group:
    return Group(**{"name": name, "cap": 1e12, "daily_amount": 1e9, "volatility": 0.02} | other)


def scene(*participants: Holder, groups=None, **other) -> Scenario:
    fields = {"name": "test", "days": 1, "rounds": 1, "impact": PLAIN} | other
    return Scenario(groups=tuple(groups or [group()]), participants=participants, **fields)
