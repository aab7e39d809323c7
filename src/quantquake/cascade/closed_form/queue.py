"""Who leaves first gets the price: what a queue of identical sales realises, place by place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting


def exit_queue(sizes: Any, impact: float, *, exponent: float = 0.5) -> pd.DataFrame:
    """Average price each seller gets if they sell one after the other into the same depth.

    Parameters
    ----------
    sizes : array of shape (n_sellers,)
        Size of each sale in the order they leave. [money]
    impact : float
        Fall of the price once all have sold, 0 to 1. [1]
    exponent : float
        Of the impact law, above 0: 0.5 square root, 1 linear. [1]

    Returns
    -------
    DataFrame of shape (n_sellers, 3)
        ``size``; ``price``: average received over the price before [1]; ``loss``: of the seller
        against that price, negative [1].

    Raises
    ------
    DataError, ConfigError
        No sale, sizes at or below 0, settings out of range.
    """
    sold = numbers("sizes", sizes, (None,), "the queue has an order")
    refuse("sizes", sold <= 0, "is not above 0", "nobody waits to sell nothing", "Leave it out")
    refuse("sizes", np.array([not len(sold)]), "is empty", "nobody sells", "Give a seller")
    setting("impact", impact, 0.0, 1.0, "it is the fall once all have sold")
    setting("exponent", exponent, 1e-6, 10.0, "a further sale lowers the price further")
    place = np.r_[0.0, np.cumsum(sold)] / sold.sum()
    # Mean of impact x^exponent over each seller's own stretch of the queue.
    area, width = place ** (exponent + 1) / (exponent + 1), np.diff(place)
    short = width < 1e-6 * place[1:]  # too short for a difference: the middle is as good
    middle = (0.5 * (place[1:] + place[:-1])) ** exponent
    price = 1 - impact * np.where(short, middle, np.diff(area) / np.where(short, 1.0, width))
    table = pd.DataFrame({"size": sold, "price": price, "loss": price - 1})
    return table.rename_axis("place")
