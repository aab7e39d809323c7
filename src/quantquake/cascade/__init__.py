"""What happens when they all sell: the only room that moves prices."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("impact", "outcome", "participants", "rules", "scenario"),
    names={
        "simulate": "simulation",
        "Scenario": "scenario",
        "Group": "assets",
        "Index": "assets",
        "Futures": "assets",
        "Impact": "impact",
        "Rule": "rules",
    },
)
