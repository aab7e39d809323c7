"""The kinds of snowball a desk sells, each as its difference from the classic one.

Every kind is the same :class:`~quantquake.flows.snowball.Snowball` with other vectors; what is
set here is the usual shape, and any term may be given instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from quantquake.errors import ConfigError
from quantquake.flows.snowball.kinds import FloatArray, Watch
from quantquake.flows.snowball.trade import Snowball

Terms = dict[str, Any]


def variant(
    kind: str,
    *,
    spot0: float = 1.0,
    notional: float = 1.0,
    knock_in: float = 0.75,
    knock_out: float = 1.03,
    coupon: float = 0.15,
    months: int = 24,
    lock: int = 3,
    month: int = 21,
    days_per_year: float = 252.0,
    **terms: Any,
) -> Snowball:
    """Make a note of one kind at issue, observed every `month` sessions.

    Parameters
    ----------
    kind : str
        A key of `KINDS`: ``classic`` (经典), ``step_down`` (降敲), ``double_down`` (双降),
        ``parachute`` (降落伞), ``out_of_the_money`` (虚值), ``limited_loss`` (限损),
        ``european`` (到期观察敲入), ``early_profit`` (早利), ``phoenix`` (凤凰), ``fcn``, ``dcn``,
        ``margin`` (保证金).
    spot0, notional, knock_in, knock_out, coupon, days_per_year
        As in :class:`Snowball`; `knock_out` and `coupon` are the first ones.
    months, lock, month : int
        Life, months to the first observation, sessions to the month.
    **terms
        Any field of :class:`Snowball`, instead of what the kind sets.

    Raises
    ------
    ConfigError
        Unknown kind, or terms no note has.
    """
    if kind not in KINDS:
        raise ConfigError(
            f"`kind`={kind!r} is unknown: its barriers could only be guessed. Give one of "
            f"{', '.join(KINDS)}, or build a Snowball from its vectors."
        )
    count = np.arange(months - lock + 1.0)
    shape: Terms = {
        "knock_in": knock_in,
        "knock_out": np.full(len(count), knock_out),
        "coupon": np.full(len(count), coupon),
    }
    shape.update(KINDS[kind](shape, count))
    return Snowball(
        spot0=spot0,
        notional=notional,
        observation_sessions=[int(day) for day in month * (lock + count)],
        sessions=month * months,
        days_per_year=days_per_year,
        **{**shape, **terms},
    )


def _classic(_: Terms, __: FloatArray) -> Terms:
    return {}


def _step_down(shape: Terms, count: FloatArray) -> Terms:
    return {"knock_out": shape["knock_out"] - 0.005 * count}


def _double_down(shape: Terms, count: FloatArray) -> Terms:
    coupon = shape["coupon"] * np.where(count < len(count) / 2, 1.0, 0.5)
    return {**_step_down(shape, count), "coupon": coupon}


def _parachute(shape: Terms, count: FloatArray) -> Terms:
    last = count == count[-1]
    return {"knock_out": np.where(last, shape["knock_in"], shape["knock_out"])}


def _out_of_the_money(_: Terms, __: FloatArray) -> Terms:
    return {"strike": 0.9}


def _limited_loss(_: Terms, __: FloatArray) -> Terms:
    return {"floor": 0.8}


def _european(_: Terms, __: FloatArray) -> Terms:
    return {"watch": Watch.MATURITY}


def _early_profit(shape: Terms, count: FloatArray) -> Terms:
    later = shape["coupon"] * np.maximum(1.0 - 0.75 * count / 12, 0.25)
    return {"coupon": later}


def _phoenix(shape: Terms, _: FloatArray) -> Terms:
    monthly = {"period_coupon": shape["coupon"] / 12, "coupon_barrier": shape["knock_in"]}
    return {**monthly, "coupon": 0.0, "bonus": 0.0}


def _fcn(shape: Terms, _: FloatArray) -> Terms:
    monthly = {"period_coupon": shape["coupon"] / 12, "coupon_barrier": 0.0}
    return {**monthly, "coupon": 0.0, "bonus": 0.0, "watch": Watch.MATURITY}


def _dcn(shape: Terms, count: FloatArray) -> Terms:
    return {**_phoenix(shape, count), "watch": Watch.MATURITY}


def _margin(_: Terms, __: FloatArray) -> Terms:
    return {"margin": 0.25, "margin_interest": 0.03}


KINDS: dict[str, Callable[[Terms, FloatArray], Terms]] = {
    "classic": _classic,
    "step_down": _step_down,
    "double_down": _double_down,
    "parachute": _parachute,
    "out_of_the_money": _out_of_the_money,
    "limited_loss": _limited_loss,
    "european": _european,
    "early_profit": _early_profit,
    "phoenix": _phoenix,
    "fcn": _fcn,
    "dcn": _dcn,
    "margin": _margin,
}
"""Kind -> what it changes, given the classic terms and 0, 1, 2, ... by observation."""
