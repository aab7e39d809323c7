"""Leverage, margin calls, levered funds by level, margin financing, haircuts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.flows.margin import (
    accounts_called,
    call_distance,
    financing_response,
    forced_source,
    haircut,
    leverage_after,
    levered_return,
    margin_book,
    sales_to_target,
    spiral_gain,
)

MOVES = np.array([-0.10, -0.05, 0.0, 0.05])


# --- the algebra --------------------------------------------------------------------------------


@pytest.mark.feature("M01", "I17", "H16")
def test_paying_out_36_per_cent_takes_20_to_31():
    # Seed article S1: 36 % of the capital returned, positions kept, "20x" became "30x".
    assert leverage_after(20.0, payout=0.36) == pytest.approx(31.25)
    # spec/cascade section 4: assets 125 on 4 of equity; a loss of 1.9 leaves over 58x.
    assert leverage_after(125 / 4.0, loss=1.9 / 125) == pytest.approx(123.1 / 2.1)
    assert leverage_after(4.0, loss=0.1) == pytest.approx(3.6 / 0.6)
    assert leverage_after(4.0, loss=-0.1) == pytest.approx(4.4 / 1.4)


@pytest.mark.feature("M01")
def test_limits_of_leverage_are_exact():
    assert leverage_after(0.0, loss=0.5) == 0.0  # cash
    assert leverage_after(1.0, loss=0.5) == 1.0  # no debt
    assert leverage_after(4.0, loss=0.25) == np.inf  # the equity is gone
    path = leverage_after(np.array([1.0, 2.0, 4.0]), loss=0.2)
    assert path.tolist() == pytest.approx([1.0, 1.6 / 0.6, 16.0])


@pytest.mark.feature("M02", "I08")
def test_dma_at_four_times_a_tenth_is_forty_per_cent():
    assert levered_return(-0.06, -0.04, leverage=4.0) == pytest.approx(-0.40)
    assert levered_return(-0.10, 0.0) == pytest.approx(-0.40)
    # Closing banned and the discount narrows by 2 %: -8 % (spec/derivatives 2.3).
    assert levered_return(0.0, -0.02) == pytest.approx(-0.08)
    assert levered_return(0.0, 0.0, leverage=3.0, financing=0.05, years=0.5) == pytest.approx(-0.05)


@pytest.mark.feature("M04")
def test_distance_to_the_call_solves_its_own_equation():
    for leverage, least in ((4.0, 0.2), (2.0, 1 - 1 / 1.3), (1.0, 0.5), (10.0, 0.05)):
        fall = -call_distance(leverage, maintenance=least)
        if leverage > 1.0:
            assert (1 - leverage * fall) / (leverage * (1 - fall)) == pytest.approx(least)
    assert call_distance(4.0, maintenance=0.2) == pytest.approx(-0.0625)
    assert call_distance(1.0, maintenance=0.3) == -1.0  # no debt: no call
    assert call_distance(5.0, maintenance=0.2) == 0.0  # it is there
    assert call_distance(9.0, maintenance=0.2) == 0.0
    assert call_distance(np.array([4.0, 5.0]), maintenance=0.2).tolist() == pytest.approx(
        [-0.0625, 0.0]
    )


@pytest.mark.feature("I01", "M04")
def test_sales_bring_leverage_back_to_its_target():
    # A 4x book that loses 5 %: 0.95 of assets on 0.2 of equity; back to 4x means 0.8.
    assert sales_to_target(4.0, 0.05, target=4.0) == pytest.approx(0.15)
    assert sales_to_target(4.0, 0.05, target=3.0) == pytest.approx(0.95 - 0.6)
    assert sales_to_target(4.0, 0.05, target=4.0, limit=5.0) == 0.0
    assert sales_to_target(4.0, 0.30, target=4.0) == pytest.approx(0.7)  # gone: everything
    assert sales_to_target(1.0, 0.5, target=1.0) == 0.0  # no leverage, no spiral
    assert sales_to_target(4.0, -0.1, target=4.0) == 0.0
    found = sales_to_target(4.0, np.array([0.0, 0.05]), target=4.0)
    assert found.tolist() == pytest.approx([0.0, 0.15])


@pytest.mark.feature("I01")
def test_the_spiral_sums_its_own_rounds():
    gain, multiplier = spiral_gain(np.array([100.0, 50.0]), np.array([3.0, 2.0]), impact=0.002)
    assert gain == pytest.approx((200 + 50) * 0.002)
    rounds = [gain**k for k in range(200)]
    assert multiplier == pytest.approx(sum(rounds))
    assert spiral_gain(100.0, 1.0, impact=1.0) == (0.0, 1.0)
    assert spiral_gain(100.0, 3.0, impact=0.01)[1] == np.inf


@pytest.mark.feature("H17", "I19")
def test_haircuts_rise_with_volatility_and_never_fall_below_calm():
    calm = {"calm_volatility": 0.2, "calm_haircut": 0.25}
    assert haircut(0.4, **calm) == pytest.approx(0.5)  # most leverage 4 -> 2
    assert haircut(0.1, **calm) == 0.25
    assert haircut(2.0, **calm) == 1.0
    assert haircut(0.4, **calm, sensitivity=0.0) == 0.25
    assert haircut(0.4, **calm, sensitivity=0.5) == pytest.approx(0.25 * 2**0.5)
    path = haircut(np.linspace(0.1, 1.0, 40), **calm)
    assert (np.diff(path) >= 0).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: leverage_after(-1.0), "`leverage`=-1"),
        (lambda: leverage_after(4.0, payout=1.0), "`payout`=1"),
        (lambda: leverage_after(4.0, loss=1.5), "`loss`=1.5"),
        (lambda: levered_return(0.0, 0.0, leverage=0.5), r"leverage=0\.5"),
        (lambda: call_distance(0.0, maintenance=0.2), "`leverage`=0"),
        (lambda: call_distance(4.0, maintenance=1.3), "maintenance ratio of 130"),
        (lambda: sales_to_target(4.0, 0.1, target=5.0, limit=4.0), "target <= limit"),
        (lambda: spiral_gain(-1.0, 2.0, impact=0.1), "0 or more"),
        (lambda: haircut(0.2, calm_volatility=0.0, calm_haircut=0.1), "above 0"),
    ],
)
def test_impossible_balance_sheets_are_refused(call, said):
    with pytest.raises(ConfigError, match=said):
        call()


# --- a table of funds ---------------------------------------------------------------------------

FUNDS = pd.DataFrame(
    {
        "name": ["dma", "long", "hedged"],
        "assets": [400.0, 200.0, 300.0],
        "leverage": [4.0, 2.0, 3.0],
        "limit": [5.0, 2.5, 4.0],
        "target": [4.0, 2.0, 3.0],
        "hedge": [0.0, 0.0, 1.0],
    }
)


@pytest.mark.feature("E11", "M04")
def test_forced_sales_of_a_table_worked_by_hand():
    book = margin_book(FUNDS)
    # dma: -(1 - 4 x 0.2)/(4 x 0.8); long: -(1 - 2 x 0.4)/(2 x 0.6); hedged: never by the index.
    assert book.funds["move_to_call"].tolist()[:2] == pytest.approx([-0.0625, -1 / 6])
    assert np.isnan(book.funds["move_to_call"].iloc[2])
    source = forced_source(book, MOVES)
    # At -10 %: dma has 360 on 60 (6x): sells 360 - 240 = 120; back to the limit 360 - 300 = 60.
    # hedged: 270 on 100, below its limit.
    assert source.flow.tolist() == pytest.approx([-120.0, 0.0, 0.0, 0.0])
    assert source.high.tolist() == pytest.approx([-60.0, 0.0, 0.0, 0.0])
    assert source.low.tolist() == source.flow.tolist()
    assert source.name == "margin"


@pytest.mark.feature("H06", "I01")
def test_no_leverage_no_sale_and_no_move_no_sale():
    plain = pd.DataFrame({"assets": [100.0], "equity": [100.0], "limit": [1.5]})
    source = forced_source(margin_book(plain), MOVES)
    assert source.flow.tolist() == [0.0] * 4
    assert forced_source(margin_book(FUNDS), [0.0]).flow.tolist() == [0.0]


def test_an_equity_that_is_gone_sells_all_that_is_left():
    source = forced_source(margin_book(FUNDS.iloc[:1]), [-0.5, -0.25])
    assert source.flow.tolist() == pytest.approx([-200.0, -300.0])


@pytest.mark.feature("I19", "H17")
def test_lenders_who_tighten_bring_the_call_forward():
    book = margin_book(FUNDS.iloc[:1])
    loose, tight = forced_source(book, MOVES), forced_source(book, MOVES, tightening=5.0)
    assert loose.flow[1] == 0.0
    # At -5 % the limit is 5/1.25 = 4: 380 on 80 must come back to 4/1.25 = 3.2, i.e. 256.
    assert tight.flow[1] == pytest.approx(-(380 - 256))
    assert (tight.flow <= loose.flow).all()
    with pytest.raises(ConfigError, match="tightening"):
        forced_source(book, MOVES, tightening=-1.0)


def test_maintenance_is_a_limit_upside_down_and_the_target_defaults_to_today():
    book = margin_book(pd.DataFrame({"assets": [400.0], "equity": [100.0], "maintenance": [0.2]}))
    row = book.funds.iloc[0]
    assert (row["limit"], row["target"]) == (pytest.approx(5.0), pytest.approx(4.0))
    above = margin_book(pd.DataFrame({"assets": [600.0], "equity": [100.0], "limit": [5.0]}))
    assert above.funds.loc[0, "target"] == 5.0
    assert above.funds.loc[0, "move_to_call"] == 0.0


def test_the_book_knows_its_spiral():
    gain, _ = margin_book(FUNDS).spiral(0.0005)
    assert gain == pytest.approx((400 * 3 + 200 * 1 + 300 * 2) * 0.0005)


def test_bad_funds_are_listed_and_count_in_the_range():
    rows = pd.DataFrame(
        {
            "name": list("abcdefg"),
            "assets": [400.0, 100.0, -5.0, 100.0, 100.0, 100.0, 100.0],
            "equity": [100.0, 0.0, 10.0, None, 50.0, 50.0, 50.0],
            "leverage": [4.0, None, None, None, 9.0, None, None],
            "limit": [5.0, 5.0, 5.0, 5.0, 5.0, 0.0, 3.0],
            "target": [4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0],
        }
    )
    book = margin_book(rows)
    assert book.funds["name"].tolist() == ["a"]
    assert book.refused["why"].tolist() == [
        "equity: not above 0; the fund is gone already",
        "assets: not above 0 or missing",
        "neither equity nor leverage",
        "assets, equity and leverage contradict each other",
        "limit: not above 0 or missing",
        "target: below 0 or above the limit",
    ]
    source = forced_source(book, [-0.05, 0.0])
    assert source.low.tolist() == pytest.approx([-0.95 * 500, 0.0])
    assert source.flow.tolist() == [0.0, 0.0]


# --- margin financing ---------------------------------------------------------------------------


def planted(rate: float, *, days: int = 300, seed: int = 1) -> tuple[pd.Series, pd.Series]:
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2022-01-03", periods=days)
    returns = 0.012 * rng.standard_normal(days)
    loss, seen = 0.0, []
    for r in returns:
        loss = 0.5**0.5 * loss - (1 - 0.5**0.5) * r
        seen.append(max(loss, 0.0))
    steps = 0.0005 - rate * np.array(seen) + 0.0003 * rng.standard_normal(days)
    return (
        pd.Series(1.5e12 * np.cumprod(1 + steps), dates),
        pd.Series(6000 * np.cumprod(1 + returns), dates),
    )


@pytest.mark.feature("E11")
def test_a_planted_response_is_recovered_and_becomes_a_supply():
    balance, close = planted(0.5)
    found = financing_response(balance, close)
    assert found.interval[0] < 0.5 < found.interval[1]
    assert found.rate == pytest.approx(0.5, abs=0.02)
    source = found.forced_source(MOVES)
    # Past losses and a move act alike: one more point of fall adds rate x balance x 1 point.
    step = (source.flow[1] - source.flow[0]) / 0.05
    assert step == pytest.approx(found.rate * found.balance, rel=1e-9)
    assert (source.low <= source.flow).all()
    assert (source.flow <= source.high).all()
    quick = financing_response(balance, close, halflife=1.0)
    assert quick.rate != pytest.approx(found.rate, abs=0.01)


@pytest.mark.feature("E11")
def test_the_supply_of_a_response_is_the_sum_of_its_days():
    balance, close = planted(0.5)
    found = financing_response(balance, close)
    loss, total = found.loss, 0.0
    for day in range(400):
        loss = 0.5**0.5 * loss + (1 - 0.5**0.5) * (0.1 if day == 0 else 0.0)
        total += max(loss, 0.0)
    got = found.forced_source([-0.1]).flow[0]
    assert got == pytest.approx(-found.rate * found.balance * total, rel=1e-6)


def test_a_balance_that_does_not_react_gives_a_range_around_nothing():
    balance, close = planted(0.0)
    source = financing_response(balance, close).forced_source([-0.1])
    assert source.high[0] == pytest.approx(0.0, abs=1e-9)


def test_a_financing_history_too_short_or_broken_is_refused():
    balance, close = planted(0.5)
    for bad in (balance.iloc[:20], -balance, balance * np.nan):
        with pytest.raises(DataError, match="would be noise"):
            financing_response(bad, close)
    cut = financing_response(balance, close, balance.index[200])
    again = financing_response(balance.iloc[:201], close.iloc[:201])
    assert cut.rate == again.rate


@pytest.mark.feature("E11")
def test_accounts_give_a_range_that_a_simulation_confirms():
    source = accounts_called([-0.3, -0.1, 0.0, 0.1], balance=1.5e12, ratio=2.22, spread=(0.2, 0.4))
    assert np.isnan(source.flow).all()
    assert source.low[2] == source.high[2] == source.low[3] == 0.0
    rng = np.random.default_rng(3)
    for spread, side in ((0.2, source.high), (0.4, source.low)):
        k = 2.22 * np.exp(spread * rng.standard_normal(2_000_000) - spread**2 / 2)
        k = k[k >= 1.3] * 0.7
        sale = np.where(k < 1.3, np.clip((1.4 - k) / 0.4, 0, k), 0.0)
        assert side[0] == pytest.approx(-1.5e12 * sale.mean(), rel=0.02)
    stricter = accounts_called([-0.1], balance=1.5e12, ratio=2.22, spread=(0.2, 0.4), call=1.4,
                               restore=1.5)  # fmt: skip
    assert stricter.low[0] < source.low[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ratio": 222.0},
        {"ratio": 1.2},
        {"balance": -1.0},
        {"spread": (0.4, 0.2)},
        {"spread": (0.0, 0.2)},
        {"restore": 1.3},
    ],
)
def test_account_figures_that_cannot_be_are_refused(wrong):
    right = {"balance": 1e12, "ratio": 2.2, "spread": (0.2, 0.4)}
    with pytest.raises(ConfigError):
        accounts_called([-0.1], **(right | wrong))
