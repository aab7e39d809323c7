"""What can be wrong with what we were given.

QuantquakeError (ValueError)
├── DataError          a table: missing column, wrong type, duplicates, gaps, units
│   ├── FileError      the file itself: missing, unreadable, unknown kind
│   ├── CalendarError  a date that is no session, or lies past the last announced one
│   └── ContractError  a futures or option row whose identity or expiry is unknown
├── ConfigError        a setting, rule or scenario field
└── MissingExtraError  an optional package is not installed

Every message has four parts: what, where and how much, why it matters, what to do.
Economic endings (a fund defaults, nobody buys) are values, never exceptions.
"""

from __future__ import annotations


class QuantquakeError(ValueError):
    """Root of every error raised for bad input; the command line turns it into exit 2."""


class DataError(QuantquakeError):
    """A table cannot be used as given."""


class FileError(DataError):
    """A file is missing, unreadable or of an unknown kind."""


class CalendarError(DataError):
    """A date is not a session, or lies past the last announced one."""


class ContractError(DataError):
    """A futures or option row has no usable contract identity or expiry."""


class ConfigError(QuantquakeError):
    """A setting, rule or scenario field is invalid."""


class MissingExtraError(QuantquakeError):
    """An optional dependency is needed and absent."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package `{package}`, which is not installed. "
            f"Install it with: pip install 'quantquake[{extra}]'"
        )
