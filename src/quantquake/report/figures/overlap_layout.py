"""Where the nodes of a network of books stand, and which of its edges are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.overlap import Overlap

FloatArray = npt.NDArray[np.float64]

MOST_EDGES = 160
#: Pairs under this share of the strongest are not drawn: they would hide the others.
LEAST = 0.02
#: Strongest edges kept of each node.
EACH = 4


def around(overlap: Overlap) -> npt.NDArray[np.int64]:
    """Order on the circle: like books beside one another, holders of one participant together."""
    likeness = overlap.likeness.fillna(0.0).to_numpy()
    # The leading direction of the likeness that is left after the common one puts like by like.
    _, vectors = np.linalg.eigh(likeness - likeness.mean())
    lead = vectors[:, -1]
    lead = lead * np.sign(lead[np.argmax(np.abs(lead))])
    people = overlap.nodes["participant"]
    mean = pd.Series(lead, index=people.to_numpy()).groupby(level=0).transform("mean").to_numpy()
    _, first = np.unique(people.to_numpy().astype(str), return_inverse=True)
    return np.lexsort((lead.round(9), first, mean.round(9)))


def angles(people: Sequence[str]) -> FloatArray:
    """Angles from the top, clockwise; a gap of one node between participants."""
    gaps = np.array([a != b for a, b in zip(people, [people[-1], *people[:-1]], strict=True)])
    several = len(set(people)) < len(people)
    steps = 1.0 + gaps * float(several)
    if len(people) == 1:
        return np.array([math.pi / 2])
    at = np.cumsum(steps) - steps[0]
    return np.asarray(math.pi / 2 - 2 * math.pi * (at + 0.5) / steps.sum())


def exposed(overlap: Overlap) -> pd.DataFrame:
    """Pairs of nodes: places ``one``, ``other``, and ``size``, the larger loss of the two. [1]

    The loss is a share of equity, of the book where there is no equity; at most all of it.
    """
    own = overlap.nodes["equity"].fillna(overlap.nodes["gross"]).to_numpy()
    one, other = np.triu_indices(len(own), k=1)
    size = overlap.money.to_numpy()[one, other] / np.minimum(own[one], own[other])
    return pd.DataFrame({"one": one, "other": other, "size": np.clip(size, -1.0, 1.0)})


def drawn_edges(pairs: pd.DataFrame, largest: float) -> pd.DataFrame:
    """Strongest edges of each node, the strongest of all last, so that they lie on top."""
    ranked = pairs.reindex(pairs["size"].abs().sort_values(kind="stable").index[::-1])
    ranked = ranked[ranked["size"].abs() > LEAST * largest]
    seen: dict[int, int] = {}
    kept = []
    for row in ranked.itertuples():
        if min(seen.get(row.one, 0), seen.get(row.other, 0)) < EACH:
            kept.append(row.Index)
            seen[row.one] = seen.get(row.one, 0) + 1
            seen[row.other] = seen.get(row.other, 0) + 1
    return ranked.loc[kept[:MOST_EDGES]].iloc[::-1]


def bent(start: FloatArray, end: FloatArray) -> tuple[list[float], list[float]]:
    """Bend an edge towards the middle, so that neighbours' edges do not run along the rim."""
    t = np.linspace(0.0, 1.0, 13)[:, None]
    middle = 0.35 * (start + end) / 2
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    return [round(float(v), 4) for v in path[:, 0]], [round(float(v), 4) for v in path[:, 1]]
