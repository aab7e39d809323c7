"""A sale planted in the engine is read back from prices alone; where nobody sells nothing is read."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cascade.small import PLAIN, scene

from quantquake.cascade.assets import Group
from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.forensics import linear_depth, read_sale
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.funds import MutualFund
from quantquake.cascade.participants.mechanical import LeveragedEtf
from quantquake.cascade.scenario import News, Noise, Scenario
from quantquake.cascade.simulation import simulate
from quantquake.errors import ConfigError, DataError

NAMES = list("abcdef")
VOLUME = np.array([4e9, 2e9, 3e9, 1e9, 2e9, 5e9])
SIGMA = np.array([0.01, 0.02, 0.015, 0.02, 0.012, 0.01])
WEIGHTS = np.array([0.3, 0.3, 0.2, 0.2, 0.0, 0.0])
DAYS, PATHS = 8, 2400


def market(exposure: float) -> Scenario:
    """Six names that drift down; a fund at three times its money may have to answer.

    Its flow is linear in its own loss: exposure A = L E must be L E again after a return r, so it
    trades A (L - 1) r, split by its weights w: money q = A (L - 1) w (w . r), the matrix of Cont and
    Wagalath with slope (L - 1) / A for the position A w. Under the linear law money q moves name i by
    Y sigma_i q_i / V_i, so their depth, money for a move of 100 %, is V_i / (Y sigma_i). What is
    answered today is the whole return, the impact of yesterday's answer included: over a few days the
    sum of it is what own moves were answered by, which is why a return here is the whole window.
    """
    mix = {n: w for n, w in zip(NAMES, WEIGHTS, strict=True) if w}
    idle = MutualFund(name="idle", assets=1.0, mix={"a": 1.0})
    fund = LeveragedEtf(name="fund", assets=max(exposure, 1.0), leverage=3, mix=mix)
    return scene(
        *([fund] if exposure else []), idle,
        groups=[Group(name=n, cap=1e12, daily_amount=v, volatility=s)
                for n, v, s in zip(NAMES, VOLUME, SIGMA, strict=True)],
        days=DAYS, rounds=1, impact=Impact(law="linear", strength=1.0, permanent=1.0),
        noise=Noise(common=0.001, own=0.2),
        news=tuple(News(day=d, move=-0.001) for d in range(1, DAYS + 1)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def calm():
    return ensemble(market(0.0), paths=PATHS, seed=100)


def planted(exposure: float, seed: int):
    run = ensemble(market(exposure), paths=PATHS, seed=seed)
    fund = run.names["participants"].index("fund")
    net = run.arrays["bought"][:, fund] - run.arrays["sold"][:, fund]
    return run, net.sum(axis=0).mean(axis=1)


@pytest.mark.feature("I02")
@pytest.mark.parametrize(("exposure", "seed"), [(8e10, 0), (8e10, 1), (1.1e11, 2)])
def test_a_planted_liquidation_is_recovered_from_prices(calm, exposure, seed):
    during, sold = planted(exposure, seed)
    read = read_sale(calm, during, market(exposure), days=DAYS)
    size = np.abs(sold).sum()
    assert sold.max() <= 0 < size
    assert read.found
    # Within 15 % of the size (twelve other seeds: 0.89 to 1.04), and within the interval the answer
    # gives for itself, give or take 5 %: the book shrinks while it is sold, and M with it.
    assert read.total[0] == pytest.approx(size, rel=0.15)
    assert read.total[1] < 1.05 * size
    assert 0.95 * size < read.total[2]
    # The direction: the same names in the same proportions, all of them sold.
    flow = read.flow.to_numpy()
    assert flow @ sold / np.linalg.norm(flow) / np.linalg.norm(sold) > 0.95
    assert (flow[:4] < 0).all()
    assert np.abs(flow[4:]).max() < 0.15 * size


@pytest.mark.feature("I02")
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_where_nobody_sells_the_size_is_not_told_from_zero(calm, seed):
    quiet = ensemble(market(0.0), paths=PATHS, seed=seed)
    read = read_sale(calm, quiet, market(0.0), days=DAYS)
    assert not read.found
    assert read.total[1] < 0 < read.total[2]
    # The planted ones sold 1.7e9 and more.
    assert abs(read.flow.to_numpy() @ np.sign(WEIGHTS)) < 2e8


def test_one_long_path_is_enough_to_see_that_somebody_sells():
    long = {"days": 1200, "news": (), "noise": Noise(common=0.002, own=0.4)}
    quiet, other = (simulate(market(0.0).but(**long), seed=s) for s in (1, 2))
    # Feedback is stronger than the noise of 1,200 returns of a day.
    seen = simulate(market(8e10).but(**long), seed=3)
    assert read_sale(quiet, seen, market(8e10)).found
    assert not read_sale(quiet, other, market(8e10)).found


def test_depth_is_that_of_the_engine():
    scenario = market(0.0).but(impact=Impact(law="linear", strength=2.5, permanent=1.0))
    names, depth = linear_depth(scenario)
    assert names == NAMES
    assert depth == pytest.approx(VOLUME / (2.5 * SIGMA))


def test_what_cannot_be_read_is_refused(calm):
    curved = market(0.0).but(impact=PLAIN)
    with pytest.raises(ConfigError, match="only under a linear law"):
        read_sale(calm, calm, curved)
    with pytest.raises(ConfigError, match="days=0"):
        read_sale(calm, calm, market(0.0), days=0)
    with pytest.raises(DataError, match="same groups"):
        read_sale(calm, calm, scene(MutualFund(name="f"), impact=Impact(law="linear")))
    with pytest.raises(DataError, match="returns"):
        read_sale(simulate(market(0.0)), calm, market(0.0))
