import numpy as np
import pandas as pd
import pytest

from quantquake.errors import DataError
from quantquake.measures.froth import froth


def months(n: int = 80) -> pd.DatetimeIndex:
    return pd.date_range("2015-01-31", periods=n, freq="ME", name="date")


@pytest.mark.feature("C21")
def test_launch_wave_then_closures():
    rng = np.random.default_rng(0)
    base = rng.normal(10, 1, (80, 2))
    base[60:70, 0] += 20 + 3 * np.arange(10)  # launches surge
    base[68:, 1] += 20 + 3 * np.arange(12)  # closures follow
    got = froth(pd.DataFrame(base, months(), ["launches", "closures"]), window=36)
    assert got["phase"].iloc[62] == "heating"
    assert got["phase"].iloc[69] == "turning"
    assert got["phase"].iloc[79] == "cooling"
    assert got["phase"].iloc[34] is None
    assert got["signs"].iloc[-1] == 2


def test_one_sided_input_says_nothing_of_the_other_side():
    got = froth(pd.DataFrame({"launches": np.arange(40.0)}, months(40)), window=24)
    assert got["chill"].isna().all()
    assert got["phase"].iloc[-1] == "heating"


def test_no_known_sign_is_refused():
    with pytest.raises(DataError, match="Rename"):
        froth(pd.DataFrame({"x": [1.0]}, months(1)))
