"""Who must trade, how much, at which level: forced flows from positions and rules. Moves no price."""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(__name__, modules=("forced", "snowball", "snowball_book", "supply"))
