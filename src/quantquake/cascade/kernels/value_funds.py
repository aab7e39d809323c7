"""Funds that buy below value on margin, cleared against noise traders step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
DEAD = 0.1  # of the first wealth
AWAY = 100  # steps until a dead fund is replaced
AVERAGE = 0.1  # weight of the newest return in investors' memory


@jit
def noise_money(draws: Array, centre: float, noise: float, reversion: float) -> Array:
    """Money of noise traders: its log reverts to that of `centre`. draws, result : (T,)."""
    money, away = np.empty(len(draws)), 0.0
    for t in range(len(draws)):
        away = reversion * away + noise * draws[t]
        money[t] = centre * np.exp(away)
    return money


@jit
def exposure(price: float, beta: float, limit: float) -> float:
    """Leverage a fund wants at a price, the value being 1: long only."""
    return min(limit, beta * (1.0 - price)) if price < 1.0 else 0.0


@jit
def excess(
    price: float, noise: float, n_shares: float, beta: Array, limit: float, shares: Array,
    cash: Array,
) -> float:  # fmt: skip
    """Money bid for shares, less their worth, at a price."""
    total = noise - n_shares * price
    for h in range(len(beta)):
        wealth = shares[h] * price + cash[h]
        if wealth > 0:
            total += exposure(price, beta[h], limit) * wealth
    return total


@jit
def clear(
    noise: float, n_shares: float, beta: Array, limit: float, shares: Array, cash: Array
) -> float:  # fmt: skip
    """Highest price at which all shares are held: down from above until bids suffice, then halve.

    With funds that must sell as they lose, several prices may clear; the first one met on the
    way down from the price without them is the one a falling market stops at.
    """
    high = max(1.0, noise / n_shares) * 1.0001
    low = high
    while excess(low, noise, n_shares, beta, limit, shares, cash) < 0:
        high = low
        low *= 0.995
    for _ in range(60):
        middle = 0.5 * (low + high)
        if excess(middle, noise, n_shares, beta, limit, shares, cash) < 0:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


@jit
def trade(
    noise: Array, beta: Array, limit: float, n_shares: float, first: float, flow: float,
    benchmark: float, price: Array, wealth: Array,
) -> int:  # fmt: skip
    """Fill `price` (T,) and `wealth` (T, H); returns how many funds died.

    noise : (T,) money of noise traders.
    """
    n = len(beta)
    shares, cash, memory = np.zeros(n), np.full(n, first), np.zeros(n)
    away = np.zeros(n, np.int64)
    deaths = 0
    last = 1.0
    for t in range(len(noise)):
        price[t] = clear(noise[t], n_shares, beta, limit, shares, cash)
        for h in range(n):
            if away[h] > 0:
                away[h] -= 1
                cash[h] = first if away[h] == 0 else 0.0
                wealth[t, h] = cash[h]
                continue
            before = shares[h] * last + cash[h]
            now = shares[h] * price[t] + cash[h]
            earned = now / before - 1.0 if t > 0 else 0.0
            memory[h] = (1.0 - AVERAGE) * memory[h] + AVERAGE * earned
            now += max(-1.0, flow * (memory[h] - benchmark)) * max(now, 0.0)
            if now < DEAD * first:
                deaths += 1
                away[h], shares[h], cash[h], memory[h] = AWAY, 0.0, 0.0, 0.0
                wealth[t, h] = 0.0
                continue
            held = exposure(price[t], beta[h], limit) * now
            shares[h], cash[h] = held / price[t], now - held
            wealth[t, h] = now
        last = price[t]
    return deaths
