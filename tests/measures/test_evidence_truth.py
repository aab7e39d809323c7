"""Worlds in which the worth of the warning is known; small versions of tests/soak/test_evidence_soak."""

import numpy as np
import pytest
from scipy import stats

from quantquake.data.synthetic_signal import signal_world
from quantquake.measures.evidence import evaluate
from tests.measures.evidence_worlds import null_study, random_price, series


@pytest.fixture(scope="module", params=[(20, False), (60, False), (60, True)], ids=str)
def study(request):
    horizon, wander = request.param
    return null_study(400, horizon, draws=400, wander=wander)


@pytest.mark.feature("B09", "B11")
def test_useless_signal_gets_uniform_p_values(study):
    for p in (study["p"], study["p_volatility"]):
        assert stats.kstest(p, "uniform").pvalue > 0.001
        # 400 histories: two standard errors of 5 % are 2.2 points.
        assert 0.02 < (p <= 0.05).mean() < 0.09


def test_intervals_cover(study):
    # 400 histories: the band of 93-97 % widened by two standard errors (2.2 points). The full
    # run checks 93-97 % itself.
    for name in ("wilson", "excess", "excess_volatility", "lift"):
        assert 0.91 < study[name].mean() < 0.99, name
    # The verdict claims something in at most 5 % of histories.
    assert (study["above"] | study["below"]).mean() < 0.05


def test_spread_of_a_useless_win_rate(study):
    # spec/crowding.md 5.2: 11.5 points for the share of signal days; naive binomial 3.6.
    assert 0.08 < study["day_error"].std() < 0.14


@pytest.mark.feature("B11", "O09")
def test_planted_hazard_is_found_and_its_twin_is_not():
    # Calm market, strong hazard, 18 years: enough episodes that missing it would be our fault.
    found, false = [], []
    for seed in range(12):
        world = signal_world(seed, n_dates=4500, vol=0.15)
        twin = world.twin()
        found.append(evaluate(world.signal, world.price, draws=0).at(20))
        false.append(evaluate(twin.signal, twin.price, draws=0).at(20))
    assert np.mean([r.verdict == "more_often" for r in found]) >= 0.8
    assert np.mean([r.effect.p_value_volatility <= 0.05 for r in found]) >= 0.8
    assert np.mean([r.verdict == "more_often" for r in false]) <= 0.35
    rates = np.mean([r.rate for r in found]), np.mean([r.rate for r in false])
    assert rates[0] > rates[1] + 0.1


def test_perfect_foresight_ranks_perfectly():
    rng = np.random.default_rng(2)
    price = series(random_price(rng, 1500))
    from quantquake.measures.falls import Path, forward_outcome

    worst = forward_outcome(Path.of(price.to_numpy()), 20).worst
    score = series(np.nan_to_num(-worst))
    record = evaluate(score > 0.05, price, score=score, horizons=(20,), draws=100).at(20)
    assert record.ranking.roc_auc == pytest.approx(1.0)
    assert record.ranking.pr_auc == pytest.approx(1.0)
    assert record.detection.precision == 1.0
    noise = evaluate(score > 0.05, price, score=series(rng.random(1500)), horizons=(20,), draws=200)
    low, high = noise.at(20).ranking.roc_interval
    assert low < 0.5 < high
