"""Plotly figures in the house style; page, report and notebook use the same functions."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("basis", "basis_ledger", "crowding", "day", "snowball", "template"),
    names={
        "basis_to_expiry": "basis_ledger",
        "breadth_history": "day",
        "discount_history": "basis",
        "hedge_ladder": "snowball",
        "knock_in_bars": "snowball",
        "ledger_waterfall": "basis_ledger",
        "price_score_strips": "crowding",
        "ratio_history": "day",
        "score_history": "crowding",
        "sign_bars": "snowball",
        "size_bars": "day",
        "term_structure": "basis",
    },
)
