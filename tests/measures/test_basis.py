"""Basis: the published day of 2020-03-16 to the printed digit, and every way to ask it wrongly."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, ContractError, DataError
from quantquake.measures import basis
from quantquake.measures.basis.audit import chain_audit

SPOT = 3727.84
# Seed article of 2020-03-16 (FunofHedgeFunds) with prices and counts of spec/derivatives.md 2.2:
# contract, expiry, price, open interest of the synthetic golden (34000, 43182, 22818).
CURVE = [
    ("IF2003", "2020-03-20", 3692.0, 83045),
    ("IF2004", "2020-04-17", 3673.0, 34000),
    ("IF2006", "2020-06-19", 3644.6, 43182),
    ("IF2009", "2020-09-18", 3601.2, 22818),
]


def futures(date: str = "2020-03-16", product: str = "IF", **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(CURVE, columns=["symbol", "expiry", "close", "open_interest"])
    frame["expiry"] = pd.to_datetime(frame["expiry"])
    return frame.assign(date=pd.Timestamp(date), product=product, **columns)


def two_days() -> pd.DataFrame:
    """The day before, IF2003 stood 0.03 % under an index of 3900 (the article's -0.03 %)."""
    before = futures("2020-03-13", spot_close=3900.0).assign(
        close=[3900 * (1 - 0.0003), 3895.0, 3880.0, 3850.0]
    )
    return pd.concat([before, futures(spot_close=SPOT)], ignore_index=True)


@pytest.mark.feature("F01", "F02", "F03", "F04", "F24")
def test_real_time_basis_matches_the_article() -> None:
    curve = basis.term_structure(futures(), SPOT, "2020-03-16")
    front, after = curve.loc["IF2003"], curve.loc["IF2004"]
    assert front["basis"] == pytest.approx(-35.84, abs=1e-9)
    assert f"{front['basis_ratio']:.4%}" == "-0.9614%"
    assert f"{front['annualised']:.2%}" == "-48.07%"
    assert f"{after['annualised']:.2%}" == "-15.32%"
    # derivatives.md 2.2: both ends counted, Qingming (04-06) closed
    assert curve["sessions"].tolist() == [5, 24, 66, 129]
    assert curve["months"].tolist() == [0, 1, 3, 6]


@pytest.mark.feature("F09")
def test_inter_expiry_matches_the_article() -> None:
    curve = basis.term_structure(futures(), SPOT, "2020-03-16")
    printed = [f"{x:.3%}" for x in curve["inter_expiry_months"].iloc[1:]]
    assert printed == ["-6.116%", "-5.086%", "-4.871%"]
    # derivatives.md 2.2, futures denominator, 250/19 sessions; and 365 ln(F2/F1) / 28 days
    assert f"{curve['inter_expiry_sessions'].iloc[1]:.3%}" == "-6.771%"
    log = np.log(3673.0 / 3692.0) * 365 / 28
    assert curve["inter_expiry_log"].iloc[1] == pytest.approx(log, rel=1e-12)
    assert curve.filter(like="inter_expiry").iloc[0].isna().all()


@pytest.mark.feature("F10")
def test_weighted_discount_matches_the_synthetic_golden() -> None:
    discount = basis.weighted_discount(futures(), pd.Series({"2020-03-16": SPOT}))
    assert f"{discount.iloc[0]:.4%}" == "-5.3873%"  # derivatives.md 2.2
    assert discount.attrs["rows"] == 3


@pytest.mark.feature("F10")
@pytest.mark.parametrize("third", [0.18, 0.228, 0.27])
def test_weights_on_the_constraint_print_the_same_cost(third: float) -> None:
    # F10: 5.39 = 6.12 w1 + 5.09 w2 + 4.87 w3, weights summing to 1: 1.03 w1 - 0.22 w3 = 0.30
    first = (0.30 + 0.22 * third) / 1.03
    weights = np.array([0, first, 1 - first - third, third])
    rows = futures().assign(open_interest=weights * 1e5)
    assert basis.weighted_discount(rows, SPOT).iloc[0] == pytest.approx(-0.0539, abs=5e-5)


@pytest.mark.parametrize("method", ["months", "sessions", "log"])
def test_methods_are_the_named_columns(method: str) -> None:
    table = basis.term_structure(futures(), SPOT, "2020-03-16").iloc[1:]
    expected = np.average(table[f"inter_expiry_{method}"], weights=table["open_interest"])
    found = basis.weighted_discount(futures(), SPOT, method=method).iloc[0]  # type: ignore[arg-type]
    assert found == pytest.approx(expected, rel=1e-12)


def test_days_per_year_moves_the_annualised_columns_only() -> None:
    a = basis.term_structure(futures(), SPOT, "2020-03-16")
    b = basis.term_structure(futures(), SPOT, "2020-03-16", days_per_year=244)
    assert f"{b['annualised'].iloc[0]:.2%}" == "-46.92%"  # derivatives.md 2.2
    pd.testing.assert_series_equal(a["inter_expiry_months"], b["inter_expiry_months"])
    assert b["inter_expiry_sessions"].iloc[1] == pytest.approx(
        a["inter_expiry_sessions"].iloc[1] * 244 / 250
    )


def test_expiry_comes_from_the_symbol_without_a_column() -> None:
    explicit = basis.term_structure(futures(), SPOT, "2020-03-16")
    parsed = basis.term_structure(futures().drop(columns="expiry"), SPOT, "2020-03-16")
    pd.testing.assert_frame_equal(explicit, parsed)


@pytest.mark.feature("F25")
def test_expiry_day_counts_one_session_and_is_flagged() -> None:
    curve = basis.term_structure(futures("2020-03-20"), SPOT, "2020-03-20")
    assert curve["sessions"].iloc[0] == 1
    assert curve["annualised"].iloc[0] == pytest.approx(-35.84 / SPOT * 250)
    assert curve["near_expiry"].tolist() == [True, False, False, False]
    six = basis.term_structure(futures("2020-03-13"), SPOT, "2020-03-13")
    assert six["sessions"].iloc[0] == 6
    assert not six["near_expiry"].iloc[0]


def test_empty_open_interest_is_left_out_and_counted() -> None:
    rows = futures(open_interest=[83045.0, 34000.0, 0.0, np.nan])
    discount = basis.weighted_discount(rows, SPOT)
    assert f"{discount.iloc[0]:.3%}" == "-6.116%"
    assert discount.attrs["no_open_interest"] == 2
    nobody = basis.weighted_discount(futures(open_interest=0.0), SPOT)
    assert nobody.isna().all()
    assert len(nobody) == 1


@pytest.mark.feature("F26")
def test_settlement_is_never_filled_with_the_close() -> None:
    rows = futures(settle=[3690.0, np.nan, 3640.0, 3600.0])
    curve = basis.term_structure(rows, SPOT, "2020-03-16", price="settle")
    assert curve["basis"].iloc[0] == pytest.approx(3690.0 - SPOT)
    assert np.isnan(curve["basis"].iloc[1])
    counted = basis.weighted_discount(rows, SPOT, price="settle").attrs
    assert counted["no_price"] == 1
    with pytest.raises(DataError, match="settle"):
        basis.term_structure(futures(), SPOT, "2020-03-16", price="settle")


def test_index_level_in_every_form_gives_the_same_basis() -> None:
    rows = futures(spot_close=SPOT)
    day = pd.Timestamp("2020-03-16")
    forms = [
        SPOT,
        None,
        pd.Series({day: SPOT}),
        pd.DataFrame({"000300.SH": [SPOT], "000905.SH": [1.0]}, index=[day]),
        pd.DataFrame({"IF": [SPOT]}, index=[day]),
    ]
    found = [basis.term_structure(rows, form, day)["basis"].iloc[0] for form in forms]
    assert found == pytest.approx([-35.84] * len(forms))


def test_several_products_need_a_name_and_the_table_loops() -> None:
    rows = pd.concat([futures(), futures(product="IC").assign(close=lambda f: f["close"] * 0.99)])
    rows = rows.assign(spot_close=SPOT, symbol=rows["product"] + rows["symbol"].str[2:])
    with pytest.raises(DataError, match=r"No product was named.*\['IC', 'IF'\]"):
        basis.term_structure(rows, None, "2020-03-16")
    with pytest.raises(DataError, match=r"'IM' is absent.*\['IC', 'IF'\]"):
        basis.weighted_discount(rows, None, product="IM")
    table = basis.product_table(rows, None, "2020-03-16")
    assert table.index.tolist() == ["IC", "IF"]
    assert f"{table.loc['IF', 'weighted_discount']:.4%}" == "-5.3873%"
    assert table.loc["IC", "basis"] == pytest.approx(3692 * 0.99 - SPOT)


@pytest.mark.feature("F05", "F11", "F27")
def test_card_says_which_number_to_look_at() -> None:
    card = basis.basis_card(two_days(), None, "2020-03-16")
    # Article: -0.03 % -> -0.96 % on the day gives existing books +0.93 %
    assert f"{card.nav_move:+.2%}" == "+0.93%"
    assert card.entry_move == -card.nav_move
    assert f"{card.locked_annual:.2%}" == "5.39%"
    assert card.weighted_discount == -card.locked_annual
    assert card.front == "IF2003"
    assert card.near_expiry
    assert card.cheapest == "IF2009"
    assert card.previous == pd.Timestamp("2020-03-13")
    assert "discount of 0.96%" in card.sentence
    assert "costs 5.39% a year" in card.sentence
    plain = json.loads(json.dumps(card.to_dict()))
    assert plain["product"] == "IF"
    assert plain["curve"][0]["contract"] == "IF2003"
    assert plain["curve"][0]["inter_expiry_months"] is None


@pytest.mark.feature("F06")
def test_day_before_is_about_one_percent_a_year() -> None:
    front = basis.term_structure(two_days(), None, "2020-03-13").iloc[0]
    assert front["annualised"] == pytest.approx(-0.0125)  # 0.03 % x 250/6


def test_nav_move_is_missing_across_an_absent_session() -> None:
    rows = two_days().replace({"date": {pd.Timestamp("2020-03-13"): pd.Timestamp("2020-03-12")}})
    card = basis.basis_card(rows, None, "2020-03-16")
    assert np.isnan(card.nav_move)
    assert card.previous is None
    assert card.origin.coverage["session before"] == "missing"
    assert np.isnan(basis.basis_card(two_days(), SPOT, "2020-03-16").nav_move)


def test_premium_reads_as_earning() -> None:
    rows = futures(spot_close=SPOT).assign(close=[3730.0, 3740.0, 3750.0, 3760.0])
    card = basis.basis_card(rows, None, "2020-03-16")
    assert card.weighted_discount > 0
    assert card.locked_annual < 0
    assert "premium" in card.sentence
    assert "earns" in card.sentence


@pytest.mark.feature("F07")
def test_locked_cost_matches_the_worked_book() -> None:
    # derivatives.md 2.3: S 5400, F 5340, D 10, n 42
    assert f"{basis.locked_cost(5340.0, 5400.0, 42):.3%}" == "6.614%"
    assert f"{basis.locked_cost(5340.0, 5400.0, 42, dividends=10.0):.3%}" == "5.511%"


@pytest.mark.feature("P06")
def test_no_look_ahead() -> None:
    whole = two_days()
    cut = whole[whole["date"] <= "2020-03-13"]
    full, early = basis.weighted_discount(whole, None), basis.weighted_discount(cut, None)
    assert full.loc[early.index].tolist() == early.tolist()
    pd.testing.assert_frame_equal(
        basis.history(whole).iloc[: len(cut)], basis.history(cut), check_like=False
    )


@pytest.mark.parametrize(
    ("rows", "error", "match"),
    [
        (
            lambda: futures().drop(columns="expiry").assign(symbol="IF00C1").head(1),
            ContractError,
            "IF00C1",
        ),
        (
            lambda: futures("2020-03-23"),
            ContractError,
            r"1 rows .* dated after it: row 0 \(IF2003 \(expiry 2020-03-20\) on 2020-03-23\)",
        ),
        (
            lambda: futures(close=[0.0, 1, 1, 1]),
            DataError,
            "at or below zero.*IF2003 on 2020-03-16",
        ),
        (lambda: futures(close=[1.0, -5, 1, 1]), DataError, r"row 1 \(IF2004 on 2020-03-16\)"),
        (lambda: futures(expiry=pd.Timestamp("2099-03-20")), ContractError, "more than 400 days"),
        (lambda: pd.concat([futures(), futures()]), DataError, "repeat"),
        (lambda: futures().drop(columns="symbol"), DataError, "lack"),
        (
            lambda: futures(product=["IF", "IC", "IF", "IM"]),
            ContractError,
            r"2 of 4 .* contradicts their symbol: row 1 \(IF2004 as IC .*row 3 \(IF2009 as IM",
        ),
    ],
)
def test_bad_rows_are_named(rows: object, error: type[Exception], match: str) -> None:
    frame = rows()  # type: ignore[operator]
    with pytest.raises(error, match=match):
        basis.term_structure(frame, SPOT, frame["date"].iloc[0])


def test_absent_date_names_its_neighbours() -> None:
    with pytest.raises(DataError, match="nearest earlier are 2020-03-13, 2020-03-16"):
        basis.term_structure(two_days(), None, "2020-03-17")
    with pytest.raises(DataError, match="none is earlier"):
        basis.term_structure(two_days(), None, "2020-03-01")


def test_index_without_common_date_or_level_is_refused() -> None:
    with pytest.raises(DataError, match="no date in common"):
        basis.weighted_discount(futures(), pd.Series({"2019-03-15": SPOT}))
    with pytest.raises(DataError, match="spot_close"):
        basis.weighted_discount(futures())
    with pytest.raises(DataError, match="2 dates"):
        basis.weighted_discount(two_days(), SPOT)
    with pytest.raises(DataError, match="000300"):
        basis.weighted_discount(futures(), pd.DataFrame({"X": [1.0]}, index=["2020-03-16"]))


def test_bad_method_and_missing_open_interest() -> None:
    with pytest.raises(ConfigError, match="monthly"):
        basis.weighted_discount(futures(), SPOT, method="monthly")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="monthly"):
        basis.basis_card(futures(), SPOT, "2020-03-16", method="monthly")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="open_interest"):
        basis.weighted_discount(futures().drop(columns="open_interest"), SPOT)


@pytest.mark.feature("F07", "F14", "F25")
def test_card_takes_dividends_off_and_may_choose_another_contract() -> None:
    # Points by hand: 2 by the April, 70 by the June, 75 by the September expiry.
    points = pd.Series({"IF2003": 0.0, "IF2004": 2.0, "IF2006": 70.0, "IF2009": 75.0})
    bare = basis.basis_card(two_days(), None, "2020-03-16")
    card = basis.basis_card(two_days(), None, "2020-03-16", dividends=points, rate=0.02)
    assert np.isnan(bare.adjusted_annual)
    assert "dividends" not in bare.curve
    assert card.locked_annual == bare.locked_annual
    # (F + D - F1 - D1) / S * 12 / months, weighted as the raw one.
    legs = [(3673 + 2 - 3692) * 12, (3644.6 + 70 - 3692) * 4, (3601.2 + 75 - 3692) * 2]
    by_hand = -np.average(np.array(legs) / SPOT, weights=[34000, 43182, 22818])
    assert card.adjusted_annual == pytest.approx(by_hand)
    assert "5.39% a year (" in card.sentence
    assert "after dividends)" in card.sentence
    june = card.curve.loc["IF2006"]
    assert june["adjusted_annualised"] == pytest.approx((3644.6 + 70 - SPOT) / SPOT * 250 / 66)
    assert june["excess"] == pytest.approx(june["implied_financing"] - 0.02)
    # Raw, September is the cheapest short; less dividends June is.
    assert (bare.cheapest, card.cheapest) == ("IF2009", "IF2006")
    dear = basis.basis_card(two_days(), None, "2020-03-16", dividends=points, rate=0.05)
    assert dear.curve.loc["IF2006", "fair_price"] > june["fair_price"]
    flat = basis.basis_card(two_days(), None, "2020-03-16", dividends=10.0)
    assert flat.adjusted_annual == pytest.approx(flat.locked_annual)  # alike for every contract
    unknown = basis.basis_card(two_days(), None, "2020-03-16", dividends=points.drop("IF2006"))
    assert np.isnan(unknown.curve.loc["IF2006", "adjusted_annualised"])
    assert unknown.adjusted_annual != card.adjusted_annual


def test_a_contract_without_an_index_level_is_counted_out() -> None:
    rows = futures(spot_close=[SPOT, SPOT, np.nan, SPOT])
    card = basis.basis_card(rows, None, "2020-03-16")
    assert card.origin.coverage["contracts"] == "3 of 4"
    assert card.curve["basis"].isna().tolist() == [False, False, True, False]
    counts = chain_audit(rows).loc["IF"]
    assert counts[["rows", "measured", "no_index", "no_price"]].tolist() == [4, 3, 1, 0]


def test_audit_counts_every_reason_once_and_names_absent_sessions() -> None:
    days = pd.bdate_range("2020-03-16", "2020-03-20").delete(2)  # Wednesday is missing
    rows = pd.concat([futures(f"{day:%Y-%m-%d}", spot_close=SPOT) for day in days])
    rows = rows.reset_index(drop=True)
    rows.loc[0, "close"] = np.nan
    rows.loc[1, "open_interest"] = 0.0
    counts = chain_audit(rows[rows.index != 7]).loc["IF"]
    assert counts["absent_dates"] == ("2020-03-18",)
    named = ["rows", "measured", "expiry_day", "no_open_interest", "no_price", "no_index",
             "absent_sessions", "short_days"]  # fmt: skip
    # IF2003 settles on the 20th; one row was dropped, so one day has three contracts.
    assert counts[named].tolist() == [15, 14, 1, 1, 1, 0, 1, 1]


def test_product_beside_a_symbol_in_other_words_is_no_contradiction() -> None:
    # A vendor's name or an index code beside IF2003 is judged as the product it always was.
    rows = futures(product="CSI 300")
    assert basis.term_structure(rows, SPOT, "2020-03-16")["basis"].iloc[0] == pytest.approx(-35.84)
    spelled = futures(product="IF").assign(symbol=lambda f: "CFFEX." + f["symbol"])
    assert len(basis.term_structure(spelled, SPOT, "2020-03-16")) == 4
