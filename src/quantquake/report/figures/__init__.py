"""Plotly figures in the house style; page, report and notebook use the same functions."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("basis", "basis_ledger", "crowding", "day", "gamma", "template"),
    names={
        "basis_to_expiry": "basis_ledger",
        "breadth_history": "day",
        "discount_history": "basis",
        "gamma_by_strike": "gamma",
        "gamma_profile": "gamma",
        "ledger_waterfall": "basis_ledger",
        "net_gamma_profile": "gamma",
        "price_score_strips": "crowding",
        "ratio_history": "day",
        "score_history": "crowding",
        "size_bars": "day",
        "term_structure": "basis",
    },
)
