"""What no real market tells: who is in the trade, how likely they run, and when they did."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from quantquake.data.synthetic.frames import CROWDED, DECOY, Scene
from quantquake.data.synthetic.law import CrowdLaw
from quantquake.data.synthetic.universe import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """The hidden side of a made-up market.

    Attributes
    ----------
    seed : int
        Seed of the world.
    crowded_basket, decoy_basket : str
        The basket the crowd holds; the one that is hot yet held by no crowd.
    members : tuple of str
        Names the crowd holds most, relative to their volume (in the twin: would hold).
    funds : DataFrame of shape (n_funds, 3)
        Kind (neutral, enhanced), share of the crowd [1], small-cap tilt of the money [1].
    weights : DataFrame of shape (n_funds, n_symbols)
        Weights inside each fund's small-cap sleeve; rows sum to one. [1]
    aum, sold : DataFrame of shape (n_dates, n_funds)
        Money run; crowded names sold in the unwind (>= 0). [CNY] Sales are as decided: what a
        price limit holds back in the price is not taken off.
    holding, flow : DataFrame of shape (n_dates, n_symbols)
        Crowd money in each name at the close; net money traded that day (buy > 0). [CNY]
    pressure : DataFrame of shape (n_dates, n_symbols)
        Log price moved by the crowd so far: close = crowd-free price x exp(pressure), as far as
        price limits and suspensions let it. [1]
    crowd_days : Series of shape (n_dates,)
        Crowd size: holding of its members in days of their normal amount. [d]
    hazard : Series of shape (n_dates,)
        Probability that the unwind starts that day, by the declared law. [1/d]
    unwind_dates : DatetimeIndex
        Days of forced selling; empty if nothing happened.
    volatility : Series of shape (n_dates,)
        Common volatility path, 1 in a normal time; the twin has the same.
    heat : Series of shape (n_dates,)
        How hot the decoy theme runs, 0..1; the twin has the same.
    carry : DataFrame of shape (n_dates, n_products)
        Annualised basis of the futures, negative = discount. [1/yr]
    listed, suspended, locked : DataFrame of bool, (n_dates, n_symbols)
        On the exchange; not trading; stopped at a daily price limit. The only NaN in the panels
        are where not `listed`, or `suspended`.
    law : CrowdLaw
        The numbers of the law.
    """

    seed: int
    crowded_basket: str
    decoy_basket: str
    members: tuple[str, ...]
    funds: pd.DataFrame
    weights: pd.DataFrame
    aum: pd.DataFrame
    sold: pd.DataFrame
    holding: pd.DataFrame
    flow: pd.DataFrame
    pressure: pd.DataFrame
    crowd_days: pd.Series
    hazard: pd.Series
    unwind_dates: pd.DatetimeIndex
    volatility: pd.Series
    heat: pd.Series
    carry: pd.DataFrame
    listed: pd.DataFrame
    suspended: pd.DataFrame
    locked: pd.DataFrame
    law: CrowdLaw


def write_truth(scene: Scene, carry: pd.DataFrame) -> Truth:
    """Label what was drawn, with the dates and symbols of the observable panels."""
    crowd, dates, symbols = scene.crowd, scene.dates, scene.universe.symbols

    def daily(values: Floats, name: str) -> pd.Series:
        return pd.Series(values, index=dates, name=name)

    return Truth(
        seed=scene.settings.seed,
        crowded_basket=CROWDED,
        decoy_basket=DECOY,
        members=tuple(symbols[crowd.members]),
        funds=crowd.funds,
        weights=pd.DataFrame(crowd.weights, crowd.funds.index, symbols).loc[:, scene.known],
        aum=pd.DataFrame(crowd.aum, dates, crowd.funds.index),
        sold=pd.DataFrame(crowd.sold, dates, crowd.funds.index),
        holding=scene.panel(crowd.holding),
        flow=scene.panel(crowd.flow),
        pressure=scene.panel(crowd.pressure),
        crowd_days=daily(crowd.days, "crowd_days"),
        hazard=daily(crowd.hazard, "hazard"),
        unwind_dates=dates[crowd.unwind],
        volatility=daily(scene.base.scale, "volatility"),
        heat=daily(scene.base.heat, "heat"),
        carry=carry,
        listed=scene.panel(scene.listed),
        suspended=scene.panel(scene.suspended),
        locked=scene.panel(scene.prices.locked),
        law=scene.law,
    )
