from __future__ import annotations

import math

import pytest

from quantquake.measures.crowding.quadrant import quadrant


@pytest.mark.feature("A25")
@pytest.mark.parametrize(
    ("positions", "market", "name"),
    [
        (1.0, 1.0, "quiet"),
        (4.0, 1.0, "holdings"),
        (1.0, 4.0, "trading"),
        (4.0, 4.0, "both"),
        (3.0, 3.0, "quiet"),
        (math.nan, 4.0, "unknown"),
        (4.0, math.nan, "unknown"),
    ],
)
def test_the_four_corners(positions, market, name):
    got = quadrant(positions, market)
    assert got.name == name
    assert got.sentence("en") != got.sentence("zh")
    assert got.to_dict()["name"] == name


def test_the_sources_own_conclusion_is_the_quiet_corner():
    # S4: "资金拥挤度和市场拥挤度均处于低位，短期快速下行风险较少。"
    assert "短期快速下行风险较少" in quadrant(0.5, 0.5).sentence("zh")


def test_limits_move_the_corner():
    assert quadrant(0.6, 2.0, positions_limit=0.5).name == "holdings"
    assert quadrant(0.6, 2.0, market_limit=1.5).name == "trading"
