"""Walk-forward forecasts: no peeking, known skill, and a pass rule that can fail and succeed."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sk_log_loss
from tests.measures.evidence_worlds import dates, random_price, series

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.resampling import stationary_blocks
from quantquake.measures.probability import MODELS, TREES, fall_forecasts, skill
from quantquake.measures.probability import walk_forward as forward
from quantquake.measures.probability.market_state import market_state


def test_market_state_by_hand_and_without_peeking():
    close = series(random_price(np.random.default_rng(0), 400))
    table = market_state(close)
    assert table["return_20"].iloc[300] == pytest.approx(np.log(close.iloc[300] / close.iloc[280]))
    assert table["drawdown"].iloc[300] == pytest.approx(
        close.iloc[300] / close.iloc[51:301].max() - 1
    )
    pd.testing.assert_frame_equal(market_state(close.iloc[:350]), table.iloc[:350])


def test_folds_leave_room_for_the_label():
    found = list(forward.folds(1000, start=750, refit=100, horizon=60, embargo=20))
    assert found == [(670, 750, 850), (770, 850, 950), (870, 950, 1000)]
    for train_end, first, _ in found:
        # The last training label, of row train_end - 1, ends before the embargo.
        assert train_end - 1 + 60 < first - 20 + 1


def test_forecast_does_not_see_the_future():
    rng = np.random.default_rng(1)
    features, hit = rng.standard_normal((600, 3)), (rng.random(600) < 0.4).astype(float)
    row = np.arange(600)
    rules = {"n_dates": 600, "start": 300, "refit": 50, "horizon": 20, "embargo": 5}
    whole = forward.walk_forward(features, hit, row, forward.ridge_logistic, **rules)
    changed = hit.copy()
    changed[380:] = 1.0 - changed[380:]
    features[450:] += 100.0
    other = forward.walk_forward(features, changed, row, forward.ridge_logistic, **rules)
    # Fits at 300, 350 and 400 use labels of rows before 375 only.
    np.testing.assert_array_equal(whole[:450], other[:450])
    assert np.isnan(whole[:300]).all()
    assert np.isfinite(whole[300:]).all()
    features[310, 0] = np.nan
    again = forward.walk_forward(features, hit, row, forward.ridge_logistic, **rules)
    assert np.isnan(again[310])


def test_scores_against_scikit_learn():
    rng = np.random.default_rng(2)
    chance = rng.random(2000)
    hit = (rng.random(2000) < chance).astype(float)
    assert skill.brier(chance, hit) == pytest.approx(brier_score_loss(hit, chance))
    assert skill.log_loss(chance, hit) == pytest.approx(sk_log_loss(hit, chance))
    table = skill.reliability(chance, hit)
    # Drawn from its own probability: calibrated to sampling error, 0.035 with 200 cases a bin.
    assert np.abs(table["forecast"] - table["observed"]).max() < 0.12
    parts = skill.murphy(chance, hit, bins=500)
    total = parts["reliability"] - parts["resolution"] + parts["uncertainty"]
    assert total == pytest.approx(skill.brier(chance, hit), abs=0.002)


def test_reliability_line_by_known_truth_and_by_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(7)
    truth = rng.uniform(0.05, 0.95, 20_000)
    hit = (rng.random(20_000) < truth).astype(float)
    slope, intercept = skill.reliability_line(truth, hit)
    # Drawn from its own probability: on the diagonal, to a few standard errors (0.015).
    assert slope == pytest.approx(1.0, abs=0.06)
    assert intercept == pytest.approx(0.0, abs=0.06)
    # Log odds doubled: twice too sure of itself, so the slope halves.
    lean = np.log(truth / (1.0 - truth))
    loud = 1.0 / (1.0 + np.exp(-2.0 * lean))
    assert skill.reliability_line(loud, hit)[0] == pytest.approx(slope / 2.0, rel=1e-6)
    free = LogisticRegression(C=np.inf, tol=1e-10).fit(lean[:, None], hit)
    assert slope == pytest.approx(free.coef_[0, 0], rel=1e-5)
    assert intercept == pytest.approx(free.intercept_[0], abs=1e-5)
    # What never varies, or never happened, has no line.
    assert np.isnan(skill.reliability_line(np.full(50, 0.3), hit[:50])).all()
    assert np.isnan(skill.reliability_line(truth, np.zeros(20_000))).all()


def test_isotonic_mends_a_loud_forecast_from_the_past_only():
    rng = np.random.default_rng(8)
    truth = rng.uniform(0.05, 0.95, 3000)
    hit = (rng.random(3000) < truth).astype(float)
    lean = np.log(truth / (1.0 - truth))
    loud = 1.0 / (1.0 + np.exp(-3.0 * lean))
    rules = {"n_dates": 3000, "start": 1500, "refit": 100, "horizon": 20, "embargo": 5}
    row = np.arange(3000)
    bent = forward.walk_forward(loud[:, None], hit, row, forward.isotonic, **rules)
    late = slice(1500, None)
    assert skill.brier(bent[late], hit[late]) < skill.brier(loud[late], hit[late]) - 0.01
    assert skill.reliability_line(bent[late], hit[late])[0] > 0.8
    # Order is never turned round within a fold, and nothing is certain.
    fold = np.argsort(loud[1500:1600])
    assert (np.diff(bent[1500:1600][fold]) >= -1e-12).all()
    assert 0.01 <= bent[late].min() <= bent[late].max() <= 0.99
    # Outcomes from the fold on change nothing in it.
    changed = np.where(row >= 1475, 1.0 - hit, hit)
    again = forward.walk_forward(loud[:, None], changed, row, forward.isotonic, **rules)
    np.testing.assert_array_equal(again[1500:1600], bent[1500:1600])


def test_comparison_and_encompassing():
    rng = np.random.default_rng(3)
    truth = np.clip(0.5 + 0.25 * rng.standard_normal(4000), 0.02, 0.98)
    hit = (rng.random(4000) < truth).astype(float)
    flat, noisy = np.full(4000, 0.5), np.clip(truth + 0.2 * rng.standard_normal(4000), 0.01, 0.99)
    blocks = stationary_blocks(4000, 300, 20, rng)
    good = skill.compare(truth, noisy, hit, blocks)
    assert good.skill_interval[0] > 0.0
    assert good.auc_gain == pytest.approx(roc_auc_score(hit, truth) - roc_auc_score(hit, noisy))
    assert good.auc_gain_interval[0] > 0.0
    # The truth encompasses its noisy copy: the copy gets no weight beside it.
    low, high = skill.compare(noisy, truth, hit, blocks).weight_interval
    assert low < 0.0 < high or abs(low) < 0.05
    assert skill.compare(truth, flat, hit, blocks).weight == pytest.approx(1.0, abs=0.1)


def world(seed, planted, n=1800, baskets=8):
    """Prices with a crowding number that foresees crashes, or does not."""
    rng = np.random.default_rng(seed)
    prices, crowding, alarms = {}, {}, {}
    for b in range(baskets):
        level = pd.Series(rng.standard_normal(n)).ewm(alpha=0.08).mean().rank(pct=True).to_numpy()
        log = np.log(random_price(rng, n, vol=0.15))
        if planted:
            log = log - np.cumsum(0.02 * (rng.random(n) < 0.5 * level**4))
        prices[f"b{b}"] = np.exp(log)
        crowding[f"b{b}"] = pd.DataFrame({"amount": level}, index=dates(n))
        alarms[f"b{b}"] = pd.Series((rng.random(n) < 0.3 * level) * 1.0, index=dates(n))
    return pd.DataFrame(prices, index=dates(n)), crowding, alarms


@pytest.mark.feature("O09")
def test_pass_rule_passes_what_knows_and_fails_what_does_not():
    prices, crowding, alarms = world(4, planted=True)
    known = fall_forecasts(
        prices, crowding, alarms=alarms, horizon=20, refit=500, draws=200, trees=False
    )
    assert known.passed
    assert known.against_market.skill > 0.02
    assert known.against_market.weight_interval[0] > 0.0
    assert known.against_barrier.skill_interval[0] > 0.0
    assert known.skill.loc["crowding", "skill_market"] == pytest.approx(known.against_market.skill)
    assert known.skill.loc["barrier", "skill_barrier"] == 0.0
    assert "adds to volatility" in known.sentence()
    assert list(known.to_frame().index) == list(MODELS)
    assert known.trees_against_market is None
    # 25 worlds of noise passed once (seed 5): at the level the intervals declare.
    for seed in (100,):
        prices, crowding, alarms = world(seed, planted=False)
        noise = fall_forecasts(
            prices, crowding, alarms=alarms, horizon=20, refit=500, draws=200, trees=False
        )
        assert not noise.passed
        assert "adds nothing shown" in noise.sentence()
        assert noise.forecasts["hit"].isna().sum() == 8 * 20  # forecast, not settled


def test_trees_are_monotone_and_judged():
    prices, crowding, _ = world(4, planted=True, baskets=2)
    one = fall_forecasts(prices, crowding, horizon=20, refit=1200, draws=50)
    assert list(one.to_frame().index) == [*MODELS, *TREES]
    assert one.trees_against_market.skill > -0.2
    rng = np.random.default_rng(0)
    features = rng.random((2000, 2))
    hit = (rng.random(2000) < features[:, 0]).astype(float)
    predict = forward.boosted_trees(np.array([1, 0]))(features, hit)
    line = predict(np.column_stack([np.linspace(0, 1, 50), np.full(50, 0.5)]))
    assert (np.diff(line) >= -1e-12).all()
    assert line[-1] > line[0] + 0.3


def test_recalibration_is_judged_beside_the_rest():
    prices, crowding, _ = world(4, planted=False, baskets=3)
    one = fall_forecasts(
        prices, crowding, horizon=20, refit=300, draws=20, trees=False,
        recalibrate=("barrier", "market"),
    )  # fmt: skip
    assert list(one.skill.index) == [*MODELS, "barrier_isotonic", "market_isotonic"]
    assert one.forecasts["market_isotonic"].between(0.01, 0.99).all()
    # Its own folds start after the market's: all models are judged on what all could forecast.
    assert one.calibration.loc["market"]["cases"].sum() == one.forecasts["hit"].notna().sum()
    parts = one.skill[["reliability", "resolution", "uncertainty"]]
    assert (parts >= 0.0).all().all()
    for wrong in (("nobody",), "barrier", ("market_trees",)):
        with pytest.raises(ConfigError, match="nothing to bend"):
            fall_forecasts(prices, crowding, trees=False, recalibrate=wrong)


def test_too_little_history_is_refused():
    prices, crowding, _ = world(6, planted=False, n=400, baskets=1)
    with pytest.raises(DataError, match="too few"):
        fall_forecasts(prices, crowding, horizon=20)
    with pytest.raises(DataError, match="does not share"):
        fall_forecasts(prices.iloc[1:], crowding)
    with pytest.raises(DataError, match="no basket to forecast"):
        fall_forecasts(prices, {})
