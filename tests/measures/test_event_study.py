"""Returns after events: by hand, on noise, and with a planted bounce."""

import numpy as np
import pytest
from tests.measures.evidence_worlds import random_price, random_signal, series

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.event_study import by_level, event_study


def bounce(rng, n=3000):
    """A price that gains 6 % over the 20 days after each event."""
    events = np.zeros(n)
    events[rng.choice(np.arange(50, n - 50), 25, replace=False)] = 1.0
    lift = np.convolve(events, np.r_[0.0, np.full(20, 0.003)])[:n]
    return series(events), series(random_price(rng, n, vol=0.12) * np.exp(np.cumsum(lift)))


@pytest.mark.feature("B14")
def test_cases_by_hand():
    close = np.full(60, 100.0)
    close[12:] = 110.0
    close[15] = 99.0
    events = np.zeros(60)
    events[[10, 11, 30, 58]] = 1.0
    study = event_study(series(events), series(close), horizon=10, draws=50, minimum=2)
    assert study.cases["return"].to_list() == pytest.approx([0.1, 0.0])
    assert study.cases["worst"].to_list() == pytest.approx([-0.01, 0.0])
    assert study.count == 2  # the last one is unsettled, the first two are one
    assert study.mean == pytest.approx(0.05)
    assert study.share_up == 0.5
    assert study.origin.coverage["cases"] == "2 settled of 3"
    few = event_study(series(events), series(close), horizon=10, draws=50)
    assert few.mean is None
    assert few.interval is None
    assert few.p_value is None
    with pytest.raises(DataError, match="share their dates"):
        event_study(series(events[1:]), series(close))


@pytest.mark.feature("B14")
def test_planted_bounce_is_found_and_noise_is_not():
    study = event_study(*bounce(np.random.default_rng(0)), horizon=20)
    assert study.interval[0] > 0.0
    assert study.p_value < 0.02
    covered, small = 0, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        noise = event_study(
            series(random_signal(rng)), series(random_price(rng)), horizon=20, draws=200, minimum=5
        )
        covered += noise.interval[0] <= 0.0 <= noise.interval[1]
        small += noise.p_value <= 0.05
    assert covered >= 51  # 95 % less two standard errors (2.8 points each), and room for few cases
    assert small <= 8


@pytest.mark.feature("B15")
def test_level_is_read_from_low_to_high():
    # A deep discount (low percentile) is followed by a rise, by construction.
    rng = np.random.default_rng(1)
    level = series(rng.standard_normal(3000)).ewm(alpha=0.03).mean().rank(pct=True)
    drift = np.where(level.shift(1) < 0.2, 0.002, 0.0)
    price = series(random_price(rng, 3000, vol=0.1) * np.exp(np.cumsum(drift)))
    table = by_level(level, price, horizon=10, draws=300)
    assert table.loc[1, "excess_low"] > 0.0
    assert table.loc[1, "p_value"] < 0.05
    assert table.loc[5, "excess"] < table.loc[1, "excess"]
    assert table["base_mean"].nunique() == 1  # the same base rate stands beside each part
    with pytest.raises(ConfigError, match="bins"):
        by_level(level, price, bins=1)
