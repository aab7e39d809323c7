"""Hedge detail on the page: bars that add up, lines that end at zero, both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.report.conftest import make_card

from quantquake.report.figures.basis import discount_history
from quantquake.report.figures.basis_ledger import basis_to_expiry, ledger_waterfall
from quantquake.report.hedge_cells import (
    extreme_cells,
    past_cells,
    split_cells,
    study_cells,
)
from quantquake.report.hedge_parts import HedgeParts, RuleChange
from quantquake.report.hedge_screen import trial_said
from quantquake.report.html import build_report
from quantquake.report.numbers import book_money
from quantquake.report.parts import ReportParts

DAYS = pd.bdate_range("2023-10-23", "2024-02-05", name="date")


def ledger() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(0, 1e5, (len(DAYS), 2)), DAYS, ["alpha", "basis_pnl"])
    table["realised"] = 0.3 * table["basis_pnl"]
    table["paper"] = (table["basis_pnl"] - table["realised"]).cumsum()
    table["locked_cost"] = 3e6
    table["relocked"] = 0.0
    table["fees"] = 500.0
    table["total"] = table["alpha"] + table["basis_pnl"] - table["fees"]
    return table


def entries() -> pd.DataFrame:
    opened = pd.DatetimeIndex(["2023-10-23", "2023-12-04", "2024-02-05"], name="opened")
    return pd.DataFrame(
        {
            "price": [5514.0, 5852.6, 3922.6],
            "basis_ratio": [-0.022, -0.0428, -0.0863],
            "sessions": [162, 132, 88],
            "locked": [-0.034, -0.081, -0.245],
            "accrued": [-0.0101, -0.0144, 0.0],
            "paper": [0.0643, 0.0435, 0.0],
        },
        index=opened,
    )


def hedge() -> HedgeParts:
    rolls = pd.DataFrame(
        {"carry": 0.05, "trading": 0.01, "total": 0.06, "rolls": 12.0},
        index=["planned", "hindsight", "front", "next", "open_interest"],
    )
    regimes = pd.DataFrame(
        {
            "start": [DAYS[0], DAYS[40]],
            "end": [DAYS[39], DAYS[-1]],
            "days": [40, len(DAYS) - 40],
            "mean": [-0.03, -0.10],
        }
    )
    return HedgeParts(
        product="IM",
        contract="IM2406.CFE",
        regimes=regimes,
        changes=[
            RuleChange(date=DAYS[5], title_en="5th easing", title_zh="五次松绑", verified=False),
            RuleChange(date=DAYS[7], title_en="twin", title_zh="重叠", verified=True),
        ],
        entries=entries(),
        path=pd.Series(np.linspace(-0.02, -0.0863, len(DAYS)), index=DAYS),
        expiry=pd.Timestamp("2024-06-21"),
        ledger=ledger(),
        rolls=rolls,
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_waterfall_bars_add_up_to_the_total(lang: str) -> None:
    book = ledger()
    bars = ledger_waterfall(book, lang=lang).data[0]
    sizes = list(bars.y)
    assert sizes[-2] == pytest.approx(book["total"].sum())
    assert sum(sizes[:-2]) == pytest.approx(sizes[-2])
    assert sizes[-1] == pytest.approx(-3e6)
    # Every bar stands where the one before it ended; the total stands on zero.
    for base, before in zip(bars.base[1:-2], np.cumsum(sizes)[:-3], strict=True):
        assert base == pytest.approx(before)
    assert bars.base[-2] == 0.0
    free = ledger_waterfall(book.assign(fees=0.0), lang=lang).data[0]
    assert len(free.x) == len(bars.x) - 1


def test_dashes_end_at_zero_on_expiry() -> None:
    one = hedge()
    figure = basis_to_expiry(one.path, one.entries, one.expiry)
    dashes = [t for t in figure.data if t.line.dash]
    assert len(dashes) == 3
    assert all(t.x[-1] == "2024-06-21" and t.y[-1] == 0.0 for t in dashes)
    assert dashes[-1].y[0] == pytest.approx(-8.63)


def test_regimes_are_shaded_and_close_events_keep_their_line() -> None:
    one = hedge()
    figure = discount_history(
        {"IM": one.path},
        events=[(c.date, c.title("en")) for c in one.changes],
        regimes=one.regimes,
    )
    kinds = [s.type for s in figure.layout.shapes]
    assert kinds.count("rect") == 1
    assert kinds.count("line") == 4  # two means, two events
    names = [a.text for a in figure.layout.annotations]
    assert "5th easing?" in names  # not verified
    assert "twin" not in names  # two days later: no room


def past() -> list[dict[str, object]]:
    study = pd.DataFrame(
        {
            "days": [40], "episodes": [3], "mean": [0.04], "base_mean": [0.003],
            "low": [-0.03], "high": [0.043], "verdict": ["too_few"],
        },
        index=pd.MultiIndex.from_tuples([("deepest", 20)], names=["bucket", "horizon"]),
    )  # fmt: skip
    shares = pd.DataFrame(
        {"share": [0.2, 0.8], "low": [0.0, 0.4], "high": [0.6, 0.95]},
        index=pd.Index(["mood", "unexplained"], name="part"),
    )
    audit = {"rows": 900, "measured": 890, "expiry_day": 12, "no_open_interest": 3,
             "absent_sessions": 2}  # fmt: skip
    one = {
        "product": "IM", "method": "sessions", "today": -0.298, "percentile": 0.004,
        "deepest": {"date": DAYS[-1], "value": -0.298},
        "shallowest": {"date": DAYS[3], "value": 0.02},
        "regimes": [{"start": DAYS[0], "mean": -0.085}], "audit": audit,
        "study": SimpleNamespace(table=study), "moved_with": SimpleNamespace(shares=shares),
    }  # fmt: skip
    young = one | {"product": "XX", "regimes": [], "study": None, "moved_with": None,
                   "deepest": None, "percentile": float("nan")}  # fmt: skip
    return [one, young]


def trial(saved: float, low: float, high: float) -> SimpleNamespace:
    habits = ["front", "next", "open_interest", "best_habit"]
    lead = pd.DataFrame({"saved": saved, "low": low, "high": high}, index=habits)
    return SimpleNamespace(
        product="IM", lead=lead, costs=pd.DataFrame(), nightly=pd.DataFrame(index=DAYS)
    )


def substitution() -> SimpleNamespace:
    contracts = pd.DataFrame(
        {
            "sessions": [24, 88], "carry": [0.6, 0.22], "cash": 0.017, "fees": 0.001,
            "head_start": [0.616, 0.236], "worst": [0.032, np.nan],
            "worst_on": [DAYS[-1], pd.NaT],
        },
        index=["IM2403.CFE", "IM2406.CFE"],
    )  # fmt: skip
    return SimpleNamespace(contracts=contracts, best="IM2403.CFE", head_start=0.616, worst=0.032)


@pytest.mark.feature("F22", "F25", "B15", "F17")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_about_hedging_alone_fills_its_rows(lang: str) -> None:
    one = replace(
        hedge(),
        trial=trial(0.018, -0.007, 0.045),
        substitutions={"IM": substitution()},
        past=past(),
    )
    parts = ReportParts(
        market="", as_of=DAYS[-1], discounts={"IM": one.path}, hedge=one,
        basis=[make_card("IM", -0.1, 0.0124)],
    )  # fmt: skip
    page = build_report(parts, lang=lang)
    assert '<body class="solo">' in page
    found = re.findall(r'<section class="panel (\w+) ([a-z ]*)"', page)
    width = {
        "third": 5,
        "wide": 7,
        "rail": 5,
        "half": 6,
        "half beside": 7,
        "whole": 12,
        "beside": 7,
    }
    columns = [width[kind] for code, kind in found if code not in ("answers", "method")]
    # Every row of twelve columns is full: no hole on the page.
    filled = 0
    for size in columns:
        filled = size if filled in (0, 12) else filled + size
        assert filled <= 12, found
    assert filled == 12, found
    codes = [code for code, _ in found]
    assert {"term", "discounts", "basis", "entries", "to_expiry", "rolls", "trial", "substitution",
            "past", "study", "split", "waterfall"} <= set(codes)  # fmt: skip
    # The method section explains what was asked, nothing else.
    assert 'id="how-basis"' in page
    assert 'id="how-board"' not in page
    assert "2024-02-05" in page
    assert "61.6" in page


def test_whole_report_keeps_its_grid_and_its_method_section(parts: ReportParts) -> None:
    page = build_report(parts, lang="en")
    assert '<body class="solo">' not in page
    assert 'id="how-board"' in page


@pytest.mark.parametrize(
    ("numbers", "said"),
    [((0.018, -0.007, 0.045), "it could be chance"), ((0.02, 0.004, 0.04), "above zero"),
     ((-0.02, -0.04, -0.001), "planning lost to the best habit")],
)  # fmt: skip
def test_trial_says_what_its_interval_allows(
    numbers: tuple[float, float, float], said: str
) -> None:
    text = trial_said(trial(*numbers), "en")
    assert said in text
    assert "2023-10-23" in text
    assert trial_said(trial(*numbers), "zh").startswith("2023-10-23")


def test_cells_of_a_past_count_what_was_set_aside() -> None:
    known, young = past_cells(past())
    assert [c.text for c in known] == ["IM", "−29.8", "<1", "1", "2023-10-23", "−8.5"]
    assert [c.text for c in young][3:] == ["", "", ""]
    deepest, none = extreme_cells(past())
    # 900 rows, 890 measured, of those 12 settling and 3 without open interest: 25 in no mean.
    assert [c.text for c in deepest][-3:] == ["900", "25", "2"]
    assert [c.text for c in none][:2] == ["", ""]
    assert len(study_cells(past(), "en")) == 1
    assert [row[1].text for row in split_cells(past(), "en")] == ["mood", "nothing named"]


@pytest.mark.feature("F30", "F15")
def test_event_on_the_last_day_leans_inward_and_the_deepest_day_is_dated() -> None:
    days = pd.bdate_range("2019-01-02", periods=300)
    path = pd.Series(-0.05, index=days)
    path.iloc[40] = -0.2
    figure = discount_history({"IC": path}, events=[(days[-1], "US halt"), (days[60], "4th")])
    said = {a.text: a for a in figure.layout.annotations}
    assert said["US halt"].xanchor == "right"
    assert said["4th"].xanchor == "center"
    assert said[f"{days[40]:%Y-%m-%d}"].y == pytest.approx(-20.0)
    short = discount_history({"IC": path[:200]})
    assert f"{days[40]:%Y-%m-%d}" not in {a.text for a in short.layout.annotations}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_holds_every_panel_there_is_data_for(lang: str) -> None:
    full = ReportParts(market="", as_of=DAYS[-1], discounts={"IM": hedge().path}, hedge=hedge())
    page = build_report(full, lang=lang)
    for code in ("entries", "to_expiry", "waterfall", "rolls"):
        assert f'id="{code}"' in page
    bare = ReportParts(market="", as_of=DAYS[-1], hedge=HedgeParts(product="IM", contract="x"))
    assert 'id="entries"' not in build_report(bare, lang=lang)


def test_money_of_a_book() -> None:
    assert book_money(4_180_000, "en") == "4.18m"
    assert book_money(-4_180_000, "zh") == "−418 万"
    assert book_money(-1.0, "en") == "0"
    assert book_money(float("nan"), "en") == "—"
