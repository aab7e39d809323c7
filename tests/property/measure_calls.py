"""How every public measure is called on one seeded world, for tests that hold for all of them.

`CALLS` maps ``module.function`` to a call that takes the world's dated inputs and a day; it gives
everything the function says, by label. `NO_DATES` and `OUTCOMES` name those that cannot be called
so, with the reason. A new public measure belongs into one of the three.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from quantquake import measures as m
from quantquake.data.baskets import Basket
from quantquake.data.intraday import bin_volume, session
from quantquake.data.synthetic import synthetic_world
from quantquake.measures.absorption import ComponentWindow
from quantquake.measures.factor_crowding import FactorWindows
from quantquake.measures.spectrum.null import fit_null, null_table

World = Mapping[str, Any]
Call = Callable[[World, pd.Timestamp], Mapping[str, Any]]

INDEX = "SYN300.IDX"
WHOLE = "SYNALL.IDX"


def make_world() -> World:
    """Dated inputs of every kind; each is cut or scrambled as a whole."""
    made = synthetic_world(seed=11, n_symbols=60, n_dates=420)
    market = made.market
    dates, rng = market.dates, np.random.default_rng(11)
    n = len(dates)
    names = list(made.baskets[0].members)
    grown = pd.concat(
        pd.DataFrame({"date": dates[at], "symbol": names[: 3 + i]}) for i, at in enumerate((0, 200))
    )
    styles = pd.Index(["size", "value", "growth"])
    return {
        "market": market,
        "membership": grown,
        "names": names,
        "futures": market.futures,
        "levels": market.index_close.rename(
            columns={"SYN300.IDX": "SF", "SYN500.IDX": "SC", "SYN1000.IDX": "SM"}
        ),
        "assets": pd.Series(np.exp(rng.normal(0.001, 0.01, n).cumsum()), dates),
        "style_exposure": pd.DataFrame(rng.normal(size=(n, 3)).cumsum(0), dates, styles),
        "style_return": pd.DataFrame(rng.normal(0, 0.01, (n, 3)), dates, styles),
        "imbalance": pd.DataFrame(rng.normal(0, 0.1, (n, 60)), dates, market.symbols),
        "froth": pd.DataFrame(rng.random((n, 2)), dates, [m.froth.HEATING[0], m.froth.COOLING[0]]),
        "news": _news(dates, rng),
        "holdings": _holdings(dates[::40], market.symbols),
        "bars": _bars(dates[-24:], rng),
        "dividends": pd.DataFrame(
            {
                "date": dates[40::60],
                "ex_date": dates[40::60],
                "symbol": market.symbols[: len(dates[40::60])],
                "dividend": 0.5,
            }
        ),
    }


def _news(dates: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    when = dates[rng.integers(0, len(dates), 900)] + pd.to_timedelta(rng.integers(8, 20, 900), "h")
    score = rng.uniform(-1, 1, 900)
    symbol = np.where(rng.random(900) < 0.5, "600000.SH", "600001.SH")
    return pd.DataFrame({"date": when, "score": score, "symbol": symbol}).sort_values("date")


def _holdings(dates: pd.DatetimeIndex, symbols: pd.Index) -> pd.DataFrame:
    rng = np.random.default_rng(12)
    reports = pd.MultiIndex.from_product(
        [dates, ["F1", "F2", "F3"], symbols[:20]], names=["date", "fund", "symbol"]
    )
    weights = pd.Series(rng.normal(size=len(reports)), reports, name="weight")
    return weights[rng.random(len(reports)) < 0.5].reset_index()


def _bars(dates: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    grid = np.concatenate([np.arange(a, b, 30) for a, b in session("XSHG").spans])
    stamp = np.repeat(dates, grid.size) + pd.to_timedelta(np.tile(grid, len(dates)), "s")
    volume = rng.gamma(1, 100, (2, stamp.size))
    return pd.concat(
        pd.DataFrame({"datetime": stamp, "symbol": name, "volume": row, "price": 2.0})
        for name, row in zip("AB", volume, strict=True)
    ).sort_values("datetime", kind="stable", ignore_index=True)


def cut(value: Any, day: pd.Timestamp) -> Any:
    """An input as it was known at the close of the day."""
    return _changed(value, day, lambda later: later.iloc[:0])


def scrambled(value: Any, day: pd.Timestamp) -> Any:
    """An input with all its numbers after the day replaced by nonsense of the same sign."""
    rng = np.random.default_rng(4)

    def spoil(later: Any) -> Any:
        frame = later.to_frame() if isinstance(later, pd.Series) else later.copy()
        # The market's own amount stays above that of its parts, or measures rightly refuse.
        low, high = (5.0, 9.0) if getattr(later, "name", "") == "market_amount" else (0.8, 1.25)
        for column in frame.select_dtypes("number"):
            factor = rng.uniform(low, high, len(frame))
            values = rng.permutation(frame[column].to_numpy(dtype=float)) * factor
            frame[column] = np.clip(values, -1.0, 1.0) if column == "score" else values
        return frame.iloc[:, 0].rename(later.name) if isinstance(later, pd.Series) else frame

    return _changed(value, day, spoil)


def _changed(value: Any, day: pd.Timestamp, spoil: Callable[[Any], Any]) -> Any:
    if dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **{k: _changed(v, day, spoil) for k, v in fields.items()})
    if not isinstance(value, (pd.Series, pd.DataFrame)):
        return value
    later = dates_of(value) > day
    return pd.concat([value[~later], spoil(value[later])]) if later.any() else value


def dates_of(table: pd.Series | pd.DataFrame) -> pd.DatetimeIndex | None:
    """Day of each row; None if the rows have none."""
    if isinstance(table.index, pd.DatetimeIndex):
        return table.index.normalize()
    for column in ("date", "datetime"):
        if isinstance(table, pd.DataFrame) and column in table:
            return pd.DatetimeIndex(table[column]).normalize()
    return None


# --- pieces several calls share; each made from inputs that have been cut already ----------------


def returns(w: World) -> pd.DataFrame:
    return w["market"].returns()


def few(w: World) -> pd.DataFrame:
    """Returns of ten names, where each date costs a decomposition."""
    return returns(w).iloc[:, :10]


def index_returns(w: World) -> pd.Series:
    return w["market"].index_returns()[INDEX]


def basket(w: World) -> Basket:
    return Basket("point in time", members=w["membership"])


def tracked() -> Basket:
    return Basket("published", index=INDEX)


def indicator_table(w: World) -> pd.DataFrame:
    params = m.crowding.IndicatorParams(month=15, year=60, capital_structure="hf_std")
    return m.crowding.indicators(w["market"], basket(w), params=params)


def crowding_score(w: World) -> Any:
    return m.crowding.score(indicator_table(w), rules=m.crowding.ScoreRules(window=60))


def legs(w: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    return m.momentum.leg_masks(m.momentum.formation_returns(returns(w), lookback=60, skip=5))


def basis_history(w: World) -> pd.DataFrame:
    return m.basis.history(w["futures"], w["levels"], product="SM")


def volumes(w: World) -> pd.DataFrame:
    """The history with what was traded, as the planner of rolls reads it."""
    traded = w["futures"][["date", "symbol", "volume"]].rename(columns={"symbol": "contract"})
    return basis_history(w).drop(columns="volume", errors="ignore").merge(traded)


def discount(w: World) -> pd.Series:
    return m.basis.weighted_discount(w["futures"], w["levels"], product="SM")


def vars_of(value: Any) -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}


def indicators_module() -> Any:
    """Module that the function of the same name hides."""
    return importlib.import_module("quantquake.measures.crowding.indicators")


def percentiles_module() -> Any:
    return importlib.import_module("quantquake.measures.crowding.percentiles")


def _roll_table(w: World) -> Mapping[str, Any]:
    """Each panel of the planner by contract; a later table knows more contracts, not more of these."""
    table = m.roll.table.roll_table(volumes(w))
    names = ("price", "open_interest", "volume", "carry", "basis", "sessions")
    seen = {
        name: pd.DataFrame(getattr(table, name), table.dates, table.contracts) for name in names
    }
    return {
        name: panel.reset_index(names="date")
        .melt("date")
        .dropna()
        .sort_values(["date", "variable"])
        .set_index("date")
        for name, panel in seen.items()
    }


def _planned(w: World, day: pd.Timestamp) -> pd.Series:
    table = m.roll.table.roll_table(volumes(w))
    path = m.roll.planned_path(table, m.roll.costs.RollCosts(), horizon=20)
    held = pd.Series(np.asarray(table.contracts, dtype=object)[path], table.dates[:-1])
    return held[held.index < day]


def _walk_forward(w: World, day: pd.Timestamp) -> Mapping[str, Any]:
    found = m.roll.walk_forward(volumes(w), grid=((1, 20), (5, 40)), first=100, draws=20)
    # The night of the day itself has no end yet in a table cut there.
    nightly = found.nightly.drop(columns="hindsight")
    return {"chosen": found.chosen, "nightly": nightly[nightly.index < day]}


def intraday(w: World) -> Any:
    return bin_volume(w["bars"])


def cube(w: World) -> np.ndarray:
    """Volume of one symbol, of shape (n_days, n_bins)."""
    return np.asarray(intraday(w).days("A"))


def by_day(w: World, values: Any) -> pd.DataFrame | pd.Series:
    """Rows of `cube` under their dates again."""
    days = pd.DatetimeIndex(sorted(set(w["bars"]["datetime"].dt.normalize())))
    values = np.asarray(values)
    return pd.Series(values, days) if values.ndim == 1 else pd.DataFrame(values, days)


def fields(result: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(result, name) for name in names}


def _contrarian(w: World, _day: pd.Timestamp) -> Mapping[str, Any]:
    found = m.contrarian.contrarian_returns(returns(w), sigma_window=60)
    return fields(found, "pnl", "gross", "names", "sigma", "mean", "deviation")


def _score(w: World, day: pd.Timestamp) -> Mapping[str, Any]:
    found = crowding_score(w)
    names = ("score", "signal", "dimensions", "percentiles", "flags", "coverage", "crowdedness")
    return fields(found, *names) | {
        "contributions": found.contributions(day),
        "state": found.state(day),
        "radar": found.radar(day),
        "flips": found.flips(day),
        "explain": [found.explain(day, lang) for lang in ("en", "zh")],
    }


def _factor_crowding(w: World, _day: pd.Timestamp) -> Mapping[str, Any]:
    windows = FactorWindows(correlation=20, volatility=20, reversal=40, history=130, every=7)
    found = m.factor_crowding.factor_crowding(
        w["market"].earnings_yield, returns(w), premium="convergence",
        book_yield=w["market"].book_yield, short_interest=w["imbalance"].abs(), windows=windows,
    )  # fmt: skip
    return fields(found, "metrics", "scores", "score", "coverage")


def _daily_shares(w: World, _day: pd.Timestamp) -> Mapping[str, Any]:
    null = null_table(paths=3, trades=(0.5, 2.0, 20.0), idle=(0.0, 0.3, 0.6, 0.7))
    fit = fit_null(null["share"], null["zero_fraction"], null["volume"])
    return m.spectrum.daily.daily_shares(intraday(w), window=5, null=fit)


def _day_board(w: World, day: pd.Timestamp) -> Mapping[str, Any]:
    found = m.day.day_board(w["market"], day, index=INDEX, lookback=60, skip=5).to_dict()
    return {key: value for key, value in found.items() if key != "origin"}


def _forecasts(w: World, _day: pd.Timestamp) -> Mapping[str, Any]:
    close = w["market"].index_close[[INDEX, "SYN1000.IDX"]]
    ranks = {
        name: m.percentile.rolling_percentile(
            pd.DataFrame({"amount": w["market"].index_amount[name], "price": close[name]}),
            window=60,
        )
        for name in close
    }
    found = m.probability.fall_forecasts(
        close, ranks, horizon=10, loss=0.02, start=150, refit=40, embargo=5, trees=False, draws=20
    )
    # Whether a fall came is known only later: the forecasts are held to the past, not the outcome.
    return {"forecasts": found.forecasts.drop(columns=["hit", "alarm"])}


CALLS: dict[str, Call] = {
    "absorption.absorption_ratio": lambda w, _: {
        str(every): m.absorption.absorption_ratio(
            few(w), ComponentWindow(window=60, half_life=30.0, every=every)
        )
        for every in (1, 7)
    },
    "absorption.absorption_shift": lambda w, _: {
        "shift": m.absorption.absorption_shift(
            m.absorption.absorption_ratio(few(w), ComponentWindow(window=40)), fast=5, slow=30
        )
    },
    "absorption.bubble_state": lambda w, _: {
        "state": m.absorption.bubble_state(
            m.absorption.centrality(few(w), ComponentWindow(window=40)),
            -w["market"].book_yield.iloc[:, :10], window=60,
        )
    },
    "absorption.centrality": lambda w, _: {
        str(every): m.absorption.centrality(few(w), ComponentWindow(window=60, every=every))
        for every in (1, 7)
    },
    "basis.basis_card": lambda w, day: {
        "card": {
            key: value
            for key, value in m.basis.basis_card(
                w["futures"], w["levels"], day, product="SF"
            ).to_dict().items()
            if key != "origin"
        }
    },
    "basis.history": lambda w, _: {
        "history": m.basis.history(w["futures"], w["levels"], product="SM"),
        "own": m.basis.history(w["futures"], product="SM"),
    },
    "basis.locked_cost": lambda w, _: {
        "cost": m.basis.locked_cost(
            w["market"].index_close["SYN300.IDX"], w["market"].index_close["SYN1000.IDX"], 20
        )
    },
    "basis.product_table": lambda w, day: {
        "table": m.basis.product_table(w["futures"], w["levels"], day)
    },
    "basis.term_structure": lambda w, day: {
        "curve": m.basis.term_structure(w["futures"], w["levels"], day, product="SC")
    },
    "basis.weighted_discount": lambda w, _: {
        method: m.basis.weighted_discount(w["futures"], w["levels"], product="SF", method=method)
        for method in ("months", "sessions", "log")
    },
    "basis.drivers.discount_drivers": lambda w, _: {
        "table": m.basis.drivers.discount_drivers(basis_history(w), mood_days=20).table
    },
    "basis.drivers.dividend_rate": lambda w, _: {
        "taken": m.basis.drivers.dividend_rate(
            basis_history(w), 0.2 * basis_history(w)["sessions"].to_numpy(float)
        )
    },
    "basis.loop.supported": lambda w, _: {
        "history": m.basis.loop.supported(basis_history(w), w["market"].dates[50], floor=0.001)
    },
    "crowding.benchmark.basket_return": lambda w, _: {
        "members": m.crowding.benchmark.basket_return(w["market"], basket(w)),
        "index": m.crowding.benchmark.basket_return(w["market"], tracked()),
    },
    "crowding.benchmark.benchmark_return": lambda w, _: {
        str(name): m.crowding.benchmark.benchmark_return(w["market"], symbol=name) for name in (None, WHOLE)
    },
    "crowding.benchmark.equal_weight_return": lambda w, _: {
        "mean": m.crowding.benchmark.equal_weight_return(w["market"], seasoning=30)
    },
    "crowding.benchmark.simple_return": lambda w, _: {
        "return": m.crowding.benchmark.simple_return(w["market"].index_close[INDEX])
    },
    "breadth.advance_share": lambda w, _: {"share": m.breadth.advance_share(returns(w))},
    "breadth.aligned": lambda w, _: {"index": m.breadth.aligned(returns(w), index_returns(w))},
    "breadth.breadth": lambda w, _: {"breadth": m.breadth.breadth(returns(w), index_returns(w))},
    "breadth.breadth_percentile": lambda w, _: {
        "rank": m.breadth.breadth_percentile(returns(w), index_returns(w))
    },
    "breadth.concentration_gap": lambda w, _: {
        "gap": m.breadth.concentration_gap(returns(w), w["market"].float_cap)
    },
    "breadth.limit_down_count": lambda w, _: {"count": m.breadth.limit_down_count(returns(w))},
    "comomentum.comomentum": lambda w, _: {
        "one": m.comomentum.comomentum(returns(w), legs(w)[0], window=30),
        "both": m.comomentum.comomentum(
            returns(w), dict(zip(("winners", "losers"), legs(w), strict=True)), window=30,
            factors=index_returns(w).to_frame(),
        ),
    },
    "comomentum.mean_pairwise_correlation": lambda w, _: {
        "mean": m.comomentum.mean_pairwise_correlation(returns(w), window=60)
    },
    "contrarian.contrarian_returns": _contrarian,
    "crowd_flow.flow_attribution": lambda w, _: {
        "explained": m.crowd_flow.flow_attribution(
            w["assets"], w["market"].index_amount[INDEX] / w["market"].market_amount
        ).explained
    },
    "crowding.indicators": lambda w, _: {
        "members": indicator_table(w),
        "index": m.crowding.indicators(w["market"], tracked()),
        "against": m.crowding.indicators(
            w["market"], basket(w), params=m.crowding.IndicatorParams(benchmark=WHOLE)
        ),
    },
    "crowding.score": _score,
    "day.day_board": _day_board,
    "dispersion.correlation_from_ratio": lambda w, _: {
        "rho": m.dispersion.correlation_from_ratio(
            m.dispersion.volatility_ratio(returns(w), index_returns(w)), ceiling=6.0
        )
    },
    "dispersion.implied_correlation": lambda w, _: {
        "rho": m.dispersion.implied_correlation(returns(w), index_returns(w)),
        "weighted": m.dispersion.implied_correlation(
            returns(w), index_returns(w), weights=w["market"].float_cap, window=10
        ),
    },
    "dispersion.volatility_ratio": lambda w, _: {
        kind: m.dispersion.volatility_ratio(returns(w), index_returns(w), volatility=kind)
        for kind in ("root_mean_square", "deviation")
    },
    "early_warning.early_warning": lambda w, _: {
        "table": m.early_warning.early_warning(
            returns(w), amount=w["market"].amount, windows=m.early_warning.EarlyWindows(long=20)
        )
    },
    "factor_crowding.factor_crowding": _factor_crowding,
    "froth.froth": lambda w, _: {"froth": m.froth.froth(w["froth"])},
    "spectrum.daily.basket_share": lambda w, _: {
        "share": m.spectrum.daily.basket_share(
            w["market"].hf_crowding, w["market"].amount,
            basket(w).mask(w["market"].dates, w["market"].symbols),
        )
    },
    "spectrum.daily.daily_shares": _daily_shares,
    "liquidity.basket_liquidity": lambda w, _: {
        "table": m.liquidity.basket_liquidity(
            w["market"].amount, returns(w), basket(w).mask(w["market"].dates, w["market"].symbols)
        )
    },
    "momentum.day_report": lambda w, day: {
        key: value
        for key, value in m.momentum.day_report(
            returns(w), index_returns(w), day, lookback=60, skip=5
        ).to_dict().items()
        if key != "origin"
    },
    "momentum.formation_returns": lambda w, _: {
        "formation": m.momentum.formation_returns(returns(w), lookback=60, skip=5),
        "close": m.momentum.formation_returns(
            returns(w), lookback=60, skip=5, close=w["market"].close
        ),
    },
    "momentum.leg_masks": lambda w, _: dict(zip(("winners", "losers"), legs(w), strict=True)),
    "momentum.leg_returns": lambda w, _: {
        "legs": m.momentum.leg_returns(returns(w), lookback=60, skip=5)
    },
    "momentum.move_sigma": lambda w, _: {
        "sigma": m.momentum.move_sigma(index_returns(w), windows=(20, 60))
    },
    "order_flow.order_flow_alignment": lambda w, _: {
        "daily": m.order_flow.order_flow_alignment(
            w["imbalance"], w["market"].earnings_yield, block=60, draws=5
        ).daily
    },
    "overlap.book_overlap": lambda w, _: {"table": m.overlap.book_overlap(w["holdings"])},
    "overlap.chance_overlap": lambda w, _: {
        "chance": m.overlap.chance_overlap(w["holdings"], draws=5)
    },
    "percentile.rolling_percentile": lambda w, _: {
        "panel": m.percentile.rolling_percentile(w["market"].close, window=60),
        "gaps": m.percentile.rolling_percentile(w["market"].close, window=60, min_periods=20),
    },
    "percentile.rolling_percentile_last": lambda w, day: {
        "last": m.percentile.rolling_percentile_last(w["market"].close.loc[:day].iloc[-60:])
    },
    "probability.fall_forecasts": _forecasts,
    "probability.fall_outlook": lambda w, day: {
        "chances": m.probability.fall_outlook(w["market"].index_close[INDEX].loc[:day]).to_frame()
    },
    "ranks.percentile_since": lambda w, _: {
        "rank": m.ranks.percentile_since(index_returns(w), min_periods=5)
    },
    "ranks.rank_since": lambda w, day: {"rank": m.ranks.rank_since(index_returns(w), day)},
    "relative_strength.reconvergence": lambda w, _: {
        "path": m.relative_strength.reconvergence(
            w["market"].index_close[INDEX], w["market"].index_close["SYN1000.IDX"],
            start=w["market"].dates[20],
        ).path
    },
    "sentiment.daily_panel": lambda w, _: {
        "panel": m.sentiment.daily_panel(w["news"], sessions=w["market"].dates, window=5)
    },
    "sentiment.daily_score": lambda w, _: {
        rule: m.sentiment.daily_score(
            w["news"], sessions=w["market"].dates, window=5, date_only=rule
        )
        for rule in ("same", "next")
    },
    "day.size_groups.size_group_returns": lambda w, day: {
        "groups": m.day.size_groups.size_group_returns(
            returns(w), w["market"].float_cap, day, groups=5
        )
    },
    "day.membership.membership_premium": lambda w, day: {
        "premium": m.day.membership.membership_premium(
            returns(w), w["market"].symbols[:30], w["market"].float_cap, day
        )
    },
    "spectrum.deseason": lambda w, _: {
        "volume": by_day(w, m.spectrum.deseason(cube(w), window=5))
    },
    "spectrum.line_share": lambda w, _: {"share": by_day(w, m.spectrum.line_share(cube(w)))},
    "spectrum.schedule_share": lambda w, _: {
        "share": by_day(w, m.spectrum.schedule_share(cube(w), log=True))
    },
    "spectrum.top_share": lambda w, _: {"share": by_day(w, m.spectrum.top_share(cube(w)))},
    "turbulence.turbulence": lambda w, _: {
        "table": m.turbulence.turbulence(few(w), window=60)
    },
    "day.unwind_signature.index_sigma": lambda w, _: {
        "sigma": m.day.unwind_signature.index_sigma(index_returns(w), window=60)
    },
    "day.unwind_signature.unwind_signature": lambda w, _: {
        "signature": m.day.unwind_signature.unwind_signature(
            m.contrarian.contrarian_returns(returns(w), sigma_window=60).sigma,
            index_returns(w), window=60,
        )
    },
    "crowding.valuation.basket_yield": lambda w, _: {
        kind: m.crowding.valuation.basket_yield(w["market"], basket(w), kind)[0]
        for kind in ("earnings_yield", "book_yield")
    },
    "crowding.valuation.negative_count": lambda w, _: {
        "count": m.crowding.valuation.negative_count(w["market"], basket(w), "earnings_yield")
    },
    "crowding.valuation.percentile_windows": lambda w, _: {
        "ranks": m.crowding.valuation.percentile_windows(index_returns(w), windows=(30, 90))
    },
    "crowding.valuation.yield_from_multiple": lambda w, _: {
        "yield": m.crowding.valuation.yield_from_multiple(w["market"].close.iloc[:, 0])
    },
    "crowding.volume.amount_share": lambda w, _: {
        "share": m.crowding.volume.amount_share(
            m.crowding.volume.basket_amount(w["market"], basket(w)), w["market"].market_amount
        )
    },
    "crowding.volume.basket_amount": lambda w, _: {
        "members": m.crowding.volume.basket_amount(w["market"], basket(w)),
        "index": m.crowding.volume.basket_amount(w["market"], tracked()),
    },
    "crowding.volume.basket_turnover": lambda w, _: {
        "members": m.crowding.volume.basket_turnover(w["market"], basket(w))[0]
    },
    "crowding.volume.market_amount": lambda w, _: {
        "total": m.crowding.volume.market_amount(w["market"])[0]
    },
    "crowding.volume.members_total": lambda w, _: {
        "amount": m.crowding.volume.members_total(w["market"], basket(w), "amount")
    },
    "basis.chain.futures_chain": lambda w, _: {
        "chain": m.basis.chain.futures_chain(w["futures"], w["levels"], product="SF")
    },
    "basis.curve.measure": lambda w, _: {
        "table": m.basis.curve.measure(
            m.basis.chain.futures_chain(w["futures"], w["levels"], product="SF"), 250
        )
    },
    "basis.curve.weighted": lambda w, _: {
        "discount": m.basis.curve.weighted(basis_history(w), "sessions", 250)
    },
    "basis.fair_value.adjust": lambda w, _: {
        "table": m.basis.fair_value.adjust(basis_history(w), 12.0)
    },
    "basis.fair_value.fair_adjusted_basis": lambda w, _: {
        "basis": m.basis.fair_value.fair_adjusted_basis(w["market"].index_close[INDEX], 0.02, 20)
    },
    "basis.fair_value.fair_price": lambda w, _: {
        "price": m.basis.fair_value.fair_price(w["market"].index_close[INDEX], 0.02, 0.1)
    },
    "basis.fair_value.implied_financing": lambda w, _: {
        "rate": m.basis.fair_value.implied_financing(
            w["market"].index_close[INDEX] * 0.99, w["market"].index_close[INDEX], 0.1
        )
    },
    "basis.pressure.neutral_pressure": lambda w, _: {
        "table": m.basis.pressure.neutral_pressure(basis_history(w), window=60, halflife=20)
    },
    "basis.regimes.discount_percentile": lambda w, _: {
        "rank": m.basis.regimes.discount_percentile(discount(w), window=120, min_periods=60)
    },
    "basis.study.deep_discount_signal": lambda w, _: {
        "signal": m.basis.study.deep_discount_signal(discount(w), window=120, min_periods=60)
    },
    "basis.substitution.long_substitution": lambda w, day: {
        "table": m.basis.substitution.long_substitution(
            m.basis.term_structure(w["futures"], w["levels"], day, product="SM"),
            basis_history(w)[lambda rows: rows["date"] <= day], exit_after=5,
        ).to_frame()
    },
    "crowding.indicators.market_side": lambda w, _: {
        name: value
        for name, value in vars_of(indicators_module().market_side(w["market"])).items()
        if isinstance(value, (pd.Series, pd.DataFrame))
    },
    "crowding.percentiles.own_percentiles": lambda w, _: {
        "ranks": percentiles_module().own_percentiles(
            indicator_table(w), m.crowding.ScoreRules(window=60)
        )
    },
    "dividends.expected_payouts": lambda w, day: {
        "payouts": m.dividends.expected_payouts(w["dividends"], day)
    },
    "dividends.seasonal_points": lambda w, _: {
        "points": basis_history(w)[["date"]].assign(
            points=m.dividends.seasonal_points(
                basis_history(w)["index_level"], 0.02,
                basis_history(w)["date"].to_numpy(), basis_history(w)["expiry"].to_numpy(),
            )
        )
    },
    "dividends.season.dividend_return": lambda w, _: {
        "return": m.dividends.season.dividend_return(
            w["market"].index_close[INDEX], w["market"].index_close[INDEX] * w["assets"]
        )
    },
    "parity.band.no_arbitrage_band": lambda w, _: {
        "band": m.parity.band.no_arbitrage_band(w["market"].index_close[INDEX], 0.1)
    },
    "parity.band.one_sided": lambda w, _: {
        "edge": m.parity.band.one_sided(
            w["market"].index_close[INDEX] * 0.99,
            m.parity.band.no_arbitrage_band(w["market"].index_close[INDEX], 0.1),
        )
    },
    "parity.synthetic_future": lambda w, _: {
        "future": m.parity.synthetic_future(
            3500.0, w["market"].index_close[INDEX] / 100, w["assets"], 0.02, 0.1
        )
    },
    "probability.market_state.market_state": lambda w, _: {
        "state": m.probability.market_state.market_state(w["market"].index_close[INDEX])
    },
    "roll.compare_rolls": lambda w, day: {
        # The night of the day itself has no end yet in a table cut there.
        "paths": m.roll.compare_rolls(volumes(w), horizon=20).paths.drop(columns="hindsight")[
            lambda paths: paths.index < day
        ]
    },
    "roll.planned_path": lambda w, day: {"path": _planned(w, day)},
    "roll.walk_forward": _walk_forward,
    "roll.table.roll_table": lambda w, _: _roll_table(w),
}  # fmt: skip

NO_DATES = {
    "basis.chain.absent_date": "builds an error",
    "basis.chain.product_of": "text of each row",
    "basis.chain.products": "text of the rows",
    "basis.loop.basis_loop": "numbers of one day",
    "basis.regimes.break_even_alpha": "numbers of one day",
    "basis.regimes.rule_changes": "rules of the exchange, dated themselves",
    "basis.regimes.rule_overlay": "rules of the exchange, dated themselves",
    "capacity.capacity_card": "holdings of one day",
    "capacity.days_to_liquidate": "holdings of one day",
    "capacity.days_until": "holdings of one day",
    "capacity.out_of_benchmark": "holdings of one day",
    "comomentum.leave_one_out_correlation": "the residuals of one window",
    "crowding.quadrant.quadrant": "two numbers",
    "dispersion.ratio_ceiling": "the weights of one day",
    "dividends.dividend_points": "payouts, weights and prices of one day",
    "dividends.points_by_month": "payouts, weights and prices of one day",
    "dividends.season.season_position": "the calendar",
    "momentum.attribution": "the cross-section of one day",
    "momentum.attribution.hedged_names": "the past of one day, cut by day_report, which is held to it",
    "momentum.attribution.loss_label": "numbers of one day",
    "parity.edges.checked_quotes": "quotes of one day",
    "parity.etf_edges": "quotes of one day",
    "parity.forward.rate_at": "quotes of one day",
    "parity.forward_at": "quotes of one day",
    "parity.futures_per_pair": "contract sizes",
    "parity.implied_forward": "quotes of one day",
    "parity.option_pairs": "quotes of one day",
    "parity.parity_edges": "quotes of one day",
    "sentiment.parse_lexicon": "text",
    "sentiment.read_lexicon": "a file",
    "sentiment.score": "texts, each rated alone",
    "spectrum.null.fit_null": "a fit on pooled points, which the caller ends at today",
    "overlap.effective_number": "one matrix",
    "spectrum.null.null_table": "simulated",
    "spectrum.null_share": "no data at all",
    "spectrum.schedule_test": "days are rows computed alone; schedule_share says the same by day",
}
"""Takes nothing that is dated."""

OUTCOMES = {
    "basis.audit.audited": "counts the rows of the table given",
    "basis.audit.chain_audit": "counts the rows of the table given",
    "basis.before_after.before_after": "what changed after an event",
    "basis.parts.discount_parts": "retrospective: one regression over all the days given",
    "basis.regimes.discount_regimes": "retrospective: cuts the whole history, and says so",
    "basis.study.deep_discount_evidence": "what came after each deep discount",
    "basis.study.discount_study": "what came after each discount",
    "changepoints.changepoints": "retrospective: cuts the whole history, and says so",
    "changepoints.long_run_variance": "one number for all the history given",
    "cross_hedge.cross_hedge": "one choice for all the history given",
    "crowd_flow.seat_activity": "one count for all the disclosures given",
    "crowd_flow.style_chasing": "one slope for all the history given",
    "crowding.bin_curve.bin_curve": "what came after each level of crowding",
    "crowding.sensitivity": "how many alarms each reading gives: one number for all the history",
    "dividends.season.measured_season": "one season for all the history given",
    "liquidity.turnover_regime": "one count for all the history given",
    "roll.best_path": "the bound of hindsight, and named so",
    "roll.pooled_lead": "what planning saved over the nights given",
    "roll.path_cost": "what a path cost over the history given",
    "sentiment.train_file": "trains a model; its split by date is tested in test_sentiment.py",
}
"""Judges a past on purpose, and gives no number under the date of the past it judges."""

PARTS = {
    "basis.card_words": "what basis.basis_card says of itself",
    "basis.contract_rows": "steps of basis.chain.futures_chain",
    "basis.driver_fit": "steps of basis.parts.discount_parts",
    "basis.index_level": "steps of basis.chain.futures_chain",
    "crowding.levels": "what would switch an alarm, read from one day's past by CrowdingScore.flips",
    "crowding.market_view": "the door to a market: hands its panels over",
    "crowding.number_words": "words",
    "crowding.points": "steps of crowding.score, day by day",
    "crowding.radar": "one day of a score",
    "crowding.signal": "steps of CrowdingScore.state",
    "crowding.words": "CrowdingScore.explain",
    "day.facts": "steps of day.day_board",
    "day.label": "steps of day.day_board",
    "evidence": "judges alarms by what came after them",
    "probability.skill": "judges forecasts by what came after them",
    "probability.judged": "judges forecasts by what came after them",
    "probability.walk_forward": "steps of probability.fall_forecasts",
    "roll.habits": "steps of roll.compare_rolls",
    "roll.path": "what a path cost over the history given",
    "roll.planner": "steps of roll.planned_path",
    "sentiment.model": "a trained model rates each text alone",
    "sentiment.skill": "judges ratings by labels",
    "sentiment.training": "trains a model; its split by date is tested in test_sentiment.py",
    "spectrum.periodogram": "steps of the spectrum's shares, each day alone",
}
"""Modules whose functions are steps of a measure that is called here, or words, or outcomes."""
