"""The story of a made-up crowd before any price moves: growth of its funds, day of the exit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from quantquake.data.synthetic_law import CrowdLaw
from quantquake.data.synthetic_universe import Floats, Ints, Settings, stream
from quantquake.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The crowd's story over the whole horizon H: growth (H, F) and exits (H, F), in 0..1."""

    growth: Floats
    exits: Floats
    unwind: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def draw_funds(settings: Settings) -> pd.DataFrame:
    """Fund table: kind, share of the crowd's sleeve, small-cap tilt of the fund's money."""
    rng, n = stream(settings.seed, "funds"), settings.n_funds
    return pd.DataFrame(
        {
            "kind": np.where(np.arange(n) % 2 == 0, "neutral", "enhanced"),
            "share": rng.dirichlet(np.full(n, 3.0)),
            "tilt": rng.uniform(0.2, 0.4, n),
        },
        index=pd.Index([f"F{i + 1:02d}" for i in range(n)], name="fund"),
    )


def lay_plan(settings: Settings, law: CrowdLaw, funds: pd.DataFrame) -> Plan:
    """Lay the story over the horizon: two years of growth, then the exit if there is one."""
    rng, H, F = stream(settings.seed, "plan"), settings.horizon, settings.n_funds
    t = np.arange(H)[:, None]
    start, length = 0.42 * H, 0.5 * H
    lag = rng.uniform(-0.05, 0.05, F) * H
    middle = start + 0.6 * length + lag
    growth = np.where(t < start, 0.0, 1.0 / (1.0 + np.exp(-(t - middle) * 9.0 / length)))
    wobble = np.cumsum(0.004 * rng.standard_normal((H, F)), axis=0)
    growth = growth * np.exp(wobble - wobble[int(start)])
    none = Plan(growth=growth, exits=np.zeros((H, F)))
    size = settings.crowd * law.peak_days * (growth @ funds["share"].to_numpy())
    first = _first_session(settings, law.hazard(size), int(start + 0.4 * length), rng)
    if first is None or settings.crowd == 0:
        return none
    count = int(rng.choice([3, 4, 5], p=[0.1, 0.4, 0.5]))
    sessions = np.arange(first, min(first + count, H))
    exits = np.zeros((H, F))
    shared = rng.dirichlet(np.full(len(sessions), 6.0))
    own = rng.dirichlet(40.0 * shared, F).T
    exits[sessions] = own * np.clip(law.exit_share + 0.08 * rng.standard_normal(F), 0.0, 1.0)
    growth[first:] = growth[first]  # nobody gives the crowd new money once it has run
    return Plan(growth=growth, exits=exits, unwind=sessions)


def _first_session(
    settings: Settings, hazard: Floats, earliest: int, rng: np.random.Generator
) -> int | None:
    """Session on which the unwind starts, None for never."""
    luck = rng.random()
    if settings.unwind is False:
        return None
    if settings.unwind is True:
        # Drawn from the hazard, given that it happens and leaves time to see what follows.
        window = slice(earliest, settings.horizon - max(10, settings.horizon // 25))
        odds = hazard[window] * np.cumprod(1.0 - hazard[window])
        if odds.sum() <= 0.0:
            return None
        return earliest + int(np.searchsorted(np.cumsum(odds) / odds.sum(), luck))
    if settings.unwind == "draw":
        fired = np.flatnonzero(1.0 - np.cumprod(1.0 - hazard) > luck)
        return int(fired[0]) if len(fired) else None
    if isinstance(settings.unwind, int) and 0 < settings.unwind < settings.horizon:
        return settings.unwind
    raise ConfigError(
        f"`unwind` is {settings.unwind!r}: the day of the unwind cannot be told from it. Pass True "
        f"(planted), False (none), 'draw' (by the hazard) or a session from 1 to "
        f"{settings.horizon - 1}."
    )
