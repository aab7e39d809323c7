"""Who and what a scenario names: a name that nobody bears is found before the run, not on its day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from quantquake.errors import ConfigError

if TYPE_CHECKING:
    from quantquake.cascade.scenario import Scenario


def check_names(scenario: Scenario) -> None:
    """Refuse a participant, an index, depth or news that names a group or an index which is not there.

    Raises
    ------
    ConfigError
        With the path of the field and the names there are.
    """
    known = {
        "group": [g.name for g in scenario.groups],
        "index": [i.name for i in scenario.indices],
        # Orders for futures nobody quotes would be filled at the index, in any size, for nothing.
        "index with futures": [i.name for i in scenario.indices if i.futures is not None],
    }
    for where, what, name in _named(scenario):
        if name not in known[what]:
            raise ConfigError(
                f"{where}: the {what} `{name}` does not exist; what is said here would reach nobody, and "
                f"orders would go nowhere. There are {known[what]}: correct the name."
            )


def _named(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Path, kind and name of everything that is named."""
    for k, news in enumerate(scenario.news):
        if news.group is not None:
            yield f"news.{k}.group", "group", news.group
    if scenario.depth.reference is not None:
        yield "depth.reference", "group", scenario.depth.reference
    for index in scenario.indices:
        for name in index.weights:
            yield f"indices.{index.name}.weights", "group", name
    for one in scenario.participants:
        yield from _by(one, f"participants.{one.name}")


def _by(one: Any, where: str) -> Iterator[tuple[str, str, str]]:
    for name in one.mix:
        yield f"{where}.mix", "group", name
    if isinstance(getattr(one, "index", None), str):
        spot = getattr(one, "hedge_in", "futures") == "stocks"
        yield f"{where}.index", "index" if spot else "index with futures", one.index
    for field in ("rotate_from", "rotate_to", "into"):
        for name in getattr(one, field, ()):
            yield f"{where}.{field}", "group", name
    for k, basket in enumerate(getattr(one, "baskets", ())):
        yield f"{where}.baskets.{k}.group", "group", basket.group
        yield f"{where}.baskets.{k}.etf", "index with futures", basket.etf
    for name in getattr(one, "holdings_of", {}):
        yield f"{where}.holdings_of", "index with futures", name
    through = getattr(one, "channel", "stocks") == "etf"
    for group, name in getattr(one, "etfs", {}).items() if through else ():
        yield f"{where}.etfs", "group", group
        yield f"{where}.etfs", "index with futures", name
    for k, purchase in enumerate(getattr(one, "purchases", ())):
        for name in purchase.groups:
            yield f"{where}.purchases.{k}.groups", "group", name
