"""The 2020-03-16 article from exchange rows; the whole history; what the files cannot give."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from quantquake.errors import ContractError
from quantquake.measures import basis

DAY = "2020-03-16"


@pytest.fixture(scope="module")
def futures(shared_data: Path) -> pd.DataFrame:
    file = shared_data / "cn_index_futures_daily.parquet"
    return duckdb.sql(f"select * from '{file}' order by date, symbol").df()


@pytest.mark.feature("F02", "F03", "F04", "F09", "F10", "F24")
def test_march_2020_to_the_printed_digit(futures: pd.DataFrame) -> None:
    curve = basis.term_structure(futures, None, DAY, product="IF")
    front = curve.loc["IF2003"]
    assert front["basis"] == pytest.approx(-35.84, abs=1e-6)
    assert f"{front['basis_ratio']:.4%}" == "-0.9614%"
    assert [f"{x:.2%}" for x in curve["annualised"].iloc[:2]] == ["-48.07%", "-15.32%"]
    far = [f"{x:.3%}" for x in curve["inter_expiry_months"].iloc[1:]]
    assert far == ["-6.116%", "-5.086%", "-4.871%"]
    discount = basis.weighted_discount(futures, product="IF")
    assert f"{discount[DAY]:.3%}" == "-5.392%"


@pytest.mark.feature("F22")
def test_csi500_gave_longs_twelve_percent(futures: pd.DataFrame) -> None:
    assert f"{basis.weighted_discount(futures, product='IC')[DAY]:.2%}" == "-12.36%"


@pytest.mark.feature("F05", "F06", "F11", "F27")
def test_card_of_march_2020(futures: pd.DataFrame) -> None:
    card = basis.basis_card(futures, None, DAY, "IF")
    assert f"{card.nav_move:+.2%}" == "+0.93%"
    assert f"{card.locked_annual:.2%}" == "5.39%"
    before = basis.term_structure(futures, None, "2020-03-13", product="IF").iloc[0]
    assert f"{before['basis_ratio']:.2%}" == "-0.03%"


@pytest.mark.feature("F10")
def test_whole_history_is_complete(futures: pd.DataFrame) -> None:
    found = {p: basis.weighted_discount(futures, product=p) for p in ("IF", "IH", "IC", "IM")}
    assert len(futures) == 19832
    for discount in found.values():
        assert discount.notna().all()
        assert discount.between(-0.6, 0.2).all()
    # Most rows are discounts: seed article, "mostly at a discount since 2015"
    assert (found["IC"] < 0).mean() > 0.9


@pytest.mark.feature("P06")
def test_no_look_ahead(futures: pd.DataFrame) -> None:
    rows = futures[(futures["product"] == "IF") & (futures["date"] >= "2024-01-01")]
    cut = basis.weighted_discount(rows[rows["date"] <= "2024-02-08"])
    pd.testing.assert_series_equal(basis.weighted_discount(rows)[cut.index], cut, check_freq=False)


def test_every_product_on_one_day(futures: pd.DataFrame) -> None:
    table = basis.product_table(futures, None, "2024-02-05")
    assert table.index.tolist() == ["IC", "IF", "IH", "IM"]
    # The squeeze sat in small caps: the CSI 1000 hedge was the dearest, the SSE 50 the cheapest.
    assert table["weighted_discount"].idxmin() == "IM"
    assert table["weighted_discount"].idxmax() == "IH"


@pytest.mark.feature("F26")
def test_continuous_settlement_series_is_refused(shared_data: Path) -> None:
    file = shared_data / "cn_index_futures_front_settle.parquet"
    rows = duckdb.sql(f"select * from '{file}' where product = 'IF' and settle > 0").df()
    with pytest.raises(ContractError, match="IF00C1"):
        basis.term_structure(rows, 3727.84, DAY, price="settle")
