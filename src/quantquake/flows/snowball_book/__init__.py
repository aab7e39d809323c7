"""A book of snowballs: ladder, hedge flow, knock-in map, and where it stands on the supply axis."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        *("book", "discount", "hedge", "history", "issuance", "knock_in_map", "ladder", "loop"),
        *("made", "published", "share", "template"),
    ),
    names={
        "Curves": "pricing",
        "HedgeFlow": "hedge",
        "HedgeRule": "pricing",
        "KnockInMap": "knock_in_map",
        "SnowballBook": "book",
        "SpotLadder": "ladder",
        "discount_response": "discount",
        "expected_discount": "discount",
        "distribution_trades": "made",
        "flow_history": "history",
        "IssuanceTerms": "issuance",
        "knock_in_loop": "loop",
        "market_book": "made",
        "sales_share": "share",
        "synthetic_trades": "made",
    },
)
