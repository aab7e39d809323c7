"""What the numbers allow one to say, in fixed words."""

from __future__ import annotations

from typing import Literal

from quantquake.measures.evidence.intervals import Interval

Verdict = Literal["too_few", "no_evidence", "more_often", "less_often"]
Language = Literal["en", "zh"]

TITLES: dict[str, dict[str, str]] = {
    "en": {
        "too_few": "Too few alarms to say",
        "no_evidence": "No evidence that it warns",
        "more_often": "Alarms were followed by falls more often than usual",
        "less_often": "Falls came less often than usual",
    },
    "zh": {
        "too_few": "信号太少，无法判断",
        "no_evidence": "没有证据表明它能预警",
        "more_often": "信号之后下跌比平时更常见",
        "less_often": "信号之后下跌比平时更少",
    },
}

ENDINGS: dict[str, dict[str, str]] = {
    "en": {
        "no_evidence": "not distinguishable",
        "more_often": "more often than usual",
        "less_often": "less often than usual",
    },
    "zh": {"no_evidence": "无法区分", "more_often": "高于平时", "less_often": "低于平时"},
}


def judge(episodes: int, interval: Interval, bases: tuple[float, ...], *, minimum: int) -> Verdict:
    """Compare the interval of the hit rate with chance.

    With several readings of chance (any day; days as volatile) the rate must beat all of them:
    an alarm that only knows that markets are wild is no warning of a fall.
    """
    if episodes < minimum:
        return "too_few"
    if interval[0] > max(bases):
        return "more_often"
    return "less_often" if interval[1] < min(bases) else "no_evidence"


def sentence(
    verdict: Verdict,
    *,
    hits: int,
    episodes: int,
    interval: Interval | None,
    chance: float | None,
    language: Language = "en",
) -> str:
    """Say counts, interval, chance and verdict in one line."""
    if verdict == "too_few" or interval is None or chance is None:
        if language == "zh":
            return f"{episodes} 次信号，{hits} 次应验：{TITLES['zh']['too_few']}"
        return f"{hits} of {episodes} episodes: {TITLES['en']['too_few'].lower()}"
    low, high, by_luck = (round(100 * x) for x in (*interval, chance))
    ending = ENDINGS[language][verdict]
    if language == "zh":
        return f"{episodes} 次信号中 {hits} 次应验（{low}-{high}%），随机水平 {by_luck}%，{ending}"
    return f"{hits} of {episodes} episodes ({low}-{high} %), chance alone {by_luck} %, {ending}"
