"""The glossary is complete: every row has every column, every agreed word can be found."""

from __future__ import annotations

from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
HEADER = ["Term", "中文", "Unit", "Sign", "Definition"]
TABLE = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("|")
]
ROWS = [cells for cells in TABLE if cells != HEADER and set(cells[0]) != {"-"}]

# Every Chinese word the feature catalogue gives in brackets, sections A to P.
CATALOGUE_WORDS = [
    *(
        "拥挤度",
        "情绪过热",
        "交易趋同",
        "风险加剧",
        "超额收益时序波动率",
        "成交额",
        "成交额占比",
        "换手率",
    ),
    *(
        "高频拥挤度",
        "资金结构波动",
        "红利",
        "茅指数",
        "宁指数",
        "微盘",
        "煤炭",
        "拥挤得到释放",
        "左侧预警",
    ),
    *(
        "未来一个月最大亏损超过-5%",
        "多倍標準差",
        "毫无征兆",
        "成分股外",
        "同质化",
        "预警线",
        "龙虎榜",
    ),
    *(
        "多頭減持而非對稱去槓桿",
        "表面平靜",
        "升水",
        "贴水",
        "多头替代",
        "敲入",
        "不可主动净卖出",
        "反向交易",
    ),
    *("虹吸", "弃小保大", "存量递减", "囚徒困境", "矿机", "网传"),
    # and the desk's words of the naming table
    *("基差", "基差率", "跨期基差"),
]
# The naming table of the style guide.
NAMES = [
    *("`basis`", "`basis_ratio`", "`calendar_spread_ratio`", "`annualised_*`", "`gross_exposure`"),
    *(
        "`net_exposure`",
        "`leverage`",
        "`equity_ratio`",
        "`limit`",
        "`buffer`",
        "`target`",
        "`flow`",
    ),
    *("`quantity_for_sale`", "`price_change_ratio`", "`drawdown`", "`cost`", "`margin`"),
    *("`shortfall`", "`days_to_liquidate`"),
    # the columns of measures.crowding.indicators
    *("`excess_vol`", "`momentum`", "`amount`", "`share`", "`hf_crowding`", "`ep`", "`bp`"),
    *("`capital_structure_volatility`", "`news_score`", "`turnover`"),
]


@pytest.mark.feature("P05", "C22")
def test_every_row_has_every_column():
    assert len(ROWS) > 100
    for cells in ROWS:
        assert len(cells) == len(HEADER), cells
        assert all(cells), f"empty cell in {cells}"


def test_every_table_has_the_same_header():
    assert TABLE.count(HEADER) == TEXT.count("\n## ")


@pytest.mark.feature("P05")
@pytest.mark.parametrize("word", CATALOGUE_WORDS)
def test_chinese_word_is_findable(word):
    assert any(word in cells[1] for cells in ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_name_is_defined_once(name):
    assert sum(name in cells[0] for cells in ROWS) == 1


def test_no_term_twice():
    for column in (0, 1):
        words = [cells[column] for cells in ROWS]
        assert len(words) == len(set(words))


def test_chinese_column_is_chinese():
    # DMA is written in Latin letters on Chinese desks too.
    for cells in ROWS:
        assert cells[1] == "DMA" or any("一" <= sign <= "鿿" for sign in cells[1]), cells


def test_units_are_bracketed_or_explicitly_none():
    for cells in ROWS:
        assert cells[2] in {"-", "as the quantity"} or "[" in cells[2], cells
