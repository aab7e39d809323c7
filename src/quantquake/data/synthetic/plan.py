"""The story of a made-up crowd before any price moves: growth of its funds, day of the exit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from quantquake.data.synthetic.law import CrowdLaw
from quantquake.data.synthetic.universe import Floats, Ints, Settings, stream
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


def lay_plan(settings: Settings, law: CrowdLaw, exposure: Floats) -> Plan:
    """Lay the story over the horizon: two years of growth, then the exit if there is one.

    `exposure` (F,) is each fund's share of what the crowd holds in its names; it sums to one.
    """
    rng = stream(settings.seed, "plan")
    growth = _growth(settings, rng)
    size = settings.crowd * law.peak_days * (growth @ exposure)
    first = _first_session(settings, law.hazard(size), rng)
    exits = np.zeros_like(growth)
    if first is None or settings.crowd == 0:
        return Plan(growth=growth, exits=exits)
    count = int(rng.choice([3, 4, 5], p=[0.1, 0.4, 0.5]))
    sessions = np.arange(first, min(first + count, settings.horizon))
    share = law.exit_share + 0.08 * rng.standard_normal(settings.n_funds)
    # Funds sell on the same days in similar, not equal, parts.
    common = rng.dirichlet(np.full(len(sessions), 6.0))
    exits[sessions] = rng.dirichlet(40.0 * common, settings.n_funds).T * np.clip(share, 0.0, 1.0)
    growth[first:] = growth[first]  # nobody gives the crowd new money once it has run
    return Plan(growth=growth, exits=exits, unwind=sessions)


def _growth(settings: Settings, rng: np.random.Generator) -> Floats:
    """Money of each fund as a share of its full size: an S-curve that wobbles, some earlier."""
    start, length = _start(settings), 0.5 * settings.horizon
    t = np.arange(settings.horizon)[:, None]
    middle = start + 0.65 * length + rng.uniform(-0.1, 0.1, settings.n_funds) * length
    curve = 1.0 / (1.0 + np.exp(-(t - middle) * 6.5 / length))
    wobble = np.cumsum(0.004 * rng.standard_normal((settings.horizon, settings.n_funds)), axis=0)
    return np.asarray(np.where(t < start, 0.0, curve * np.exp(wobble - wobble[start])))


def _start(settings: Settings) -> int:
    """Session on which the first money comes."""
    return int(0.42 * settings.horizon)


def _first_session(settings: Settings, hazard: Floats, rng: np.random.Generator) -> int | None:
    """Session on which the unwind starts, None for never."""
    luck, start, wish = rng.random(), _start(settings), settings.unwind
    chance = hazard * np.cumprod(np.concatenate([[1.0], 1.0 - hazard[:-1]]))
    if wish is False:
        return None
    if wish is True:
        # The hazard decides, given that it happens late enough and that the aftermath is seen.
        late = settings.horizon - max(10, settings.horizon // 25)
        chance[: start + settings.horizon // 5] = chance[late:] = 0.0
        luck *= chance.sum()
    if wish is True or wish == "draw":
        fired = np.flatnonzero(np.cumsum(chance) > luck)
        return int(fired[0]) if len(fired) else None
    if isinstance(wish, int) and start < wish < settings.horizon:
        return wish
    raise ConfigError(
        f"`unwind` is {wish!r}: the day of the unwind cannot be told from it. Pass True (planted), "
        f"False (none), 'draw' (by the hazard), or a session from {start + 1}, when the crowd is "
        f"there, to {settings.horizon - 1}."
    )
