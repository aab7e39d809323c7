"""Plotly figures in the house style; page, report and notebook use the same functions."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("basis", "crowding", "day", "template"),
    names={
        "breadth_history": "day",
        "discount_history": "basis",
        "price_score_strips": "crowding",
        "ratio_history": "day",
        "score_history": "crowding",
        "size_bars": "day",
        "term_structure": "basis",
    },
)
