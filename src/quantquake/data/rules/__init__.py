"""Trading rules by date: what a lot cost, what margin it took, how many could be opened.

``trading_rules("cffex")`` reads the shipped table; a desk with better sources passes its own file.
A value holds from its date until the next one of the same field and product; before the first it is
unknown (None), never guessed.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from quantquake.data.rules.trading_rules import TradingRules, parse_rules
from quantquake.errors import ConfigError

__all__ = ["TradingRules", "trading_rules"]

_FOLDER = Path(__file__).parent


def trading_rules(source: str | Path = "cffex") -> TradingRules:
    """Rules of one exchange: a shipped table by name, or a path to a TOML file of the same form.

    Raises
    ------
    ConfigError
        If the table is unknown or a row breaks the schema; names file and row.
    """
    if isinstance(source, Path):
        return _read(source)
    known = sorted(path.stem for path in _FOLDER.glob("*.toml"))
    if source not in known:
        raise ConfigError(
            f"no rule table {source!r}: fees and limits of that exchange are unknown. Choose one "
            f"of {', '.join(known)}, or give a path to a file of the same form."
        )
    return _shipped(source)


@cache
def _shipped(name: str) -> TradingRules:
    return _read(_FOLDER / f"{name}.toml")


def _read(path: Path) -> TradingRules:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"rule table {path.name} cannot be read ({error}): no fee or limit would be known. "
            "Correct the file, or use the shipped table 'cffex'."
        ) from error
    return parse_rules(table, where=path.name)
