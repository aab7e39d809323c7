"""Every code has a text in both languages, with the same holes to fill."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import quantquake.report
from quantquake.errors import ConfigError
from quantquake.report.words import catalogue, name, phrase, say

ROOM = Path(quantquake.report.__file__).parent
EN, ZH = catalogue("en"), catalogue("zh")
CJK = re.compile(r"[\u4e00-\u9fff]")


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def test_both_languages_have_the_same_codes():
    assert sorted(EN) == sorted(ZH)


def test_both_languages_fill_the_same_placeholders():
    wrong = {c for c in EN if placeholders(EN[c]) != placeholders(ZH[c])}
    # Chinese index axes may name a price level differently, never a value.
    assert wrong == set()


def test_no_text_is_empty():
    assert [c for t in (EN, ZH) for c, text in t.items() if not text.strip()] == []


def test_chinese_is_written_in_chinese():
    # What carries no Chinese word must be made of placeholders, marks and units only.
    bare = {c: t for c, t in ZH.items() if not CJK.search(t)}
    left = {c: re.sub(r"\{\w*\}|quantquake|[\W\d_]", "", t) for c, t in bare.items()}
    assert {c: t for c, t in left.items() if t} == {}


def test_english_carries_no_chinese():
    assert [c for c, text in EN.items() if CJK.search(text)] == []


def called_codes() -> set[str]:
    """First arguments of say() that are plain strings, in the whole room."""
    found = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_code_said_in_the_room_has_words():
    codes = called_codes()
    assert len(codes) > 80  # the scan itself works
    assert codes - set(EN) == set()


def test_every_code_in_the_page_template_has_words():
    template = (ROOM / "templates" / "report.html.j2").read_text(encoding="utf-8")
    codes = set(re.findall(r'\bt\("([\w.]+)"\)', template))
    assert len(codes) > 10
    assert codes - set(EN) == set()


def test_unknown_code_names_its_neighbours():
    with pytest.raises(ConfigError, match=r"board\.title"):
        say("board.titel", "en")


def test_missing_value_is_an_error_not_a_hole():
    with pytest.raises(ConfigError, match="hole"):
        say("board.foot", "en")


def test_unknown_language():
    with pytest.raises(ConfigError, match="Choose one of en, zh"):
        say("board.title", "de")


def test_phrases_of_other_rooms_keep_their_numbers():
    assert phrase("value", "3 of 5", "zh") == "3/5"
    assert phrase("value", "3,756 with a return", "zh") == "3,756 只有收益"
    assert phrase("value", "something new", "zh") is None


def test_a_comma_after_a_number_is_not_part_of_it():
    said = phrase("assumption", "impact: square_root, strength 2, 10% permanent", "zh")
    assert said == "冲击：净额的平方根，强度 2，其中 10% 永久"
    assert "3,756" in (
        phrase("assumption", "impact: linear, strength 3,756, 1% permanent", "zh") or ""
    )


def test_names_in_the_readers_language():
    assert name("000852.SH", "zh") == "中证1000"
    assert name("000852.SH", "en") == "CSI 1000"
    assert name("My own basket", "zh") == "My own basket"
