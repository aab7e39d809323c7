"""The published numbers, from the real files, through the command line a user types."""

from __future__ import annotations

import contextlib
import io
import json
import sys

import pytest

from quantquake.app.cli import main


@pytest.fixture
def ask(monkeypatch, tmp_path):
    """Call `quantquake` and parse its JSON."""
    monkeypatch.chdir(tmp_path)

    def call(*args):
        monkeypatch.setattr(sys, "argv", ["quantquake", *map(str, args), "--format", "json"])
        out = io.StringIO()
        with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 0
        return json.loads(out.getvalue())

    return call


def percent(rate, digits):
    return f"{100 * rate:.{digits}f}"


@pytest.mark.feature("F02", "F03", "F04", "F09", "F10")
def test_basis_of_march_2020_to_the_printed_digit(ask, shared_data):
    # "贴水是个什么水", 2020-03-16; conventions in spec/derivatives 1.
    futures = shared_data / "cn_index_futures_daily.parquet"
    found = ask("basis", "--futures", futures, "--on", "2020-03-16", "--product", "IF")
    (card,) = found["products"]
    assert found["on"] == card["on"] == "2020-03-16"
    front, after, *_ = card["curve"]
    assert (front["contract"], front["price"], front["index_level"]) == (
        "IF2003.CFE", 3692.0, 3727.84,
    )  # fmt: skip
    assert f"{card['basis']:.2f}" == "-35.84"
    assert percent(card["basis_ratio"], 4) == "-0.9614"
    assert percent(card["annualised"], 2) == "-48.07"
    assert (front["sessions"], after["sessions"]) == (5, 24)
    assert percent(after["annualised"], 2) == "-15.32"
    rolls = [percent(row["inter_expiry_months"], 3) for row in card["curve"][1:]]
    assert rolls == ["-6.116", "-5.086", "-4.871"]
    assert percent(card["weighted_discount"], 3) == "-5.392"


@pytest.mark.feature("F22")
def test_csi500_that_day(ask, shared_data):
    futures = shared_data / "cn_index_futures_daily.parquet"
    found = ask("basis", "--futures", futures, "--on", "2020-03-16", "--product", "IC")
    assert percent(found["products"][0]["weighted_discount"], 2) == "-12.36"


def test_every_product_of_the_day_without_naming_one(ask, shared_data):
    futures = shared_data / "cn_index_futures_daily.parquet"
    found = ask("basis", "--futures", futures, "--on", "2020-03-16")
    discounts = {p["product"]: percent(p["weighted_discount"], 2) for p in found["products"]}
    assert discounts["IF"] == "-5.39"
    assert discounts["IC"] == "-12.36"
    assert discounts.keys() == {"IF", "IC", "IH"}  # IM was listed in July 2022


@pytest.mark.feature("D04", "I04")
def test_day_board_of_5_february_2024(ask, shared_data):
    # Data README: 1,681 of 3,756 names at or below -9.8 %; smallest tenth -10.4 %, the next two
    # -9.6 %, the seventh to ninth -5.3 % (caps of the last January session there, of the session
    # before here).
    found = ask(
        "day", "--prices", shared_data / "cn_stock_daily.parquet", "--volume-unit", "lots",
        "--index", shared_data / "cn_index_daily.parquet", "--benchmark", "000300.SH",
        "--on", "2024-02-05",
    )  # fmt: skip
    assert (found["limit_down"], found["names"]) == (1681, 3756)
    assert found["label"] == "small_caps_sold"
    assert found["index"] == "000300.SH"
    means = {group["group"]: 100 * group["mean"] for group in found["size_groups"]}
    assert means[1] == pytest.approx(-10.4, abs=0.15)
    assert (means[2] + means[3]) / 2 == pytest.approx(-9.6, abs=0.15)
    assert (means[7] + means[8] + means[9]) / 3 == pytest.approx(-5.3, abs=0.15)
    assert means[10] > means[9] > means[8] > means[7] > means[1]


@pytest.fixture
def america(ask, shared_data):
    return lambda on: ask(
        "day", "--prices", shared_data / "us_sp500_close_2022_2026.parquet",
        "--index", shared_data / "us_etf_daily.parquet", "--benchmark", "SPY.US", "--on", on,
    )  # fmt: skip


@pytest.mark.feature("D07")
def test_three_quarters_beat_the_index_on_4_february_2026(america):
    found = america("2026-02-04")
    assert percent(found["breadth"], 1) == "75.6"
    assert found["label"] == "momentum_crash"
    assert percent(found["momentum"]["spread"], 1) == "-6.1"
    assert f"{found['momentum']['sigma']['rolling_120']:.1f}" == "-3.8"


@pytest.mark.feature("D05", "D22")
def test_volatility_ratio_of_29_january_2026(america):
    # The article prints 6.88 and the 99th percentile on its own universe; 5.91 and 98.4 are what
    # these files give (spec/features.md, "checked against real data").
    found = america("2026-01-29")
    assert f"{found['volatility_ratio']:.2f}" == "5.91"
    assert percent(found["volatility_ratio_percentile"], 1) == "98.4"
    assert found["calm_index_wild_members"] is True
