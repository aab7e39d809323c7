"""How many of my managers are the same trade? Effective number of independent bets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.overlap import effective_number

LEAST_PERIODS = 12


def effective_bets(returns: pd.DataFrame) -> float:
    """Number of independent funds that would diversify as these do. [1]

    Parameters
    ----------
    returns : DataFrame of shape (n_periods, n_funds)
        Returns of each fund; rows with a NaN are left out. [1]

    Returns
    -------
    float
        Between 1 (all the same trade) and n_funds (unrelated): exponential of the entropy of the
        correlation matrix' eigenvalue shares. Few periods bias it down.

    Raises
    ------
    DataError
        Fewer than 12 common periods, or a fund that never moves.
    """
    whole = returns.dropna()
    flat = [str(c) for c in whole.columns if not whole[c].std() > 0]
    if len(whole) < LEAST_PERIODS or flat:
        raise DataError(
            f"{len(whole)} periods are common to all {returns.shape[1]} funds ({LEAST_PERIODS} are "
            f"needed) and {flat or 'none'} never move: a correlation would be noise. Give longer "
            "NAVs or drop those funds."
        )
    matrix = np.corrcoef(whole.to_numpy(float), rowvar=False).reshape(whole.shape[1], -1)
    return effective_number(matrix)
