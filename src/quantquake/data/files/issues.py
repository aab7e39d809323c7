"""What was noticed, guessed or changed while reading a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict


class Issue(TypedDict):
    """One note of a reader, JSON-ready; listed in ``.attrs["issues"]`` of the table."""

    what: str
    where: str
    action: str


def issue(what: str, where: object, action: str) -> Issue:
    """Note that `what` was found at `where`, and the `action` taken."""
    return Issue(what=what, where=str(where), action=action)


def examples(pairs: Iterable[tuple[str, str]], shown: int = 3) -> str:
    """First few ``from -> to`` pairs, and how many there are when some are left out."""
    texts = [f"{before} -> {after}" for before, after in pairs]
    more = f" ... ({len(texts)} in all)" if len(texts) > shown else ""
    return ", ".join(texts[:shown]) + more
