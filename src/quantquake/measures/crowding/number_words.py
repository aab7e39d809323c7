"""Numbers and dates as people write them, in English and in Chinese (design/UI.md, section 7)."""

from __future__ import annotations

import math

import pandas as pd

_MINUS = "−"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# unit, least amount, decimals; the first whose least is reached is used.
_MONEY_EN = (("trn", 1e12, 2), ("bn", 1e10, 0), ("bn", 1e9, 1), ("m", 1e6, 0), ("", 1.0, 0))
_MONEY_ZH = (("万亿", 1e12, 2), ("亿", 1e10, 0), ("亿", 1e8, 1), ("亿", 1e6, 2), ("", 1.0, 0))
_SCALE = {"trn": 1e12, "bn": 1e9, "m": 1e6, "万亿": 1e12, "亿": 1e8, "": 1.0}
_PERCENT = frozenset({"excess_vol", "momentum", "share", "ep", "bp", "turnover"})


def day_text(date: pd.Timestamp, zh: bool) -> str:
    """Write a date for running text: 5 Feb 2024, 2024年2月5日."""
    if zh:
        return f"{date.year}年{date.month}月{date.day}日"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def percent(value: float, *, signed: bool = False, decimals: int = 1) -> str:
    """Write a fraction in percent with a true minus sign; plus only on changes."""
    text = f"{abs(value) * 100:.{decimals}f}%"
    sign = _MINUS if value < 0 else "+" if signed and value > 0 else ""
    return sign + text


def money(value: float, currency: str, zh: bool) -> str:
    """Write an amount in its natural unit: CNY 280bn, 2,797 亿元."""
    units = _MONEY_ZH if zh else _MONEY_EN
    unit, _, decimals = next((u for u in units if abs(value) >= u[1]), units[-1])
    sign = _MINUS if value < 0 else ""
    number = f"{sign}{abs(value) / _SCALE[unit]:,.{decimals}f}"
    if zh:
        return f"{number} {unit}{'元' if currency == 'CNY' else currency}"
    return f"{currency} {number}{unit}"


def rank_text(percentile: float) -> str:
    """Write a percentile without decimals; the edges as <1 and >99, missing as a dash."""
    if math.isnan(percentile):
        return "—"
    if percentile < 0.01:
        return "<1"
    return ">99" if percentile > 0.99 else f"{percentile * 100:.0f}"


def level_text(indicator: str, value: float, currency: str, zh: bool) -> str:
    """Write one indicator's value in its own unit."""
    if math.isnan(value):
        return "—"
    if indicator == "amount":
        return money(value, currency, zh)
    if indicator in _PERCENT:
        decimals = 2 if indicator in ("turnover", "ep", "bp") else 1
        return percent(value, signed=indicator == "momentum", decimals=decimals)
    return f"{_MINUS if value < 0 else ''}{abs(value):.2f}"
