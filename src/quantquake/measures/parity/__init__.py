"""Can options take the discount? Futures against synthetic futures, after fees and margin.

Index options expire with the future: :func:`parity_edges`. ETF options expire days later and in
another unit: :func:`etf_edges`, whose last days stay open. :func:`band.no_arbitrage_band` says how
far a future may stray where neither exists.
"""

from quantquake.measures.parity.edges import ParityCosts, parity_edges
from quantquake.measures.parity.etf import etf_edges
from quantquake.measures.parity.forward import forward_at, implied_forward
from quantquake.measures.parity.pairs import option_pairs, synthetic_future
from quantquake.measures.parity.units import futures_per_pair

__all__ = [
    "ParityCosts",
    "etf_edges",
    "forward_at",
    "futures_per_pair",
    "implied_forward",
    "option_pairs",
    "parity_edges",
    "synthetic_future",
]
