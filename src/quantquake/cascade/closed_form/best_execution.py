"""The best schedule to sell by; it lives with the flows, since it moves nobody else's price."""

from quantquake.flows.execution.schedule import almgren_chriss

__all__ = ["almgren_chriss"]
