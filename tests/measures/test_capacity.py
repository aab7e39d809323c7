import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.measures.capacity import (
    capacity_card,
    days_to_liquidate,
    days_until,
    out_of_benchmark,
)


@pytest.mark.feature("C01")
def test_weights_by_company_size_as_the_custodian_counts():
    # S0: managers above 5bn held 4.48 % below 1.5bn and 6.11 % above 200bn (end of Nov 2023).
    money = pd.Series({"tiny": 4.48, "mid": 89.41, "giant": 6.11})
    caps = pd.Series({"tiny": 1.2e9, "mid": 3e10, "giant": 5e11})
    card = capacity_card(money, market_cap=caps, daily_amount=pd.Series(1.0, caps.index))
    assert card.buckets["weight"].to_dict() == pytest.approx(
        {"below 1.5bn": 0.0448, "1.5bn to 200bn": 0.8941, "200bn and above": 0.0611}
    )
    assert card.buckets["weight"].sum() == pytest.approx(1.0)


@pytest.mark.feature("C02", "M07")
def test_micro_cap_basket_mean_size_and_days():
    # S0: 400 names worth 489.4bn together, about 1.2bn each.
    caps = pd.Series(489.4e9 / 400, index=[f"S{i}" for i in range(400)])
    assert caps.mean() == pytest.approx(1.22e9, rel=0.005)
    money = pd.Series(1e7, index=caps.index)
    days = days_to_liquidate(money, pd.Series(2e7, index=caps.index), participation=0.1)
    assert (days == 5.0).all()
    assert days_until(money, days) == pytest.approx(4.5)  # 90 % at an even pace


@pytest.mark.feature("C03")
def test_small_weight_can_be_a_huge_exit_time():
    money = pd.Series({"tiny": 5e8, "mid": 1e10})
    caps = pd.Series({"tiny": 1e9, "mid": 5e10})
    amount = pd.Series({"tiny": 1e7, "mid": 2e9})
    card = capacity_card(money, market_cap=caps, daily_amount=amount)
    below = card.buckets.loc["below 1.5bn"]
    assert below["weight"] < 0.05
    assert below["days"] == pytest.approx(450.0)
    assert below["float_share"] == pytest.approx(0.5)
    assert below["verdict"] == "small_weight_huge_exit_time"
    assert card.buckets.loc["1.5bn to 200bn", "verdict"] == "in_line"


def test_days_until_is_piecewise_linear():
    money, days = pd.Series([50.0, 50.0]), pd.Series([1.0, 10.0])
    assert days_until(money, days, share=0.55) == pytest.approx(1.0)
    assert days_until(money, days, share=0.775) == pytest.approx(5.5)
    assert days_until(money, days, share=1.0) == pytest.approx(10.0)
    assert days_until(money, pd.Series([1.0, np.inf]), share=0.9) == np.inf
    assert np.isnan(days_until(money, pd.Series([np.nan, np.nan])))


def test_unknown_amounts_are_reported_never_zero_days():
    money = pd.Series({"a": 1.0, "b": 3.0})
    card = capacity_card(money, market_cap=money * 1e9, daily_amount=pd.Series({"a": 10.0}))
    assert card.unknown_weight == pytest.approx(0.75)
    assert np.isnan(card.names.loc["b", "days"])
    assert card.origin.coverage == {"names with a daily amount": "1 of 2"}
    card.to_dict()


@pytest.mark.feature("C04")
def test_out_of_benchmark_share_and_size():
    money = pd.Series({"in": 60.0, "out": 40.0})
    caps = pd.Series({"in": np.e**3, "out": np.e, "other": np.e**5})
    got = out_of_benchmark(money, ["in", "other"], caps)
    assert got == pytest.approx({"share": 0.4, "size_gap": -2.0, "size_exposure": 2.2 - 4.0})


def test_refusals():
    money, caps = pd.Series({"a": 1.0}), pd.Series({"a": 1e9})
    with pytest.raises(ConfigError, match="participation"):
        capacity_card(money, market_cap=caps, daily_amount=caps, participation=0)
    with pytest.raises(DataError, match="do not rise"):
        capacity_card(money, market_cap=caps, daily_amount=caps, edges=(2.0, 1.0))
    with pytest.raises(DataError, match="not zero"):
        capacity_card(money * 0, market_cap=caps, daily_amount=caps)
