"""A crowd that prices cannot show: funds drift into one book at no price impact, then all leave.

Until the event every price is the market plus its own noise, the same with and without the crowd;
only the holdings know. On the event days the shared book is sold: its longs fall, its shorts rise,
the index stays quiet, and half of it is given back. That is August 2007 as S1 tells it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.data.synthetic.universe import Floats, session_dates, stream
from quantquake.errors import ConfigError
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderLaw(Result):
    """The declared law of a hidden holder.

    Attributes
    ----------
    names : int
        Names on each side of a fund's book.
    shared : float
        Share of every book that is the common one once the funds have gathered. [1]
    ramp : int
        Sessions over which they gather, straight before the event. [d]
    fall : float
        Mean log move of the shared book's names against it while it is sold. [1]
    days : int
        Sessions the sale takes. [d]
    rebound : float
        Share of the move given back, over as many sessions. [1]
    report_every : int
        Sessions between reports of holdings. [d]
    market, own : float
        Yearly volatility of the market and of each name's own noise. [1/sqrt(yr)]
    """

    names: int = 25
    shared: float = 0.7
    ramp: int = 60
    fall: float = 0.12
    days: int = 3
    rebound: float = 0.5
    report_every: int = 5
    market: float = 0.15
    own: float = 0.30


@dataclass(frozen=True, kw_only=True, eq=False)
class HolderWorld:
    """Prices and holdings of a hidden crowd, with the truth.

    Attributes
    ----------
    close : DataFrame of shape (n_dates, n_symbols)
        [CNY/share]
    holdings : DataFrame
        Long: ``date``, ``fund``, ``symbol``, ``weight`` (long > 0, short < 0, gross one a fund).
    event : Timestamp
        First session of the sale.
    common : Series of shape (n_symbols,)
        Weights of the common book; 0 for other names.
    shared : Series of shape (n_dates,)
        Share of every book that is the common one. [1]
    law : HolderLaw
    seed : int
    """

    close: pd.DataFrame
    holdings: pd.DataFrame
    event: pd.Timestamp
    common: pd.Series
    shared: pd.Series
    law: HolderLaw
    seed: int

    def returns(self) -> pd.DataFrame:
        """Simple daily returns; the first row is not observed. [1]"""
        return self.close / self.close.shift(1) - 1.0


def hidden_holder_world(
    seed: int = 0,
    *,
    n_symbols: int = 200,
    n_funds: int = 10,
    n_dates: int = 320,
    after: int = 20,
    crowd: bool = True,
    end: str | pd.Timestamp = "2007-09-04",
    law: HolderLaw | None = None,
) -> HolderWorld:
    """Draw a market in which holdings warn of an unwind and prices do not.

    Parameters
    ----------
    seed : int, default 0
    n_symbols, n_funds : int
        Stocks; funds, each long and short `HolderLaw.names` of them.
    n_dates, after : int
        Sessions in all, and from the event on. [d]
    crowd : bool, default True
        False: the same prices up to the event, nobody gathers, nothing is sold.
    end : date
        Last session.
    law : HolderLaw, optional

    Returns
    -------
    HolderWorld
        Without NaN.

    Raises
    ------
    ConfigError
        If the books do not fit into the market, or the story into the dates.
    """
    rules = law or HolderLaw()
    _check(rules, n_symbols, n_funds, n_dates, after)
    dates = session_dates(end, n_dates)
    symbols = pd.Index([f"H{i + 1:04d}.SYN" for i in range(n_symbols)], name="symbol")
    event = n_dates - after
    common = _book(stream(seed, "holder common"), n_symbols, rules.names)
    shared = _shared(rules, n_dates, event) if crowd else np.zeros(n_dates)
    log = _noise(seed, n_dates, n_symbols, rules)
    if crowd:
        log = log + _sale(rules, n_dates, event, common)
    return HolderWorld(
        close=pd.DataFrame(20.0 * np.exp(np.cumsum(log, axis=0)), dates, symbols),
        holdings=_holdings(seed, rules, n_funds, shared, common, dates, symbols),
        event=dates[event],
        common=pd.Series(common, symbols, name="common"),
        shared=pd.Series(shared, dates, name="shared"),
        law=rules,
        seed=seed,
    )


def _noise(seed: int, n_dates: int, n_symbols: int, law: HolderLaw) -> Floats:
    """Log returns of the market and of each name; t(5) days, one beta for all."""
    scale = np.sqrt(3.0 / 5.0 / 250.0)
    market = stream(seed, "holder market").standard_t(5, (n_dates, 1)) * scale * law.market
    own = stream(seed, "holder own").standard_t(5, (n_dates, n_symbols)) * scale * law.own
    return np.asarray(market + own)


def _book(rng: np.random.Generator, n_symbols: int, names: int) -> Floats:
    """Gross-one weights: `names` long, `names` short, of unequal size."""
    weights = np.zeros(n_symbols)
    chosen = rng.permutation(n_symbols)[: 2 * names]
    size = rng.uniform(0.5, 1.5, 2 * names)
    weights[chosen] = np.where(np.arange(2 * names) < names, size, -size)
    return np.asarray(weights / np.abs(weights).sum())


def _shared(law: HolderLaw, n_dates: int, event: int) -> Floats:
    """0, a straight rise over `ramp` sessions up to the event, then what is left after the sale."""
    t = np.arange(n_dates)
    rise = np.clip((t - (event - law.ramp)) / law.ramp, 0.0, 1.0)
    sold = np.clip((t - event + 1) / law.days, 0.0, 1.0)
    return np.asarray(law.shared * rise * (1.0 - sold))


def _sale(law: HolderLaw, n_dates: int, event: int, common: Floats) -> Floats:
    """Log moves of the sale and of what is given back, name by name in proportion to its weight."""
    held = np.abs(common) > 0.0
    pull = np.where(held, common / np.abs(common[held]).mean(), 0.0)
    path = np.zeros(n_dates)
    path[event : event + law.days] = -law.fall / law.days
    back = event + law.days
    path[back : back + law.days] = law.rebound * law.fall / law.days
    return path[:, None] * pull


def _holdings(
    seed: int,
    law: HolderLaw,
    n_funds: int,
    shared: Floats,
    common: Floats,
    dates: pd.DatetimeIndex,
    symbols: pd.Index,
) -> pd.DataFrame:
    """Reports every few sessions: each fund's own book, traded a little, mixed with the common one."""
    rng = stream(seed, "holder funds")
    own = [_book(rng, len(symbols), law.names) for _ in range(n_funds)]
    parts = []
    for t in range(0, len(dates), law.report_every):
        for fund, book in enumerate(own):
            mixed = (1.0 - shared[t]) * _traded(rng, book) + shared[t] * common
            held = np.flatnonzero(mixed)
            weight = mixed[held] / np.abs(mixed).sum()
            columns = {"symbol": symbols[held], "weight": weight}
            parts.append(pd.DataFrame(columns).assign(date=dates[t], fund=f"F{fund + 1:02d}"))
    return pd.concat(parts, ignore_index=True)[["date", "fund", "symbol", "weight"]]


def _traded(rng: np.random.Generator, book: Floats) -> Floats:
    changed = book * np.exp(0.2 * rng.standard_normal(len(book)))
    return np.asarray(changed / np.abs(changed).sum())


def _check(law: HolderLaw, n_symbols: int, n_funds: int, n_dates: int, after: int) -> None:
    if not 2 * law.names <= n_symbols or n_funds < 2:
        raise ConfigError(
            f"{n_symbols} symbols and {n_funds} funds: a book needs {2 * law.names} names, and a "
            "crowd two funds. Give more of them."
        )
    if not 2 * law.days <= after < n_dates - law.ramp:
        raise ConfigError(
            f"`n_dates` {n_dates} with `after` {after}: a ramp of {law.ramp} sessions must lie "
            f"before the event, and sale and rebound of {2 * law.days} after it. Change one."
        )
