"""The banks' claim (S2) that a crash of momentum is a good entry, on the factor since 1926."""

import duckdb
import pandas as pd
import pytest

from quantquake.measures.evidence.event_study import event_study


@pytest.mark.feature("B14")
def test_after_crashes_of_the_momentum_factor(shared_data):
    file = shared_data / "us_ff_momentum_daily.parquet"
    table = duckdb.sql(f"select date, mom_pct from '{file}' order by date").df()
    daily = pd.Series(
        table["mom_pct"].to_numpy() / 100, index=pd.to_datetime(table["date"]), name="momentum"
    )
    sigma = daily.rolling(250).std().shift(1)  # known the day before
    crash = (daily < -3.0 * sigma).astype(float).where(sigma.notna())
    price = (1.0 + daily).cumprod()
    study = event_study(crash, price, horizon=60, draws=500)
    assert study.count > 80
    # The claim does not hold here: momentum went on doing worse than usual for a quarter.
    assert study.mean < study.base_mean
    assert study.interval[1] < 0.0
    # The counter-claim says: worst when near a 250-day high. Both conditionings are below the base.
    high = (price / price.rolling(250).max()).shift(1) > 0.95
    near = event_study(crash.where(high, crash * 0.0), price, horizon=60, draws=500)
    far = event_study(crash.where(~high, crash * 0.0), price, horizon=60, draws=500)
    assert near.count > 20
    assert far.count > 20
    assert near.base_mean == pytest.approx(far.base_mean)
    assert max(near.mean, far.mean) < near.base_mean
    # Half a year later nothing can be told apart.
    low, top = event_study(crash, price, horizon=120, draws=500).interval
    assert low < 0.0 < top
