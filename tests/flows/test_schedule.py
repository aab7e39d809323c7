"""When in the day a flow is traded: curves that integrate to one, flows that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantquake.errors import ConfigError, DataError
from quantquake.flows.day_curve import DayCurve, close_loaded, measured, u_shaped
from quantquake.flows.schedule import day_schedule


@pytest.mark.feature("E07")
@given(
    flow=st.floats(-1e12, 1e12),
    half_life=st.floats(1.0, 1000.0),
    auction=st.floats(0.0, 1.0),
    minutes=st.sampled_from([1, 5, 15, 30]),
)
def test_a_schedule_integrates_to_the_flow(flow, half_life, auction, minutes):
    curve = close_loaded(minutes=minutes, half_life=half_life, auction=auction)
    total = day_schedule({"letf": flow}, curve).total
    assert total.sum() == pytest.approx(flow, rel=1e-9, abs=1e-3)
    assert (np.sign(total[total != 0]) == np.sign(flow)).all()


@pytest.mark.feature("E07")
def test_flow_that_waits_for_the_close():
    curve = close_loaded(half_life=30.0)
    share = np.array(curve.share)
    assert curve.starts[0] == "09:30"
    assert curve.starts[-1] == "15:30"
    assert share[1:] / share[:-1] == pytest.approx(2.0)  # buckets as long as the half-life
    # All but 2^-13 of the sum from the open is a geometric row that ends at the close.
    assert share[-1] == pytest.approx(0.5 / (1 - 2.0**-13))
    assert "assumed" in curve.source
    late = np.array(close_loaded(auction=0.4).share)
    assert late[-1] == pytest.approx(0.4 + 0.6 * share[-1])
    assert late[0] == pytest.approx(0.6 * share[0])


@pytest.mark.feature("E07")
def test_u_shape_is_the_integral_of_its_parabola():
    for ends in (1.0, 3.0, 8.0):
        curve = u_shaped(minutes=30, ends=ends)
        x = np.linspace(-1, 1, 13 * 1000 + 1)
        density = 1 + (ends - 1) * x**2
        middle = 0.5 * (density[1:] + density[:-1])
        by_hand = middle.reshape(13, 1000).sum(axis=1) / middle.sum()
        assert curve.share == pytest.approx(by_hand, rel=1e-5)
    assert u_shaped(ends=3.0).share[0] == pytest.approx(u_shaped(ends=3.0).share[-1])


def test_the_day_of_shanghai_has_no_lunch():
    curve = close_loaded("XSHG", minutes=30)
    assert curve.starts == (
        "09:30", "10:00", "10:30", "11:00", "13:00", "13:30", "14:00", "14:30"
    )  # fmt: skip
    assert sum(curve.share) == pytest.approx(1.0)


def test_a_measured_curve_gives_each_day_one_vote():
    stamps = [f"2026-02-0{d} {t}" for d in (3, 4) for t in ("09:30", "12:00", "15:45", "16:00")]
    volume = [10.0, 10.0, 80.0, 1e6, 1000.0, 0.0, 1000.0, 1e6]  # the print at 16:00 is outside
    bars = pd.DataFrame({"datetime": pd.to_datetime(stamps), "volume": volume})
    curve = measured(bars, minutes=30, source="two days")
    share = dict(zip(curve.starts, curve.share, strict=True))
    assert share["09:30"] == pytest.approx((0.1 + 0.5) / 2)
    assert share["12:00"] == pytest.approx(0.05)
    assert share["15:30"] == pytest.approx((0.8 + 0.5) / 2)
    assert curve.source == "measured: 2 stock-days of two days"
    with pytest.raises(DataError, match="volume inside the XNYS session"):
        measured(bars.assign(volume=0.0))
    with pytest.raises(DataError, match="no column volume"):
        measured(bars.drop(columns="volume"))


@pytest.mark.feature("E07")
def test_sources_add_up_in_each_bucket_and_an_unknown_one_is_in_no_sum():
    curves = {"letf": close_loaded(), "gamma": u_shaped(), "loose": u_shaped()}
    made = day_schedule({"letf": -12e9, "gamma": 8e9, "loose": float("nan")}, curves)
    assert made.total.sum() == pytest.approx(-4e9)
    assert made.flow["loose"].isna().all()
    assert made.flow.sum().to_dict() == pytest.approx({"letf": -12e9, "gamma": 8e9, "loose": 0.0})
    assert made.to_frame().columns.tolist() == ["letf", "gamma", "loose", "total"]
    assert any("letf: assumed" in said for said in made.origin.assumptions)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: close_loaded(half_life=0.0), "no shape"),
        (lambda: close_loaded(auction=1.5), "no shape"),
        (lambda: close_loaded(minutes=17), "do not fit"),
        (lambda: u_shaped(ends=0.5), "busiest at noon"),
        (lambda: DayCurve(starts=("a",), minutes=30, share=(0.9,), source=""), "lost or made"),
        (lambda: DayCurve(starts=("a", "b"), minutes=30, share=(2.0, -1.0), source=""), "lost or"),
        (lambda: day_schedule({"a": 1.0, "b": 1.0}, {"a": u_shaped()}), "no curve .b."),
        (
            lambda: day_schedule({"a": 1.0, "b": 1.0}, {"a": u_shaped(), "b": u_shaped("XSHG")}),
            "2 grids",
        ),
    ],
)
def test_what_has_no_shape_is_refused(call, said):
    with pytest.raises(ConfigError, match=said):
        call()
