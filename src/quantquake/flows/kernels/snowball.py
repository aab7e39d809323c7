"""A book of snowballs: what a settled knock-in is worth, plus what being above it adds."""

from quantquake.flows.kernels.snowball_claim import price_claims
from quantquake.flows.kernels.snowball_knock_in import add_extras

__all__ = ["add_extras", "price_claims"]
