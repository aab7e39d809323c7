"""Rows of a futures table that contradict themselves, refused with their lines."""

from __future__ import annotations

import pandas as pd

from quantquake.data.files.formats import Loaded
from quantquake.data.panel import listed
from quantquake.errors import ContractError

MOST = 5  # lines named one by one in a message


def check_contracts(
    dates: pd.Series, symbols: pd.Series, said: pd.Series | None, loaded: Loaded
) -> pd.Series:
    """Product each row belongs to, read from its canonical symbol.

    Parameters
    ----------
    dates, symbols : Series of shape (n_rows,)
        Indexed by the rows of the file; canonical symbols.
    said : Series of shape (n_rows,), optional
        The file's own product column.

    Raises
    ------
    ContractError
        A product column that names another product than the symbol, or a row dated after its
        contract's expiry; each with its lines.
    """
    product = symbols.str.extract(r"^([A-Z]+)", expand=False)
    if said is not None:
        _refuse_other_product(said, product, symbols, loaded)
    _refuse_expired(dates, symbols, loaded)
    return product


def _refuse_other_product(
    said: pd.Series, product: pd.Series, symbols: pd.Series, loaded: Loaded
) -> None:
    from quantquake.data.contracts import INDEX_FUTURES

    plain = said.astype(str).str.strip().str.upper()
    # "CSI 300" or an index code beside IF2003 is the same thing in other words: not judged.
    wrong = plain.isin(list(INDEX_FUTURES)) & (plain != product)
    if wrong.any():
        named = (symbols + " as " + plain)[wrong]
        raise ContractError(
            f"{loaded.name} has {int(wrong.sum())} of {len(said)} rows whose `product` contradicts "
            f"the symbol: {_places(named, loaded)}. Which index they belong to is unknown, and the "
            "basis would be taken against the wrong one. Correct either column."
        )


def _refuse_expired(dates: pd.Series, symbols: pd.Series, loaded: Loaded) -> None:
    from quantquake.data.contracts import parse_future

    ends = {s: parse_future(s, provisional=True).expiry for s in symbols.unique()}
    expiry = pd.to_datetime(symbols.map(ends))
    late = dates.to_numpy() > expiry.to_numpy()
    if late.any():
        named = symbols + " on " + dates.dt.strftime("%Y-%m-%d")
        named += " (expiry " + expiry.dt.strftime("%Y-%m-%d") + ")"
        raise ContractError(
            f"{loaded.name} has {int(late.sum())} of {len(dates)} rows dated after their contract's "
            f"expiry: {_places(named[late], loaded)}. It settled and no longer exists; days to "
            "expiry would be zero or negative. Drop these rows, or correct their date or contract."
        )


def _places(named: pd.Series, loaded: Loaded) -> str:
    return listed((f"{loaded.place(int(row))} {text}" for row, text in named.items()), MOST)
