"""The made-up market's crowd leaves in three days: its own books, amounts and law; nothing is real."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from quantquake.cascade.assets import Group, Index
from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.run_off import RunOff
from quantquake.cascade.participants.state_buyer import Purchase, StateBuyer
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Noise, Scenario
from quantquake.data.synthetic import CrowdLaw, World
from quantquake.report.crowd_parts import Arm, CrowdParts

CROWD, NAMES, BUYER = "the crowd", "crowded names", "buyer"
#: Days of the sale, and days shown: what was temporary has time to fade.
OVER, DAYS, ROUNDS = 3, 8, 3
#: Share of the position a buyer takes; share of a holding an order lets each fund sell a day.
BUDGET, CAP = 0.20, 0.10
#: Three batches: enough for a median, and for an interval to the nearest half per cent.
PATHS = 48
LIMIT = 0.10  # daily price limit of the made-up exchange
MONTH, QUARTER = 20, 60


def rehearse_crowd(world: World, as_of: pd.Timestamp, seed: int) -> CrowdParts | None:
    """Let the crowd sell everything it held, with and without an intervention.

    Parameters
    ----------
    world : World
    as_of : Timestamp
        Nothing later is read. If the crowd was already leaving, the evening before it began.
    seed : int
        Of the paths' noise.

    Returns
    -------
    CrowdParts or None
        None where nobody holds anything.
    """
    on = _evening(world, as_of)
    held = world.truth.holding.loc[on]
    measured, common = _measured(world, on)
    names = measured.join(held[held > 0].rename("held"), how="inner")
    if names.empty:
        return None
    plain = crowd_scenario(world, on, names, common)
    arms = {
        "as_is": plain,
        "buyer": _with_buyer(plain, float(names["held"].sum())),
        "capped": plain.with_rules(Rule(who=CROWD, what="sell", cap=CAP, label="sales capped")),
    }
    return CrowdParts(
        scenario=plain,
        on=on,
        held=float(names["held"].sum()),
        funds=len(world.truth.funds),
        names=len(names),
        over=OVER,
        arms=[_arm(code, ensemble(s, paths=PATHS, seed=seed)) for code, s in arms.items()],
        budget=BUDGET,
        cap=CAP,
        seed=seed,
    )


def _evening(world: World, as_of: pd.Timestamp) -> pd.Timestamp:
    """Session whose closing positions are sold."""
    dates = world.truth.holding.index
    began = world.truth.unwind_dates[world.truth.unwind_dates <= as_of]
    last = dates[dates < began[0]] if len(began) else dates[dates <= as_of]
    return pd.Timestamp(last[-1])


def _measured(world: World, on: pd.Timestamp) -> tuple[pd.DataFrame, float]:
    """What each name trades and how it moves, up to that evening, and the common daily volatility.

    Names without a price are left out.
    """
    market = world.market
    returns = np.log(market.close.loc[:on].tail(QUARTER + 1)).diff().iloc[1:]
    common = returns.mean(axis=1)
    moves = returns.sub(returns.mean())
    beta = moves.mul(common - common.mean(), axis=0).mean() / common.var(ddof=0)
    table = pd.DataFrame(
        {
            "cap": _frame(market.float_cap).loc[:on].tail(MONTH).ffill().iloc[-1],
            "amount": _frame(market.amount).loc[:on].tail(MONTH).mean(),
            "volatility": returns.std(),
            "beta": beta,
        }
    )
    known = table.notna().all(axis=1) & (table[["cap", "amount", "volatility"]] > 0).all(axis=1)
    return table[known], float(common.std())


def _frame(panel: pd.DataFrame | None) -> pd.DataFrame:
    assert panel is not None, "a made-up market has caps and amounts"
    return panel


def crowd_scenario(world: World, on: pd.Timestamp, names: pd.DataFrame, common: float) -> Scenario:
    """Write the exit down: every name an asset of its own, every fund with its own book.

    Parameters
    ----------
    names : DataFrame
        By symbol ``cap`` [money], ``amount`` [money/d], ``volatility``, ``beta`` [1], ``held`` [money].
    common : float
        Daily volatility of the average name. [1]
    """
    truth = world.truth
    books = truth.weights[names.index].mul(truth.funds["share"], axis=0)
    books = books.div(books.sum()).fillna(0.0) * names["held"]
    share = ((names["beta"] * common / names["volatility"]) ** 2).mean()
    return Scenario(
        name="the crowd leaves",
        groups=tuple(
            Group(
                name=str(symbol), cap=float(one["cap"]), daily_amount=float(one["amount"]),
                volatility=float(one["volatility"]), beta=float(one["beta"]), limit=LIMIT,
            )
            for symbol, one in names.iterrows()
        ),
        indices=(Index(name=NAMES, weights={str(s): float(v) for s, v in names["held"].items()}),),
        participants=(
            RunOff(name=CROWD, count=len(books), holdings=books.to_numpy().tolist(), over=OVER),
        ),
        days=DAYS,
        rounds=ROUNDS,
        impact=declared_impact(truth.law),
        # What is not common is each name's own: together they give the volatility measured.
        noise=Noise(common=common, own=math.sqrt(max(0.0, 1.0 - float(share)))),
        start=on + pd.Timedelta(days=1),
    )  # fmt: skip


def declared_impact(law: CrowdLaw) -> Impact:
    """Law of impact by which the made-up market answers to forced sales."""
    return Impact(
        law="linear",
        strength=law.impact * law.stress,
        # Of a push enlarged by stress only the ordinary part is permanent.
        permanent=law.permanent / law.stress,
        half_life=math.log(0.5) / math.log(law.fade),
    )


def _with_buyer(plain: Scenario, held: float) -> Scenario:
    """Somebody buys the same names on the days of the sale."""
    groups = [g.name for g in plain.groups]
    money = BUDGET * held
    days = [Purchase(day=d + 1, money=money / OVER, groups=groups) for d in range(OVER)]
    buyer = StateBuyer(name=BUYER, budget=money, purchases=days)
    return plain.but(participants=(*plain.participants, buyer))


def _arm(code: str, run: Ensemble) -> Arm:
    """Read off what the crowd is left with."""
    place = run.names["participants"].index(CROWD)
    level = run.arrays["index"][:, 0]
    numbers = pd.Index(run.numbers, name="path")
    return Arm(
        code=code,
        value=run.final("nav", CROWD),
        unsold=pd.Series(run.arrays["leverage"][-1, place], index=numbers).fillna(0.0),
        lowest=pd.Series(level.min(axis=0) / level[0], index=numbers),
        ensemble=run,
    )
