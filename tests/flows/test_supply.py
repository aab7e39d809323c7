"""Forced flows stacked on one axis."""

import numpy as np
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.supply import supply_curve

MOVES = np.array([-0.10, -0.05, 0.0, 0.05])


def source(name: str, scale: float, **other) -> ForcedSource:
    return ForcedSource.of(name, MOVES, scale * MOVES, **other)


@pytest.mark.feature("E11")
def test_total_is_the_sum_of_the_parts_and_lines_are_straight_between():
    curve = supply_curve([source("a", 100.0), source("b", 40.0, timing="close")], [-0.075, -0.05])
    assert curve.total.to_numpy() == pytest.approx([-10.5, -7.0])
    assert curve.parts.sum(axis=1).to_numpy() == pytest.approx(curve.total.to_numpy())
    assert list(curve.by_timing().columns) == [Timing.INTRADAY, Timing.CLOSE]


@pytest.mark.feature("E11")
def test_a_source_of_unknown_size_is_a_range_and_never_a_number():
    loose = ForcedSource.of("margin", MOVES, low=4 * MOVES.clip(max=0), high=0 * MOVES)
    curve = supply_curve([source("a", 100.0), loose], [-0.05])
    assert curve.total.iloc[0] == pytest.approx(-5.0)
    assert curve.total_low.iloc[0] == pytest.approx(-5.2)
    assert curve.total_high.iloc[0] == pytest.approx(-5.0)
    assert curve.range_only["margin"].all()
    assert not curve.unknown.any(axis=None)


def test_outside_its_levels_a_source_is_unknown_not_zero():
    curve = supply_curve(
        [source("a", 100.0), ForcedSource.of("b", [-0.02, 0.0], [-1.0, 0.0])], [-0.05]
    )
    assert curve.unknown["b"].all()
    assert curve.total.iloc[0] == pytest.approx(-5.0)


def test_index_levels_need_a_spot_and_give_the_same_numbers():
    by_move = supply_curve([source("a", 7.0)], [-0.05, 0.0])
    by_level = supply_curve([source("a", 7.0)], [5700.0, 6000.0], spot=6000.0)
    assert by_level.total.to_numpy() == pytest.approx(by_move.total.to_numpy())
    assert list(by_level.total.index) == [5700.0, 6000.0]
    with pytest.raises(DataError, match="give `spot`"):
        supply_curve([source("a", 7.0)], [5700.0])


def test_money_of_two_currencies_or_indices_is_not_added():
    with pytest.raises(ConfigError, match="cannot be added"):
        supply_curve([source("a", 1.0), source("b", 1.0, currency="USD")], [0.0])
    with pytest.raises(ConfigError, match="cannot be added"):
        supply_curve(
            [source("a", 1.0, underlying="NDX"), source("b", 1.0, underlying="SPX")], [0.0]
        )
    with pytest.raises(ConfigError, match="empty"):
        supply_curve([], [0.0])


def test_a_flow_outside_its_own_range_is_refused():
    with pytest.raises(DataError, match="larger sale is `low`"):
        ForcedSource.of("a", [-0.1, 0.0], [-5.0, 0.0], low=[-3.0, 0.0], high=[0.0, 0.0])
    with pytest.raises(DataError, match="must rise"):
        ForcedSource.of("a", [0.0, -0.1], [0.0, -5.0])


def test_share_of_a_days_volume():
    curve = supply_curve([source("a", 100.0)], [-0.05])
    assert curve.share_of(50.0)["total"].iloc[0] == pytest.approx(-0.1)
    with pytest.raises(ConfigError, match="no meaning"):
        curve.share_of(0.0)
