"""Figures of the dealers' gamma: in the house style, in both languages, true to the numbers."""

import numpy as np
import plotly.io as pio
import pytest
from tests.flows.gamma_chains import two_options, whole_chain

from quantquake.flows.gamma import gamma_exposure, net_gamma
from quantquake.report.figures import gamma as figures


@pytest.fixture(scope="module")
def dealers():
    return gamma_exposure(whole_chain())


def drawn(dealers, **look):
    return {
        "strike": figures.gamma_by_strike(dealers, **look),
        "profile": figures.gamma_profile(dealers, **look),
        "net": figures.net_gamma_profile(net_gamma(dealers, leveraged_etf=-1e9), **look),
    }


def words(figure):
    return [a.text for a in figure.layout.annotations]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_in_the_house_style(dealers, lang, theme):
    for code, figure in drawn(dealers, lang=lang, theme=theme).items():
        assert figure.layout.template == pio.templates[f"quantquake_{theme}"], code
        assert not figure.layout.showlegend
        assert figure.layout.xaxis.range is not None
        assert figure.layout.yaxis.range is not None


def test_bars_add_up_to_the_strikes_near_the_spot(dealers):
    calls, puts = figures.gamma_by_strike(dealers, around=0.05).data
    near = dealers.by_strike[np.abs(dealers.by_strike.index / dealers.spot - 1) <= 0.05]
    assert sum(calls.y) == pytest.approx(near["calls_gex_usd_per_1pct"].sum())
    assert sum(puts.y) == pytest.approx(near["puts_gex_usd_per_1pct"].sum())
    assert min(calls.y) >= 0 >= max(puts.y)
    many = gamma_exposure(
        whole_chain().assign(strike=lambda t: t["strike"] + np.arange(len(t)) / 50)
    )
    joined = figures.gamma_by_strike(many)
    assert len(joined.data[0].x) <= figures.BARS
    inside = many.by_strike[np.abs(many.by_strike.index / many.spot - 1) <= figures.AROUND]
    total = np.nansum(joined.data[0].y) + np.nansum(joined.data[1].y)
    assert total == pytest.approx(inside["gex_usd_per_1pct"].sum())


def test_the_flip_is_ringed_where_it_is(dealers):
    figure = figures.gamma_profile(dealers)
    ring = figure.data[-1]
    assert list(ring.x) == pytest.approx(dealers.flip[: figures.FLIPS])
    assert any(text.startswith("flips at") for text in words(figure))
    short = gamma_exposure(two_options(), 100.0, dealer_sign="all_short")
    assert all(t.mode == "lines" for t in figures.gamma_profile(short).data)


def test_the_band_over_models_is_written(dealers):
    said = next(t for t in words(figures.gamma_profile(dealers)) if "models" in t)
    assert f"USD {abs(dealers.low) / 1e9:.0f}bn" in said


def test_hedgers_that_are_nil_are_not_drawn(dealers):
    names = [t.name for t in drawn(dealers)["net"].data if t.mode == "lines"]
    assert names == ["dealers", "leveraged ETFs", "net"]
    chinese = [t.name for t in drawn(dealers, lang="zh")["net"].data if t.mode == "lines"]
    assert chinese == ["做市商", "杠杆ETF", "合计"]


def test_the_unit_stands_on_the_top_tick(dealers):
    english = figures.gamma_profile(dealers).layout.yaxis.ticktext
    assert english[-1].startswith("USD ")
    assert english[-1].endswith("bn")
    assert all("USD" not in text for text in english[:-1])
    chinese = figures.gamma_profile(dealers, lang="zh").layout.yaxis.ticktext
    assert chinese[-1].endswith("亿美元")
    small = gamma_exposure(two_options(sizes=(1.0, 1.0)), 100.0, currency="CNY")
    assert figures.gamma_profile(small).layout.yaxis.ticktext[-1].endswith(" CNY")
