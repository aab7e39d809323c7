"""Which side the dealers are on: nobody publishes it, so every answer is a model and a band.

A sign is the dealers' position over the open interest, +1 long to -1 short.

naive
    Customers sell calls and buy puts: +1 calls, -1 puts (the convention of SqueezeMetrics).
all_short
    Customers buy whatever is open: -1. The usual picture of single names bought by retail.
skew_adjusted
    Customers buy what is dear and sell what is cheap. For each expiry and side the wing one
    standard deviation out is compared with the money: dearer by `skew_width` or more, dealers are
    short all of it (-1); cheaper by as much, long all of it (+1); in between in proportion. An
    expiry whose strikes do not reach so far keeps the naive sign. Our rule of thumb, not measured.
signed
    What the chain says of its trades: `customer_net` (contracts customers hold net, bought > 0)
    or `direction` (the same over the open interest, -1 to 1). Dealers hold the opposite.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.flows.gamma.chain import Chain
from quantquake.flows.gamma.notes import leave_out
from quantquake.flows.gamma.smile import wings

FloatArray = npt.NDArray[np.float64]
MODELS = ("naive", "all_short", "skew_adjusted", "signed")
GIVEN = "given"
TRADES = ("customer_net", "direction")


def dealer_signs(
    chain: Chain, wanted: str | npt.ArrayLike, *, skew_width: float
) -> tuple[str, dict[str, FloatArray]]:
    """Signs of every contract under every model that can be computed, the wanted one first.

    Returns
    -------
    name : str
        Of the wanted model; "given" for an array.
    signs : dict of model -> ndarray of shape (n_contracts,)
        NaN where a model does not know the contract.

    Raises
    ------
    ConfigError, DataError
        An unknown model, a width not above 0, signs outside -1 to 1, "signed" without trades.
    """
    if not skew_width > 0:
        raise ConfigError(
            f"skew_width={skew_width:g}: the wing would be dear and cheap at once. Give how much "
            "dearer than the money a wing is when dealers are short all of it, e.g. 0.1."
        )
    calls = (chain.rows["option_type"] == "call").to_numpy()
    naive = np.where(calls, 1.0, -1.0)
    found = {
        "naive": naive,
        "all_short": np.full(len(calls), -1.0),
        "skew_adjusted": _skew(chain, calls, naive, skew_width),
    }
    if any(name in chain.rows for name in TRADES):
        found["signed"] = _signed(chain)
    name = _name(wanted)
    if name == GIVEN:
        found = {GIVEN: _given(np.asarray(wanted, dtype=float), chain), **found}
    if name not in found:
        raise DataError(
            f"dealer_sign='signed' needs a column of trades and the chain has {list(chain.rows)}: "
            "the side of the customers would be invented. Give `customer_net` [contracts] or "
            "`direction` [-1 to 1, customers bought > 0], or use 'naive'."
        )
    return name, {name: found[name], **found}


def _name(wanted: str | npt.ArrayLike) -> str:
    if not isinstance(wanted, str):
        return GIVEN
    name = wanted.strip().lower().replace("-", "_")
    if name not in MODELS:
        raise ConfigError(
            f"dealer_sign {wanted!r} is unknown: with the wrong side a market that damps reads as "
            f"one that amplifies. Choose one of {', '.join(MODELS)}, or give one number from -1 "
            "(dealers short) to 1 (long) a contract."
        )
    return name


def _given(signs: FloatArray, chain: Chain) -> FloatArray:
    if signs.size == 1:
        signs = np.full(chain.length, float(signs.reshape(())))
    if signs.shape != (chain.length,) or (np.abs(signs) > 1).any():
        raise ConfigError(
            f"dealer_sign has shape {signs.shape} and values from {np.nanmin(signs):g} to "
            f"{np.nanmax(signs):g}, for {chain.length} rows: a dealer holds between -1 and 1 of "
            "the open interest of each. Give one such number a row of the chain."
        )
    return signs[chain.places]


def _skew(
    chain: Chain, calls: npt.NDArray[np.bool_], naive: FloatArray, width: float
) -> FloatArray:
    rows, dear = chain.rows, wings(chain.rows, chain.spot)
    if dear.empty:
        return naive
    keys = pd.MultiIndex.from_arrays([rows["expiry"], rows["time"]])
    wing = dear.reindex(keys).to_numpy()[np.arange(len(rows)), np.where(calls, 0, 1)]
    signs = np.clip(-wing / width, -1.0, 1.0)
    return np.where(np.isnan(signs), naive, signs)


def _signed(chain: Chain) -> FloatArray:
    rows, issues = chain.rows, chain.issues
    held = rows["open_interest"].where(rows["open_interest"] > 0)
    side = rows["customer_net"] / held if "customer_net" in rows else rows["direction"]
    beyond = side.abs() > 1
    leave_out(beyond, "customers hold more than is open", rows, issues, "cut to the open interest")
    silent = side.isna() & held.notna()
    leave_out(silent, "no trade direction", rows, issues, "left out of `signed`")
    return -side.clip(-1.0, 1.0).to_numpy()
