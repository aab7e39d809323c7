"""How many futures one call and one put hedge."""

from __future__ import annotations

from quantquake.errors import ConfigError

INDEX_OPTION_MULTIPLIER = 100.0  # CNY per index point of one option (CFFEX contract table, MO)
ETF_UNIT = 10_000.0  # shares of one ETF option; another number marks a dividend-adjusted contract


def futures_per_pair(
    multiplier: float,
    *,
    option_multiplier: float = INDEX_OPTION_MULTIPLIER,
    etf_price: float | None = None,
    index_level: float | None = None,
    unit: float = ETF_UNIT,
) -> float:
    """Lots of the future that one option pair hedges. [lots]

    Parameters
    ----------
    multiplier : float
        Of the future. [CNY per index point per lot]
    option_multiplier : float
        Of an index option: 100, so that one IF takes three pairs and one IM two. [CNY per point]
    etf_price, index_level : float, optional
        Both for ETF options: ``unit * etf_price`` CNY of ETF hedge as much index. [CNY, points]
    unit : float
        Shares of one ETF option. [shares]

    Raises
    ------
    ConfigError
        A number at or below zero, or one of price and level without the other.
    """
    given = [multiplier, option_multiplier, unit, etf_price, index_level]
    if (etf_price is None) != (index_level is None) or not all(
        number > 0 for number in given if number is not None
    ):
        raise ConfigError(
            f"futures per option pair: multiplier={multiplier}, option_multiplier="
            f"{option_multiplier}, unit={unit}, etf_price={etf_price}, index_level={index_level}: "
            "the size of the hedge would be meaningless. Give numbers above zero; for ETF options "
            "both the ETF price and the index level."
        )
    if etf_price is None or index_level is None:
        return option_multiplier / multiplier
    return unit * etf_price / (multiplier * index_level)
