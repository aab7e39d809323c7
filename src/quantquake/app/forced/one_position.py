"""Calculators for one position: `quantquake flows margin | stop | redeem | exit`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from quantquake.app.forced.reading import read_money, read_request
from quantquake.errors import ConfigError
from quantquake.types import jsonable


@dataclass(frozen=True, slots=True)
class PositionAnswer:
    """Numbers of one position, with a sentence said from them.

    Attributes
    ----------
    schema : str
    numbers : dict of str to float
        By code, worded under ``position``.
    units : dict of str to str
        "percent", "money", "number" or "count" by code.
    sentence : callable
        Language -> one or two sentences.
    table : DataFrame or None
        Rows below the numbers.
    """

    schema: str
    numbers: dict[str, float]
    units: dict[str, str]
    sentence: Callable[[str], str]
    table: pd.DataFrame | None = None

    def screen(self, lang: str, width: int) -> Any:
        """Terminal table under its sentence."""
        from quantquake.report.position_screen import position_screen

        return position_screen(self, lang=lang, width=width)

    def payload(self) -> dict[str, Any]:
        """The JSON answer."""
        rows = {} if self.table is None else {"rows": self.table.reset_index().to_dict("records")}
        return jsonable({"schema": self.schema, **self.numbers, **rows})

    def frame(self) -> pd.DataFrame:
        """The rows where there are any, else one row a number."""
        if self.table is not None:
            return self.table
        return pd.DataFrame({"value": self.numbers}).rename_axis("number")

    def page(self) -> str:
        """Refuse: there is no page of one number."""
        raise ConfigError(
            "a calculator for one position has no page: it would hold one line. Choose --format "
            "table, json or csv."
        )


def margin_answer(
    leverage: float,
    loss: float,
    payout: float,
    maintenance: float | None,
    target: float | None,
    excess: float | None,
    basis: float,
) -> PositionAnswer:
    """Leverage after a loss and a payout, and what follows."""
    from quantquake.flows.margin import (
        call_distance,
        leverage_after,
        levered_return,
        sales_to_target,
    )
    from quantquake.report.position_words import margin_sentence

    after = leverage_after(leverage, loss=loss, payout=payout)
    found = {"leverage": leverage, "leverage_after": after}
    units = {"leverage": "number", "leverage_after": "number"}
    if maintenance is not None:
        gone = after == float("inf")
        found["call"] = 0.0 if gone else call_distance(after, maintenance=maintenance)
        units["call"] = "percent"
    if target is not None:
        found["sale"] = sales_to_target(leverage, loss, target=target)
        units["sale"] = "percent"
    if excess is not None:
        found["return"] = levered_return(excess, basis, leverage=leverage)
        units["return"] = "percent"
    return PositionAnswer(
        "quantquake.flows.margin/1", found, units, lambda lang: margin_sentence(found, lang)
    )


def stop_answer(
    nav: float | None,
    stop: float,
    equity_share: float,
    launch: str | None,
    excess: float,
    index: Sequence[str],
    underlying: str | None,
    spot: float | None,
    daily_move: float | None,
    as_of: str | None,
) -> PositionAnswer:
    """Distance of one product to its stop line."""
    from quantquake.flows.stops import distance_to_stop
    from quantquake.report.position_words import stop_sentence

    if (nav is None) == (launch is None):
        raise ConfigError(
            "a distance starts at a net value: give --nav, or --launch with --index to have it "
            "computed, and not both, which could contradict each other."
        )
    if launch is not None:
        nav, spot = _since_launch(launch, excess, stop, equity_share, index, underlying, as_of)
    found = distance_to_stop(
        cast("float", nav), stop=stop, equity_share=equity_share, spot=spot, daily_move=daily_move
    )
    numbers = {"nav": cast("float", nav), **found.to_dict()}
    units = {"nav": "number", "move": "percent", "level": "number", "points": "number"}
    units |= {"sessions": "count", "sigmas": "number"}
    known = {k: v for k, v in numbers.items() if v is not None}
    known["move"] = numbers["move"]
    return PositionAnswer(
        "quantquake.flows.stop/1", known, units, lambda lang: stop_sentence(known, lang)
    )


def _since_launch(
    launch: str,
    excess: float,
    stop: float,
    equity_share: float,
    index: Sequence[str],
    underlying: str | None,
    as_of: str | None,
) -> tuple[float, float]:
    """Net value today of a product launched at 1, and where its index stands."""
    from quantquake.flows.stops import stop_book

    request, _ = read_request({}, index=index, underlying=underlying, as_of=as_of)
    product = pd.DataFrame(
        {"name": ["product"], "assets": [1.0], "launch": [launch], "excess": [excess],
         "stop": [stop], "equity_share": [equity_share]}
    )  # fmt: skip
    row = stop_book(product, request.close.rename(request.underlying)).products.iloc[0]
    if row["state"] == "stopped":
        raise ConfigError(
            f"the product reached its stop on {row['hit_on']:%Y-%m-%d} and was sold at the next "
            f"open: there is no distance left to measure at {row['nav']:.3f}. Ask for an earlier "
            "day with --as-of."
        )
    return float(row["nav"]), float(request.close.iloc[-1])


def redeem_answer(
    holdings: str, amount: str, order: str, cash: str | None, participation: float
) -> PositionAnswer:
    """What is sold first to pay a redemption."""
    from quantquake.data.files.fund_tables import read_fund_table
    from quantquake.flows.redemption import waterfall
    from quantquake.report.position_words import redeem_sentence

    table = read_fund_table(holdings, "holdings")
    if table["symbol"].isna().any():
        raise ConfigError(
            f"{int(table['symbol'].isna().sum())} holdings have no symbol, first in line "
            f"{table.index[table['symbol'].isna()][0]}: what is sold could not be named. Fill it "
            "in, or leave the line of totals out."
        )
    paid = waterfall(
        table.set_index("symbol"),
        read_money(amount, "--amount"),
        order=cast("Any", order),
        cash=0.0 if cash is None else read_money(cash, "--cash"),
        participation=participation,
    )
    found = {
        "asked": read_money(amount, "--amount"),
        "paid_in_cash": paid.paid_in_cash,
        "sold": float(paid.positions["sold"].sum()),
        "shortfall": paid.shortfall,
        "days_before": paid.days_before,
        "days_after": paid.days_after,
        "cost_leaving": paid.cost_leaving,
        "cost_staying": paid.cost_staying,
        "first_mover_gap": paid.first_mover_gap,
    }
    units = dict.fromkeys(found, "percent") | dict.fromkeys(
        ("asked", "paid_in_cash", "sold", "shortfall"), "money"
    )
    units |= {"days_before": "number", "days_after": "number"}
    return PositionAnswer(
        "quantquake.flows.redeem/1", found, units,
        lambda lang: redeem_sentence(paid, lang), paid.positions.rename_axis("symbol"),
    )  # fmt: skip


def exit_answer(
    position: str, daily_amount: str, volatility: float, days: str, volume_left: float
) -> PositionAnswer:
    """Cost and risk of leaving fast or slow."""
    from quantquake.flows.execution import fast_or_slow
    from quantquake.report.position_words import exit_sentence

    horizons = [read_money(part, "--days") for part in days.split(",") if part.strip()]
    table = fast_or_slow(
        read_money(position, "--position"),
        sorted(set(horizons)),
        daily_amount=read_money(daily_amount, "--daily-amount"),
        volatility=volatility,
        volume_left=volume_left,
    )
    return PositionAnswer(
        "quantquake.flows.exit/1", {}, {}, lambda lang: exit_sentence(table, lang), table
    )
