"""The whole record: counts by hand, identities, bad input, words."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.measures.evidence_worlds import random_price, random_signal, series

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence import evaluate


@pytest.fixture(scope="module")
def noise():
    rng = np.random.default_rng(5)
    price, signal = series(random_price(rng, 3500)), series(random_signal(rng, 3500), name="noise")
    return evaluate(signal, price, draws=500), signal, price


def stairs():
    """Twelve alarms 100 days apart; the first nine are followed by a fall after 10 days."""
    close = np.full(1300, 100.0)
    for i in range(9):
        close[100 * i + 60 : 100 * i + 70] = 93.0
    flags = np.zeros(1300)
    for i in range(12):
        flags[100 * i + 50 : 100 * i + 53] = 1.0
    return series(flags), series(close)


@pytest.mark.feature("B01", "B02", "B03", "O09")
def test_counts_by_hand():
    signal, price = stairs()
    evidence = evaluate(signal, price, horizons=(5, 20), draws=200)
    short, long = evidence.at(5), evidence.at(20)
    assert (short.hits, short.episodes) == (0, 12)  # the fall comes after ten days
    assert (long.hits, long.episodes, long.rate) == (9, 12, 0.75)
    assert long.counts.signal_days == 36
    assert long.counts.signal_day_hits == 27
    # A fall follows days 40..59 and every day from which 93 is still ahead: 20 of each 100.
    assert long.base_rate == pytest.approx(9 * 20 / 1280)
    assert long.effect.lift == pytest.approx(0.75 / (180 / 1280))
    assert long.effect.relative_risk == pytest.approx(0.75 / ((180 - 27) / (1280 - 36)))
    assert long.effect.excess == pytest.approx(0.75 - 180 / 1280)
    assert long.lead.loc["touch", "median"] == 10
    # Three falls too few to repeat every 100 days: of the 100 different slides 6 do as well.
    assert 0.0 < long.effect.p_value < 0.1
    # On this staircase the time since the last jump, hence EWMA volatility, tells the day of the
    # next one: days of like volatility fall as often, so the alarm adds nothing to volatility.
    assert long.effect.wilson[0] > long.base_rate
    assert long.chance > 3 * long.base_rate
    assert long.verdict == "no_evidence"


@pytest.mark.feature("B07")
def test_log_is_complete_and_tagged():
    signal, price = stairs()
    price = price.copy()
    price.iloc[951:971] = np.linspace(100, 110, 20)  # alarm 10: the rally goes on
    price.iloc[971:] = 110.0
    price.iloc[1085:1100] = 103.0  # alarm 11: the fall comes after the horizon
    rng = np.random.default_rng(0)
    price.iloc[1151:1175] = 110.0 + 2.0 * rng.choice([-1, 1], 24)  # alarm 12: wild, no fall
    record = evaluate(signal, price, horizons=(20,), draws=50).at(20)
    log = record.log
    assert list(log["cause"]) == ["fall"] * 9 + [
        "rally_continued",
        "fall_after_horizon",
        "volatility_without_fall",
    ]
    assert record.hits + len(record.false_alarms) == len(log)
    assert log["first"].iloc[0] == price.index[50]
    assert record.detection.false_alarms_per_year == pytest.approx(3 * 250 / 1280)


@pytest.mark.feature("B07")
def test_unsettled_alarms_are_neither():
    signal, price = stairs()
    record = evaluate(signal.iloc[:1160], price.iloc[:1160], horizons=(20,), draws=0).at(20)
    assert record.counts.unsettled_episodes == 1
    assert record.counts.unsettled_days == 20
    assert record.counts.unsettled_signal_days == 3
    assert record.episodes == 11
    assert record.log["cause"].iloc[-1] == "unsettled"
    assert record.log["hit"].iloc[-1] is None
    # Even if the fall has come already: waiting only for hits would flatter the alarm.
    price = price.iloc[:1160].copy()
    price.iloc[-1] = 80.0
    assert evaluate(signal.iloc[:1160], price, horizons=(20,), draws=0).at(20).episodes == 11


@pytest.mark.feature("B11")
def test_confusion_identities(noise):
    for record in noise[0].horizons:
        seen, counts = record.detection, record.counts
        tp, fp = seen.true_positive, seen.false_positive
        fn, tn = seen.false_negative, seen.true_negative
        assert tp + fp + fn + tn == counts.days
        assert tp + fp == counts.signal_days
        assert tp == counts.signal_day_hits
        assert seen.precision == pytest.approx(tp / (tp + fp)) == record.effect.day_rate
        assert seen.recall_days == pytest.approx(tp / (tp + fn))
        assert (tp + fn) / counts.days == pytest.approx(record.base_rate)
        assert seen.warned == record.falls["warned"].sum() <= seen.falls == len(record.falls)
        assert counts.days + counts.unsettled_days == 3500


@pytest.mark.feature("B05", "B06")
def test_leaving_years_out_adds_up_and_is_flagged(noise):
    record = noise[0].at(60)
    table, years = record.without_year, record.years
    assert years["episodes"].sum() == record.episodes
    assert years["hits"].sum() == record.hits
    assert years["days"].sum() == record.counts.days
    assert not table["selection"].iloc[0]
    assert table["selection"].iloc[1:].all()
    assert len(table) == len(years) + 1
    for row in table.iloc[1:].itertuples():
        assert row.episodes == record.episodes - years.loc[int(row.removed), "episodes"]
    pair = record.without(2015, 2014)
    assert pair["selection"]
    assert pair["hits"] == record.hits - years.loc[[2014, 2015], "hits"].sum()


@pytest.mark.feature("B06")
def test_dropping_the_years_of_the_misses_gives_a_hundred_per_cent():
    # The article's own step: remove the two years with false alarms and 100 % is left.
    signal, price = stairs()
    record = evaluate(signal, price, horizons=(20,), draws=0, minimum=5).at(20)
    missed = sorted({d.year for d in record.false_alarms["first"]})
    after = record.without(*missed)
    assert after["rate"] == 1.0
    assert after["selection"]
    assert after["low"] < 0.75


@pytest.mark.parametrize("alarms", [0, 1, 3])
def test_few_alarms_give_counts_and_no_rate(alarms):
    flags = np.zeros(1000)
    flags[[100, 400, 700][:alarms]] = 1.0
    price = series(random_price(np.random.default_rng(1), 1000))
    evidence = evaluate(series(flags), price)
    for record in evidence.horizons:
        assert record.episodes == alarms
        assert record.rate is None
        assert record.effect is None
        assert record.verdict == "too_few"
        assert record.title() == "Too few alarms to say"
    frame = evidence.to_frame()
    assert frame["rate"].isna().all()
    assert frame["lift"].isna().all()
    assert "too few alarms to say" in evidence.sentence()
    assert f"of {alarms} episodes" in evidence.sentence()
    assert "%" not in evidence.sentence() + evidence.sentence("zh")


def test_horizon_longer_than_history():
    evidence = evaluate(series([0, 1, 0, 0, 0]), series([1.0, 2, 3, 4, 5]), horizons=(20,))
    record = evidence.at(20)
    assert record.counts.days == 0
    assert record.counts.unsettled_episodes == 1
    assert np.isnan(record.base_rate)
    assert record.verdict == "too_few"


def test_gaps_are_left_out():
    signal, price = stairs()
    price = price.copy()
    price.iloc[[30, 51]] = np.nan
    evidence = evaluate(signal, price, horizons=(20,), draws=0)
    assert evidence.at(20).counts.unpriced_signal_days == 1
    assert evidence.at(20).hits == 9
    assert evidence.origin.coverage["closes"] == "1298 of 1300"
    signal = signal.astype(float)
    signal.iloc[:300] = np.nan  # not observed: not in the base either
    record = evaluate(signal, price, horizons=(20,), draws=0).at(20)
    assert record.episodes == 9
    assert record.counts.days == 1000 - 20
    assert record.falls["touch"].min() > price.index[300]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda s, p: (s.iloc[1:], p), "do not share their dates: 0 only in `signal`, 1 only"),
        (lambda s, p: (s.to_numpy(), p), "without dates"),
        (lambda s, p: (s.reset_index(drop=True), p), "without dates"),
        (lambda s, p: (s * 3, p), "must say yes or no"),
        (lambda s, p: (s, p - 100.0), "zero, negative or infinite"),
        (lambda s, p: (s.iloc[::-1], p.iloc[::-1]), "repeat or run backwards"),
        (lambda s, p: (s, p.astype(str) + "x"), "no numbers"),
    ],
)
def test_bad_input_is_refused(change, match):
    with pytest.raises(DataError, match=match):
        evaluate(*change(*stairs()))


@pytest.mark.parametrize(
    "rule",
    [
        {"horizons": ()},
        {"horizons": (0,)},
        {"horizons": (10**9,)},
        {"loss": -0.05},
        {"draws": -1},
        {"minimum": 0},
    ],
)
def test_bad_rules_are_refused(rule):
    with pytest.raises(ConfigError, match="`"):
        evaluate(*stairs(), **rule)
    with pytest.raises(ConfigError, match="horizon 7 was not evaluated"):
        evaluate(*stairs(), draws=0).at(7)


@pytest.mark.feature("O09")
def test_words():
    from quantquake.measures.evidence.verdict import judge, sentence

    wilson = (0.4440, 0.8584)
    said = {"hits": 11, "episodes": 16, "interval": wilson, "chance": 0.54}
    # The line of issue 4 of the plan, to the letter.
    assert sentence("no_evidence", **said) == (
        "11 of 16 episodes (44-86 %), chance alone 54 %, not distinguishable"
    )
    assert "16 次信号中 11 次应验（44-86%）" in sentence("no_evidence", **said, language="zh")
    assert judge(9, (0.9, 1.0), (0.1, 0.1), minimum=10) == "too_few"
    assert judge(16, wilson, (0.40, 0.43), minimum=10) == "more_often"
    # Above any day, but no better than days as wild: no warning of a fall.
    assert judge(16, wilson, (0.40, 0.50), minimum=10) == "no_evidence"
    assert judge(16, wilson, (0.90, 0.87), minimum=10) == "less_often"


def test_result_is_plain_json_and_repeats(noise):
    evidence, signal, price = noise
    again = evaluate(signal, price, draws=500)
    assert json.dumps(evidence.to_dict()) == json.dumps(again.to_dict())
    other = evaluate(signal, price, draws=500, seed=1)
    assert other.at(60).effect.excess_interval != evidence.at(60).effect.excess_interval
    assert other.at(60).effect.p_value == evidence.at(60).effect.p_value  # every slide, no dice
    assert evidence.origin.as_of == price.index[-1]
    assert list(evidence.to_frame().index) == [20, 60]


@pytest.mark.feature("B08")
def test_base_rates_by_formula_and_simulation_at_the_alarms(noise):
    from quantquake.measures.evidence.base_rate import ewma_volatility, fall_probability

    evidence, _, price = noise
    record = evidence.at(60)
    vol = pd.Series(ewma_volatility(price.to_numpy()), price.index)
    settled = record.log[record.log["hit"].notna()]
    at_alarms = fall_probability(vol[settled["first"]].to_numpy(), 60)
    assert record.base.formula_at_alarms == pytest.approx(np.nanmean(at_alarms))
    assert record.base.simulated_at_alarms == pytest.approx(np.nanmean(at_alarms), abs=0.04)
    assert record.base.formula == fall_probability(record.base.vol, 60)
    frame = evidence.to_frame()
    assert frame.loc[60, "formula_at_alarms"] == record.base.formula_at_alarms
    # No alarm, no volatility to read at it.
    silent = evaluate(price * 0.0, price, horizons=(20,), draws=0).at(20)
    assert np.isnan(silent.base.formula_at_alarms)
    assert np.isnan(silent.base.simulated_at_alarms)


def test_every_argument_moves_the_record(noise):
    evidence, signal, price = noise
    record = evidence.at(60)
    assert evaluate(signal, price, loss=0.08, draws=0).at(60).base_rate < record.base_rate
    lows = evaluate(signal, price, low=price * 0.97, draws=0).at(60)
    assert lows.base_rate > record.base_rate
    assert evaluate(signal, price, gap=1, draws=0).at(60).episodes > record.episodes
    assert evaluate(signal, price, minimum=1000, draws=0).at(60).rate is None
    scored = evaluate(signal, price, score=signal + 0.0, draws=100).at(60)
    assert record.ranking is None
    assert scored.ranking.prevalence == pytest.approx(record.base_rate)


def test_scale_of_the_price_does_not_matter(noise):
    evidence, signal, price = noise
    twin = evaluate(signal, price * 7.0, draws=500)
    pd.testing.assert_frame_equal(twin.to_frame(), evidence.to_frame())


def test_old_records_do_not_change_as_time_passes(noise):
    _, signal, price = noise
    early = evaluate(signal.iloc[:2500], price.iloc[:2500], draws=0).at(60).log
    late = evaluate(signal, price, draws=0).at(60).log
    settled = early[early["hit"].notna()].drop(columns=["chance", "cause", "last", "signal_days"])
    pd.testing.assert_frame_equal(late.loc[settled.index, settled.columns], settled)
