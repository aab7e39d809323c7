"""A snowball by dense quadrature: both states stepped session by session, panel by panel.

Shares nothing with the engine: no split of the value, no uniform grid, no long steps, no
asymptotes; Gauss-Legendre nodes on panels that end at every barrier and kink.
"""

from __future__ import annotations

import itertools

import numpy as np

ORDER, WIDTH, REACH = 16, 4.0, 7.0  # nodes a panel, its width and the domain's in deviations


def dense_value(trade, spots, *, vol, rate, carry):
    """Value, delta and gamma (3, n_spots) for flat volatility, rate and carry."""
    x0 = np.log(np.atleast_1d(spots) / trade.spot0)
    n, dt = trade.sessions, 1.0 / trade.days_per_year
    deviation, drift = vol * np.sqrt(dt), (rate - carry - 0.5 * vol**2) * dt
    discount = np.exp(-rate * dt)
    out = trade.per_observation("knock_out")
    coupon_from = trade.per_observation("coupon_barrier")
    barrier = trade.knock_in or 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts = np.log([barrier, trade.strike, trade.strike - 1 + trade.floor, *out, *coupon_from])
    cuts = np.unique(cuts[np.isfinite(cuts)])
    span = REACH * deviation * np.sqrt(n) + abs(drift) * n
    low, high = min(x0.min(), *cuts, 0) - span, max(x0.max(), *cuts, 0) + span
    y, w = _panels(low, high, cuts, WIDTH * deviation)
    s = np.exp(y)
    step = _normal(y[None, :], y[:, None], drift, deviation) * w * discount

    days = {int(d): k for k, d in enumerate(trade.observation_sessions)}
    life = trade.elapsed + n
    kept = np.maximum(trade.floor, 1 - np.maximum(trade.strike - s, 0)) + trade.funding(life)
    plain = np.full_like(kept, trade.survival_amount())
    if str(trade.watch) != "never":
        plain = np.where(s <= barrier, kept, plain)
    daily = str(trade.watch) == "daily"
    for day in range(n, 0, -1):
        if day < n:
            kept, plain = (step @ np.stack([kept, plain], axis=1)).T
            if daily:
                plain = np.where(s <= barrier, kept, plain)
        if day in days:
            k = days[day]
            cash = np.where(s >= coupon_from[k], trade.per_observation("period_coupon")[k], 0.0)
            gone = trade.knock_out_amounts()[k]
            kept, plain = (np.where(s >= out[k], gone, v) + cash for v in (kept, plain))
    z = (y[None, :] - x0[:, None] - drift) / deviation
    first = _normal(y[None, :], x0[:, None], drift, deviation) * w * discount
    knocked = np.full(len(x0), trade.knocked_in) | (daily & (np.exp(x0) <= barrier))
    value = np.where(knocked[:, None], kept, plain)
    v = (first * value).sum(axis=1)
    v1 = (first * z / deviation * value).sum(axis=1)
    v2 = (first * (z * z - 1) / deviation**2 * value).sum(axis=1)
    e = np.exp(x0)
    return np.stack([v, v1 / e, (v2 - v1) / e**2])


def _panels(low, high, cuts, width):
    edges = np.unique(np.concatenate([[low], cuts[(cuts > low) & (cuts < high)], [high]]))
    nodes, weights = np.polynomial.legendre.leggauss(ORDER)
    y, w = [], []
    for a, b in itertools.pairwise(edges):
        parts = np.linspace(a, b, max(1, int(np.ceil((b - a) / width))) + 1)
        for c, d in itertools.pairwise(parts):
            y.append(0.5 * (c + d) + 0.5 * (d - c) * nodes)
            w.append(0.5 * (d - c) * weights)
    return np.concatenate(y), np.concatenate(w)


def _normal(y, x, drift, deviation):
    z = (y - x - drift) / deviation
    return np.exp(-0.5 * z * z) / (deviation * np.sqrt(2 * np.pi))
