"""Was there a sign? Planted signs, useless ones at the declared rate, prices against holdings."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.evidence_worlds import dates

from quantquake.data.synthetic import hidden_holder_world
from quantquake.errors import ConfigError, DataError
from quantquake.measures.early_warning import early_warning
from quantquake.measures.evidence.back_cast import back_cast
from quantquake.measures.evidence.stretches import stretch_chances, weekly_peaks
from quantquake.measures.overlap import book_overlap


def noise(seed, n=300, k=8, memory=0.0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.standard_normal((n, k)), index=dates(n)).add_prefix("i")
    return table.ewm(alpha=1.0 - memory).mean() if memory else table


@pytest.mark.feature("B16")
def test_by_hand():
    # 60 weeks that peak at 1, 2, ... 56 in shuffled order, then 50.5, 0, 56.5, 3.
    rng = np.random.default_rng(0)
    peaks = np.r_[rng.permutation(np.arange(1.0, 57.0)), 50.5, 0.0, 56.5, 3.0]
    values = np.repeat(peaks, 5)
    values[::5] -= 7.0  # the week's highest value counts, not its first
    frame = pd.DataFrame({"one": values}, index=dates(300))
    found = back_cast(frame, dates(301)[-1])
    row = found.table.loc["one"]
    assert found.weeks.loc["one"].tolist() == pytest.approx([50 / 56, 0.0, 1.0, 2.5 / 56])
    assert (row["loudest"], row["week"]) == (1.0, -2)
    # No earlier stretch as loud; 56 weeks hold fourteen of four end to end.
    assert row["as_loud"] == 0.0
    assert row["chance"] == row["least"] == pytest.approx(1.0 / 15.0)
    assert row["verdict"] == "warning"
    assert (found.loud, found.judged) == (1, 1)
    # Seen a week later, the record is still inside; five weeks later it is not.
    assert found.verdict == "warning"
    assert json.dumps(found.to_dict())
    assert list(found.to_frame().columns[-4:]) == ["week -4", "week -3", "week -2", "week -1"]


@pytest.mark.feature("B16")
def test_chances_against_the_plain_definition():
    rng = np.random.default_rng(3)
    peaks = rng.standard_normal((40, 1))
    got = stretch_chances(peaks, 4)[:, 0]
    highest = np.array([peaks[s : s + 4, 0].max() for s in range(37)])
    for s in (0, 17, 36):
        others = [highest[o] for o in range(37) if o + 4 <= s or s + 4 <= o]
        share = np.mean(np.array(others) >= highest[s])
        assert got[s] == pytest.approx((1.0 + 9.0 * share) / 10.0)


@pytest.mark.feature("B16")
@pytest.mark.parametrize("memory", [0.0, 0.9, 0.97])
def test_useless_indicators_warn_no_more_often_than_declared(memory):
    found = [back_cast(noise(s, memory=memory), dates(300)[-1]) for s in range(150)]
    single = np.mean([(f.table["verdict"] == "warning").mean() for f in found])
    together = np.mean([f.verdict == "warning" for f in found])
    # Declared: 10 %. Two standard errors of 150 worlds are 5 points for the joint verdict, less
    # for the single one (8 indicators each).
    assert 0.02 < single < 0.12
    assert together < 0.15
    # Of eight useless indicators one is loud in many a month: the number at other times says so.
    assert np.mean([f.loud > 0 for f in found]) > 0.25
    assert np.mean([f.usual for f in found]) == pytest.approx(8 * single, abs=0.45)


@pytest.mark.feature("B16")
def test_a_planted_sign_is_found_in_its_week():
    table = noise(1)
    table.iloc[-14, :3] += 8.0  # rows -10 ... -14 before the last are the third week back
    found = back_cast(table, dates(301)[-1])
    assert found.verdict == "warning"
    assert (found.table["verdict"][:3] == "warning").all()
    assert (found.table["week"][:3] == -3).all()
    assert found.chance_of_as_many <= 0.10
    # The same sign once a month warns of nothing.
    for back in range(34, 290, 20):
        table.iloc[-back, :3] += 8.0
    assert (back_cast(table, dates(301)[-1]).table["verdict"][:3] == "no_warning").all()


@pytest.mark.feature("B16")
def test_a_hidden_holder_shows_in_holdings_and_not_in_prices():
    # S1: "no sign at all". Prices of this world are the same with and without the crowd until the
    # event, so any warning from them is luck; the declared rate is 10 %.
    prices, holdings = [], []
    for seed in range(15):
        world = hidden_holder_world(seed)
        prices.append(back_cast(early_warning(world.returns()), world.event))
        seen = book_overlap(world.holdings)
        daily = pd.DataFrame(
            {"overlap": seen["overlap"], "few_books": -seen["effective_books"]}
        ).reindex(world.close.index)
        holdings.append(back_cast(daily.ffill(), world.event))
    assert sum(found.verdict == "warning" for found in prices) <= 4  # 1 % chance of more at 10 %
    assert all(found.verdict == "warning" for found in holdings)
    assert all((found.table["verdict"] == "warning").all() for found in holdings)


@pytest.mark.feature("B16")
def test_without_a_crowd_holdings_warn_at_the_declared_rate():
    loud = 0
    for seed in range(15):
        world = hidden_holder_world(seed, crowd=False)
        seen = book_overlap(world.holdings)["overlap"].reindex(world.close.index).ffill()
        loud += back_cast({"overlap": seen}, world.event).verdict == "warning"
    assert loud <= 4


def test_nothing_from_the_event_on_is_read():
    table = noise(2)
    event = table.index[250]
    base = back_cast(table, event)
    table.iloc[250:] = 99.0
    assert back_cast(table, event).to_dict() == base.to_dict()
    assert base.origin.as_of == table.index[249]
    assert back_cast(table.iloc[:250], event).to_dict() == base.to_dict()
    # A day that is no session: the rows before it.
    assert back_cast(table, event + pd.Timedelta(hours=1)).origin.as_of == event


def test_every_argument_moves_it():
    table, event = noise(5), dates(300)[-1]
    base = back_cast(table, event)
    assert back_cast(table, event, weeks=2).weeks.shape == (8, 2)
    assert not back_cast(table, event, week=3).table.equals(base.table)
    assert back_cast(table, event, level=0.5).loud > base.loud
    assert back_cast(table, table.index[200]).event < base.event


def test_short_history_is_unknown_not_calm():
    for n in (1, 4, 19, 20, 21, 40, 150):
        found = back_cast(noise(0, n), dates(n + 1)[-1])
        assert found.verdict == "unknown", n
        assert (found.table["verdict"] == "unknown").all()
        assert found.judged == found.loud == 0
    # 36 weeks before the four leave a least chance of 1 in 10: enough.
    assert back_cast(noise(0, 200), dates(201)[-1]).judged == 8


def test_an_indicator_that_starts_late_does_not_spoil_the_rest():
    table = noise(4)
    table.iloc[:250, 0] = np.nan
    table.iloc[-3:, 1] = np.nan  # ends early, in the last week: still observed in it
    table.iloc[-25:, 2] = np.nan  # ended before the weeks looked at
    found = back_cast(table, dates(301)[-1])
    verdicts = found.table["verdict"]
    assert verdicts["i0"] == verdicts["i2"] == "unknown"
    assert verdicts["i1"] != "unknown"
    assert found.judged == 6
    assert np.isfinite(found.chance_of_as_many)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda t: back_cast(t, t.index[0]), DataError, "no row of the indicators lies before"),
        (lambda t: back_cast(t.iloc[:, :0], t.index[-1]), DataError, "no indicator"),
        (lambda t: back_cast({}, t.index[-1]), DataError, "no indicator"),
        (lambda t: back_cast(t.iloc[::-1], t.index[-1]), DataError, "sorted, unique dates"),
        (lambda t: back_cast(t.reset_index(drop=True), "2010-06-01"), DataError, "sorted, unique"),
        (lambda t: back_cast(t.astype(str) + "x", t.index[-1]), DataError, "no numbers"),
        (lambda t: back_cast(t, t.index[-1], weeks=0), ConfigError, "weeks=0"),
        (lambda t: back_cast(t, t.index[-1], level=1.0), ConfigError, "level=1.0"),
    ],
)
def test_bad_input_is_refused(call, error, match):
    with pytest.raises(error, match=match):
        call(noise(0, 60))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.just(np.nan), st.just(np.inf), st.integers(-3, 3)), max_size=200),
    st.integers(1, 5),
    st.integers(1, 6),
)
def test_nasty_values_give_places_and_chances_or_nothing(values, weeks, week):
    table = pd.DataFrame({"x": np.array(values, dtype=float)}, index=dates(len(values)))
    if table.empty:
        with pytest.raises(DataError):
            back_cast(table, "2030-01-01")
        return
    found = back_cast(table, "2030-01-01", weeks=weeks, week=week)
    row = found.table.iloc[0]
    assert np.isnan(row["chance"]) or 0.0 < row["chance"] <= 1.0
    places = found.weeks.to_numpy()
    assert ((places >= 0.0) & (places <= 1.0) | np.isnan(places)).all()
    peaks = weekly_peaks(table.replace([np.inf], np.nan).to_numpy(), week)
    assert len(peaks) == len(values) // week
