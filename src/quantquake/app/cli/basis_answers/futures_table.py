"""The futures table every sub-view reads, and how its contracts are spelled."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from quantquake.app.basis_cards import futures_levels, refuse_apart
from quantquake.app.inputs import Inputs, read_inputs
from quantquake.errors import DataError


def read_futures(
    futures: str, index: Sequence[str], as_of: str | None
) -> tuple[Inputs, pd.Timestamp]:
    """Read futures and index levels up to the day asked for.

    Raises
    ------
    DataError
        No index level beside the futures, or none of a day they share.
    """
    inputs = read_inputs(futures=futures, index=index, as_of=as_of)
    on = inputs.day(as_of)
    refuse_apart(inputs, on)
    seen = inputs.until(on)
    if futures_levels(seen) is None and (
        seen.futures is None or "spot_close" not in seen.futures.columns
    ):
        raise DataError(
            "the futures rows have no index level beside them: no basis can be formed. Give --index "
            "with the underlying indices, or a `spot_close` column."
        )
    return seen, on


def spelled(table: pd.DataFrame, contract: str | None) -> str | None:
    """Contract as the table spells it; unknown ones are refused where they are looked up."""
    if contract is None:
        return None
    known = {plain(name): name for name in table["contract"].unique()}
    return str(known.get(plain(contract), contract))


def plain(contract: object) -> str:
    """Contract without its exchange, upper case."""
    return str(contract).upper().split(".")[0]
