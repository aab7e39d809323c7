"""Freeze exchange holidays into the small text tables the package ships.

Run by hand when an exchange announces another year (needs the dev group: exchange-calendars)::

    python tools/freeze_sessions.py            # writes src/quantquake/data/sessions/*.txt
    python tools/freeze_sessions.py --check    # exit 1 if the shipped tables differ

A table keeps only the weekdays an exchange was closed, one line a year (``2020 0101 0124 ...``).
``announced`` is the last day the exchange itself has published, not how far a rule can be extended:
exchange_calendars computes XNYS by rule for ever, NYSE has announced 2026 to 2028 (23 Dec 2025).
"""

from __future__ import annotations

import sys
from pathlib import Path

import exchange_calendars
import pandas as pd

FOLDER = Path(__file__).resolve().parents[1] / "src" / "quantquake" / "data" / "sessions"
# exchange -> first and last day of the table
SPANS = {"XSHG": ("2005-01-01", "2026-12-31"), "XNYS": ("1990-01-01", "2028-12-31")}


def table(exchange: str, first: str, last: str) -> str:
    """Text of one table: header, then closed weekdays by year."""
    calendar = exchange_calendars.get_calendar(exchange, start=first, end=last)
    closed = pd.bdate_range(first, last).difference(calendar.sessions)
    lines = [
        f"# weekdays on which {exchange} was or will be closed; every other weekday is a session",
        f"# source exchange_calendars {exchange_calendars.__version__}, tools/freeze_sessions.py",
        f"exchange {exchange}",
        f"first {first}",
        f"announced {last}",
    ]
    lines += [f"{year} {' '.join(days)}" for year, days in by_year(closed)]
    return "\n".join(lines) + "\n"


def by_year(closed: pd.DatetimeIndex) -> list[tuple[int, list[str]]]:
    """Group closed days as (year, [MMDD, ...])."""
    years = sorted(set(closed.year))
    return [(year, [f"{day:%m%d}" for day in closed[closed.year == year]]) for year in years]


def main(arguments: list[str]) -> int:
    """Write the tables, or compare them with what is shipped."""
    differing = 0
    for exchange, (first, last) in SPANS.items():
        path = FOLDER / f"{exchange.lower()}.txt"
        text = table(exchange, first, last)
        if "--check" in arguments:
            differing += path.read_text(encoding="utf-8") != text
        else:
            path.write_text(text, encoding="utf-8")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
