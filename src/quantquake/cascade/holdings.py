"""Who owns what: a compressed table of sleeves, one for each holder, group and side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.assets import Assets
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Holdings of shape (n_holders x n_sleeves) rows, each a list of assets.

    Attributes
    ----------
    start : ndarray of shape (n_rows + 1,)
    asset : ndarray of shape (n_entries,)
    shares : ndarray of shape (n_entries,)
        At the start; negative in short sleeves. [shares]
    recipe : ndarray of shape (n_entries,)
        Shares of one basket of the sleeve, worth 1 at the start (-1 in a short sleeve).
    n_holders : int
    """

    start: npt.NDArray[np.int64]
    asset: npt.NDArray[np.uint32]
    shares: FloatArray
    recipe: FloatArray
    n_holders: int


def draw_table(
    assets: Assets,
    recipe: Recipe,
    money: FloatArray,
    *,
    name: str,
    seed: int,
    sides: int,
    reach: Sequence[str] | None = (),
) -> Table:
    """Give each holder its names.

    Parameters
    ----------
    money : ndarray of shape (n_holders,)
        Stocks of each holder, gross. [money]
    sides : int
        1 for long books only, 2 where some holder of the scenario is short.
    reach : sequence of str or None
        Groups that may be bought beside those of the mix; None is all of them, and short as well.
    """
    mix = _mix(assets, recipe, name, sides)
    liked = [_liked(assets, name, g, seed) for g in range(len(assets.groups))]
    used = _sleeves_used(assets, mix, name, reach)
    nothing = (np.zeros(0, dtype=np.int64), np.zeros(0))
    rows: list[tuple[npt.NDArray[np.int64], FloatArray, float]] = []
    for holder in range(len(money)):
        picks = [_names(assets, recipe, name, holder, one, seed) for one in liked]
        for side in range(sides):
            for g, picked in enumerate(picks):
                chosen = picked if used[side, g] else nothing
                rows.append((*chosen, mix[side, g] * money[holder]))
    return _pack(rows, mix, len(money))


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


def _names(
    assets: Assets,
    recipe: Recipe,
    name: str,
    holder: int,
    liked: npt.NDArray[np.int64],
    seed: int,
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    wanted = len(liked) if recipe.names is None else min(recipe.names, len(liked))
    common = round(recipe.overlap * wanted)
    own = liked[:0]
    if wanted > common:
        own = _ranking(assets, liked[common:], name, holder, seed)[: wanted - common]
    picked = np.sort(np.concatenate([liked[:common], own]))
    weight = assets.cap[picked] ** recipe.tilt
    return picked, weight / weight.sum()


def _ranking(
    assets: Assets, inside: npt.NDArray[np.int64], stream: str, holder: int, seed: int
) -> npt.NDArray[np.int64]:
    """Order assets by a draw that hangs on their names, not on their places."""
    draw = Draws.of(seed, [holder]).normals(stream, 1, assets.number[inside])[:, 0]
    return inside[np.argsort(draw, kind="stable")]


def _pack(
    rows: Sequence[tuple[npt.NDArray[np.int64], FloatArray, float]], mix: FloatArray, holders: int
) -> Table:
    sign = np.where(np.arange(mix.shape[0]) == 1, -1.0, 1.0).repeat(mix.shape[1])
    signs = np.tile(sign, holders)
    lengths = [len(picked) for picked, _, _ in rows]
    return Table(
        start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        asset=np.concatenate([picked for picked, _, _ in rows]).astype(np.uint32),
        shares=np.concatenate([weight * money for _, weight, money in rows]),
        recipe=np.concatenate([s * w for s, (_, w, _) in zip(signs, rows, strict=True)]),
        n_holders=holders,
    )


def given_table(assets: Assets, matrix: FloatArray, *, name: str, sides: int) -> Table:
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
    rows = []
    for holder in held:
        for side in range(sides):
            kept = np.where(holder < 0, holder, 0.0) if side else holder
            kept = np.maximum(holder, 0.0) if sides > 1 and not side else kept
            for g in range(len(assets.groups)):
                inside = np.flatnonzero((assets.group_of == g) & (kept != 0))
                size = np.abs(kept[inside]).sum()
                weight = kept[inside] / size if size else kept[inside]
                rows.append((inside, weight, size))
    lengths = [len(inside) for inside, _, _ in rows]
    return Table(
        start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        asset=np.concatenate([inside for inside, _, _ in rows]).astype(np.uint32),
        shares=np.concatenate([weight * size for _, weight, size in rows]),
        recipe=np.concatenate([weight for _, weight, _ in rows]),
        n_holders=len(held),
    )


def stack(tables: Sequence[Table]) -> Table:
    """Put the tables of all kinds under one another."""
    offset, starts = 0, [np.zeros(1, dtype=np.int64)]
    for table in tables:
        starts.append(table.start[1:] + offset)
        offset += int(table.start[-1])
    return Table(
        start=np.concatenate(starts),
        asset=np.concatenate([t.asset for t in tables]),
        shares=np.concatenate([t.shares for t in tables]),
        recipe=np.concatenate([t.recipe for t in tables]),
        n_holders=sum(t.n_holders for t in tables),
    )


def holder_numbers(name: str, count: int) -> npt.NDArray[np.uint64]:
    """Stable numbers of a kind's holders, for their own draws."""
    return np.array([stable_number(f"{name}/{k}") for k in range(count)], dtype=np.uint64)
