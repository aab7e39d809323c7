"""The pieces the snowball engine is made of, and the compiled engine against its plain twin."""

from __future__ import annotations

import numpy as np
import pytest
from tests.flows.snowball_contracts import MARKET, contract_a

from quantquake._jit import DISABLED
from quantquake.flows.kernels import snowball as kernel
from quantquake.flows.kernels import snowball_grid as grid
from quantquake.flows.kernels.snowball_paths import walk_paths
from quantquake.flows.snowball import TradeColumns
from quantquake.flows.snowball.outlook import look_out
from quantquake.flows.snowball.packed import pack
from quantquake.flows.snowball.variants import KINDS, variant


def test_exponential():
    x = np.concatenate([np.linspace(-50, 3, 4001), [0.0]])
    got = np.array([grid.exponential(v) for v in x])
    np.testing.assert_allclose(got, np.exp(x), rtol=4e-15)
    assert grid.exponential(-1e9) < 1e-300


def half_line(f, cut, step, first=-10, last=16):
    """Integral of f from a cut on, by the corrected node sum."""
    near = np.empty(2 * grid.NODES + 2)
    origin = first * step
    right = grid.cut_at(near, origin, step, cut)
    k = np.arange(last - first)
    weights = np.array([grid.right_of(near, right, int(i)) for i in k])
    return step * float(np.sum(weights * f(origin + k * step)))


@pytest.mark.parametrize("theta", [0.0, 0.1, 0.5, 0.77, 0.999])
def test_a_cut_between_nodes_keeps_the_integral(theta):
    cut = 0.3 * theta
    for power in range(2 * grid.NODES):
        # x^n on [cut, 2], the far end cut as well: exact for polynomials.
        def f(x, n=power):
            return x**n

        got = half_line(f, cut, 0.3) - half_line(f, 2.0, 0.3)
        exact = (2.0 ** (power + 1) - cut ** (power + 1)) / (power + 1)
        assert got == pytest.approx(exact, rel=1e-11)


def test_the_error_of_a_cut_falls_with_the_eighth_power():
    from scipy.stats import norm

    def error(step):
        got = half_line(norm.pdf, 0.37, step, int(-9 / step), int(9 / step))
        return abs(got - norm.sf(0.37))

    assert error(0.4) / error(0.1) > 4**7.5
    assert error(0.4) < 3e-6


def test_infinite_cuts_keep_everything_or_nothing():
    near = np.empty(2 * grid.NODES + 2)
    for cut, weight in ((-np.inf, 1.0), (np.inf, 0.0)):
        right = grid.cut_at(near, 0.0, 0.1, cut)
        assert {grid.right_of(near, right, k) for k in (0, 5, 1000)} == {weight}
    assert grid.MIDWAY.sum() == pytest.approx(grid.NODES, abs=1e-12)


def test_gaussian_weights_are_a_step():
    weight = np.empty(80)
    taps, first = grid.gaussian(weight, 0.5, 0.13, 1.0, 0.9)
    assert taps % grid.TAPS == 0
    y = (first + np.arange(taps)) * 0.5
    assert weight[:taps].sum() == pytest.approx(0.9, abs=1e-14)
    assert weight[:taps] @ y / 0.9 == pytest.approx(0.13, abs=1e-7)
    assert weight[:taps] @ (y - 0.13) ** 2 / 0.9 == pytest.approx(1.0, abs=1e-6)


def test_convolution():
    rng = np.random.default_rng(0)
    before, weight = rng.random(100), rng.random(8)
    buffer = before.copy()
    grid.convolve(buffer, 5, weight, 8, 63, 30)
    expected = [weight @ before[5 + i : 13 + i] for i in range(30)]
    np.testing.assert_allclose(buffer[63:93], expected, rtol=1e-14)
    assert (buffer[:63] == before[:63]).all()
    assert (buffer[93:] == before[93:]).all()


def parts(trades, spots, rho, function):
    """Both parts of the trades' values at log spots, by one form of the kernel."""
    packed = pack(TradeColumns.of(trades))
    curves = np.array([0.2, 0.02, 0.04]).reshape(3, 1, 1)
    x = np.log(np.tile(spots, (len(trades), 1)))
    out = np.zeros((len(trades), 3, len(spots)))
    for daily in (False, True):
        function(
            packed.terms, packed.first, look_out(packed, curves, x), curves, x, rho,
            np.arange(len(trades)), daily, out,
        )  # fmt: skip
    return out


@pytest.mark.parametrize("kind", KINDS)
def test_the_compiled_engine_is_its_plain_twin(kind):
    trade = variant(kind, months=2, lock=1, month=6)
    spots = np.array([0.74, 0.78, 1.0])
    plain = getattr(kernel.add_part, "py_func", kernel.add_part)
    np.testing.assert_allclose(
        parts([trade], spots, 1.5, kernel.add_part), parts([trade], spots, 1.5, plain), atol=1e-11
    )


def test_scratch_of_one_trade_leaves_no_trace_on_the_next():
    # Buffers of a large grid must not reach a small one behind it, nor tails a later session.
    large, small = contract_a(months=6), contract_a(months=1, lock=1)
    spots = np.array([0.76, 0.9, 1.02])
    both = parts([large, small, large], spots, 2.0, kernel.add_part)
    np.testing.assert_array_equal(both[0], both[2])
    np.testing.assert_array_equal(both[1], parts([small], spots, 2.0, kernel.add_part)[0])


def test_a_change_of_rate_alone_changes_the_discount():
    # Rate and carry that rise together leave the drift as it is; the kernel must still notice.
    from quantquake.flows.snowball import value

    rising = np.linspace(0.0, 0.10, 126)
    trade = contract_a(months=6, knock_out=np.inf)
    got = value(trade, 0.9, vol=0.2, rate=rising, carry=rising + 0.02)
    flat = value(trade, 0.9, vol=0.2, rate=0.0, carry=0.02)
    assert got.price == pytest.approx(flat.price * np.exp(-rising.sum() / 252), abs=1e-8)


def test_curves_of_a_constant_are_the_constant():
    from quantquake.flows.snowball import value

    trade = contract_a(months=6)
    curves = {name: np.full(126, level) for name, level in MARKET.items()}
    got, flat = value(trade, 0.85, **curves), value(trade, 0.85, **MARKET)
    assert got.price == pytest.approx(flat.price, abs=1e-9)
    assert got.gamma == pytest.approx(flat.gamma, abs=1e-4)


def test_a_volatility_term_structure_against_simulated_paths():
    from quantquake.flows.snowball import simulate_value, value

    days = np.arange(126)
    curves = {
        "vol": np.where(days < 40, 0.35, 0.15), "rate": 0.01 + days / 4000, "carry": 0.12 - days / 2000,
    }  # fmt: skip
    trade = contract_a(months=6)
    told = simulate_value(trade, 0.86, **curves, paths=12_000, seed=2)
    got = value(trade, 0.86, **curves).price
    assert abs(told.price - got) < 3 * told.standard_error
    assert abs(value(trade, 0.86, vol=0.15, rate=0.01, carry=0.12).price - got) > 0.01


def test_simulated_payoffs_are_those_of_the_state_machine():
    # The paths kernel and `after` read the same contract; they share no line of code.
    rng = np.random.default_rng(4)
    for kind in KINDS:
        trade = variant(kind, months=3, lock=1)
        normals = rng.standard_normal((12, trade.sessions))
        sd = 0.45 / np.sqrt(252)
        path = np.stack([np.full(63, v) for v in (sd, 0.0, 1.0, 1.0)])
        terms = np.array(
            [0.0, -np.inf if trade.watch == "never" else np.log(trade.knock_in),
             trade.watch == "daily", 0.0, trade.strike, trade.floor,
             trade.funding(63), trade.survival_amount()], float,
        )  # fmt: skip
        at = np.full(63, -1)
        at[np.array(trade.observation_sessions) - 1] = np.arange(3)
        with np.errstate(divide="ignore"):
            dates = np.column_stack(
                [np.log(trade.knock_out), trade.knock_out_amounts(),
                 np.log(trade.coupon_barrier), trade.period_coupon]
            )  # fmt: skip
        out = np.zeros((12, 2))
        plain = getattr(walk_paths, "py_func", walk_paths)
        for function in (walk_paths, plain):  # each adds half, as the halves of a pair do
            function(normals, 1.0, path, terms, at, np.ascontiguousarray(dates), out)
        for k, closes in enumerate(np.exp(np.cumsum(sd * normals, axis=1))):
            assert out[k, 0] == pytest.approx(collected(trade, closes), abs=1e-12)


def collected(trade, closes):
    """All that a note pays along a path, period coupons included."""
    total, note = 0.0, trade
    for close in closes:
        if note.outcome != "alive":
            break
        due = 1 in note.observation_sessions
        if due and close >= note.coupon_barrier[0]:
            total += note.period_coupon[0]
            following = note.after([close])
            total -= 0.0 if following.outcome == "alive" else note.period_coupon[0]
        note = note.after([close])
    return total + note.settlement


@pytest.mark.skipif(DISABLED, reason="nothing compiles under NUMBA_DISABLE_JIT=1")
def test_one_signature_serves_every_call():
    from quantquake.flows.snowball import value

    before = len(kernel.add_part.signatures)
    value(contract_a(months=3), [0.8, 0.9], **MARKET)
    value(contract_a(months=3), 1, vol=[0.2] * 9, rate=0, carry=0)
    assert len(kernel.add_part.signatures) == before == 1
