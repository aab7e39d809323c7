"""Which index levels a question is about: given as levels, or as moves from where indices stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from quantquake.errors import ConfigError, DataError
from quantquake.flows.snowball_book.terms import Floats

Levels: TypeAlias = "Sequence[float] | Floats | Mapping[str, Sequence[float] | Floats]"

LADDER = np.linspace(-0.30, 0.10, 81)
"""Default moves of a ladder: half a per cent apart, mostly down."""


def axis(
    spots: Levels | None,
    moves: Sequence[float] | Floats | None,
    here: Mapping[str, float],
    *,
    default: Floats = LADDER,
) -> dict[str, Floats]:
    """Levels of every underlying a book has.

    Parameters
    ----------
    spots : array, or mapping of underlying to array, optional
        Levels; a plain array only where the book has one underlying. [points]
    moves : array, optional
        The same moves for every underlying, falls negative. [1]
    here : mapping of underlying to float
        Where each stands. [points]
    default : ndarray
        Moves taken if neither is given.

    Raises
    ------
    ConfigError
        Both, or one array of levels for several underlyings.
    DataError
        A level at or below zero, or nothing at all.
    """
    if spots is not None and moves is not None:
        raise ConfigError(
            "levels and `moves` were both given: which of them is meant cannot be told. Give one."
        )
    if spots is None:
        by = _checked(np.asarray(default if moves is None else moves, dtype=float) + 1.0, "moves")
        return {name: spot * by for name, spot in here.items()}
    if isinstance(spots, Mapping):
        _refuse_strangers(spots, here)
        return {name: _checked(np.asarray(at, dtype=float), name) for name, at in spots.items()}
    if len(here) > 1:
        raise ConfigError(
            f"one array of levels for {len(here)} underlyings ({', '.join(here)}): 5,000 is near "
            "for one index and far for another. Give `moves=`, or a mapping underlying -> levels."
        )
    return {name: _checked(np.asarray(spots, dtype=float), name) for name in here}


def _refuse_strangers(spots: Mapping[str, object], here: Mapping[str, float]) -> None:
    strangers = sorted(set(spots) - set(here))
    if strangers:
        raise ConfigError(
            f"levels for {', '.join(strangers)}, which the book does not hold: they would move "
            f"nothing. It holds {', '.join(here)}."
        )


def _checked(levels: Floats, name: str) -> Floats:
    flat = np.atleast_1d(levels)
    if flat.ndim != 1 or not flat.size or not np.isfinite(flat).all() or (flat <= 0).any():
        raise DataError(
            f"levels of {name}: {flat.size} values from {np.min(flat, initial=np.inf):g}, of "
            f"{flat.ndim} dimensions; an index stands above 0 at every step and cannot lose more "
            "than everything. Give finite levels above 0, or moves above -1."
        )
    return flat
