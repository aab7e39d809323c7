"""A throw-away market for the report: random walks in the shapes other rooms send.

Nothing here is a result of the package: the numbers only have to be of the right kind.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from quantquake.report.parts import DIMENSIONS, INDICATORS, BasketRow, ReportParts, TruthNote

DATES = pd.bdate_range(end="2024-02-05", periods=700, name="date")
NO_DATA = ("hf_crowding", "capital_structure_volatility")
VALUES = {
    "excess_vol": 0.148, "momentum": -0.237, "amount": 43e9, "share": 0.325,
    "hf_crowding": 0.37, "capital_structure_volatility": 0.02, "ep": 0.05, "bp": 0.6,
    "news_score": 0.12, "turnover": 0.0066,
}  # fmt: skip
RULES = SimpleNamespace(window=250, signal_above=3.0)


class FakeScore:
    """A crowding score with the fields the report reads, from given percentiles."""

    def __init__(self, crowdedness: pd.DataFrame):
        self.crowdedness = crowdedness
        self.flags = crowdedness >= 0.95
        values = self.flags.astype(float).where(crowdedness.notna())
        self.dimensions = pd.DataFrame(
            {d: values[list(names)].mean(axis=1) for d, names in DIMENSIONS.items()}
        )
        self.score = 5 * self.dimensions.mean(axis=1)
        self.signal = self.score > RULES.signal_above
        self.coverage = self.dimensions.notna().sum(axis=1)
        self.rules = RULES
        self.currency = "CNY"

    def contributions(self, date):
        row, dims = self.crowdedness.loc[date], self.coverage.loc[date]
        where = {code: d for d, names in DIMENSIONS.items() for code in names}
        there = {d: row[list(names)].notna().sum() for d, names in DIMENSIONS.items()}
        adds = [5 / dims / there[where[c]] if self.flags.loc[date, c] else 0.0 for c in INDICATORS]
        return pd.DataFrame(
            {
                "indicator": INDICATORS,
                "dimension": [where[c] for c in INDICATORS],
                "value": [VALUES[c] for c in INDICATORS],
                "percentile": row.to_numpy(),
                "flag": self.flags.loc[date].to_numpy(),
                "adds": adds,
            }
        )

    def flips(self, date=None):
        silent = [c for c in INDICATORS if not self.flags.loc[date, c]]
        values = [VALUES[c] for c in silent]
        return pd.DataFrame(
            {
                "indicator": silent,
                "value": values,
                "level": [1.2 * v for v in values],
                "score_if": [float(self.score.loc[date]) + 0.625 for _ in silent],
                "alarm_if": [False for _ in silent],
            }
        )

    def episodes(self):
        on = self.signal.to_numpy()
        starts = np.flatnonzero(on & ~np.concatenate([[False], on[:-1]]))
        ends = np.flatnonzero(on & ~np.concatenate([on[1:], [False]]))
        return pd.DataFrame(
            {
                "start": self.score.index[starts],
                "end": self.score.index[ends],
                "days": ends - starts + 1,
                "peak": [
                    self.score.iloc[a : b + 1].max() for a, b in zip(starts, ends, strict=True)
                ],
            }
        )


def make_score(rng, *, level=0.5, last=None, missing=NO_DATA) -> FakeScore:
    steps = rng.normal(0, 0.3, (len(DATES), len(INDICATORS)))
    walk = np.zeros_like(steps)
    for t in range(1, len(DATES)):
        walk[t] = 0.97 * walk[t - 1] + steps[t]
    ranks = pd.DataFrame(walk, index=DATES, columns=list(INDICATORS)).rank(pct=True)
    ranks = (ranks + level - 0.5).clip(0.004, 1.0)
    ranks.iloc[:250] = np.nan
    for code in missing:
        ranks[code] = np.nan
    for code, value in (last or {}).items():
        ranks.loc[DATES[-12:], code] = value
    return FakeScore(ranks)


def make_price(rng, drift=0.0002, fall=0.0) -> pd.Series:
    steps = rng.normal(drift, 0.012, len(DATES))
    steps[-10:] -= fall / 10
    return pd.Series(1000 * np.exp(np.cumsum(steps)), index=DATES)


def make_card(product, depth, nav_move):
    sessions = np.array([5, 24, 88, 151])
    ratio = depth * np.array([0.26, 0.55, 0.83, 1.0])
    curve = pd.DataFrame(
        {
            "price": 6000 * (1 + ratio),
            "basis_ratio": ratio,
            "sessions": sessions,
            "annualised": ratio * 250 / sessions,
            "open_interest": [9e3, 6e4, 5e4, 2e4],
        },
        index=[f"{product}{m}.CFE" for m in (2402, 2403, 2406, 2409)],
    )
    return SimpleNamespace(
        product=product,
        on=DATES[-1],
        curve=curve,
        front=curve.index[0],
        weighted_discount=2.6 * depth,
        nav_move=nav_move,
        adjusted_annual=np.nan,
        cheapest=curve.index[3],
    )


def make_discounts(rng, cards):
    out = {}
    for card in cards:
        path = np.cumsum(rng.normal(0, 0.004, len(DATES)))
        path = path - path[-1] - 0.02
        path[-12:] += np.linspace(0, card.weighted_discount - path[-1], 12)
        out[card.product] = pd.Series(path, index=DATES)
    return out


def make_day(label="small_caps_sold", **changes):
    reason = SimpleNamespace(code="small_caps_sold", fired=True, value=-0.107, threshold=-0.03)
    groups = pd.DataFrame(
        {"mean": np.linspace(-0.105, 0.002, 10)}, index=pd.Index(range(1, 11), name="group")
    )
    fields = {
        "on": DATES[-1],
        "index": "000300.SH",
        "index_return": 0.007,
        "names": 3756,
        "median_return": -0.091,
        "advance_share": 0.06,
        "breadth": 0.17,
        "breadth_percentile": 0.03,
        "limit_down": 1681,
        "limit_threshold": -0.098,
        "volatility_ratio": 4.5,
        "volatility_ratio_percentile": 0.97,
        "contrarian_pnl": -0.0123,
        "contrarian_sigma": -3.4,
        "size_groups": groups,
        "momentum": SimpleNamespace(spread=0.021, sigma={"ewma": 1.1}),
        "unwind_phase": "none",
        "label": label,
        "also": ("broad_fall",),
        "reasons": (reason,),
        "since": DATES[0],
    }
    return SimpleNamespace(**{**fields, **changes})


def make_day_history(rng):
    breadth = pd.Series(rng.beta(4, 4, len(DATES)), index=DATES)
    ratio = pd.Series(1.6 + 0.8 * rng.gamma(2.0, 0.5, len(DATES)), index=DATES)
    breadth.iloc[-1], ratio.iloc[-1] = 0.17, 4.5
    return {"breadth": breadth, "volatility_ratio": ratio}


def make_evidence(hits=10, alarms=26, base_rate=0.53, interval=(0.22, 0.57), verdict="no_evidence"):
    return SimpleNamespace(
        hits=hits, alarms=alarms, base_rate=base_rate, interval=interval, horizon=60, loss=0.05,
        verdict="too_few" if alarms < 10 else verdict,
    )  # fmt: skip


def make_parts(seed=7, **changes) -> ReportParts:
    rng = np.random.default_rng(seed)
    hot = {"excess_vol": 0.99, "momentum": 0.97, "amount": 1.0, "share": 0.98, "turnover": 0.996}
    levels = {"dividend": 0.45, "theme": 0.55, "000300.SH": 0.5, "000905.SH": 0.5,
              "000852.SH": 0.52, "size-1": 0.6, "size-5": 0.4}  # fmt: skip
    rows = [
        BasketRow(
            SimpleNamespace(name=name),
            make_score(rng, level=level, last={"excess_vol": 0.5, "momentum": 0.03}),
            make_price(rng),
        )
        for name, level in levels.items()
    ]
    crowded = make_score(rng, level=0.6, last=hot)
    rows.append(BasketRow(SimpleNamespace(name="micro-cap"), crowded, make_price(rng, 0.001, 0.3)))
    cards = [
        make_card("IM", -0.103, 0.0313),
        make_card("IC", -0.085, 0.0195),
        make_card("IF", -0.043, 0.0165),
    ]
    settings = {
        "market": "synthetic",
        "as_of": DATES[-1],
        "baskets": tuple(rows),
        "basis": tuple(cards),
        "discounts": make_discounts(rng, cards),
        "day": make_day(),
        "day_history": make_day_history(rng),
        "index_returns": pd.Series({"000852.SH": -0.062, "000300.SH": 0.007}),
        "coverage": {"dimensions": "4 of 5", "symbols": "3756 of 3756"},
        "assumptions": ("250 sessions a year, both ends counted",),
        "issues": (),
        "truth": TruthNote(
            basket="micro-cap", decoy="theme", unwind_on=pd.Timestamp("2024-01-22"), seed=seed
        ),
        "seed": seed,
        "version": "0.1.0",
    }
    return ReportParts(**{**settings, **changes})


@pytest.fixture(scope="session")
def parts() -> ReportParts:
    return make_parts()


@pytest.fixture(scope="session")
def remake():
    return make_parts


@pytest.fixture(scope="session")
def make():
    """The builders of single pieces."""
    return SimpleNamespace(
        score=make_score,
        price=make_price,
        card=make_card,
        day=make_day,
        evidence=make_evidence,
        row=BasketRow,
        dates=DATES,
    )
