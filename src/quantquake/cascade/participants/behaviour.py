"""Primitives that most participants share: sell for an amount, return to a leverage, get out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from quantquake.cascade.participants.view import BoolArray, FloatArray, Orders, View

SaleOrder = Literal["pro_rata", "small_first", "large_first"]


def ranks(order: SaleOrder, n_groups: int) -> list[int]:
    """Turn of each group when selling; groups are listed in a scenario from large to small."""
    if order == "small_first":
        return list(range(n_groups - 1, -1, -1))
    return list(range(n_groups)) if order == "large_first" else [0] * n_groups


def waterfall(held: FloatArray, amount: FloatArray, turn: Sequence[int]) -> FloatArray:
    """Split a sale over groups: lower turns first, equal turns pro rata; never more than is held.

    held : (n, G, S) [money], >= 0   amount : (n, S) [money]   turn : (G,)
    Returns money to sell, (n, G, S).
    """
    out = np.zeros_like(held)
    left = np.clip(amount, 0.0, None)
    for level in sorted(set(turn)):
        members = [g for g, t in enumerate(turn) if t == level]
        tier = held[:, members]
        total = tier.sum(axis=1)
        take = np.minimum(left, total)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(total > 0, take / total, 0.0)
        out[:, members] = tier * share[:, None]
        left = left - take
    return out


def sell_money(view: View, orders: Orders, amount: FloatArray, order: SaleOrder) -> None:
    """Add sales worth `amount` (n, S) [money] from the long book, in the given order of groups."""
    if not (amount > 0).any():
        return
    n_groups = len(view.scene.daily_amount)
    held = np.maximum(view.value[:, :n_groups], 0.0)
    money = waterfall(held, amount, ranks(order, n_groups))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(held > 0, money / held, 0.0)
    orders.sell[:, :n_groups] = np.minimum(1.0, orders.sell[:, :n_groups] + share)


def buy_money(orders: Orders, amount: FloatArray, split: FloatArray) -> None:
    """Add purchases worth `amount` (n, S) [money], split over sleeves by `split` (K,) or (n, K, S)."""
    shares = split[None, :, None] if split.ndim == 1 else split
    orders.buy += np.maximum(amount, 0.0)[:, None] * shares


def undo(orders: Orders, share: FloatArray, who: BoolArray | None = None) -> None:
    """Undo a share (n, S) of everything held, long and short alike."""
    wanted = share if who is None else np.where(who, share, 0.0)
    if (wanted > 0).any():
        np.maximum(orders.sell, np.clip(wanted, 0.0, 1.0)[:, None], out=orders.sell)


def unhedge(view: View, orders: Orders, share: FloatArray) -> None:
    """Close a share (n, S) of the futures position."""
    if (share > 0).any():
        orders.futures -= np.clip(share, 0.0, 1.0)[:, None] * view.position


def share_to_leverage(view: View, target: FloatArray) -> FloatArray:
    """Share of the book to undo so that gross over equity is `target`; 0 where below it already.

    At unchanged prices selling x of the gross leaves equity alone, so x = 1 - target / leverage.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1.0 - target * view.equity / view.gross
    return np.where((view.gross > 0) & np.isfinite(share), np.clip(share, 0.0, 1.0), 0.0)


def sleeves_of(view: View) -> FloatArray:
    """Share of the gross book in each sleeve, (n, K, S); 0 for an empty book."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.abs(view.value) / view.gross[:, None]
    return np.where(np.isfinite(share), share, 0.0)
