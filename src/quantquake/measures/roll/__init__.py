"""Which contract to hedge with, and when to change: the cheapest path over (date, contract).

Four questions. :func:`best_path` knows the whole history and finds the cheapest path there was: a
bound, not a strategy. :func:`planned_path` knows each day's curve only. :func:`compare_rolls` puts
both beside the three habits of a desk, net of spread, impact and fees. :func:`walk_forward` chooses
the planner's settings from the past alone, again before every roll, and says what that was worth.
"""

from quantquake.measures.roll.comparison import RollComparison, compare_rolls
from quantquake.measures.roll.path import path_cost
from quantquake.measures.roll.planner import HORIZON, SMOOTH, planned_path
from quantquake.measures.roll.shortest_path import best_path
from quantquake.measures.roll.walk_forward import RollTrial, pooled_lead, walk_forward

__all__ = [
    "HORIZON",
    "SMOOTH",
    "RollComparison",
    "RollTrial",
    "best_path",
    "compare_rolls",
    "path_cost",
    "planned_path",
    "pooled_lead",
    "walk_forward",
]
