"""Terms made uniform and refused where no such note exists."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from quantquake.errors import ConfigError
from quantquake.flows.snowball.kinds import Outcome, Watch

if TYPE_CHECKING:
    from quantquake.flows.snowball.trade import Snowball

SCALARS = (
    "spot0", "notional", "sessions", "bonus", "days_per_year", "elapsed", "strike", "floor",
    "margin", "margin_interest", "settlement", "last_coupon",
)  # fmt: skip
OPTIONAL = ("bonus", "settlement", "last_coupon")
PER_OBSERVATION = ("knock_out", "coupon", "period_coupon", "coupon_barrier")
ROUNDING = 1e-12  # a barrier of 0.8 x 5431.7 typed as an index level comes back this close


def normalise(trade: Snowball) -> None:
    """Turn sequences into tuples and levels into fractions of `spot0`, then check everything."""
    _sizes(trade)
    sessions = tuple(int(s) for s in _whole(trade.observation_sessions, "observation_sessions"))
    _put(trade, "observation_sessions", sessions)
    _put(trade, "watch", _choice(Watch, trade.watch, "watch"))
    _put(trade, "outcome", _choice(Outcome, trade.outcome, "outcome"))
    for name in PER_OBSERVATION:
        _put(trade, name, _spread(trade, name, len(sessions)))
    if trade.accrual is not None:
        _put(trade, "accrual", _spread(trade, "accrual", len(sessions)))
    if trade.barriers_as == "level":
        _to_ratios(trade)
    _barriers(trade)
    _schedule(trade)
    _amounts(trade)


def _put(trade: Snowball, name: str, value: Any) -> None:
    object.__setattr__(trade, name, value)


def _choice(kind: Any, given: Any, name: str) -> Any:
    try:
        return kind(given)
    except ValueError:
        raise ConfigError(
            f"`{name}`={given!r} is none of {[str(k) for k in kind]}: the note could not be "
            "followed along a path. Give one of these."
        ) from None


def _sizes(trade: Snowball) -> None:
    for name in SCALARS:
        _number(trade, name)
    for name in ("spot0", "notional", "days_per_year"):
        if getattr(trade, name) <= 0:
            raise ConfigError(
                f"`{name}`={getattr(trade, name)!r} must lie above 0, or values per unit would "
                "divide by nothing or change sign. Give a positive number; who is short the note "
                "is said by the book, not by a negative notional."
            )
    for name in ("sessions", "elapsed"):
        count = getattr(trade, name)
        if count != round(count) or count < 0:
            raise ConfigError(
                f"`{name}`={count!r}: sessions are counted, so a part of one or fewer than none has "
                "no meaning. Give a whole number, 0 or more."
            )
        _put(trade, name, int(count))
    if not isinstance(trade.knocked_in, (bool, np.bool_)):
        raise ConfigError(
            f"`knocked_in`={trade.knocked_in!r}: half the hedge depends on it and a guess is no "
            "state. Give True or False."
        )
    _put(trade, "knocked_in", bool(trade.knocked_in))
    if trade.barriers_as not in ("ratio", "level"):
        raise ConfigError(
            f"`barriers_as`={trade.barriers_as!r}: 0.8 and 4,800 cannot both be a barrier. Give "
            '"ratio" (of spot0) or "level" (index points).'
        )


def _number(trade: Snowball, name: str) -> None:
    given = getattr(trade, name)
    if given is None and name in OPTIONAL:
        return
    plain = isinstance(given, (int, float, np.number)) and math.isfinite(given)
    if not plain:
        raise ConfigError(
            f"`{name}`={given!r} is missing, infinite or no number: what the note pays, and when, "
            "would be unknown. Give one finite number."
        )


def _whole(given: Any, name: str) -> Any:
    values = np.atleast_1d(_floats(given, name))
    if values.ndim != 1 or not np.isfinite(values).all() or (values != np.round(values)).any():
        raise ConfigError(
            f"`{name}`={given!r} are no whole numbers: an observation falls on a close. Give "
            "sessions counted from today, 1 for the next close."
        )
    return values


def _floats(given: Any, name: str) -> Any:
    try:
        return np.asarray(given, float)
    except (TypeError, ValueError):
        raise ConfigError(
            f"`{name}`={given!r} cannot be read as numbers: what the note pays would be unknown. "
            "Give a number, or one for each observation."
        ) from None


def _spread(trade: Snowball, name: str, n: int) -> tuple[float, ...]:
    given = _floats(getattr(trade, name), name)
    if given.ndim > 1 or (given.ndim == 1 and len(given) != n):
        raise ConfigError(
            f"`{name}` has shape {given.shape} for {n} observations: a barrier or coupon would "
            "meet another one's date. Give one number for all, or one for each observation."
        )
    return tuple(np.broadcast_to(given, (n,)).tolist())


def _to_ratios(trade: Snowball) -> None:
    _put(trade, "knock_in", None if trade.knock_in is None else trade.knock_in / trade.spot0)
    for name in ("knock_out", "coupon_barrier"):
        _put(trade, name, tuple(x / trade.spot0 for x in getattr(trade, name)))
    strike = trade.strike / trade.spot0 if trade.strike != 1.0 else 1.0
    _put(trade, "strike", strike)
    _put(trade, "barriers_as", "ratio")


def _barriers(trade: Snowball) -> None:
    low, watched = trade.knock_in, trade.watch is not Watch.NEVER
    given = isinstance(low, (int, float, np.number)) and 0 < low < math.inf
    if watched and not given:
        raise ConfigError(
            f"`knock_in`={low!r} is missing: without it every fall would look harmless. Give the "
            'barrier as a fraction of spot0, or watch="never" for a note that has none.'
        )
    if watched and low is not None and low >= 1:
        raise ConfigError(
            f"`knock_in`={low:g} lies at or above the spot at issue (1): such a note is knocked in "
            'when it is sold. Give a barrier below 1, and index levels with barriers_as="level".'
        )
    out = np.array(trade.knock_out, float)
    if np.isnan(out).any() or (out <= 0).any():
        raise ConfigError(
            f"`knock_out`: {int((~(out > 0)).sum())} of {len(out)} barriers are missing or not "
            "above 0. Give each, and inf where the note cannot be called."
        )
    if watched and low is not None and (out < low * (1 - ROUNDING)).any():
        raise ConfigError(
            f"`knock_out` falls to {out.min():g}, below `knock_in`={low:g}: one close would be both. "
            "A parachute ends at the knock-in, not below it."
        )
    if trade.knocked_in and trade.watch is not Watch.DAILY:
        raise ConfigError(
            f"`knocked_in` is set on a note watched {trade.watch}: only daily closes can knock in "
            "before maturity. Leave it False."
        )


def _schedule(trade: Snowball) -> None:
    days = np.array(trade.observation_sessions, int)
    if len(days) and (days[0] < 1 or (np.diff(days) <= 0).any() or days[-1] > trade.sessions):
        raise ConfigError(
            f"`observation_sessions` {days[:4].tolist()} ... {int(days[-1])} must rise, lie after "
            f"today (1 or more) and not after maturity ({trade.sessions} sessions). Today's own "
            "observation is applied by after(), which also tells whether the note still lives."
        )


def _amounts(trade: Snowball) -> None:
    numbers = [*trade.coupon, *trade.period_coupon]  # type: ignore[misc]
    numbers += [] if trade.accrual is None else list(trade.accrual)
    if not np.isfinite(numbers).all() or not (np.array(trade.coupon_barrier) >= 0).all():
        raise ConfigError(
            "A coupon or an accrual is missing (NaN) or infinite, or a coupon barrier missing or "
            "below 0: what the note pays is unknown. Give every amount, and 0 for a coupon that is "
            "always paid."
        )
    if not (0 < trade.margin <= 1 and 0 <= trade.floor <= 1 and trade.strike >= 0):
        raise ConfigError(
            f"margin={trade.margin:g}, floor={trade.floor:g}, strike={trade.strike:g}: the margin "
            "is a share above 0 and at most 1, the floor between 0 and 1, the strike not below 0."
        )
