"""What happens when they all sell: the only room that moves prices."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=(
        "closed_form",
        "crowd",
        "events",
        "forensics",
        "impact",
        "outcome",
        "overlap",
        "participants",
        "readings",
        "rules",
        "scenario",
        "scenario_file",
    ),
    names={
        "CascadeResult": "result",
        "CrowdedFunds": "crowd",
        "CrowdedResult": "crowd",
        "Depth": "scenario",
        "Ensemble": "ensembles",
        "Futures": "assets",
        "Group": "assets",
        "Impact": "impact",
        "Index": "assets",
        "MarketOutcome": "outcome",
        "News": "scenario",
        "Noise": "scenario",
        "Outcome": "outcome",
        "Rule": "rules",
        "Scenario": "scenario",
        "crowded_funds": "crowd",
        "ensemble": "ensembles",
        "library": "scenario_file",
        "load": "scenario_file",
        "simulate": "simulation",
    },
)
