"""Tables of funds as people have them: every row is used or listed, never lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantquake.errors import QuantquakeError
from quantquake.flows import leveraged_etf as le

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "D", None]),
        st.sampled_from([3.0, -1.0, 1.0, 0.0, 2, np.nan, 250.0, np.inf, "2x", "", None]),
        st.sampled_from([1e9, 0.0, -5.0, np.nan, np.inf, "1e9", "many", None]),
        st.sampled_from(["QQQ", "SPX", "", None, np.nan, 5]),
    ),
    max_size=5,
)


@given(ROWS)
def test_every_row_is_used_or_listed(rows):
    frame = pd.DataFrame(rows, columns=["symbol", "leverage", "assets", "underlying"])
    try:
        book = le.LeveragedFunds.from_frame(frame)
    except QuantquakeError as refused:
        said = str(refused)
    else:
        said = ""
        silent = book.left_out[book.left_out["reason"] != "unlevered"]
        assert len(book.table) + len(silent) == len(frame)
        assert book.table["convexity"].notna().all()
        assert sorted([*book.table["row"], *silent["row"]]) == list(frame.index)
        source = (
            le.forced_source(book, [-0.5, 0.0, 0.5], beta={"QQQ": 1.0, "SPX": 1.0})
            if (book.table["underlying"].isin(["QQQ", "SPX"]).any())
            else None
        )
        assert source is None or np.isfinite(source.flow).all()
    # A refusal says what, why and what to do.
    assert not said or (len(said) > 80 and said.endswith("."))


@pytest.mark.parametrize("rows", [1, 2])
def test_one_row_is_enough(rows):
    frame = pd.DataFrame(
        {"symbol": list("AB")[:rows], "leverage": 2.0, "assets": 0.0, "underlying": "QQQ"}
    )
    flow = le.closing_flow(le.LeveragedFunds.from_frame(frame), pd.Series({"QQQ": -0.1}))
    assert flow.gross == 0.0
    assert np.isnan(flow.covered)  # of no convexity, no share
