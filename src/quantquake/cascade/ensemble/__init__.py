"""Thousands of paths: in batches, on any executor, resumable, and the same whoever computes them."""

from quantquake.cascade.ensemble.summary import Ensemble
from quantquake.cascade.ensemble.work import ensemble

__all__ = ["Ensemble", "ensemble"]
