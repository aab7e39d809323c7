"""Thousands of paths: in batches, on any executor, resumable, and the same whoever computes them."""

from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.ensembles.work import ensemble

__all__ = ["Ensemble", "ensemble"]
