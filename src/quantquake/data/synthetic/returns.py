"""What moves prices without any crowd: market, size, momentum, sectors, and own news."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.data.synthetic.universe import (
    N_SECTORS,
    Bools,
    Floats,
    Settings,
    Universe,
    stream,
)

# Daily volatility of each component in a normal time; the common path scales all of them.
MARKET, SIZE, MOMENTUM, SECTOR = 0.0115, 0.0032, 0.0025, 0.0060
DRIFT = 0.00015  # [1/d], about 4 % a year
TAILS = 5.0  # degrees of freedom: daily returns with a kurtosis near 9
PERSISTENCE, VOL_OF_VOL, LEVERAGE = 0.97, 0.065, -0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseReturns:
    """Crowd-free log returns (n_dates, n_symbols) and the volatility path (n_dates,) behind."""

    log_return: Floats
    scale: Floats
    heat: Floats


def student(rng: np.random.Generator, size: int | tuple[int, ...]) -> Floats:
    """Fat-tailed shocks of unit variance."""
    shocks: Floats = rng.standard_t(TAILS, size) * np.sqrt((TAILS - 2.0) / TAILS)
    return shocks


def volatility_path(settings: Settings, market_shock: Floats) -> Floats:
    """Log-volatility with memory (half-life 23 sessions) that rises after falls; mean square 1."""
    noise = stream(settings.seed, "volatility").standard_normal(settings.n_dates)
    level = np.zeros(settings.n_dates)
    for t in range(1, settings.n_dates):
        news = noise[t] + LEVERAGE * market_shock[t - 1]
        level[t] = PERSISTENCE * level[t - 1] + VOL_OF_VOL * news
    variance = VOL_OF_VOL**2 * (1.0 + LEVERAGE**2) / (1.0 - PERSISTENCE**2)
    return np.exp(level - variance)


def theme_heat(settings: Settings) -> Floats:
    """How hot the decoy theme runs, 0..1: a fifth of the story, well before its end."""
    t = np.arange(settings.n_dates) / settings.horizon
    return np.clip(np.minimum((t - 0.50) / 0.03, (0.72 - t) / 0.05), 0.0, 1.0)


def base_returns(settings: Settings, universe: Universe, listed: Bools) -> BaseReturns:
    """Draw the log returns nobody's crowding has touched yet."""
    shape = (settings.n_dates, settings.n_symbols)
    market = student(stream(settings.seed, "market"), shape[0])
    scale = volatility_path(settings, market)
    heat = theme_heat(settings)
    size = student(stream(settings.seed, "size"), shape[0])
    sectors = student(stream(settings.seed, "sectors"), (shape[0], N_SECTORS))
    shocks = MARKET * market[:, None] * universe.beta + SIZE * size[:, None] * universe.size
    shocks += SECTOR * sectors[:, universe.sector]
    shocks += universe.idio * student(stream(settings.seed, "idiosyncratic"), shape)
    shocks *= scale[:, None]
    shocks += _drift(universe, scale) + 0.0030 * heat[:, None] * universe.theme
    _add_momentum(settings, shocks, scale, listed)
    return BaseReturns(log_return=shocks, scale=scale, heat=heat)


def component_variance(universe: Universe, members: Bools) -> float:
    """Variance in a normal time of the equal-weighted basket, momentum left out. [1/d]"""
    shares = np.bincount(universe.sector[members], minlength=N_SECTORS) / members.sum()
    return float(
        (MARKET * universe.beta[members].mean()) ** 2
        + (SIZE * universe.size[members].mean()) ** 2
        + SECTOR**2 * np.sum(shares**2)
        + np.mean(universe.idio[members] ** 2) / members.sum()
    )


def daily_volatility(universe: Universe) -> Floats:
    """Daily volatility of each stock in a normal time. [1]"""
    common = (MARKET * universe.beta) ** 2 + (SIZE * universe.size) ** 2 + SECTOR**2
    return np.sqrt(common + universe.idio**2)


def _drift(universe: Universe, scale: Floats) -> Floats:
    # Half the variance is taken off, so that wild stocks do not outgrow calm ones by convexity.
    return DRIFT - 0.5 * np.outer(scale**2, daily_volatility(universe) ** 2)


def _add_momentum(settings: Settings, shocks: Floats, scale: Floats, listed: Bools) -> None:
    """Add the momentum factor in place; loadings are 12-1 month ranks, renewed monthly."""
    factor = MOMENTUM * student(stream(settings.seed, "momentum"), settings.n_dates) * scale
    path = np.zeros_like(shocks)
    for start in range(0, settings.n_dates, 20):
        block = slice(start, min(start + 20, settings.n_dates))
        if start >= 250:
            score = np.where(listed[start - 250], path[start - 21] - path[start - 250], np.nan)
            ranks = (score - np.nanmean(score)) / np.nanstd(score)
            shocks[block] += factor[block, None] * np.nan_to_num(np.clip(ranks, -2.5, 2.5))
        before = path[start - 1] if start else 0.0
        path[block] = before + np.cumsum(shocks[block], axis=0)
