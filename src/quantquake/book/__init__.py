"""Questions of one's own book: what a hedge has cost, what of a NAV was basis, who is alike."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "effective_bets",
        "hedge_rule",
        "hedge_views",
        "nav_attribution",
        "neutral_ledger",
    ),
)
