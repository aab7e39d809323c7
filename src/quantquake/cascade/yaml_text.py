"""YAML as it was meant: every key once, nothing that grows when it is read."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import yaml

from quantquake.errors import FileError

#: Longest text read, and most values it may stand for once its references are followed.
MOST_CHARACTERS, MOST_VALUES = 64 * 2**20, 10_000_000
_MERGE = "tag:yaml.org,2002:merge"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_Loader):
    """A loader that refuses a key given twice: the second would win in silence."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Build one mapping."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == _MERGE:
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                continue  # refused below, in words of its own
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key}` is given twice, and one of the two would be ignored",
                    key_node.start_mark,
                )  # fmt: skip
            seen.add(key)
        built: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return built


def yaml_of(text: str, source: str) -> Any:
    """Read YAML; `source` names it in complaints.

    Raises
    ------
    FileError
        If it is no YAML, gives a key twice, is nested without end, or too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise FileError(
            f"{source} has {len(text) / 2**20:,.0f} million characters and {MOST_CHARACTERS / 2**20:.0f} "
            "are read: a scenario is not a data file. Describe holdings by `mix` and `names`."
        )
    try:
        content = yaml.load(text, Loader=_Strict)
        values = _values(content, {})
    except yaml.YAMLError as error:
        raise FileError(
            f"{source} is not YAML ({' '.join(str(error).split())}): nothing of it can be trusted. "
            "Correct the line, or start from a built-in scenario (`quantquake simulate --list`)."
        ) from None
    except RecursionError:
        values = MOST_VALUES + 1
    if values > MOST_VALUES:
        raise FileError(
            f"{source} is nested, or refers to itself, beyond {MOST_VALUES:,} values: no scenario is "
            "that large, and reading it would not end. Write its values out."
        )
    return content


def _values(value: Any, known: dict[int, int]) -> int:
    """Number of values under one, every reference followed but counted only once."""
    if not isinstance(value, (Mapping, list)):
        return 1
    if id(value) not in known:
        known[id(value)] = MOST_VALUES + 1  # a list inside itself
        inner = value.values() if isinstance(value, Mapping) else value
        known[id(value)] = 1 + sum(_values(one, known) for one in inner)
    return known[id(value)]
