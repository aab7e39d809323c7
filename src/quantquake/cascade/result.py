"""What happened: paths, who sold when, who is left; labelled, and ready for tables and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quantquake.cascade.engine import Engine
from quantquake.cascade.outcome import MarketOutcome, Outcome
from quantquake.cascade.participants.view import FloatArray
from quantquake.cascade.scenario import Scenario
from quantquake.types import Origin, Result

#: Outcomes after which a holder's book is sold, whatever it thinks of it.
GONE = tuple(o.name.lower() for o in (Outcome.STOPPED, Outcome.DEFAULTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeResult(Result):
    """One path of a scenario.

    Attributes
    ----------
    scenario : str
    groups, low : DataFrame of shape (days + 1, n_groups)
        Price of each group at the close, and its lowest after any clearing of the day; 1 at day 0.
    index : DataFrame of shape (days + 1, n_indices)
        Level at the close. [points]
    basis : DataFrame of shape (days + 1, n_indices)
        Futures over index minus one at the close; discount negative. [1]
    depth : DataFrame of shape (days + 1, n_groups)
        Depth of the sell side, 1 in calm. [1]
    nav, leverage : DataFrame of shape (days + 1, n_participants)
        Unit value of each kind's holders together, 1 at day 0; gross over equity. NaN for those
        without a balance sheet, who act on a budget or hedge, and where there is no equity left.
    gain : DataFrame of shape (days + 1, n_participants)
        What those who trade for their own account without a balance sheet (buyers of falls,
        predators, arbitrageurs, noise) have won since the start, at market; NaN for the others. [money]
    ledger : DataFrame
        Who sold when: ``day``, ``round``, ``participant``, ``group``, ``sold``, ``bought`` [money];
        rows without a trade are left out. The round after the last is the closing auction.
    futures : DataFrame
        ``day``, ``round``, ``participant``, ``index``, ``flow`` [money].
    holders : DataFrame
        ``participant``, ``holder``, ``nav``, ``nav_low``, ``leverage``, ``outcome``; the last four
        are NaN for those without a balance sheet: they can neither fail nor survive.
    turns : DataFrame
        When a holder's outcome worsened: ``day``, ``round``, ``participant``, ``holder``,
        ``outcome``. What is found in the evening counts to the closing auction.
    prices : Series of shape (n_assets,)
        At the end; 1 at the start.
    market : MarketOutcome
    origin : Origin
    """

    scenario: str
    groups: pd.DataFrame
    low: pd.DataFrame
    index: pd.DataFrame
    basis: pd.DataFrame
    depth: pd.DataFrame
    nav: pd.DataFrame
    leverage: pd.DataFrame
    gain: pd.DataFrame
    ledger: pd.DataFrame
    futures: pd.DataFrame
    holders: pd.DataFrame
    turns: pd.DataFrame
    prices: pd.Series
    market: MarketOutcome
    origin: Origin

    @property
    def final_price(self) -> float:
        """Mean of the assets' final prices. [1]"""
        return float(self.prices.mean())

    @property
    def survivors(self) -> pd.Series:
        """Share of each participant's holders that still hold their books; NaN without one. [1]"""
        ends = self.holders["outcome"]
        alive = (~ends.isin(GONE)).astype(float).where(ends.notna())
        return alive.groupby(self.holders["participant"], sort=False).mean().rename("survivors")

    @property
    def funded(self) -> list[str]:
        """Participants with a balance sheet; the others act on a budget and have no unit value."""
        return [name for name in self.nav if self.nav[name].notna().any()]

    def holding_on(self) -> pd.DataFrame:
        """Share of each participant's holders that still hold their books, at each close. [1]

        NaN for participants without a balance sheet.
        """
        gone = self.turns[self.turns["outcome"].isin(GONE)].drop_duplicates(
            ["participant", "holder"]
        )
        lost = gone.groupby(["day", "participant"]).size().unstack()
        lost = lost.reindex(index=self.nav.index, columns=self.nav.columns).fillna(0.0)
        left = 1.0 - lost.cumsum() / self.holders.groupby("participant").size()[self.nav.columns]
        return left.where(pd.Series(self.nav.columns.isin(self.funded), self.nav.columns), axis=1)

    def sellers(self) -> pd.DataFrame:
        """Money sold net of bought by day and participant; sales positive. [money]"""
        net = self.ledger.assign(net=self.ledger["sold"] - self.ledger["bought"])
        table = net.pivot_table(index="day", columns="participant", values="net", aggfunc="sum")
        return table.reindex(index=self.groups.index[1:], columns=self.nav.columns).fillna(0.0)

    def to_frame(self) -> pd.DataFrame:
        """One row a day: every group, index, basis, and unit value of those who have one."""
        return pd.concat(
            {
                "group": self.groups,
                "index": self.index,
                "basis": self.basis,
                "depth": self.depth,
                "nav": self.nav[self.funded],
            },
            axis=1,
        )


def result_of(engine: Engine, path: int, seed: int) -> CascadeResult:
    """Label the arrays of one path of a finished run."""
    scenario, record, cast = engine.scenario, engine.record, engine.cast
    day = pd.RangeIndex(scenario.days + 1, name="day")
    names = {
        "group": list(cast.assets.groups),
        "index": [i.name for i in scenario.indices],
        "participant": list(cast.rows),
    }

    def frame(values: FloatArray, what: str) -> pd.DataFrame:
        return pd.DataFrame(values[:, :, path], index=day, columns=pd.Index(names[what], name=what))

    levels = np.array([i.level for i in scenario.indices])
    state = engine.state
    return CascadeResult(
        scenario=scenario.name,
        groups=frame(record.groups, "group"),
        low=frame(record.low, "group"),
        index=frame(record.index, "index") * levels,
        basis=frame(record.basis, "index"),
        depth=frame(record.depth, "group"),
        nav=frame(record.nav, "participant"),
        leverage=frame(record.leverage, "participant"),
        gain=frame(record.gain, "participant"),
        ledger=_ledger(record.sold, record.bought, path, names),
        futures=_futures(record.futures_flow, path, names),
        holders=_holders(engine, path),
        turns=_turns(engine, path),
        prices=pd.Series(state.book.price[:, path], index=list(cast.assets.names), name="price"),
        market=MarketOutcome(int(state.closed[path])),
        origin=_origin(scenario, seed),
    )


def _long(values: FloatArray, path: int, last: list[str], key: str, who: list[str]) -> pd.DataFrame:
    """Turn (D, N, P, X, S) of one path into long rows with labels."""
    cut = values[..., path]
    days, clearings, people, columns = np.indices(cut.shape).reshape(4, -1)
    return pd.DataFrame(
        {
            "day": days + 1,
            "round": clearings + 1,
            "participant": np.array(who, dtype=object)[people],
            key: np.array(last, dtype=object)[columns] if last else columns,
            "value": cut.ravel(),
        }
    )


def _ledger(
    sold: FloatArray, bought: FloatArray, path: int, names: dict[str, list[str]]
) -> pd.DataFrame:
    rows = _long(sold, path, names["group"], "group", names["participant"])
    rows = rows.rename(columns={"value": "sold"}).assign(bought=bought[..., path].ravel())
    return rows[(rows["sold"] > 0) | (rows["bought"] > 0)].reset_index(drop=True)


def _futures(flow: FloatArray, path: int, names: dict[str, list[str]]) -> pd.DataFrame:
    rows = _long(flow, path, names["index"], "index", names["participant"])
    return rows[rows["value"] != 0].rename(columns={"value": "flow"}).reset_index(drop=True)


def _holders(engine: Engine, path: int) -> pd.DataFrame:
    state, rows = engine.state, []
    equity = state.positions.net[:, path] + state.cash[:, path]
    gross = state.positions.gross[:, path]
    for name, span in engine.cast.rows.items():
        for holder in range(span.start, span.stop):
            row = {"participant": name, "holder": holder - span.start}
            if engine.cast.funded[holder]:
                row |= {
                    "nav": equity[holder] / state.units[holder, path],
                    "nav_low": state.nav_low[holder, path],
                    "leverage": gross[holder] / equity[holder] if equity[holder] > 0 else np.nan,
                    "outcome": Outcome(int(state.status[holder, path])).name.lower(),
                }
            rows.append(row)
    columns = ["participant", "holder", "nav", "nav_low", "leverage", "outcome"]
    return pd.DataFrame(rows, columns=columns)


def _turns(engine: Engine, path: int) -> pd.DataFrame:
    names = list(engine.cast.rows)
    starts = np.array([rows.start for rows in engine.cast.rows.values()])
    rows = [
        (day, round_, names[k], int(holder - starts[k]), Outcome(int(outcome)).name.lower())
        for day, round_, holders, paths, became in engine.record.turns
        for holder, outcome in zip(holders[paths == path], became[paths == path], strict=True)
        for k in (int(np.searchsorted(starts, holder, side="right")) - 1,)
    ]
    return pd.DataFrame(rows, columns=["day", "round", "participant", "holder", "outcome"])


def _origin(scenario: Scenario, seed: int) -> Origin:
    law = scenario.impact
    said = {"days": scenario.days, "rounds a day": scenario.rounds}
    return Origin(
        as_of=scenario.start,
        coverage={name: str(value) for name, value in said.items()},
        assumptions=(
            f"impact: {law.law}, strength {law.strength:g}, {law.permanent:.0%} permanent",
            "everybody decides from the same snapshot and gets the middle of two prices",
            "uncalibrated unless the scenario says otherwise",
        ),
        seed=seed,
    )


def as_json(result: CascadeResult) -> dict[str, Any]:
    """The stable form for files and the command line."""
    return result.to_dict()
