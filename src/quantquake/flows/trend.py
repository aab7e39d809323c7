"""Trend followers (CTA): signals that flip at known prices, scaled by volatility."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.flows.ewma import DECAY, updated_volatility
from quantquake.flows.holder import Holder, UnitFlow
from quantquake.flows.vol_control import target_exposure

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crossover:
    """Long while the mean of the last `fast` closes is above that of the last `slow`, else short.

    ``Crossover(1, 60)`` is price against its 60-session mean.
    """

    fast: int
    slow: int

    def __post_init__(self) -> None:
        if not 1 <= self.fast < self.slow:
            raise ConfigError(
                f"A crossover of {self.fast} and {self.slow} sessions never crosses, or upside "
                "down. Give a fast window of at least 1, shorter than the slow one."
            )

    @property
    def window(self) -> int:
        """Closes the rule looks back on, the newest included. [d]"""
        return self.slow

    def trigger(self, closes: FloatArray) -> tuple[float, float]:
        """Next close below which the rule is short, and above which it is long (here the same)."""
        quick = closes[len(closes) - (self.fast - 1) :].sum() / self.fast
        slow = closes[len(closes) - (self.slow - 1) :].sum() / self.slow
        level = float((slow - quick) / (1.0 / self.fast - 1.0 / self.slow))
        return level, level

    def signal(self, closes: FloatArray, price: FloatArray) -> FloatArray:
        """+1 or -1 once `price` is the newest close; 0 exactly on the trigger."""
        return np.sign(price - self.trigger(closes)[0])


@dataclass(frozen=True, slots=True)
class Breakout:
    """Long from a close above all of the last `window`, short from one below all; else as before."""

    window: int

    def __post_init__(self) -> None:
        if self.window < 2:
            raise ConfigError(
                f"A breakout of {self.window} sessions has no range to break out of. Give at least "
                "2 sessions."
            )

    def trigger(self, closes: FloatArray) -> tuple[float, float]:
        """Next close below which the rule turns short, and above which it turns long."""
        last = closes[-self.window :]
        return float(last.min()), float(last.max())

    def signal(self, closes: FloatArray, price: FloatArray) -> FloatArray:
        """+1 or -1 once `price` is the newest close; inside the range what held before."""
        below, above = self.trigger(closes)
        return np.where(price < below, -1.0, np.where(price > above, 1.0, self._held(closes)))

    def _held(self, closes: FloatArray) -> float:
        """Return the side of the last breakout of the history; 0 if there was none."""
        if len(closes) <= self.window:
            return 0.0
        ranges = np.lib.stride_tricks.sliding_window_view(closes[:-1], self.window)
        newest = closes[self.window :]
        side = np.where(newest > ranges.max(axis=1), 1.0, 0.0)
        side = np.where(newest < ranges.min(axis=1), -1.0, side)
        broken = np.flatnonzero(side)
        return float(side[broken[-1]]) if len(broken) else 0.0


Rule = Crossover | Breakout

#: Assumption: an equal vote each for a month, a quarter, half a year, a year and a breakout.
RULES: tuple[Rule, ...] = (
    Crossover(1, 20),
    Crossover(1, 60),
    Crossover(1, 120),
    Crossover(20, 250),
    Breakout(60),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendFollowers(Holder):
    """Trend followers on one index: mean vote of the rules, at a volatility target.

    Attributes
    ----------
    size : Size
        Assets under the rule. [money]
    closes : Series by date
        Closes of the index up to now; the moves start from the last. [points]
    rules : tuple of Crossover or Breakout
        One vote each.
    sigma : float
        Daily volatility seen now. [1/sqrt(d)]
    target, cap, decay, days_per_year
        As in :class:`quantquake.flows.vol_control.VolControl`.
    long_only : bool
        A short vote means out of the market.
    """

    name: str = "trend"
    closes: pd.Series = field(repr=False)
    sigma: float
    rules: tuple[Rule, ...] = RULES
    target: float = 0.10
    cap: float = 1.5
    decay: float = DECAY
    days_per_year: float = 250.0
    long_only: bool = False

    def vote(self, price: FloatArray) -> FloatArray:
        """Mean of the rules once `price` is the newest close, in [-1, 1]. [1]"""
        return self._vote(self._history(), price)

    def triggers(self) -> pd.DataFrame:
        """Levels at which each rule turns, from where it stands now.

        Returns
        -------
        DataFrame indexed by rule
            ``signal`` now; ``short_below``, ``long_above`` [points]; ``move_down``, ``move_up``:
            the same as moves from the last close [1], NaN where the rule stands there already or
            no price above 0 turns it in one day.
        """
        closes = self._history()
        last = closes[-1]
        rows = {}
        for rule in self.rules:
            now = float(self._signal(rule, closes[:-1], np.array([last]))[0])
            below, above = rule.trigger(closes)
            rows[str(rule)] = {
                "signal": now,
                "short_below": below,
                "long_above": above,
                "move_down": below / last - 1.0 if now >= 0 and below > 0 else np.nan,
                "move_up": above / last - 1.0 if now <= 0 and above > 0 else np.nan,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("rule")

    def unit_flow(self, moves: FloatArray) -> UnitFlow:
        """Trade over assets at each move. [1]"""
        closes = self._history()
        last = closes[-1]
        before = self._vote(closes[:-1], np.array([last]))[0] * self._scale(self.sigma)
        sigma = updated_volatility(self.sigma, moves, decay=self.decay)
        after = self._vote(closes, last * (1.0 + moves)) * self._scale(sigma)
        change = after - before
        return UnitFlow.spanning(change, change + before * moves * (after - 1.0))

    def assumptions(self) -> tuple[str, ...]:
        """Rule and parameters."""
        side = "long or flat" if self.long_only else "long or short"
        return (
            f"{len(self.rules)} trend rules with one vote each, {side}",
            f"volatility target {self.target:.0%} a year, exposure at most {self.cap:g}",
            f"volatility {self.sigma:.2%} a day before the move, decay {self.decay:g}",
        )

    def _signal(self, rule: Rule, closes: FloatArray, price: FloatArray) -> FloatArray:
        signal = rule.signal(closes, price)
        return np.maximum(signal, 0.0) if self.long_only else signal

    def _vote(self, closes: FloatArray, price: FloatArray) -> FloatArray:
        return np.mean([self._signal(rule, closes, price) for rule in self.rules], axis=0)

    def _scale(self, sigma: float | FloatArray) -> FloatArray:
        return target_exposure(
            sigma, target=self.target, cap=self.cap, days_per_year=self.days_per_year
        )

    def _history(self) -> FloatArray:
        closes = self.closes.to_numpy(dtype=float)
        need = 1 + max((rule.window for rule in self.rules), default=0)
        if not self.rules or len(closes) < need or not (closes > 0).all():
            raise DataError(
                f"`closes` has {len(closes)} rows, {int((~(closes > 0)).sum())} of them missing or "
                f"not above 0, for {len(self.rules)} rules: the longest needs {need} closes without "
                "gaps, or its signal would be guessed. Give a longer history, or shorter rules."
            )
        return closes
