"""Published figures on the snowballs outstanding, read from ``published.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Result):
    """A distribution of knock-in levels somebody has published.

    Attributes
    ----------
    name, underlying, source, period : str
    notional : Series by index level
        [CNY by points] Empty where it is given by distance.
    buckets : tuple of (nearer, farther, notional)
        By distance below the index. [1, 1, CNY]
    knock_in, knock_out, coupon : float
        Terms the source gives as usual. [1], [1], [1/yr]
    """

    name: str
    underlying: str
    source: str
    period: str
    notional: pd.Series
    buckets: tuple[tuple[float, float, float], ...]
    knock_in: float
    knock_out: float
    coupon: float

    def at(self, here: float | None = None, *, slices: int = 5) -> pd.Series:
        """Notional by level; buckets are laid out evenly below an index that stands `here`.

        Parameters
        ----------
        here : float, optional
            Needed where the source counts by distance. [points]
        slices : int
            Levels a bucket is spread over.
        """
        if not self.buckets:
            return self.notional
        if here is None or not here > 0:
            raise ConfigError(
                f"{self.name} is published by distance below the index ({self.period}), and the "
                "source does not say where that stood: levels would be a guess. Say where it "
                "stands with `here=`."
            )
        found = {}
        for nearer, farther, notional in self.buckets:
            width = (farther - nearer) / slices
            for k in range(slices):
                found[here * (1.0 - nearer - (k + 0.5) * width)] = notional / slices
        return pd.Series(found, name="notional").rename_axis("level").sort_index()


def published(name: str = "csi500") -> Published:
    """A published distribution: ``csi500`` (eleven bins) or ``csi1000`` (two buckets)."""
    table = _table()
    known = [key for key, value in table.items() if "knock_in" in value]
    if name not in known:
        raise ConfigError(
            f"no published distribution {name!r}: a made-up one would pass for a source. Choose "
            f"one of {', '.join(known)}."
        )
    row = table[name]
    levels = {float(k): float(v) for k, v in row.get("notional", {}).items()}
    return Published(
        name=name,
        underlying=row["underlying"],
        source=row["source"],
        period=row["period"],
        notional=pd.Series(levels, dtype=np.float64, name="notional")
        .rename_axis("level")
        .sort_index(),
        buckets=tuple(
            (float(b["nearer"]), float(b["farther"]), float(b["notional"]))
            for b in row.get("buckets", ())
        ),
        knock_in=float(row["knock_in"]),
        knock_out=float(row["knock_out"]),
        coupon=float(row["coupon"]),
    )


def anchors() -> dict[str, Any]:
    """Published totals: `outstanding_usd` [USD], `mean_knock_in` by underlying [points], `source`."""
    return dict(_table()["anchors"])


@cache
def _table() -> dict[str, Any]:
    text = files(__package__).joinpath("published.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
