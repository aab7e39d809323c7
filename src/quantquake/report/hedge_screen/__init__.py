"""The basis sub-views on the terminal: a sentence, then tables."""

from quantquake.report.hedge_screen.history import history_screen
from quantquake.report.hedge_screen.ledger import ledger_screen, nav_screen
from quantquake.report.hedge_screen.parity import parity_screen
from quantquake.report.hedge_screen.roll import roll_screen, trial_said

__all__ = [
    "history_screen",
    "ledger_screen",
    "nav_screen",
    "parity_screen",
    "roll_screen",
    "trial_said",
]
