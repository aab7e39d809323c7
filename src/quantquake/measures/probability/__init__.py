"""How likely is a fall from here, and does crowding know more than volatility does?"""

from quantquake.measures.probability.forecasts import fall_forecasts
from quantquake.measures.probability.judged import MODELS, TREES, Probability
from quantquake.measures.probability.measured import Measured, measured
from quantquake.measures.probability.outlook import FallChance, FallOutlook, fall_outlook

__all__ = [
    "MODELS",
    "TREES",
    "FallChance",
    "FallOutlook",
    "Measured",
    "Probability",
    "fall_forecasts",
    "fall_outlook",
    "measured",
]
