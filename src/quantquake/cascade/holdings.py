"""Who owns what at the start: each holder's baskets, drawn or given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.assets import Assets
from quantquake.cascade.baskets import NONE, Baskets, IntArray
from quantquake.cascade.draws import Draws, stable_number
from quantquake.errors import ConfigError, DataError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How holders of one kind pick names inside a group.

    Attributes
    ----------
    mix : mapping of group to float
        Share of each group in the holder's stocks; negative groups are held short. [1]
    names : int or None
        Names held in each group; None holds all of them.
    overlap : float
        Share of those names that every holder of the kind has in common: 1 holds the same list,
        0 draws each list for itself. [1]
    tilt : float
        Weight of a name ~ size ** tilt: 1 as the group, 0 equal. [1]
    """

    mix: Mapping[str, float]
    names: int | None = None
    overlap: float = 1.0
    tilt: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.overlap <= 1 or (self.names is not None and self.names < 1):
            raise ConfigError(
                f"overlap={self.overlap}, names={self.names}: lists cannot be shared by less than "
                "nothing or hold no name. Give an overlap from 0 to 1 and at least one name."
            )


#: Baskets (K, n) and how many of each are held (K, n).
Sleeves = tuple[IntArray, FloatArray]


def draw_sleeves(
    assets: Assets,
    recipe: Recipe,
    money: FloatArray,
    baskets: Baskets,
    *,
    name: str,
    seed: int,
    sides: int,
    reach: Sequence[str] | None = (),
) -> Sleeves:
    """Give each holder its names.

    Parameters
    ----------
    money : ndarray of shape (n_holders,)
        Stocks of each holder, gross. [money]
    baskets : Baskets
        Where the lists are written down.
    sides : int
        1 for long books only, 2 where some holder of the scenario is short.
    reach : sequence of str or None
        Groups that may be bought beside those of the mix; None is all of them, and short as well.
    """
    mix = _mix(assets, recipe, name, sides)
    used = _sleeves_used(assets, mix, name, reach)
    chosen = np.full((*mix.shape, len(money)), NONE, dtype=np.int64)
    weight = assets.cap**recipe.tilt
    legs = baskets.legs(np.arange(len(assets)), weight)
    for g in np.flatnonzero(used.any(axis=0)):
        lists = _lists(assets, recipe, name, int(g), len(money), seed)
        numbers = [baskets.number(legs[picked], weight[picked].sum()) for picked in lists]
        chosen[used[:, g], g] = np.broadcast_to(numbers, len(money))
    held = mix[..., None] * money
    return chosen.reshape(mix.size, -1), held.reshape(mix.size, -1)


def _sleeves_used(
    assets: Assets, mix: FloatArray, name: str, reach: Sequence[str] | None
) -> npt.NDArray[np.bool_]:
    """Which (side, group) a holder can ever trade in; the others need no names."""
    if reach is None:
        return np.ones(mix.shape, dtype=bool)
    used = mix != 0
    used[0, [assets.group_number(g, f"participants.{name}") for g in reach]] = True
    return used


def _mix(assets: Assets, recipe: Recipe, name: str, sides: int) -> FloatArray:
    """Signed share of each (side, group), absolute values summing to one."""
    mix = np.zeros((sides, len(assets.groups)))
    for group, share in recipe.mix.items():
        g = assets.group_number(group, f"participants.{name}.mix")
        mix[int(share < 0) if sides > 1 else 0, g] += share
    total = np.abs(mix).sum()
    return mix / total if total > 0 else mix


def _liked(assets: Assets, name: str, group: int, seed: int) -> npt.NDArray[np.int64]:
    """Names of a group in the order in which the whole kind likes them."""
    return _ranking(assets, np.flatnonzero(assets.group_of == group), f"{name}/common", 0, seed)


def _lists(
    assets: Assets, recipe: Recipe, name: str, group: int, holders: int, seed: int
) -> list[IntArray]:
    """Names of a group that each holder picks; one list where all pick the same."""
    liked = _liked(assets, name, group, seed)
    wanted = len(liked) if recipe.names is None else min(recipe.names, len(liked))
    common = round(recipe.overlap * wanted)
    shared, open_ = liked[:common], liked[common:]
    if wanted == common:
        return [np.sort(shared)]
    own = wanted - common
    return [
        np.sort(np.concatenate([shared, _picked(assets, open_, name, k, seed, own)]))
        for k in range(holders)
    ]


def _ranking(
    assets: Assets, inside: npt.NDArray[np.int64], stream: str, holder: int, seed: int
) -> npt.NDArray[np.int64]:
    """Order assets by a draw that hangs on their names, not on their places."""
    return inside[np.argsort(_luck(assets, inside, stream, holder, seed), kind="stable")]


def _picked(
    assets: Assets, inside: IntArray, stream: str, holder: int, seed: int, n: int
) -> IntArray:
    """First `n` of the ranking, in any order: a whole sort for each fund takes longer than its run."""
    return inside[np.argpartition(_luck(assets, inside, stream, holder, seed), n - 1)[:n]]


def _luck(assets: Assets, inside: IntArray, stream: str, holder: int, seed: int) -> FloatArray:
    return Draws.of(seed, [holder]).normals(stream, 1, assets.number[inside])[:, 0]


def given_sleeves(
    assets: Assets, matrix: FloatArray, baskets: Baskets, *, name: str, sides: int
) -> Sleeves:
    """Read holdings written out as money, shape (n_holders, n_assets); negative is short.

    Raises
    ------
    DataError
        If the shape does not fit or a holding is not a number.
    """
    held = np.atleast_2d(np.asarray(matrix, dtype=float))
    bad = np.argwhere(~np.isfinite(held))
    if held.shape[1] != len(assets) or len(bad):
        where = f"row {bad[0][0] + 1}, asset {bad[0][1] + 1} is not a number" if len(bad) else ""
        raise DataError(
            f"participants.{name}.holdings has shape {held.shape} for {len(assets)} assets; {where}: "
            "a missing holding is not zero, and its losses would be invisible. Give one finite "
            "amount of money for each holder and asset."
        )
    books = [held] if sides == 1 else [np.maximum(held, 0.0), np.minimum(held, 0.0)]
    groups, n = len(assets.groups), len(held)
    number = np.full((sides * groups, n), NONE, dtype=np.int64)
    money = np.zeros((sides * groups, n))
    for side, book in enumerate(books):
        for g in range(groups):
            for f in range(n):
                inside = np.flatnonzero((assets.group_of == g) & (book[f] != 0))
                k, own = side * groups + g, book[f, inside]
                money[k, f] = own.sum()
                number[k, f] = baskets.number(baskets.legs(inside, own), money[k, f])
    return number, money


def holder_numbers(name: str, count: int) -> npt.NDArray[np.uint64]:
    """Stable numbers of a kind's holders, for their own draws."""
    return np.array([stable_number(f"{name}/{k}") for k in range(count)], dtype=np.uint64)
