"""Figures, tables and words for what the other rooms computed; computes nothing new."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    modules=("figures", "html", "parts", "tables", "terminal", "theme", "words"),
    names={
        "BasketRow": "parts",
        "ReportParts": "parts",
        "TruthNote": "parts",
        "CascadeParts": "cascade_parts",
        "build_cascade": "cascade_page",
        "build_report": "html",
    },
)
