"""Worlds in which the worth of the warning is known; small versions of tests/soak/test_evidence_soak."""

import numpy as np
import pytest
from scipy import stats
from tests.measures.evidence_worlds import crowded_histories, null_study, random_price, series

from quantquake.data.synthetic.signal import signal_world
from quantquake.measures.evidence import evaluate


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


def records(n, **law):
    """What the evidence says at 20 sessions in `n` worlds of 18 calm years each."""
    for seed in range(n):
        world = signal_world(seed, n_dates=4500, vol=0.15, **law)
        yield world, evaluate(world.signal, world.price, horizons=(20,), draws=300).at(20)


@pytest.mark.feature("B11", "O09")
def test_planted_hazard_is_found():
    found = [record for _, record in records(15)]
    assert np.mean([r.verdict == "more_often" for r in found]) >= 0.8
    assert np.mean([r.effect.p_value_volatility <= 0.05 for r in found]) >= 0.8


@pytest.mark.feature("B11", "O09")
def test_worthless_warning_is_not_found():
    # Same runs of warnings, no hazard behind them.
    found = [record for _, record in records(40, hazard=0.0)]
    assert np.mean([r.verdict in ("more_often", "less_often") for r in found]) <= 0.10
    assert np.mean([r.effect.p_value_volatility <= 0.05 for r in found]) <= 0.15


@pytest.mark.parametrize("crowd", [True, False])
def test_rate_interval_holds_the_true_probability(crowd):
    # The twin without crash risk has the same variance in the crowded state: falls are likelier
    # there too, and the law itself says by how much. Wilson must hold the truth in both.
    worlds = list(records(40, crowd=crowd))
    truth = worlds[0][0].law.fall_probability(horizon=20, n_dates=400_000)["probability"]
    assert truth["warning on"] > truth["any day"] + 0.05
    # Truth by the first day of a run is about that by any of its days: runs are memoryless.
    inside = [r.effect.wilson[0] <= truth["warning on"] <= r.effect.wilson[1] for _, r in worlds]
    assert np.mean(inside) >= 0.85


def test_perfect_foresight_ranks_perfectly():
    rng = np.random.default_rng(2)
    price = series(random_price(rng, 1500))
    from quantquake.measures.evidence.falls import Path, forward_outcome

    worst = forward_outcome(Path.of(price.to_numpy()), 20).worst
    score = series(np.nan_to_num(-worst))
    record = evaluate(score > 0.05, price, score=score, horizons=(20,), draws=100).at(20)
    assert record.ranking.roc_auc == pytest.approx(1.0)
    assert record.ranking.pr_auc == pytest.approx(1.0)
    assert record.detection.precision == 1.0
    noise = evaluate(score > 0.05, price, score=series(rng.random(1500)), horizons=(20,), draws=200)
    low, high = noise.at(20).ranking.roc_interval
    assert low < 0.5 < high


@pytest.mark.feature("B11", "O09")
def test_the_crowds_own_hazard_is_found_and_the_twin_stays_silent():
    # Twenty made-up markets of four years, end to end; the alarm rings while the declared hazard of
    # an unwind is above 1 % a day, and the unwind is drawn by it. The twin has the same volatility
    # and no crowd. 240 worlds in groups of twenty: tests/soak/test_evidence_soak.py.
    signal, crowded, twin = crowded_histories(range(20))
    found, silent = (
        evaluate(signal, price, horizons=(60,), draws=200).at(60) for price in (crowded, twin)
    )
    assert found.episodes == silent.episodes >= 12
    assert found.verdict == "more_often"
    assert found.effect.p_value_volatility < 0.05
    assert found.effect.excess_volatility_interval[0] > 0.0
    assert silent.verdict == "no_evidence"
    assert silent.effect.p_value_volatility > 0.05
