"""Why the top-50 share alone is no institution share: simulated days with a known answer.

    python examples/intraday_share.py

Prints the Markdown tables of docs/*/intraday-share.md. Everything is simulated, seed 0.
"""

from __future__ import annotations

import numpy as np

from quantquake.data.synthetic.volume import (
    clip_schedule,
    independent_volume,
    persistent_volume,
    u_shape,
)
from quantquake.measures.spectrum import (
    deseason,
    line_share,
    null_share,
    schedule_share,
    top_share,
)

DAYS = 1_000
U = u_shape(480)


def known_profile(rng):
    """Days whose time-of-day profile is known exactly and divided out."""
    clips = clip_schedule(5)
    quiet, busy = independent_volume(DAYS, rng=rng), persistent_volume(DAYS, rng=rng)
    yield "independent, flat day", 0, quiet, 1.0
    yield "independent, U-shaped day", 0, U * quiet, U
    yield "independent, U-shape, very liquid", 0, U * independent_volume(DAYS, rng=rng, shape=5), U
    yield "persistent volume, flat day", 0, busy, 1.0
    for share in (0.1, 0.2, 0.3):
        mixed = (1 - share) * U * quiet + share * clips
        yield "U-shape + clip every 2.5 min", share, mixed, U
    yield "persistent + clip every 2.5 min", 0.3, 0.7 * busy + 0.3 * clips, 1.0
    yield "U-shape + constant rate", 0.3, 0.7 * U * quiet + 0.3, U
    hidden = clip_schedule(5, n_days=DAYS, jitter=True, rng=rng)
    yield "U-shape + clip at random times", 0.3, 0.7 * U * quiet + 0.3 * hidden, U


def estimated_profile(rng):
    """Days in sequence, divided by the median profile of the 20 days before."""
    quiet = U * independent_volume(DAYS, rng=rng)
    yield "no schedule", 0, quiet
    for share in (0.1, 0.2, 0.3):
        daily = clip_schedule(5, n_days=DAYS, phase="daily", rng=rng)
        yield "clips, new starting bin each day", share, (1 - share) * quiet + share * daily
    for share in (0.1, 0.2, 0.3):
        yield "clips, same bins every day", share, (1 - share) * quiet + share * clip_schedule(5)


def line(name, share, raw, clean):
    """One row: what is true, then what each measure says."""
    cells = [top_share(raw), line_share(clean), line_share(clean, log=True), schedule_share(clean)]
    return f"| {name} | {share:.0%} | " + " | ".join(f"{np.nanmean(c):.3f}" for c in cells) + " |"


def main():
    """Print both tables."""
    rng = np.random.default_rng(0)
    head = "| world | scheduled | H (seed) | L | log L | schedule |\n|---|---|---|---|---|---|"
    print(f"Null of H for 480 bins: {null_share(480, 50):.3f}\n\n{head}")
    for name, share, volume, profile in known_profile(rng):
        print(line(name, share, volume, volume / profile))
    print(f"\n{head}")
    for name, share, volume in estimated_profile(rng):
        print(line(name, share, volume[20:], deseason(volume)[20:]))


if __name__ == "__main__":
    main()
