import numpy as np
import pandas as pd
import pytest

from quantquake.data.files import read
from quantquake.data.files.turnover_units import mend_turnover


def rows(turnover, volume=None, symbol="A"):
    n = len(turnover)
    dates = pd.bdate_range("2018-12-03", periods=n)
    volume = np.linspace(1e6, 2e6, n) if volume is None else volume
    return pd.DataFrame({"date": dates, "symbol": symbol, "turnover": turnover, "volume": volume})


def test_fraction_turned_percent_is_brought_to_the_last_unit():
    volume = np.array([1e6, 3e6, 2e6, 1e6, 4e6, 2e6])
    truth = volume / 1e8
    mixed = truth * np.where(np.arange(6) < 4, 0.01, 1.0)
    got, notes = mend_turnover(rows(mixed, volume), name="file")
    np.testing.assert_allclose(got["turnover"], truth, rtol=1e-12)
    assert len(notes) == 1
    assert "factor 100" in notes[0]["what"]
    assert "4 rows of 1 symbols" in notes[0]["where"]


def test_a_single_day_in_another_unit_is_mended_and_other_symbols_stay():
    volume = np.full(6, 1e6)
    spike = np.array([0.02, 0.02, 2.0, 0.02, 0.02, 0.02])
    table = pd.concat([rows(spike, volume), rows(np.full(6, 0.5), volume, "B")], ignore_index=True)
    got, _ = mend_turnover(table, name="file")
    np.testing.assert_allclose(got.loc[got.symbol == "A", "turnover"], 0.02)
    np.testing.assert_allclose(got.loc[got.symbol == "B", "turnover"], 0.5)


@pytest.mark.parametrize("factor", [3.0, 10.0, 40.0, 400.0])
def test_other_jumps_are_left_alone(factor):
    table = rows(np.r_[np.full(5, 0.01), np.full(5, 0.01 * factor)], np.full(10, 1e6))
    got, notes = mend_turnover(table, name="file")
    pd.testing.assert_frame_equal(got, table)
    assert notes == []


def test_zero_turnover_on_a_day_with_volume_is_not_observed():
    got, notes = mend_turnover(rows([0.0, 0.01, 0.0], np.array([1e6, 1e6, 0.0])), name="file")
    assert got["turnover"].isna().tolist() == [True, False, False]
    assert "not observed" in notes[0]["action"]


def test_the_reader_mends_and_says_so():
    table = rows(np.r_[np.full(5, 0.01), np.full(5, 1.0)], np.full(10, 1e6))
    table["close"], table["symbol"] = 10.0, "600000.SH"
    table = table.rename(columns={"turnover": "turnover_pct"})
    got = read(table, "prices")
    np.testing.assert_allclose(got["turnover"], 0.01)
    assert any("factor 100" in note["what"] for note in got.attrs["issues"])
