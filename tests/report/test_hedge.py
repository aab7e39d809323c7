"""Hedge detail on the page: bars that add up, lines that end at zero, both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.report.figures.basis import discount_history
from quantquake.report.figures.basis_ledger import basis_to_expiry, ledger_waterfall
from quantquake.report.hedge_parts import HedgeParts, RuleChange
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
