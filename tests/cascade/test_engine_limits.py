"""Where the engine must become a closed form that somebody published."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cascade.small import group, scene
from tests.cascade.test_engine import _Evenly

from quantquake.cascade.impact import Impact
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.hedged import Levered
from quantquake.cascade.scenario import News
from quantquake.cascade.simulation import run, simulate

LINEAR = Impact(law="linear", strength=1.0, permanent=1.0, half_life=1e12)


def test_one_round_of_small_sales_is_greenwood_landier_thesmar():
    # Funds return to their leverage: sales of asset k are sum_n m_nk a_n b_n r_n, and the return of
    # k moves by l_k times them (Greenwood, Landier, Thesmar, J. Financial Economics 115, 2015).
    assets = np.array([3e9, 1e9, 2e9])
    weights = np.array([[0.8, 0.2], [0.1, 0.9], [0.5, 0.5]])
    debt_to_equity = np.array([2.0, 5.0, 9.0])
    volume, sigma = np.array([1e9, 4e9]), np.array([0.02, 0.03])
    shock = np.array([-1e-6, 0.0])
    funds = [
        Levered(
            name=f"f{n}", assets=assets[n], leverage=1 + debt_to_equity[n],
            limit=1 + debt_to_equity[n], mix=dict(zip("ab", weights[n], strict=True)),
        )
        for n in range(3)
    ]  # fmt: skip
    market = [
        group(name, daily_amount=v, volatility=s)
        for name, v, s in zip("ab", volume, sigma, strict=True)
    ]
    result = simulate(
        scene(*funds, groups=market, impact=LINEAR, news=(News(day=1, move=-1e-6, group="a"),))
    )
    returns = weights @ shock
    # A fund sells its own mix at the prices it finds.
    sales = -(assets * debt_to_equity * returns) @ weights
    moved = result.groups.iloc[1].to_numpy() - 1 - shock
    assert moved == pytest.approx(-sigma / volume * sales, rel=1e-4)
    extra = result.nav.iloc[1].to_numpy() - (1 + (1 + debt_to_equity) * returns)
    vulnerability = (1 + debt_to_equity) * (weights @ (-sigma / volume * sales))
    assert extra == pytest.approx(vulnerability, rel=1e-4)


@pytest.mark.parametrize("size", [0.05, 0.1, 0.2])
def test_leaving_altogether_is_solvent_up_to_the_critical_leverage(size: float):
    # Caccioli, Bouchaud, Farmer, "Impact-adjusted valuation and the criticality of leverage", 2012:
    # to first order 1.5 / I. Exact for our law, exp(-I sqrt(u)) when a share u of the book is sold,
    # the whole book being one day's volume: the mean price is int_0^1 exp(-I sqrt(u)) du.
    mean_price = 2 / size**2 * (1 - (1 + size) * np.exp(-size))
    critical = 1 / (1 - mean_price)
    assert critical == pytest.approx(1.5 / size, abs=1.0)
    law = Impact(law="square_root", strength=1.0, permanent=1.0, half_life=1e12)
    for leverage, end in (
        (0.97 * critical, Outcome.SURVIVED),
        (1.03 * critical, Outcome.DEFAULTED),
    ):
        # The whole book is one day's volume, sold in 400 slices of the same number of shares.
        sale = _Evenly(name="f", assets=1e9, leverage=leverage, mix={"a": 1.0}, over=400)
        market = [group(volatility=size)]
        engine = run(scene(sale, groups=market, rounds=400, impact=law), seed=0, paths=[0])
        assert engine.state.status[0, 0] == end
        if end is Outcome.SURVIVED:
            assert engine.state.positions.books().sum() == pytest.approx(0.0, abs=1.0)


def test_a_leveraged_book_shrinks_to_its_limit_and_no_further():
    fund = Levered(name="f", assets=1e3, leverage=10.0, limit=10.0, target=8.0, mix={"a": 1.0})
    result = simulate(scene(fund, news=(News(day=1, move=-0.02),)))
    # Nobody else trades and the fund is tiny: leverage after the fall is 9.8 / 0.8, target 8.
    assert result.leverage["f"].iloc[1] == pytest.approx(8.0, rel=1e-6)
    assert result.nav["f"].iloc[1] == pytest.approx(0.8, rel=1e-6)
