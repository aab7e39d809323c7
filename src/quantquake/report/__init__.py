"""Figures, tables and words for what the other rooms computed; computes nothing new."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(__name__, modules=("figures", "html", "tables", "words"))
