"""The crowding score in sentences, Chinese and English; a phrase table and the few rules of use."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.crowding.number_words import day_text, level_text, percent, rank_text
from quantquake.measures.crowding.rules import DIMENSIONS

if TYPE_CHECKING:
    from quantquake.measures.crowding import CrowdingScore

DEFINITION: Mapping[str, str] = MappingProxyType(
    {
        "en": (
            "Crowding: many investors in the same trade at the same time (Stein 2009). It is not "
            "observed; five dimensions of price, volume, trading structure, valuation and mood "
            "stand for it, each extreme or not against its own past. A high score says that the "
            "trade looks crowded, not that it will fall."
        ),
        "zh": (
            "拥挤度：投资者同时进入相同的交易（Stein 2009）。拥挤本身无法直接观测，"
            "这里以收益率、交易量、交易结构、估值、市场情绪五个维度各自在自身历史中是否极端来替代。"
            "得分高只说明交易看起来拥挤，不等于将要下跌。"
        ),
    }
)

INDICATOR_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "excess_vol": ("excess-return volatility", "超额收益波动"),
        "momentum": ("one-year momentum", "一年动量"),
        "amount": ("amount traded", "成交额"),
        "share": ("share of market amount", "成交额占比"),
        "hf_crowding": ("intraday crowding", "高频拥挤度"),
        "capital_structure_volatility": ("capital-structure fluctuation", "资金结构波动"),
        "ep": ("earnings yield", "盈利收益率 EP"),
        "bp": ("book yield", "账面收益率 BP"),
        "news_score": ("news score", "新闻情感得分"),
        "turnover": ("turnover", "换手率"),
    }
)

DIMENSION_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "return": ("return", "收益率"),
        "volume": ("volume", "交易量"),
        "structure": ("trading structure", "交易结构"),
        "valuation": ("valuation", "估值"),
        "sentiment": ("sentiment", "市场情绪"),
    }
)

_LANGUAGES = ("en", "zh")


def explain(score: CrowdingScore, date: pd.Timestamp, lang: str = "en") -> str:
    """Say what the score of one day is, which indicators made it, and what is missing.

    Raises
    ------
    ConfigError
        If the language is neither "en" nor "zh".
    """
    if lang not in _LANGUAGES:
        raise ConfigError(
            f"language {lang!r} has no phrase table: the explanation exists in English and "
            'Chinese. Use lang="en" or lang="zh".'
        )
    zh = lang == "zh"
    parts = (
        _headline(score, date, zh),
        _alarm(score, date, zh),
        _fired(score, date, zh),
        _caveat(score, date, zh),
        _missing(score, date, zh),
        _flips(score, date, zh),
        DEFINITION[lang],
    )
    return "\n".join(part for part in parts if part)


def _headline(score: CrowdingScore, date: pd.Timestamp, zh: bool) -> str:
    value, present = score.score[date], int(score.coverage[date])
    when, name = day_text(date, zh), score.basket
    if pd.isna(value):
        if zh:
            return f"{name}，{when}：无法打分，5 维中仅 {present} 维有数据。"
        return f"{name}, {when}: no score, {present} of 5 dimensions have data."
    rescaled = present < len(DIMENSIONS) and score.rules.missing == "rescale"
    if zh:
        note = "，已折算为 5 分制" if rescaled else ""
        return f"{name}，{when}：拥挤度 {value:.1f} / 5（5 维中 {present} 维有数据{note}）。"
    note = ", rescaled" if rescaled else ""
    return f"{name}, {when}: crowding score {value:.1f} of 5 ({present} of 5 dimensions{note})."


def _alarm(score: CrowdingScore, date: pd.Timestamp, zh: bool) -> str:
    state, limit = score.state(date), f"{score.rules.signal_above:g}"
    if state.since is None:
        return "当日无得分，报警状态未知。" if zh else "No score today, so the alarm is unknown."
    since = day_text(state.since, zh)
    if state.state == "on":
        if zh:
            weak = "，但有数据的维度不足 3 个，属弱报警" if state.weak else ""
            return f"报警自{since}起，已持续 {state.days} 个交易日{weak}。"
        weak = ", weakly: fewer than 3 dimensions have data" if state.weak else ""
        days = "session" if state.days == 1 else "sessions"
        return f"Alarm on since {since} ({state.days} {days}){weak}."
    if state.state == "released":
        if zh:
            return f"未报警：上次报警的拥挤已于{since}释放。"
        return f"No alarm; the crowding of the last one was released on {since}."
    need = "达到" if not score.rules.strict else "超过"
    reach = "at least" if not score.rules.strict else "more than"
    return f"未报警（需{need} {limit} 分）。" if zh else f"No alarm (it takes {reach} {limit})."


def _fired(score: CrowdingScore, date: pd.Timestamp, zh: bool) -> str:
    table = score.contributions(date)
    hits = [_one_hit(row, score, zh) for row in table[table["flag"]].to_dict("records")]
    if not hits:
        return "没有指标触发。" if zh else "No indicator fires."
    return f"触发：{'；'.join(hits)}。" if zh else f"Fired: {'; '.join(hits)}."


def _one_hit(row: Any, score: CrowdingScore, zh: bool) -> str:
    name = INDICATOR_NAMES[row["indicator"]][zh]
    value = level_text(row["indicator"], row["value"], score.currency, zh)
    rank, adds = rank_text(row["percentile"]), f"{row['adds']:.3f}".rstrip("0").rstrip(".")
    if zh:
        return f"{name} {value}（百分位 {rank}，贡献 {adds} 分）"
    return f"{name} {value} (percentile {rank}, adds {adds})"


def _caveat(score: CrowdingScore, date: pd.Timestamp, zh: bool) -> str:
    """Volatility fires at rebounds too: say which way the basket came (A05)."""
    momentum = float(score.indicators["momentum"][date])
    if not score.flags["excess_vol"][date] or pd.isna(momentum):
        return ""
    year = percent(momentum, signed=True)
    if zh:
        after = "上涨" if momentum > 0 else "下跌"
        return f"波动没有方向，须与动量同看：过去一年 {year}，属于{after}之后的波动。"
    after = "rise" if momentum > 0 else "fall"
    return f"Volatility has no direction: the past year is {year}, so it comes after a {after}."


def _missing(score: CrowdingScore, date: pd.Timestamp, zh: bool) -> str:
    values = score.dimensions.loc[date]
    names = [DIMENSION_NAMES[one][zh] for one in DIMENSIONS if pd.isna(values[one])]
    if not names:
        return ""
    zero = score.rules.missing == "zero"
    if zh:
        return f"缺数据：{'、'.join(names)}（{'按 0 计' if zero else '已剔除，不按 0 计'}）。"
    how = "counted as 0" if zero else "left out, never counted as 0"
    return f"No data: {', '.join(names)} ({how})."


def _flips(score: CrowdingScore, date: pd.Timestamp, zh: bool) -> str:
    """Say which single indicator would be enough to ring the alarm."""
    if score.signal[date]:
        return ""
    table = score.flips(date)
    enough = table[table["alarm_if"]].to_dict("records")
    if not enough:
        return ""
    said = [_one_flip(row, score, zh) for row in enough]
    if zh:
        return f"再触发一项即报警：{'；'.join(said)}。"
    return f"One more would ring it: {'; '.join(said)}."


def _one_flip(row: Any, score: CrowdingScore, zh: bool) -> str:
    name = INDICATOR_NAMES[row["indicator"]][zh]
    today = level_text(row["indicator"], row["value"], score.currency, zh)
    level = level_text(row["indicator"], row["level"], score.currency, zh)
    down = row["side"] == "below"
    if zh:
        return f"{name} {'降到' if down else '升到'} {level}（今日 {today}）"
    return f"{name} {'down to' if down else 'at'} {level} (today {today})"
