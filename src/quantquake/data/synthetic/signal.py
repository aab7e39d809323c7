"""One price, one crowd state, one warning: worlds in which the worth of a warning is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from quantquake.data.synthetic.universe import Bools, Floats, session_dates, stream
from quantquake.errors import ConfigError
from quantquake.types import Result

YEAR = 250.0
TAILS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLaw(Result):
    """The declared law of a signal world.

    The crowd comes and goes in runs. While it is there, a crash starts with probability `hazard`
    each day and spreads its fall over `crash_days`, the day it starts included; crashes may
    overlap. The warning is the state seen through errors, independent from day to day. Where
    `crowd` is False nothing crashes; the crowded state has the same variance instead.

    Attributes
    ----------
    vol : float
        Volatility outside the crowded state. [1/sqrt(yr)]
    drift : float
        Mean return without crashes. [1/yr]
    crowd : bool
        Whether the state carries crash risk (False: the null twin).
    hazard : float
        Crashes started per day of the crowded state. [1/d]
    crash : float
        Whole log fall of one crash, negative. [1]
    crash_days : int
        Sessions it takes, in equal parts. [d]
    mean_run, mean_gap : float
        Mean length of crowded and of calm runs. [d]
    hit, false_alarm : float
        Probability that the warning is on in the crowded, in the calm state. [1]
    """

    vol: float = 0.25
    drift: float = 0.05
    crowd: bool = True
    hazard: float = 0.06
    crash: float = -0.15
    crash_days: int = 4
    mean_run: float = 15.0
    mean_gap: float = 235.0
    hit: float = 1.0
    false_alarm: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no probability, no length, or no fall."""
        for name in ("hazard", "hit", "false_alarm"):
            _demand(name, getattr(self, name), 0.0 <= getattr(self, name) <= 1.0, "lie in [0, 1]")
        for name in ("mean_run", "mean_gap", "crash_days"):
            _demand(name, getattr(self, name), getattr(self, name) >= 1, "be at least one session")
        _demand("vol", self.vol, self.vol > 0.0, "be positive")
        _demand("crash", self.crash, self.crash < 0.0, "be negative, a fall")

    def fall_probability(
        self, *, loss: float = 0.05, horizon: int = 60, n_dates: int = 1_000_000, seed: int = 0
    ) -> pd.DataFrame:
        """Chance of a fall after each state and each warning, by a long run of the law itself.

        Parameters
        ----------
        loss : float, default 0.05
            A fall is a close at or below ``(1 - loss)`` times today's within `horizon`. [1]
        horizon : int, default 60
            Sessions looked ahead, today left out. [d]
        n_dates : int, default 1,000,000
            Length of the run; more is slower and more exact. [d]
        seed : int, default 0
            Seed of the run.

        Returns
        -------
        DataFrame
            Index "state on", "state off", "warning on", "warning off", "any day"; columns
            `probability` [1] (NaN if there is no such day), `error` (standard error over
            independent stretches of the run) [1], `days`.
        """
        path, state, signal = _draw(self, n_dates, seed)
        fell = forward_low(path, horizon) <= np.log1p(-loss)
        n = len(fell)
        rows = {
            "state on": state[:n],
            "state off": ~state[:n],
            "warning on": signal[:n],
            "warning off": ~signal[:n],
            "any day": np.ones(n, dtype=bool),
        }
        table = pd.DataFrame({name: _rate(fell, days) for name, days in rows.items()}).T
        return table.set_axis(["probability", "error", "days"], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWorld(Result):
    """A price with a warning whose worth is known.

    Attributes
    ----------
    price : Series of shape (n_dates,)
        Close, 100 at the start. [index points]
    state : Series of bool, shape (n_dates,)
        Whether the crowd is there.
    signal : Series of bool, shape (n_dates,)
        The warning an observer gets.
    law : SignalLaw
        How they were drawn; ``law.fall_probability()`` is the truth to compare with.
    seed : int
    """

    price: pd.Series
    state: pd.Series
    signal: pd.Series
    law: SignalLaw
    seed: int

    def twin(self) -> SignalWorld:
        """Same seed, same states and warnings, same variance in each state, but no crash risk."""
        law = replace(self.law, crowd=False)
        return _world(law, len(self.price), self.seed, pd.DatetimeIndex(self.price.index))


def signal_world(
    seed: int = 0,
    n_dates: int = 2250,
    vol: float = 0.25,
    *,
    crowd: bool = True,
    hazard: float = 0.06,
    end: str | pd.Timestamp = "2024-03-29",
    **law: float,
) -> SignalWorld:
    """Draw a price and a warning of declared worth, for tests of warnings.

    Parameters
    ----------
    seed : int, default 0
    n_dates : int, default 2250
        Sessions, nine years. [d]
    vol : float, default 0.25
        Volatility outside the crowded state. [1/sqrt(yr)]
    crowd : bool, default True
        False gives the null: the warning tells the variance, but nothing else.
    hazard : float, default 0.06
        Crashes started per day of the crowded state. [1/d] 0 makes the warning worthless.
    end : str or Timestamp
        Last date, or the session before it.
    **law
        Any other field of `SignalLaw`.

    Returns
    -------
    SignalWorld
        Without NaN. A longer world is another draw, not a continuation.

    Raises
    ------
    ConfigError
        If a number is outside its range, or fewer than 2 sessions are asked for.
    """
    _demand("n_dates", n_dates, n_dates >= 2, "be at least two sessions")
    rules = SignalLaw(vol=vol, crowd=crowd, hazard=hazard, **law)  # type: ignore[arg-type]
    return _world(rules, n_dates, seed, session_dates(end, n_dates))


def forward_low(log_price: Floats, horizon: int) -> Floats:
    """Lowest log return from each day over the next `horizon` days; shape (n_dates - horizon,)."""
    low = np.array(log_price[horizon:])
    for k in range(1, horizon):
        np.minimum(low, log_price[k : k - horizon], out=low)
    return low - log_price[:-horizon]


def _world(law: SignalLaw, n_dates: int, seed: int, dates: pd.DatetimeIndex) -> SignalWorld:
    path, state, signal = _draw(law, n_dates, seed)
    return SignalWorld(
        price=pd.Series(100.0 * np.exp(path), index=dates, name="price"),
        state=pd.Series(state, index=dates, name="state"),
        signal=pd.Series(signal, index=dates, name="signal"),
        law=law,
        seed=seed,
    )


def _draw(law: SignalLaw, n_dates: int, seed: int) -> tuple[Floats, Bools, Bools]:
    """Log price, state and warning, each of shape (n_dates,)."""
    state = _runs(law, n_dates, stream(seed, "signal state"))
    started = state & (stream(seed, "signal crash").random(n_dates) < law.hazard)
    falls = np.convolve(started, np.full(law.crash_days, law.crash / law.crash_days))[:n_dates]
    noise = stream(seed, "signal noise").standard_t(TAILS, n_dates) * np.sqrt((TAILS - 2) / TAILS)
    daily = np.full(n_dates, law.vol / np.sqrt(YEAR))
    if not law.crowd:
        daily = np.sqrt(daily**2 + _crash_variance(law, state))
        falls = np.zeros(n_dates)
    drift = law.drift / YEAR - 0.5 * law.vol**2 / YEAR
    path = np.cumsum(drift + daily * noise + falls)
    luck = stream(seed, "signal warning").random(n_dates)
    return path, state, luck < np.where(state, law.hit, law.false_alarm)


def _crash_variance(law: SignalLaw, state: Bools) -> Floats:
    """Variance that crashes add to each day's return, given the states up to that day."""
    spread = law.hazard * (1.0 - law.hazard) * (law.crash / law.crash_days) ** 2
    return spread * np.convolve(state, np.ones(law.crash_days))[: len(state)]


def _runs(law: SignalLaw, n_dates: int, rng: np.random.Generator) -> Bools:
    """Alternating geometric runs, started as the law is in the long run."""
    cycles = int(2 * n_dates / (law.mean_run + law.mean_gap)) + 20
    while True:
        crowded = rng.random() < law.mean_run / (law.mean_run + law.mean_gap)
        means = [law.mean_run, law.mean_gap] if crowded else [law.mean_gap, law.mean_run]
        lengths = rng.geometric(1.0 / np.tile(means, cycles))
        if lengths.sum() >= n_dates:
            states = np.arange(len(lengths)) % 2 == (0 if crowded else 1)
            return np.repeat(states, lengths)[:n_dates]
        cycles *= 2


def _rate(fell: Bools, days: Bools) -> tuple[float, float, float]:
    """Share of `days` followed by a fall, its standard error from 50 stretches, and the count."""
    total = float(days.sum())
    if total == 0.0:
        return np.nan, np.nan, 0.0
    rate = float((fell & days).sum() / total)
    pieces = np.array_split(np.where(days, fell - rate, 0.0), 50)
    return rate, float(np.sqrt(sum(piece.sum() ** 2 for piece in pieces)) / total), total


def _demand(name: str, value: object, holds: bool, rule: str) -> None:
    if not holds:
        raise ConfigError(
            f"`{name}` is {value!r} and must {rule}: the law has no meaning otherwise. "
            f"Change `{name}`."
        )
