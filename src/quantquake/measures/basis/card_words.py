"""What a basis card says of itself: its sentence, its coverage, its conventions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.types import Origin


def card_sentence(front: pd.Series, locked: float, adjusted: float, nav_move: float) -> str:
    """Say the card in one English sentence."""
    ratio = front["basis_ratio"]
    side = "a discount" if ratio < 0 else "a premium"
    roll = f"rolling a hedge {'costs' if locked >= 0 else 'earns'} {abs(locked):.2%} a year"
    if np.isnan(locked):
        roll = "the yearly cost of rolling a hedge is unknown"
    elif not np.isnan(adjusted):
        roll += f" ({adjusted:.2%} after dividends)"
    paper = "" if np.isnan(nav_move) else f"; books already hedged marked {nav_move:+.2%} that day"
    return (
        f"{front['product']} on {front['date']:%Y-%m-%d}: {front['contract']} stands at {side} of "
        f"{abs(ratio):.2%}, {roll}{paper}."
    )


def card_origin(
    today: pd.DataFrame,
    discount: pd.Series,
    previous: pd.Timestamp | None,
    method: str,
    price: str,
    days: float,
) -> Origin:
    """Date, coverage and conventions of a card."""
    far, left_out = discount.attrs["rows"], discount.attrs["no_open_interest"]
    marks = []
    if discount.attrs["expiry_days"]:
        marks.append("expiry day: inter-expiry basis measured from the next contract")
    if today["provisional"].any():
        marks.append("provisional: sessions past the announced calendar counted as weekdays")
    return Origin(
        as_of=today["date"].iloc[0],
        coverage={
            "contracts": f"{int(today['basis'].notna().sum())} of {len(today)}",
            "open interest": f"{far - left_out} of {far} far contracts",
            "session before": "present" if previous is not None else "missing",
        },
        assumptions=(
            f"{price} price against the index close",
            f"real-time: {days:g} sessions a year, both ends counted",
            f"inter-expiry: method {method}, weighted by open interest, front left out",
            *marks,
        ),
    )
