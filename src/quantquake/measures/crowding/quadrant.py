"""Two separate axes: are the holdings crowded, and is the trading crowded?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.types import Result

_SAYS = {
    "quiet": (
        "Neither holdings nor trading are crowded: little risk of a fast fall in the short term.",
        "资金拥挤度与市场拥挤度均处低位，短期快速下行风险较少。",
    ),
    "holdings": (
        "The same people hold it, but trading is calm: the fuel is there, no spark yet.",
        "资金已拥挤、交易尚平静：有燃料，未见火星。",
    ),
    "trading": (
        "Trading is hot, but holdings are spread: a short-lived rush rather than a crowd to exit.",
        "交易过热、持仓分散：更像短期追逐，而非集体出逃的前夜。",
    ),
    "both": (
        "Holdings and trading are both crowded: a fall would meet many sellers of the same names.",
        "资金与市场同时拥挤：一旦下跌，卖方高度一致。",
    ),
    "unknown": ("One of the two scores is missing.", "两项得分缺其一，无法判断。"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrant(Result):
    """Which of the four corners a basket is in.

    Attributes
    ----------
    name : str
        "quiet", "holdings", "trading", "both" or "unknown".
    positions_score, market_score : float
        The two coordinates, in the units of their limits.
    positions_limit, market_limit : float
        Above it the axis counts as crowded.
    """

    name: str
    positions_score: float
    market_score: float
    positions_limit: float
    market_limit: float

    def sentence(self, lang: str = "en") -> str:
        """Say what the corner means, in "en" or "zh"."""
        return _SAYS[self.name][lang == "zh"]


def quadrant(
    positions_score: float,
    market_score: float,
    *,
    positions_limit: float = 3.0,
    market_limit: float = 3.0,
) -> Quadrant:
    """Place a basket on capital crowding (资金拥挤度) against market crowding (市场拥挤度).

    Parameters
    ----------
    positions_score : float
        Crowding seen from holdings, in any unit. NaN: not known.
    market_score : float
        The five-dimension score. [0..5] NaN: not known.
    positions_limit, market_limit : float
        Crowded strictly above, as the score's own alarm.

    Returns
    -------
    Quadrant
        "unknown" if either score is NaN; the source judges on both or not at all.
    """
    corners = (("quiet", "trading"), ("holdings", "both"))
    name = "unknown"
    if not (np.isnan(positions_score) or np.isnan(market_score)):
        name = corners[positions_score > positions_limit][market_score > market_limit]
    return Quadrant(
        name=name,
        positions_score=float(positions_score),
        market_score=float(market_score),
        positions_limit=positions_limit,
        market_limit=market_limit,
    )
