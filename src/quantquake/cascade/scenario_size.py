"""How large a scenario is: refused in words before it fills the memory or runs for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantquake.errors import ConfigError

if TYPE_CHECKING:
    from quantquake.cascade.scenario import Scenario

#: Clearings of one run; at a millisecond each these are some minutes.
MOST_CLEARINGS = 200_000
#: Rounds of a day: the address of a random number has three digits for them.
MOST_ROUNDS = 999
MOST_HOLDERS = 1_000_000
#: What one path may hold in memory, and what all paths together may keep. [bytes]
MOST_MEMORY, MOST_KEPT = 4 * 2**30, 8 * 2**30
#: Numbers the engine holds of a holder, one of its sleeves, one of its holdings and an asset.
_HOLDER, _SLEEVE, _ENTRY, _ASSET = 30, 20, 6, 20


def check_size(scenario: Scenario) -> None:
    """Refuse a scenario too long to end, or too large to hold.

    Raises
    ------
    ConfigError
        Naming the field that makes it so.
    """
    days, rounds = scenario.days, scenario.rounds
    if rounds > MOST_ROUNDS or days * (rounds + 1) > MOST_CLEARINGS:
        raise ConfigError(
            f"days={days:,}, rounds={rounds:,}: more than {MOST_CLEARINGS:,} clearings, or more than "
            f"{MOST_ROUNDS} rounds in a day; it would not end in useful time. Give fewer days or rounds."
        )
    crowd = max(scenario.participants, key=lambda p: p.count)
    if sum(p.count for p in scenario.participants) > MOST_HOLDERS:
        raise ConfigError(
            f"participants.{crowd.name}.count={crowd.count:,}: all together more than {MOST_HOLDERS:,} "
            "holders, more than fit into memory. Let one holder stand for many: what is alike trades alike."
        )
    parts = memory(scenario)
    if sum(parts.values()) > MOST_MEMORY:
        most = max(parts, key=lambda name: parts[name])
        raise ConfigError(
            f"{most}: this scenario needs {sum(parts.values()) / 2**30:,.0f} GiB for one path and "
            f"{MOST_MEMORY / 2**30:.0f} are allowed; most of it goes here. Give fewer of them."
        )


def memory(scenario: Scenario) -> dict[str, float]:
    """What one path holds, by the fields that make it large. [bytes]"""
    g, i, p = len(scenario.groups), len(scenario.indices), len(scenario.participants)
    assets = sum(one.assets for one in scenario.groups)
    trades = scenario.days * (scenario.rounds + 1) * p * (2 * g + i)
    found = {
        f"days={scenario.days:,}, rounds={scenario.rounds:,}": trades,
        f"groups.*.assets, {assets:,} in all": _ASSET * assets,
    }
    for one in scenario.participants:
        # Names are drawn for the groups in its mix; those it may reach beside them are few.
        held = sum(min(group.assets, one.names or group.assets) for group in scenario.groups)
        own = _HOLDER + 2 * g * _SLEEVE + held * _ENTRY
        found[f"participants.{one.name}.count={one.count:,}"] = one.count * own
    return {name: 8.0 * numbers for name, numbers in found.items()}


def check_paths(scenario: Scenario, paths: int) -> None:
    """Refuse more paths than can be kept.

    Raises
    ------
    ConfigError
        If the daily series of all of them would not fit into memory.
    """
    g, i, p = len(scenario.groups), len(scenario.indices), len(scenario.participants)
    kept = 8.0 * (scenario.days + 1) * (3 * g + 2 * i + 2 * p + p * (2 * g + i)) * paths
    if kept > MOST_KEPT:
        raise ConfigError(
            f"paths={paths:,}: their daily series take {kept / 2**30:,.0f} GiB and "
            f"{MOST_KEPT / 2**30:.0f} are allowed. Ask for fewer paths: the interval of a median "
            "narrows with the square root of their number, so a thousand are nearly as good."
        )
