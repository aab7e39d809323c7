"""Dated statements: completeness against the catalogue, goldens, schema errors, no look-ahead."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import quantquake.data.events as library
from quantquake.data.events import (
    as_frame,
    in_force,
    load_events,
    load_sources,
    policies,
    select,
    stories,
)
from quantquake.errors import ConfigError

EVENTS = {event.id: event for event in load_events()}
FOLDER = Path(library.__file__).parent

VALID = """
title_en = "A story"
title_zh = "故事"

[[event]]
id = "first"
date = 2024-02-05
title_en = "One"
title_zh = "一"
statement = "Something happened."
value = -0.05
unit = "1"
source = "S0"
confidence = "medium"
features = ["L09"]
"""


@pytest.mark.feature("P01", "J16")
def test_every_row_of_the_catalogue_sections_has_a_statement():
    wanted = {f"L{n:02d}" for n in range(1, 22)} | {f"J{n:02d}" for n in range(1, 19)}
    present = {feature for event in EVENTS.values() for feature in event.features}
    assert wanted - present == set()


# Figures as printed in the source articles (spec/features.md section L and the rows it names).
GOLDEN = [
    ("csi300-peak", "2021-02-18", 5930, "points", "S0", "L12"),
    ("csi1000-fall", "2023-11-21", -0.3334, "1", "S0", "L08"),
    ("csi2000-fall", "2023-11-21", -0.4037, "1", "S0", "L08"),
    ("csi2000-5-february", "2024-02-05", -0.0949, "1", "S0", "L09"),
    ("csi2000-8-february", "2024-02-08", 0.0875, "1", "S0", "L09"),
    ("mid-caps-rebound", "2024-02-06", (0.05, 0.06), "1", "S0", "L09"),
    ("neutral-three-days", "2024-02-05", (-0.10, -0.05), "1", "S0", "L10"),
    ("fund-boom", "2020-12-01", 100e9, "CNY", "S0", "L14"),
    ("sp500-9-august", "2007-08-09", -0.0295, "1", "S1", "L02"),
    ("vix-9-august", "2007-08-09", 5, "points", "S1", "L02"),
    ("ltcm-return-1997", "1997-01-01", 0.171, "1", "S1", "L04"),
    ("ltcm-payout", "1997-12-01", 0.36, "1", "S1", "L04"),
    ("second-computer", "2021-01-29", 18, "x", "S1", "L19"),
    ("leveraged-etf-supply", "2026-02-04", -18e9, "USD", "S2", "L15"),
    ("dispersion-ratio", "2026-01-29", 6.88, "x", "S2", "L15"),
    ("net-exposure", "2026-02-04", 0.89, "1", "S2", "L15"),
    ("basis-points", "2020-03-16", -35.84, "points", "S3", "L17"),
    ("basis-annualised-front", "2020-03-16", -0.4807, "1/yr", "S3", "L17"),
    ("basis-annualised-next", "2020-03-16", -0.1532, "1/yr", "S3", "L17"),
    ("weighted-discount", "2020-03-16", -0.0539, "1/yr", "S3", "L17"),
    ("easing-fourth", "2019-04-22", 500, "lots", "S3", "J12"),
    ("win-rate-all", "2015-01-01", 0.688, "1", "S4", "B05"),
]


@pytest.mark.feature("L02", "L04", "L08", "L09", "L10", "L12", "L14", "L17", "L19")
@pytest.mark.parametrize(("name", "date", "value", "unit", "source", "feature"), GOLDEN)
def test_golden(name, date, value, unit, source, feature):
    event = EVENTS[name]
    assert event.date == pd.Timestamp(date)
    assert event.value == value
    assert (event.unit, event.source.id) == (unit, source)
    assert feature in event.features


@pytest.mark.feature("L11")
def test_etf_563300_traded_fifty_times_its_usual():
    assert EVENTS["etf-563300"].value / EVENTS["etf-563300-usual"].value == 50


@pytest.mark.feature("L01")
def test_august_2007_days_in_order():
    days = ["quake-start-seed", "quake-margin-calls", "quake-deleveraging", "quake-rebound"]
    assert [EVENTS[day].date.day for day in days] == [7, 8, 9, 10]


@pytest.mark.feature("I17")
def test_leverage_after_the_payout_follows_from_the_other_statements():
    before, payout = EVENTS["ltcm-leverage-before"].value, EVENTS["ltcm-payout"].value
    assert EVENTS["ltcm-leverage-arithmetic"].value == pytest.approx(before / (1 - payout))


@pytest.mark.feature("L20")
def test_four_speeds():
    speeds = [event for event in EVENTS.values() if "L20" in event.features and event.value]
    got = {(event.value, event.unit) for event in speeds}
    assert {(7, "d"), (2, "months"), (7, "months"), (3, "years"), (2, "years")} <= got


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # spec/features.md, "Points where the seeds disagree", 1-6 and 9.
        ("ltcm-loss-day-body", "ltcm-loss-day-caption"),
        ("ltcm-rescue-seed", "ltcm-rescue-usual"),
        ("quake-start-seed", "quake-start-paper"),
        ("quake-start-seed", "quake-mini-unwind"),
        ("quake-bad-days-s0", "quake-margin-calls"),
        ("momentum-worst-since-2022", "momentum-worst-since-2020"),
        ("names-micron-twice", "names-mstr"),
        ("volume-pair-and", "two-indicators-half"),
        ("valuation-pair-or", "two-indicators-half"),
        ("turnover-as-volume", "turnover-as-sentiment"),
        ("win-rate-all", "win-rate-selected"),
        ("dma-size-seed", "dma-size-press"),
        # and those found in the data.
        ("csi1000-fall", "csi1000-fall-close"),
        ("csi2000-fall", "csi2000-fall-etf"),
        ("leveraged-etf-supply", "leveraged-etf-supply-data"),
        ("momentum-worst-since-2022", "momentum-decile-data"),
        ("days-above-1trn", "days-above-1trn-data"),
        ("neutral-closing-claim", "open-interest-rose"),
    ],
)
def test_disputed_statements_are_both_kept(one, other):
    assert other in EVENTS[one].disagrees_with
    assert one in EVENTS[other].disagrees_with


@pytest.mark.feature("P05")
def test_statements_are_bilingual_sourced_and_short():
    for event in EVENTS.values():
        assert any("一" <= sign <= "鿿" for sign in event.title_zh), event.id
        assert event.title_en.isascii(), event.id
        assert len(event.quote) <= 40, f"{event.id}: quote a few words only"
        assert event.source is load_sources()[event.source.id]


def test_rates_are_fractions():
    for event in EVENTS.values():
        if event.unit in {"1", "1/yr"}:
            bounds = event.value if isinstance(event.value, tuple) else (event.value,)
            assert all(abs(value) <= 1 for value in bounds), event.id


def test_might_have_beens_and_hearsay_are_never_facts():
    for name in ("futures-instead", "etf-one-month-earlier"):
        assert EVENTS[name].kind == "counterfactual"
    for name in ("enhanced-four-days", "stops-executed", "dma-ban", "quake-goldman"):
        assert EVENTS[name].rumour
        assert EVENTS[name].confidence == "low"
    clean = select(EVENTS.values(), rumours=False)
    assert 0 < len(clean) < len(EVENTS)
    assert not any(event.rumour for event in clean)


def test_select():
    facts = select(EVENTS.values(), kind="fact", feature="L09", confidence="high")
    assert [event.id for event in facts] == ["csi2000-8-february"]
    with pytest.raises(ConfigError, match="kind='rumor' is unknown"):
        select(EVENTS.values(), kind="rumor")
    with pytest.raises(ConfigError, match="confidence"):
        select(EVENTS.values(), confidence="certain")


def test_a_span_is_not_known_before_it_ends():
    assert EVENTS["csi1000-fall"] not in select(EVENTS.values(), as_of="2024-02-04")
    assert EVENTS["csi1000-fall"] in select(EVENTS.values(), as_of="2024-02-05")
    # August 2023, day unknown in the article: only the month's end is safe.
    assert EVENTS["net-sale-guidance"] not in policies("2023-08-30")
    assert EVENTS["net-sale-guidance"] in policies("2023-08-31")


@pytest.mark.feature("J01", "J02", "J07", "J08", "J10")
def test_orders_of_2024_in_sequence():
    def levers(day, **options):
        return set(in_force(day, story="cn-2024-02", **options))

    ban = "net_sale_ban_large_funds"
    assert levers("2023-08-27") == set()
    assert levers("2023-08-28") == {ban}
    assert ban in levers("2024-01-08")
    assert ban not in levers("2024-01-09")
    assert {"dma_close_ban", "state_buying_mid"} <= levers("2024-02-07")
    assert "dma_close_ban" not in levers("2024-02-08")
    assert "state_buying_small" in levers("2024-02-08")
    assert "dma_close_ban" not in levers("2024-02-07", rumours=False)
    assert "new-chairman" in {event.id for event in policies("2024-02-07")}
    assert "new_regulator_head" not in levers("2024-03-01")  # a one-off is never in force


def test_stories_and_table():
    assert {"cn-2024-02", "us-2007-08", "us-1998-08", "cn-2015", "us-2026-02"} <= set(stories())
    assert sum(len(load_events(story)) for story in stories()) == len(EVENTS)
    dates = [event.date for event in load_events()]
    assert dates == sorted(dates)
    table = as_frame(load_events("us-1998-08"))
    assert len(table) == len(load_events("us-1998-08"))
    assert table.loc[table["id"] == "gko-default", "source"].item() == "S1"
    assert list(as_frame([]).columns) == list(table.columns)
    json.dumps(EVENTS["mid-caps-rebound"].to_dict())
    with pytest.raises(ConfigError, match=r"'cn-1929' is unknown.*cn-2015"):
        load_events("cn-1929")


def test_no_unverified_figure_slipped_in():
    # Marked [K], [M] or unverified in the specifications: the 2017-02-17 easing, the 2024 reserve
    # cut, the unlevered contrarian path.
    dates = {(event.date, event.end) for event in EVENTS.values() if event.precision == "day"}
    for day in ("2017-02-17", "2023-03-20", "2024-01-24"):
        assert (pd.Timestamp(day), pd.Timestamp(day)) not in dates
    values = {event.value for event in EVENTS.values()}
    assert not values & {-0.0116, -0.0283, -0.0286, 0.0592}


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_own_file(tmp_path):
    (event,) = load_events(write(tmp_path, VALID))
    assert (event.story, event.kind, event.precision) == ("mine", "fact", "day")
    assert event.date == event.end == pd.Timestamp("2024-02-05")
    text = VALID.replace("date = 2024-02-05", 'date = 2024-02-05\nprecision = "quarter"')
    (event,) = load_events(write(tmp_path, text))
    assert (event.date, event.end) == (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-31"))


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('id = "first"', "", r"mine.toml: event\[0\]\.id is missing"),
        ('id = "first"', 'id = "First one"', r"event\[0\]\.id has 'First one'"),
        ("date = 2024-02-05", 'date = "2024-02-05"', r"event\[0\]\.date .* wrong type \(str\)"),
        ("value = -0.05", 'value = "-5%"', r"event\[0\]\.value .* wrong type"),
        ("value = -0.05", "value = true", r"event\[0\]\.value .* wrong type \(bool\)"),
        ("value = -0.05", "value = [0.2, 0.1]", r"event\[0\]\.value .* nor a range"),
        ("value = -0.05", "value = nan", r"event\[0\]\.value = nan is neither"),
        ("date = 2024-02-05", "date = 2024-02-05T09:30:00", r"event\[0\]\.date .* wrong type"),
        ("value = -0.05", "", r"event\[0\]\.unit and value come together"),
        ('unit = "1"', 'unit = "%"', r"event\[0\]\.unit = '%' is unknown"),
        ('source = "S0"', 'source = "S9"', r"event\[0\]\.source = 'S9' is not in sources"),
        ('"medium"', '"sure"', r"event\[0\]\.confidence = 'sure' is unknown"),
        ('["L09"]', '["L9"]', r"event\[0\]\.features has 'L9'"),
        ('["L09"]', "[]", r"event\[0\]\.features is missing or empty"),
        ('["L09"]', '["L09"]\nrumor = true', r"event\[0\]\.rumor is not a field"),
        ('["L09"]', '["L09"]\nkind = "policy"', r"event\[0\]\.action: a policy"),
        ('["L09"]', '["L09"]\nswitch = "on"', r"event\[0\]\.action: a policy"),
        ('["L09"]', '["L09"]\nend = 2024-02-06', r"event\[0\]\.end is given"),
        ('["L09"]', '["L09"]\nprecision = "range"', r"event\[0\]\.end must lie after"),
        ('["L09"]', '["L09"]\ndisagrees_with = ["x"]', r"first\.disagrees_with names 'x'"),
        ('title_zh = "故事"', "", r"mine.toml: title_zh is missing"),
        ("[[event]]", "[[event]", r"mine.toml is not valid TOML"),
    ],
)
def test_schema_errors_name_file_and_field(tmp_path, old, new, match):
    with pytest.raises(ConfigError, match=match):
        load_events(write(tmp_path, VALID.replace(old, new, 1)))


def test_other_file_errors(tmp_path):
    twice = VALID + VALID[VALID.index("[[event]]") :]
    with pytest.raises(ConfigError, match="'first' stands twice"):
        load_events(write(tmp_path, twice))
    with pytest.raises(ConfigError, match="cannot be read"):
        load_events(tmp_path / "absent.toml")


def test_every_source_is_cited():
    cited = {
        row["source"]
        for name in stories()
        for row in tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["event"]
    }
    assert cited == set(load_sources())
