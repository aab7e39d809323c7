"""The crowd of leveraged funds: check values, plain twin, threads, lanes, and what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.crowd_world import crowd_world

import quantquake as qq
from quantquake._jit import DISABLED
from quantquake.cascade.crowd import CrowdRule, PriceLaw
from quantquake.cascade.crowd import holdings as layout
from quantquake.cascade.kernels.crowd import crowd_python

slow = pytest.mark.skipif(DISABLED, reason="minutes without compiled kernels")
STRONG = PriceLaw(impact=1.0, cap=0.10, noise=0.25, first_move=-0.08)


def small(seed=0, funds=70, held=13, assets=45, rounds=25):
    """A crowd that sells hard: little volume for what it holds."""
    rng = np.random.default_rng(seed)
    shares = rng.random((funds, held)) * rng.lognormal(0, 1, (funds, 1))
    shares[rng.random(shares.shape) < 0.1] = 0.0
    gross, leverage = shares.sum(axis=1), rng.uniform(1.2, 6.0, funds)
    return {
        "index": rng.integers(0, assets, (funds, held)),
        "shares": shares,
        "debt": gross * (1 - 1 / leverage),
        "leverage": leverage,
        "adv": rng.uniform(1.0, 5.0, assets),
        "sigma": rng.uniform(0.02, 0.04, assets),
        "shocks": rng.standard_normal((rounds, assets)),
        "rounds": rounds,
    }


def run(given, *, threads=1, path=False, **options):
    return qq.cascade.simulate(
        qq.cascade.crowded_funds(**given, **options), threads=threads, path=path
    )


def plain(given, rule=None, law=STRONG):
    rule = rule or CrowdRule()
    names = ("index", "shares", "debt", "leverage", "adv", "sigma")
    return crowd_python(
        *(given[name] for name in names), given["shocks"][: given["rounds"]],
        (rule.tolerance, rule.max_sale), (law.impact, law.cap, law.noise, law.first_move),
    )  # fmt: skip


# --- check values -------------------------------------------------------------------------------


@slow
@pytest.mark.parametrize(
    ("funds", "rounds", "mean"),
    [(1_000, 240, 0.557726276), (1_000, 60, 0.660948454), (10_000, 240, 0.505436612)],
)
def test_check_values(funds, rounds, mean):
    # spec/cascade 2.1: mesa, pandas, dense numpy, scipy.sparse and numba agreed to nine digits.
    got = run(crowd_world(funds=funds, rounds=rounds))
    assert got.final_price.mean() == pytest.approx(mean, abs=5e-10)


@slow
def test_float32_and_sixteen_at_once_are_near_the_check_value():
    # A few funds near their limit decide otherwise: spec/cascade 2.1 saw 0.50540-0.50545.
    given = crowd_world(rounds=240)
    got = run(given, precision="float32")
    assert got.final_price.mean() == pytest.approx(0.505436612, abs=3e-5)
    shocks = np.random.default_rng(7).standard_normal((240, 5000, 16), dtype=np.float32)
    shocks[:, :, 3] = given["shocks"]
    many = run({**given, "shocks": shocks}, precision="float32")
    assert many.final_price.shape == (5000, 16)
    assert many.final_price[:, 3].mean() == pytest.approx(0.505436612, abs=1e-4)


def test_the_world_is_the_one_of_the_peers(shared_data):
    folder = shared_data.parent / "bench" / "peers"
    if not (folder / "common.py").is_file():
        pytest.skip("no peers beside the project")
    theirs: dict = {}
    exec(compile((folder / "common.py").read_text(), "common", "exec"), theirs)
    world, ours = theirs["cascade_world"](funds=50, rounds=3), crowd_world(funds=50, rounds=3)
    names = {"idx": "index", "lev": "leverage", "z": "shocks"}
    for name in ("idx", "shares", "debt", "lev", "adv", "sigma", "z"):
        np.testing.assert_array_equal(world[name], ours[names.get(name, name)])


# --- twin ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("rule", "law"),
    [
        (CrowdRule(), STRONG),
        (CrowdRule(tolerance=0.01, max_sale=0.9), STRONG),
        (CrowdRule(), PriceLaw(impact=2.0, cap=1.5, noise=3.0, first_move=0.1)),
        (CrowdRule(), PriceLaw(impact=0.0, cap=0.0, noise=0.0, first_move=-0.5)),
    ],
)
def test_kernel_is_its_plain_twin(seed, rule, law):
    given = small(seed)
    got = run(given, rule=rule, law=law, path=True)
    prices, sales, tally = plain(given, rule, law)
    np.testing.assert_allclose(got.prices, prices, rtol=1e-9)
    np.testing.assert_allclose(got.sold_shares, sales, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(got.sold, tally[:, 0], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(got.settled[:-1], tally[:, 1], rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(got.solvent, tally[:, 2])
    assert tally[:, 0].sum() > 0


@pytest.mark.parametrize(
    ("funds", "held", "assets"), [(1, 1, 1), (3, 4, 7), (300, 5, 3), (9, 40, 6000), (130, 201, 900)]
)
def test_awkward_sizes(funds, held, assets):
    given = small(5, funds, held, assets, 6)
    np.testing.assert_allclose(run(given, law=STRONG).final_price, plain(given)[0][-1], rtol=1e-10)


@pytest.mark.parametrize("scenarios", [1, 5, 16, 19])
def test_lanes_are_the_twin_of_each_scenario(scenarios):
    given = small(2, rounds=8)
    shocks = np.random.default_rng(3).standard_normal((8, 45, scenarios))
    got = run({**given, "shocks": shocks}, law=STRONG, precision="float32", path=True)
    assert got.final_price.shape == (45, scenarios)
    assert got.equity.shape == (70, scenarios)
    assert got.prices.shape == (9, 45, scenarios)
    for s in range(scenarios):
        prices, sales, tally = plain({**given, "shocks": shocks[:, :, s]})
        np.testing.assert_allclose(got.prices[:, :, s], prices, rtol=2e-4)
        np.testing.assert_allclose(got.sold[:, s], tally[:, 0], rtol=2e-3, atol=1e-3)
        np.testing.assert_allclose(got.settled[:-1, s], tally[:, 1], rtol=2e-3, atol=1e-3)
        assert np.abs(got.solvent[:, s] - tally[:, 2]).max() <= 1
        np.testing.assert_allclose(
            got.sold_shares[:, :, s].sum(1), sales.sum(1), rtol=2e-3, atol=1e-3
        )


def test_big_steps_leave_the_short_series():
    given, wild = small(1, rounds=5), PriceLaw(cap=3.0, noise=40.0)
    expected = plain(given, law=wild)[0][-1]
    np.testing.assert_allclose(run(given, law=wild).final_price, expected, rtol=1e-9)
    many = {**given, "shocks": given["shocks"][:, :, None]}
    found = run(many, law=wild, precision="float32").final_price[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-2)


def test_scenarios_in_float64_are_single_runs():
    given = small()
    shocks = np.random.default_rng(3).standard_normal((25, 45, 3))
    got = run({**given, "shocks": shocks}, path=True)
    for s in range(3):
        one = run({**given, "shocks": shocks[:, :, s]}, path=True)
        for name in (
            "final_price",
            "sold",
            "settled",
            "solvent",
            "equity",
            "prices",
            "sold_shares",
        ):
            np.testing.assert_array_equal(getattr(got, name)[..., s], getattr(one, name))


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("scenarios", [0, 4])
def test_threads_change_no_bit(monkeypatch, precision, scenarios):
    monkeypatch.setattr(layout, "SHARD", 200)
    given = small(3, funds=300)
    if scenarios:
        given["shocks"] = np.random.default_rng(0).standard_normal((25, 45, scenarios))
    crowd = qq.cascade.crowded_funds(**given, precision=precision, law=STRONG)
    monkeypatch.setattr(layout, "BLOCK", 100)
    crowd = qq.cascade.crowded_funds(**given, precision=precision, law=STRONG)
    assert len(crowd.holdings.shards) > 10
    one, *others = (qq.cascade.simulate(crowd, threads=n, path=True) for n in (1, 2, 3))
    for other in others:
        for name in (
            "final_price",
            "sold",
            "settled",
            "solvent",
            "equity",
            "prices",
            "sold_shares",
        ):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


# --- what must hold -----------------------------------------------------------------------------


def test_value_sold_is_cash_received():
    given = small()
    got = run(given, law=STRONG, path=True)
    middle = 0.5 * (got.prices[1:] + got.prices[:-1])
    np.testing.assert_allclose(got.settled[1:], (got.sold_shares * middle).sum(axis=1), rtol=1e-9)
    # Debt of the crowd falls by just that: assets - equity at the end.
    repaid = given["debt"].sum() - (got.value - got.equity).sum()
    assert repaid == pytest.approx(got.settled.sum(), rel=1e-12)


def test_nobody_sells_more_than_it_holds():
    given = small()
    got = run(given, law=STRONG, path=True)
    first = np.bincount(given["index"].ravel(), given["shares"].ravel(), 45)
    assert (got.sold_shares.sum(axis=0) <= first * (1 + 1e-12)).all()
    assert ((got.kept > 0) & (got.kept <= 1)).all()
    left = np.zeros(45)
    np.add.at(left, given["index"], given["shares"] * got.kept[:, None])
    np.testing.assert_allclose(left + got.sold_shares.sum(axis=0), first, rtol=1e-9)


@pytest.mark.feature("I01")
def test_no_leverage_no_spiral():
    given = small()
    calm = {**given, "debt": np.zeros(70), "leverage": np.ones(70)}
    got = run(calm, law=STRONG)
    assert not got.sold.any()
    factor = np.r_[0.92, np.ones(24)]
    alone = np.prod(np.exp(0.25 * given["sigma"] * given["shocks"]) * factor[:, None], axis=0)
    np.testing.assert_allclose(got.final_price, alone, rtol=1e-12)
    assert run(given, law=STRONG).final_price.mean() < 0.95 * got.final_price.mean()


@pytest.mark.feature("I01")
def test_a_threshold_exists():
    # A fund at leverage L passes 1.05 L when (1 - x) / (1 - x - (1 - 1/L)) does: at L = 4, x = 1.56 %.
    given = small(funds=1, held=5, rounds=2)
    given |= {
        "leverage": [4.0],
        "debt": 0.75 * given["shares"].sum(axis=1),
        "shocks": np.zeros((2, 45)),
    }
    edge = 1 - 0.75 / (1 - 1 / (1.05 * 4.0))
    assert not run(given, law=PriceLaw(first_move=-(edge - 1e-6))).sold.any()
    assert run(given, law=PriceLaw(first_move=-(edge + 1e-6))).sold.any()


def test_no_shock_no_trade():
    given = small()
    got = run({**given, "shocks": 0 * given["shocks"]}, law=PriceLaw(first_move=0.0))
    assert not got.sold.any()
    assert (got.final_price == 1.0).all()


@pytest.mark.feature("I02")
def test_zero_overlap_zero_contagion():
    given = small(funds=40, held=6, assets=12)
    given["index"] %= 6
    given["index"][20:] += 6  # the second half holds other names
    calm = {**given, "debt": given["debt"].copy(), "leverage": given["leverage"].copy()}
    calm["debt"][:20], calm["leverage"][:20] = 0.0, 1.0
    one, other = run(given, law=STRONG), run(calm, law=STRONG)
    assert (one.final_price[:6] < other.final_price[:6]).all()
    np.testing.assert_array_equal(one.final_price[6:], other.final_price[6:])
    np.testing.assert_array_equal(one.equity[20:], other.equity[20:])


@pytest.mark.feature("I02")
def test_an_unlevered_fund_loses_by_the_sales_of_those_it_overlaps_with():
    given = small()
    given["debt"][0], given["leverage"][0] = 0.0, 1.0
    alone = {**given, "debt": np.zeros(70), "leverage": np.ones(70)}
    assert run(given, law=STRONG).equity[0] < 0.95 * run(alone, law=STRONG).equity[0]


def test_permuting_funds_and_names_permutes_the_result():
    given, rng = small(), np.random.default_rng(0)
    funds, names = rng.permutation(70), rng.permutation(45)
    place = np.argsort(names)  # where each old name has gone
    moved = {
        **given,
        "index": place[given["index"]][funds],
        **{name: given[name][funds] for name in ("shares", "debt", "leverage")},
        **{name: given[name][names] for name in ("adv", "sigma")},
        "shocks": given["shocks"][:, names],
    }
    one, other = run(given, law=STRONG), run(moved, law=STRONG)
    np.testing.assert_allclose(other.final_price, one.final_price[names], rtol=1e-10)
    np.testing.assert_allclose(other.equity, one.equity[funds], rtol=1e-8, atol=1e-10)


def test_doubling_the_currency_unit_changes_no_price():
    given = small()
    money = {name: 2 * given[name] for name in ("shares", "debt", "adv")}
    one, other = run(given, law=STRONG), run({**given, **money}, law=STRONG)
    np.testing.assert_allclose(other.final_price, one.final_price, rtol=1e-12)
    np.testing.assert_allclose(other.sold, 2 * one.sold, rtol=1e-10)


def test_more_funds_of_the_same_kind_fall_deeper():
    given = small()
    twice = {n: np.concatenate([given[n]] * 2) for n in ("index", "shares", "debt", "leverage")}
    assert (
        run({**given, **twice}, law=STRONG).final_price.mean()
        < run(given, law=STRONG).final_price.mean()
    )


def test_insolvent_funds_are_sold_off():
    got = run(small(), law=PriceLaw(first_move=-0.6))
    assert got.solvent[0] == 70
    assert got.solvent[1] < 35
    assert (got.kept[got.equity < -0.1] < 0.01).all()
    assert (got.final_price > 0).all()


def test_the_seed_draws_what_the_scenario_leaves_open():
    given = {**small(), "shocks": None}
    crowd = qq.cascade.crowded_funds(**given)
    one, same, other = (qq.cascade.simulate(crowd, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.final_price, same.final_price)
    assert (one.final_price != other.final_price).any()
    assert one.origin.seed == 1
    drawn = {**given, "shocks": np.random.default_rng(1).standard_normal((25, 45))}
    np.testing.assert_array_equal(run(drawn).final_price, one.final_price)
    assert run(drawn).origin.seed is None


@pytest.mark.parametrize("name", ["index", "shares", "debt", "leverage", "adv", "sigma", "shocks"])
def test_every_array_moves_the_output(name):
    given = small()
    changed = {**given, name: (given[name] + 1) % 45 if name == "index" else 1.02 * given[name]}
    if name == "leverage":
        changed[name] = 0.9 * given[name]
    one, other = run(given, law=STRONG), run(changed, law=STRONG)
    assert (one.final_price != other.final_price).any()


@pytest.mark.parametrize(
    "options",
    [
        {"rule": CrowdRule(tolerance=0.2)}, {"rule": CrowdRule(max_sale=0.1)},
        {"law": PriceLaw(impact=0.5)}, {"law": PriceLaw(cap=0.02)}, {"law": PriceLaw(noise=0.3)},
        {"law": PriceLaw(first_move=-0.04)}, {"precision": "float32"},
    ],
)  # fmt: skip
def test_every_option_moves_the_output(options):
    assert (run(small()).final_price != run(small(), **options).final_price).any()


def test_fewer_rounds_are_the_first_rounds():
    given = small()
    long, short = run(given, path=True), run({**given, "rounds": 10}, path=True)
    np.testing.assert_array_equal(long.prices[:11], short.prices)
    assert long.to_frame().shape == (25, 3)


def test_the_result_is_plain_json():
    told = run(small(funds=2, held=2, assets=3, rounds=2)).to_dict()
    assert len(told["final_price"]) == 3
    assert told["prices"] is None
    assert told["origin"]["coverage"] == {"funds": "2", "names": "3", "rounds": "2"}
