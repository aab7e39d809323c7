"""What a participant is: a balance sheet, typed columns, and what it does when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar, TypeVar

import numpy as np

from quantquake.cascade.participants.columns import Column, check_column, columns_of, ends
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import (
    MONEY,
    MULTIPLE,
    SHARE,
    SIGNED,
    WHOLE,
    Range,
    check_ranges,
)
from quantquake.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Base of every participant: its balance sheet at the start.

    Attributes
    ----------
    name : str
        What it is called in rules and results.
    count : int
        Number of holders alike.
    assets : float
        Stocks of all of them together, gross. [money]
    leverage : Column
        Gross assets over equity; below 1 the rest is cash, above it is borrowed. [1]
    mix : mapping of group to float
        How the stocks are split; negative shares are short books. [1]
    names, overlap, tilt : see :class:`~quantquake.cascade.holdings.Recipe`
    holdings : list of lists of float, optional
        Money by holder and asset, instead of `assets`, `mix` and the rest.
    hedge : mapping of index to float
        Futures held, as a share of the stocks; a short hedge is negative. [1]
    """

    #: When it acts: in every round, at the first one only, or in the closing auction.
    acts: ClassVar[str] = "round"
    #: Its own columns and their starting values.
    columns: ClassVar[Mapping[str, float]] = {}
    #: Name of the kind in scenario files.
    kind: ClassVar[str] = ""
    #: Whether its gain is its own: False for desks whose trades hedge what stands in no book here.
    own_account: ClassVar[bool] = False
    #: Where its own numbers may lie; those of its base are checked as well.
    ranges: ClassVar[Mapping[str, Range]] = {
        "assets": MONEY,
        "leverage": MULTIPLE,
        "mix": SIGNED,
        "names": WHOLE,
        "overlap": SHARE,
        "tilt": Range(-10.0, 10.0),
        "hedge": Range(-1e6, 1e6),
    }

    name: str
    count: int = 1
    assets: float = 0.0
    leverage: Column = 1.0
    mix: dict[str, float] = field(default_factory=dict)
    names: int | None = None
    overlap: float = 1.0
    tilt: float = 1.0
    holdings: list[list[float]] | None = None
    hedge: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_balance_sheet(self)

    #: Whether it sells short whatever it must, as a dealer's desk does.
    needs_short: ClassVar[bool] = False

    def reach(self) -> list[str] | None:
        """Groups it may buy beside those of its mix; None: all of them."""
        return None if self.needs_short else []

    def orders(self, view: View) -> Orders:
        """Decide from the snapshot; the default does nothing."""
        return view.no_orders()

    def after_close(self, view: View) -> FloatArray | None:
        """Return redemptions asked for tonight, shape (n, S) [money], or None."""
        del view
        return None

    def liquidity(self, view: View) -> FloatArray | None:
        """Return the factor by which it changes depth, shape (G, S), or None."""
        del view
        return None


Kind = TypeVar("Kind", bound=type[Holder])
_KINDS: dict[str, type[Holder]] = {}


def participant(kind: str) -> Callable[[Kind], Kind]:
    """Register a dataclass of :class:`Holder` under its name in scenario files."""

    def register(cls: Kind) -> Kind:
        if kind in _KINDS and _KINDS[kind].__qualname__ != cls.__qualname__:
            raise ConfigError(
                f"A participant kind `{kind}` exists already ({_KINDS[kind].__qualname__}): scenario "
                "files could not tell the two apart. Choose another name."
            )
        cls.kind = kind
        _KINDS[kind] = cls
        return cls

    return register


def kinds() -> dict[str, type[Holder]]:
    """All kinds by name, the built-in ones loaded."""
    from quantquake.cascade.participants import (  # noqa: F401  (registers its kinds on import)
        basis_traders,
        etf,
        funds,
        hedged,
        liquidity,
        mechanical,
        notes,
        rotator,
        run_off,
        state_buyer,
    )

    return dict(_KINDS)


def check_balance_sheet(holder: Holder) -> None:
    """Refuse a balance sheet that cannot be.

    Raises
    ------
    ConfigError
        With the path of the field.
    """
    where = f"participants.{holder.name}"
    _no_nan(holder, where)
    if holder.count < 1:
        raise ConfigError(
            f"{where}.count={holder.count}: nobody can be fewer than one, and a participant without "
            "holders would stand in the results and do nothing. Give a count from 1, or leave it out."
        )
    for name in columns_of(holder):
        check_column(holder, where, name, holder.count)
    # The commonest slip has words of its own.
    if (ends(holder.leverage)[0] <= 0).any():
        raise ConfigError(
            f"{where}.leverage={holder.leverage}: leverage is gross assets over equity; at or below "
            "0 equity is negative and the holder is bankrupt before the first round. Give a "
            "number above 0."
        )
    for kind in reversed(type(holder).__mro__):
        check_ranges(holder, where, vars(kind).get("ranges", {}))


def _no_nan(holder: Holder, where: str) -> None:
    for item in fields(holder):
        given = getattr(holder, item.name)
        if isinstance(given, float) and np.isnan(given):
            raise ConfigError(
                f"{where}.{item.name}: not a number; every comparison with it is False, so what it limits "
                "would never happen. Give a number, or leave the field out."
            )
