"""What happens when they all sell: the only room that moves prices."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("closed_form", "crowd", "engine", "holdings"),
    names={
        "CrowdedFunds": "crowd",
        "CrowdedResult": "crowd_result",
        "Holdings": "holdings",
        "crowded_funds": "crowd",
        "simulate": "engine",
    },
)
