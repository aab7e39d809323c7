"""Were there signs? August 2007 on US stocks, February 2024 on Chinese ones: said as measured."""

import duckdb
import pytest

from quantquake.measures.early_warning import early_warning
from quantquake.measures.evidence.back_cast import back_cast


def panels(path, volume):
    long = duckdb.sql(f"select date, symbol, close, {volume} as traded from '{path}'").df()
    close, traded = (
        long.pivot(index="date", columns="symbol", values=name).astype(float)
        for name in ("close", "traded")
    )
    return close, traded


@pytest.fixture(scope="module")
def us(shared_data):
    close, shares = panels(shared_data / "us_stock_daily_2006_2007.parquet", "volume")
    returns = (close / close.shift(1) - 1.0).where(close.shift(1) > 5)
    return early_warning(returns, amount=close * shares)


@pytest.fixture(scope="module")
def china(shared_data):
    close, money = panels(shared_data / "cn_stock_daily.parquet", "amount_1e4cny")
    return early_warning(close / close.shift(1) - 1.0, amount=1e4 * money)


@pytest.mark.feature("B16", "L01")
def test_august_2007_came_without_a_sign_in_prices(us):
    # S1: "no sign at all". Eight price and volume measures, the four weeks to Monday 6 August,
    # against the forty weeks before them (survivors only: what was delisted later is not seen).
    found = back_cast(us, "2007-08-07")
    assert found.verdict == "no_warning"
    assert found.judged == 8
    # One of eight stood out: styles moved together in an unusual way four weeks before. One in
    # eight stands out in half of all months, so it was no sign.
    assert found.table.index[found.table["verdict"] == "warning"].tolist() == [
        "correlation_surprise"
    ]
    assert found.table.loc["correlation_surprise", "week"] == -4
    assert found.usual == pytest.approx(0.6, abs=0.1)
    assert found.chance_of_as_many > 0.4
    # The contrarian book had been losing for three weeks (87 % of weeks were better), the legs of
    # momentum moved together no more than usual: neither was rare.
    assert found.table.loc["contrarian_loss", "as_loud"] > 0.2
    assert found.table.loc["comomentum", "as_loud"] > 0.2
    # A day earlier or later, or three weeks instead of four: the same answer.
    for day, weeks in (("2007-08-06", 4), ("2007-08-08", 4), ("2007-08-07", 3)):
        assert back_cast(us, day, weeks=weeks).verdict == "no_warning"
    # Eight weeks are more than one year of history can judge, and it says so.
    assert back_cast(us, "2007-08-07", weeks=8).verdict == "unknown"


@pytest.mark.feature("B16")
def test_the_base_rate_of_warnings_over_the_year(us):
    # The same question asked on every Tuesday of the year that can be judged: how often does this
    # set of measures call a warning when nothing is known to have followed?
    sessions = us.index[(us.index >= "2007-06-01") & (us.index < "2007-08-07")]
    asked = [back_cast(us, day, weeks=3) for day in sessions if day.weekday() == 1]
    judged = [one for one in asked if one.verdict != "unknown"]
    assert len(judged) >= 8
    assert sum(one.verdict == "warning" for one in judged) <= 2
    # Afterwards it is plain for all to see.
    after = back_cast(us, "2007-08-22")
    assert after.verdict == "warning"
    assert after.loud >= 4


@pytest.mark.feature("B16")
def test_february_2024_showed_once_it_had_begun(china):
    # Before the fall of January there was nothing; on the eve of 5 February five of eight were at
    # their highest of the year, the fall being under way.
    before, eve = back_cast(china, "2024-01-22"), back_cast(china, "2024-02-05")
    assert before.verdict == "no_warning"
    assert before.loud == 1
    assert eve.verdict == "warning"
    assert eve.loud == 5
    assert eve.chance_of_as_many <= 0.10
