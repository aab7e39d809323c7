"""Plotly figures in the house style; page, report and notebook use the same functions."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "basis",
        "basis_ledger",
        "closing_flow",
        "crowding",
        "day",
        "execution",
        "holder_strips",
        "overlap_network",
        "path_fan",
        "seller_ribbon",
        "stress_strips",
        "systematic",
        "template",
    ),
    names={
        "basis_to_expiry": "basis_ledger",
        "breadth_history": "day",
        "closing_waterfall": "closing_flow",
        "cost_risk_frontier": "execution",
        "discount_history": "basis",
        "ledger_waterfall": "basis_ledger",
        "price_score_strips": "crowding",
        "ratio_history": "day",
        "score_history": "crowding",
        "size_bars": "day",
        "supply_by_fall": "systematic",
        "term_structure": "basis",
    },
)
