"""A crowd leaves through the same door: days together against days alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.flows.crowd_exit import crowd_exit

BOOKS = pd.DataFrame(
    {"big": [90.0, 0.0], "tiny": [10.0, 30.0]}, index=pd.Index(["one", "two"], name="fund")
)
AMOUNT = pd.Series({"big": 900.0, "tiny": 20.0})


@pytest.mark.feature("M07")
def test_days_of_volume_worked_by_hand():
    found = crowd_exit(BOOKS, AMOUNT)
    # tiny: 40 held, 2 a day can be sold: 20 days; alone fund one needs 5, fund two 15.
    assert found.names["days"].tolist() == pytest.approx([1.0, 20.0])
    assert found.names["funds"].tolist() == [1, 2]
    assert found.funds.loc["two", "days_alone"] == pytest.approx(0.9 * 15)
    assert found.funds.loc["two", "days_in_crowd"] == pytest.approx(0.9 * 20)
    # 90 % of 130 is 117: big is out after a day, then tiny: 27 of 40 in 20 days.
    assert found.days == pytest.approx(27 / 40 * 20)
    assert crowd_exit(BOOKS, AMOUNT, participation=0.2).days == pytest.approx(found.days / 2)
    assert found.to_frame().index[0] == "tiny"


@pytest.mark.feature("M07")
def test_a_fund_alone_in_its_names_is_not_slowed():
    apart = pd.DataFrame({"a": [10.0, 0.0], "b": [0.0, 10.0]}, index=["one", "two"])
    found = crowd_exit(apart, pd.Series({"a": 50.0, "b": 10.0}))
    assert found.funds["days_alone"].tolist() == pytest.approx(
        found.funds["days_in_crowd"].tolist()
    )


def test_identical_funds_take_as_many_times_as_long_and_order_is_nothing():
    twins = pd.DataFrame({"a": [10.0] * 4, "b": [5.0] * 4}, index=list("wxyz"))
    found = crowd_exit(twins, pd.Series({"a": 50.0, "b": 10.0}))
    assert found.funds["days_in_crowd"].to_numpy() == pytest.approx(
        4 * found.funds["days_alone"].to_numpy()
    )
    turned = crowd_exit(twins.iloc[::-1, ::-1], pd.Series({"b": 10.0, "a": 50.0}))
    assert turned.days == pytest.approx(found.days)


def test_unknown_volume_is_not_zero_volume():
    found = crowd_exit(BOOKS, pd.Series({"big": 900.0}))
    assert np.isnan(found.names.loc["tiny", "days"])
    assert found.origin.coverage["names with a daily amount"] == "1 of 2"
    stuck = crowd_exit(BOOKS, pd.Series({"big": 900.0, "tiny": 0.0}))
    assert stuck.names.loc["tiny", "days"] == np.inf


def test_no_crowd_is_refused():
    with pytest.raises(DataError, match="no crowd"):
        crowd_exit(BOOKS * 0.0, AMOUNT)
    with pytest.raises(DataError, match="no crowd"):
        crowd_exit(pd.concat([BOOKS, BOOKS]), AMOUNT)
    with pytest.raises(ConfigError, match="participation"):
        crowd_exit(BOOKS, AMOUNT, participation=0.0)
