"""Many tests at once: false discoveries, luck, pooling, and four knobs on noise."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.measures.evidence_worlds import dates, random_price, random_signal, series

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.family import Ledger, evaluate_family, false_discovery
from quantquake.measures.evidence.pooling import pool
from quantquake.measures.evidence.sensitivity import sensitivity
from quantquake.measures.evidence.trial import make_trial


def market(seed, n_indicators=5, n_baskets=3, n=2250, planted=None):
    """Noise signals on baskets that share a market; `planted` names one that knows."""
    rng = np.random.default_rng(seed)
    whole = np.log(random_price(rng, n, vol=0.2))
    prices, signals = {}, {}
    for b in range(n_baskets):
        signal = {f"i{k}": random_signal(rng, n) for k in range(n_indicators)}
        log = whole + np.log(random_price(rng, n, vol=0.1) / 100.0)
        if planted:
            first = np.flatnonzero(np.diff(signal[planted], prepend=0.0) > 0)
            crash = np.zeros(n)
            crash[np.minimum(first + 8, n - 1)] = -0.12
            log = log + np.cumsum(crash)
        prices[f"b{b}"], signals[f"b{b}"] = np.exp(log), pd.DataFrame(signal, index=dates(n))
    return signals, pd.DataFrame(prices, index=dates(n))


def test_false_discovery_against_scipy():
    p = np.random.default_rng(0).random(50) ** 2
    assert false_discovery(p) == pytest.approx(stats.false_discovery_control(p))
    with_gap = false_discovery(np.array([0.01, np.nan, 0.5]))
    assert with_gap[[0, 2]] == pytest.approx([0.02, 0.5])
    assert np.isnan(with_gap[1])


@pytest.mark.feature("B03", "B09")
def test_grid_of_noise_declares_little():
    declared, best_p = 0, []
    for seed in range(6):
        family = evaluate_family(*market(seed), draws=0)
        assert len(family.table) == 30
        declared += bool(family.table["discovery"].any())
        best_p.append(family.best_p_value)
        assert family.best_excess_by_luck > 0.05  # the best of 30 looks good by luck alone
        rates = family.table.dropna(subset="rate")
        assert rates["rate"].astype(float).to_numpy() == pytest.approx(
            (rates["hits"] / rates["episodes"]).astype(float).to_numpy()
        )
    # At 10 % accepted, 40 families of noise declared something in 15 % (standard error 5).
    assert declared <= 2
    assert min(best_p) > 0.001
    assert max(best_p) > 0.2


@pytest.mark.feature("B03")
def test_grid_finds_what_was_planted():
    family = evaluate_family(*market(11, planted="i2"), draws=0)
    planted = family.table.loc["i2"]
    # At 60 sessions most days see one of the crashes, so only the short horizon can tell.
    assert planted.xs(20, level="horizon")["discovery"].all()
    assert family.best_p_value < 0.05
    assert family.table.query("indicator != 'i2'")["discovery"].sum() <= 2
    pooled = family.pooled.loc[("i2", 20)]
    assert pooled["low"] > 0.1
    assert pooled["p_value"] < 0.01
    assert family.tests == int(family.table["p_value"].notna().sum())


def test_ledger_counts_every_trial_once():
    signals, prices = market(1, n_indicators=1, n_baskets=1)
    first = evaluate_family(signals, prices, draws=0).ledger
    again = evaluate_family(signals, prices, draws=0, ledger=first).ledger
    deeper = evaluate_family(signals, prices, draws=0, loss=0.08, ledger=again).ledger
    assert (len(Ledger.empty()), len(first), len(again), len(deeper)) == (0, 2, 2, 4)


def test_pooling_the_same_basket_twice_adds_nothing():
    rng = np.random.default_rng(3)
    price, signal = series(random_price(rng)), series(random_signal(rng))
    one = make_trial(signal, price, horizon=20, loss=0.05)
    single, double = pool([one], horizon=20), pool([one, one], horizon=20)
    assert double.episodes == 2 * single.episodes
    assert double.clusters == single.clusters
    assert double.excess == pytest.approx(single.excess)
    assert double.interval == pytest.approx(single.interval)
    assert double.p_value == pytest.approx(single.p_value)
    other = series(random_price(np.random.default_rng(4)))
    far = make_trial(series(random_signal(np.random.default_rng(5))), other, horizon=20, loss=0.05)
    both = pool([one, far], horizon=20)
    assert np.diff(both.interval)[0] < np.diff(single.interval)[0]
    assert pool([], horizon=20) is None


def test_pooled_intervals_cover_on_correlated_baskets():
    # Baskets share 80 % of their variance, and the same signal rings on all of them.
    covered = []
    for seed in range(150):
        rng = np.random.default_rng(100 + seed)
        signal = series(random_signal(rng))
        whole = np.log(random_price(rng, vol=0.2))
        trials = [
            make_trial(
                signal,
                series(np.exp(whole + np.log(random_price(rng, vol=0.1)))),
                horizon=20,
                loss=0.05,
            )
            for _ in range(4)
        ]
        pooled = pool(trials, horizon=20)
        covered.append(pooled.interval[0] <= 0.0 <= pooled.interval[1])
    # Two standard errors of 95 % over 150 histories are 3.6 points.
    assert 0.90 <= np.mean(covered) <= 0.995


def test_shifted_excess_is_the_excess_of_the_shifted_rule():
    rng = np.random.default_rng(6)
    price, signal = series(random_price(rng, 600)), series(random_signal(rng, 600))
    trial = make_trial(signal, price, horizon=20, loss=0.05)
    slid = trial.shifted_excess()
    assert slid[0] == pytest.approx(trial.excess())
    k = 37
    vote = np.roll(trial.vote, k) * trial.known
    assert slid[k] == pytest.approx((vote * (trial.hit - trial.matched)).sum() / vote.sum())


@pytest.mark.parametrize(
    ("signals", "error", "match"),
    [({"x": pd.DataFrame()}, DataError, "no column for"), ({}, DataError, "empty")],
)
def test_bad_families_are_refused(signals, error, match):
    with pytest.raises(error, match=match):
        evaluate_family(signals, pd.DataFrame({"a": [1.0]}))


def test_bad_share_is_refused():
    with pytest.raises(ConfigError, match="fdr"):
        evaluate_family(*market(0, 1, 1), fdr=0.0)


def knobs(values):
    """Signal from one number: its percentile in the window above the cut, three days in a row."""
    from quantquake.measures.percentile import rolling_percentile

    def build(cut, window, threshold):
        ranks = rolling_percentile(values, window=window)
        return (ranks.rolling(3).mean() > cut - 0.02 * threshold).astype(float).where(ranks.notna())

    return build


@pytest.mark.feature("B13")
def test_surface_is_flat_on_noise():
    p_values, before, after = [], [], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        price = series(random_price(rng))
        values = series(rng.standard_normal(2250)).ewm(alpha=0.1).mean()
        surface = sensitivity(
            knobs(values),
            price,
            cuts=(0.9, 0.95),
            windows=(120, 250),
            thresholds=(2.0, 3.0),
            horizon=20,
        )
        assert len(surface.table) == 2 * 2 * 2 * 3
        assert len(surface.to_frame().dropna(subset="excess")) > 12
        p_values.append(surface.flat_p_value)
        before.append(surface.best_before)
        after.append(surface.best_after)
    # No hill that chance would not build, and the best setting of the past is nothing special
    # afterwards.
    assert np.mean(np.array(p_values) <= 0.10) <= 0.4
    assert np.mean(p_values) > 0.2
    assert np.nanmean(before) > 0.08
    assert abs(np.nanmean(after)) < np.nanmean(before)


@pytest.mark.feature("B13")
def test_surface_sees_a_hill():
    # Only the highest twentieth crashes: a cut at 0.95 finds it, a cut at 0.5 drowns it.
    rng = np.random.default_rng(9)
    values = series(rng.standard_normal(4000)).ewm(alpha=0.05).mean()
    log = np.log(random_price(rng, 4000, vol=0.15))
    top = (values.rolling(250).rank(pct=True) > 0.97).to_numpy()
    starts = np.flatnonzero(np.diff(top.astype(float), prepend=0.0) > 0)
    crash = np.zeros(4000)
    crash[np.minimum(starts + 6, 3999)] = -0.1
    price = series(np.exp(log + np.cumsum(crash)))

    def build(cut, window, threshold):
        ranks = values.rolling(window).rank(pct=True)
        return (ranks > cut).astype(float).where(ranks.notna())

    surface = sensitivity(
        build,
        price,
        cuts=(0.3, 0.97),
        windows=(250,),
        thresholds=(3.0,),
        losses=(0.05,),
        horizon=20,
    )
    excess = surface.table.set_index("cut")["excess"]
    assert excess[0.97] > excess[0.3] + 0.15
    assert surface.flat_p_value < 0.05
    assert surface.best_after > 0.1
