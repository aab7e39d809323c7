"""Does the five-dimension crowding score warn of falls? Every Chinese index we have, since 2010.

    python examples/evidence_on_indices.py ../shared/data

Prints the tables of docs/en/evidence.md. The folder must hold ``cn_index_daily.parquet`` (long:
date, symbol, close, amount, turnover_pct, pe); the data are not part of this project.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from quantquake.app.inputs import read_inputs
from quantquake.data.baskets import index_basket
from quantquake.data.market import Market
from quantquake.measures.crowding import (
    CrowdingScore,
    IndicatorParams,
    ScoreRules,
    indicators,
    score,
)
from quantquake.measures.evidence import Evidence, evaluate
from quantquake.measures.evidence.family import Family, evaluate_family
from quantquake.measures.probability import Probability, fall_forecasts

ALL_SHARE = "000985.CSI"
DIVIDEND = "H30269.CSI"
SINCE = "2010-01-01"
NAMES = {
    "000001.SH": "SSE Composite",
    "000016.SH": "SSE 50",
    "000300.SH": "CSI 300",
    "000852.SH": "CSI 1000",
    "000905.SH": "CSI 500",
    "000985.CSI": "CSI All Share",
    "399001.SZ": "SZ Component",
    "399006.SZ": "ChiNext",
    "883418.THS": "Micro-cap (THS)",
    "930651.CSI": "Computer",
    "930713.CSI": "AI theme",
    "930851.CSI": "Cloud",
    "931071.CSI": "AI industry",
    "931160.CSI": "Communications",
    "H30184.CSI": "Semiconductor",
    "H30269.CSI": "Dividend low-vol",
    "H30590.CSI": "Robot",
}


def load(folder: Path) -> Market:
    """Read the indices as a market of their own; the reader mends a change of unit in turnover."""
    indices = read_inputs(index=[str(folder / "cn_index_daily.parquet")]).indices
    assert indices is not None
    return indices


def scores(market: Market) -> dict[str, CrowdingScore]:
    """Score every index on whatever of it is known."""
    params = IndicatorParams(benchmark=ALL_SHARE)
    return {
        symbol: score(indicators(market, index_basket(symbol), params=params))
        for symbol in market.close.columns
    }


def return_only(market: Market, symbol: str) -> CrowdingScore:
    """Score one index on the return dimension, all that its closes give."""
    params = IndicatorParams(benchmark=ALL_SHARE)
    measured = indicators(market, index_basket(symbol), params=params)
    return score(measured, rules=ScoreRules(min_dimensions=1))


def signals_of(one: CrowdingScore) -> pd.DataFrame:
    """The score's alarm and each indicator's flag, as 1, 0 or NaN, from `SINCE` on."""
    alarm = (one.score > 3).astype(float).where(one.score.notna())
    flags = one.flags.astype(float).where(one.percentiles.notna()).dropna(axis=1, how="all")
    table = pd.concat([alarm.rename("score"), flags], axis=1)
    return table.where(pd.Series(table.index >= SINCE, index=table.index), axis=0)


def judge(market: Market, found: dict[str, CrowdingScore]) -> Family:
    """Judge the score and each indicator on every index at both horizons."""
    signals = {symbol: signals_of(one) for symbol, one in found.items()}
    return evaluate_family(signals, market.close)


def percent(value: float | None, digits: int = 0) -> str:
    """Print a fraction as per cent, a missing one as a dash."""
    return "-" if value is None or pd.isna(value) else f"{100 * value:.{digits}f}"


def print_score(family: Family, found: dict[str, CrowdingScore]) -> None:
    """Print the score's record on each index."""
    print("\n## The score, each index\n")
    print(
        "| index | dims | h | days | hits / episodes | rate % | Wilson 95 % | any day % | like vol % "
        "| excess, points (95 %) | lift | p | q | verdict |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for (_, basket, horizon), row in family.table.loc[["score"]].iterrows():
        dims = found[basket].coverage[SINCE:].max()
        none = pd.isna(row.rate)
        wilson = "-" if none else f"{percent(row.wilson_low)}-{percent(row.wilson_high)}"
        reach = f"{percent(row.excess_low)}..{percent(row.excess_high)}"
        excess = "-" if none else f"{percent(row.excess)} ({reach})"
        lift = "-" if pd.isna(row.lift) else f"{row.lift:.2f}"
        p, q = ("-" if pd.isna(x) else f"{x:.2f}" for x in (row.p_value, row.q_value))
        print(
            f"| {NAMES.get(basket, basket)} | {dims:.0f} | {horizon} | {row.signal_days} | "
            f"{row.hits} / {row.episodes} | {percent(row.rate)} | {wilson} | "
            f"{percent(row.base_rate)} | {percent(row.chance)} | {excess} | {lift} | {p} | {q} | "
            f"{row.verdict} |"
        )


def print_pooled(family: Family) -> None:
    """Print each signal pooled over the indices."""
    print("\n## Pooled over the indices\n")
    print(
        "| signal | h | indices | hits / episodes | dates | rate % | like vol % "
        "| excess, points (95 %) | between | p |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for (indicator, horizon), row in family.pooled.iterrows():
        print(
            f"| {indicator} | {horizon} | {row.baskets} | {row.hits} / {row.episodes} | "
            f"{row.clusters} | {percent(row.rate)} | {percent(row.chance)} | {percent(row.excess, 1)} "
            f"({percent(row.low)}..{percent(row.high)}) | {percent(row['between'])} | {row.p_value:.3f} |"
        )


def print_family(family: Family) -> None:
    """Print what is left once 188 tests are counted as such."""
    table = family.table
    print("\n## The family\n")
    print(f"{len(table)} tests, {family.tests} with at least 10 episodes; ", end="")
    print(f"{int(table['discovery'].sum())} discoveries at a false discovery rate of 10 %.")
    print(
        f"Best excess {percent(family.best_excess)} points; expected from luck alone "
        f"{percent(family.best_excess_by_luck)}; p of the best {family.best_p_value:.2f}."
    )
    print(f"Verdicts: {table['verdict'].value_counts().to_dict()}")
    best = table.nsmallest(8, "p_value")
    print(
        best[["hits", "episodes", "base_rate", "chance", "excess_volatility", "p_value", "q_value"]]
    )


def print_years(evidence: Evidence, *, horizon: int) -> None:
    """Print one index by year and alarm by alarm."""
    record = evidence.at(horizon)
    print(f"\n## {evidence.name}, {horizon} sessions: {evidence.sentence(horizon=horizon)}\n")
    print(record.years.T.to_string())
    missed = sorted({when.year for when in record.false_alarms["first"]})
    print(f"\nYears of the false alarms: {missed}")
    print("without 2015 and 2024:", record.without(2015, 2024))
    print("without every year of a false alarm:", record.without(*missed))
    print(record.log[["first", "last", "worst", "hit", "cause", "touch", "peak"]].to_string())
    print(record.lead.to_string())
    print(record.detection)


def forecast_samples(market: Market, found: dict[str, CrowdingScore]) -> dict[str, Any]:
    """Closes, percentiles and alarms of every index with 1,000 closes, for `fall_forecasts`."""
    since = market.close.index >= "2009-01-01"
    prices = market.close[since]
    wanted = [s for s in found if prices[s].count() >= 1000]
    return {
        "prices": prices,
        "crowding": {s: found[s].percentiles.dropna(axis=1, how="all")[since] for s in wanted},
        "alarms": {s: signals_of(found[s])["score"][since] for s in wanted},
    }


def forecast(market: Market, found: dict[str, CrowdingScore], horizon: int) -> Probability:
    """Forecast falls on every index, with and without the score's percentiles."""
    samples = forecast_samples(market, found)
    return fall_forecasts(**samples, horizon=horizon, recalibrate=("barrier",))


def print_forecast(one: Probability) -> None:
    """Print the skill of every model and whether crowding passes the declared rule."""
    print(f"\n## Probability of a fall within {one.horizon} sessions\n")
    print(one.origin.coverage, f"passed: {one.passed}")
    print(one.sentence())
    print(one.skill.to_string(float_format="{:.4f}".format))
    for name in ("against_market", "against_barrier", "trees_against_market"):
        print(name, getattr(one, name))
    print(
        f"recall at the rule's alarm rate: rule {one.rule_recall:.3f}, model {one.model_recall:.3f}"
    )
    for model in ("barrier", "barrier_isotonic", "market"):
        print(model)
        print(one.calibration.loc[model].T.to_string(float_format="{:.3f}".format))


def main(folder: str) -> None:
    """Print everything."""
    market = load(Path(folder))
    print(
        f"{market.close.shape[1]} indices, {SINCE} to {market.close.index[-1]:%Y-%m-%d}, not shipped"
    )
    found = scores(market)
    family = judge(market, found)
    print_score(family, found)
    print_pooled(family)
    print_family(family)
    dividend = return_only(market, DIVIDEND)
    for symbol, one in (("000300.SH", found["000300.SH"]), (DIVIDEND, dividend)):
        close = market.close[symbol]
        alarm = signals_of(one)["score"].rename(f"score on {NAMES.get(symbol, symbol)}")
        print_years(evaluate(alarm, close), horizon=60)
    for horizon in (20, 60):
        print_forecast(forecast(market, found, horizon))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
