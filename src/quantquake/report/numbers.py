"""How a number is written, in English and in Chinese.

Missing is "—" everywhere: never 0, never blank. The minus sign is U+2212, and a value that rounds
to zero carries no sign.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

MISSING = "—"
MINUS = "\u2212"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS_ZH = "一二三四五六日"
_CURRENCY_ZH = {"CNY": "元", "USD": "美元", "HKD": "港元"}


def is_missing(value: Any) -> bool:
    """Tell whether a scalar is None, NaN, NaT or infinite."""
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    return isinstance(value, float) and not math.isfinite(value)


def number(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    """Write a number with a thousands comma and `digits` decimals; `sign` also prints +."""
    if value is None or is_missing(float(value)):
        return MISSING
    text = f"{abs(float(value)):,.{digits}f}"
    if not any(c in "123456789" for c in text):
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def count(value: float | None) -> str:
    """Write a whole number: 3,756."""
    return number(value, 0)


def percent(value: float | None, digits: int = 1, *, sign: bool = False, unit: bool = True) -> str:
    """Write a fraction as a percentage; `unit=False` for columns with "%" in their header."""
    text = number(None if value is None else 100.0 * float(value), digits, sign=sign)
    return text if text == MISSING or not unit else text + "%"


def percentile(value: float | None) -> str:
    """Write a percentile given in [0, 1] as 0 digits; the edges are "<1" and ">99"."""
    if value is None or is_missing(float(value)):
        return MISSING
    hundred = round(100.0 * float(value), 9)
    if hundred < 1.0:
        return "<1"
    return ">99" if hundred > 99.0 else f"{hundred:.0f}"


def exact(value: float | None) -> str:
    """Write halves that add up in full (0.625, 1.25); zero is "0"."""
    if value is None or is_missing(float(value)):
        return MISSING
    text = f"{abs(float(value)):.3f}".rstrip("0").rstrip(".")
    return (MINUS if value < 0 and text != "0" else "") + text


def money(value: float | None, lang: str, currency: str = "CNY") -> str:
    """Write money in whole units of `currency`: "CNY 43bn" or "430 亿元"."""
    if value is None or is_missing(float(value)):
        return MISSING
    size = abs(float(value))
    sign = MINUS if value < 0 else ""
    if lang == "zh":
        unit = _CURRENCY_ZH.get(currency, f" {currency}")
        if size >= 1e12:
            return f"{sign}{size / 1e12:,.2f} 万亿{unit}"
        hundred_million = size / 1e8
        return f"{sign}{hundred_million:,.{_decimals(hundred_million)}f} 亿{unit}"
    for scale, name in ((1e12, "trn"), (1e9, "bn")):
        if size >= scale:
            digits = 2 if name == "trn" else _decimals(size / scale)
            return f"{sign}{currency} {size / scale:,.{digits}f}{name}"
    return f"{sign}{currency} {size / 1e6:,.0f}m"


def book_money(value: float | None, lang: str) -> str:
    """Write money of one book, CNY: "4.18m" or "418 万"; zero is "0"."""
    if value is None or is_missing(float(value)):
        return MISSING
    size = abs(float(value))
    unit, name = (1e4, " 万") if lang == "zh" else (1e6, "m")
    digits = 0 if lang == "zh" else 2
    text = f"{size / unit:,.{digits}f}"
    sign = MINUS if value < 0 and text.strip("0.,") else ""
    return f"{sign}{text}{name}" if text.strip("0.,") else "0"


def _decimals(size: float) -> int:
    return 0 if size >= 10 else 1 if size >= 1 else 2


def spread(low: float, high: float, lang: str, digits: int = 1) -> str:
    """Write a range of percentages: "4.2–8.9", or "−8.9 to −4.2" where a minus would confuse."""
    left, right = percent(low, digits, unit=False), percent(high, digits, unit=False)
    if MISSING in (left, right):
        return MISSING
    if min(low, high) >= 0:
        return f"{left}–{right}"
    return f"{left} 至 {right}" if lang == "zh" else f"{left} to {right}"


def date_text(date: pd.Timestamp | None, lang: str) -> str:
    """Write a date in running text: "5 Feb 2024" or "2024年2月5日"."""
    if date is None or is_missing(date):
        return MISSING
    if lang == "zh":
        return f"{date.year}年{date.month}月{date.day}日"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def date_short(date: pd.Timestamp | None, lang: str) -> str:
    """Write a date where the year is known: "5 Feb" or "2月5日"."""
    if date is None or is_missing(date):
        return MISSING
    if lang == "zh":
        return f"{date.month}月{date.day}日"
    return f"{date.day} {_MONTHS[date.month - 1]}"


def date_long(date: pd.Timestamp, lang: str) -> str:
    """Write a date with its weekday: "Mon 5 Feb 2024" or "2024年2月5日 周一"."""
    if lang == "zh":
        return f"{date_text(date, lang)} 周{_WEEKDAYS_ZH[date.weekday()]}"
    return f"{_WEEKDAYS_EN[date.weekday()]} {date_text(date, lang)}"


def date_iso(date: pd.Timestamp | None) -> str:
    """Write a date for tables and controls: "2024-02-05"."""
    return MISSING if date is None or is_missing(date) else f"{date:%Y-%m-%d}"


def date_tick(date: pd.Timestamp, lang: str, scale: str) -> str:
    """Write a date on an axis; `scale` is "day", "month" or "year"."""
    if scale == "year":
        return f"{date:%Y}"
    if lang == "zh":
        return f"{date:%m-%d}" if scale == "day" else f"{date:%y-%m}"
    month = _MONTHS[date.month - 1]
    return f"{date:%d} {month}" if scale == "day" else f"{month} {date:%y}"
