"""Answers of the basis sub-views: computed once, written in whatever form is asked for."""

from quantquake.app.cli.basis_answers.answer import Answer
from quantquake.app.cli.basis_answers.history import history_answer
from quantquake.app.cli.basis_answers.ledger import Swap, ledger_answer
from quantquake.app.cli.basis_answers.parity import Terms, parity_answer
from quantquake.app.cli.basis_answers.roll import roll_answer

__all__ = [
    "Answer",
    "Swap",
    "Terms",
    "history_answer",
    "ledger_answer",
    "parity_answer",
    "roll_answer",
]
