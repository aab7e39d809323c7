"""Hedging with the neighbour: a cheaper discount bought with tracking error (seed article S3).

A CSI 500 book may short CSI 300 or SSE 50 futures for part of the load. The planner walks from the
best-tracking mix to the cheapest and shows what each step costs in tracking error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from quantquake.errors import DataError
from quantquake.measures.basis.curve import DAYS_PER_YEAR

LEAST_DAYS = 60


def cross_hedge(
    portfolio: pd.Series,
    hedges: pd.DataFrame,
    yearly_cost: pd.Series,
    *,
    price_of_risk: tuple[float, ...] = (np.inf, 50.0, 20.0, 10.0, 5.0, 2.0),
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.DataFrame:
    """Mixes of futures that hedge a portfolio, from the closest to the cheapest.

    Parameters
    ----------
    portfolio : Series by date
        Daily returns of the stocks. [1/d]
    hedges : DataFrame by date
        Daily returns of each index that can be shorted. [1/d]
    yearly_cost : Series by hedge
        Cost of being short it, owed > 0: ``-weighted_discount``. [1/yr]
    price_of_risk : tuple of float
        Money given up per unit of tracking variance; infinite = track as closely as possible.
    days_per_year : float
        [d/yr]

    Returns
    -------
    DataFrame, one row a mix, index `price_of_risk`
        One column a hedge: notional short per unit of portfolio [1], never long; they sum to the
        beta of the closest mix, so the market is hedged alike in every row. `cost` [1/yr],
        `tracking_error` [1/sqrt(yr)], `saved` against the closest mix [1/yr].

    Raises
    ------
    DataError
        Fewer than 60 common days, or a hedge without a cost.
    """
    table = pd.concat([portfolio.rename("portfolio"), hedges], axis=1).dropna()
    missing = [c for c in hedges.columns if not np.isfinite(yearly_cost.get(c, np.nan))]
    if len(table) < LEAST_DAYS or missing:
        raise DataError(
            f"{len(table)} common days (60 are needed) and no cost for {missing}: neither the "
            "tracking nor the saving would mean anything. Give longer returns and every cost."
        )
    y, x = table["portfolio"].to_numpy(float), table[hedges.columns].to_numpy(float)
    cost = yearly_cost[hedges.columns].to_numpy(float)
    closest = _mix(y, x, cost, np.inf, days_per_year, None)
    rows = {}
    for price in price_of_risk:
        weights = closest
        if np.isfinite(price):
            weights = _mix(y, x, cost, price, days_per_year, float(closest.sum()))
        error = float(np.std(y - x @ weights) * np.sqrt(days_per_year))
        rows[price] = [*weights, float(weights @ cost), error, float((closest - weights) @ cost)]
    columns = [*hedges.columns, "cost", "tracking_error", "saved"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis(
        "price_of_risk"
    )


def _mix(
    y: np.ndarray,
    x: np.ndarray,
    cost: np.ndarray,
    price: float,
    days_per_year: float,
    total: float | None,
) -> np.ndarray:
    """Weights >= 0 that minimise yearly tracking variance, plus cost over the price of risk."""
    moments = np.cov(np.column_stack([x, y]), rowvar=False) * days_per_year
    own, joint = moments[:-1, :-1], moments[:-1, -1]
    linear = cost / price if np.isfinite(price) else np.zeros(len(cost))
    scale = float(moments[-1, -1])

    def objective(w: np.ndarray) -> tuple[float, np.ndarray]:
        value = w @ own @ w - 2 * w @ joint + linear @ w
        return float(value / scale), (2 * own @ w - 2 * joint + linear) / scale

    fixed = [] if total is None else [{"type": "eq", "fun": lambda w: w.sum() - total}]
    start = np.full(len(cost), (1.0 if total is None else total) / len(cost))
    found = minimize(
        objective, start, jac=True, method="SLSQP", bounds=[(0.0, None)] * len(cost),
        constraints=fixed, options={"ftol": 1e-12, "maxiter": 200},
    )  # fmt: skip
    return np.asarray(found.x, dtype=float)
