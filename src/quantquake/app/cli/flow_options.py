"""Options of `quantquake flows`: one table a source, and the rules in numbers."""

from __future__ import annotations

from typing import Annotated

import typer

Underlying = Annotated[
    str | None,
    typer.Option(
        "--underlying", help="Index that moves, e.g. 000852 or 中证1000; default: the only one."
    ),
]
Moves = Annotated[
    str | None, typer.Option("--moves", help="Moves, falls negative: --moves=-1%,-3%,-10%.")
]
Volume = Annotated[
    str | None,
    typer.Option(
        "--volume", help="Money traded in a usual day; default: the index's own mean amount."
    ),
]
Currency = Annotated[
    str | None, typer.Option("--currency", help="Of the axis; default: CNY, USD for US indices.")
]
Chain = Annotated[
    str | None,
    typer.Option("--chain", help="Option chain: strike, option_type, expiry, open_interest, iv."),
]
Snowballs = Annotated[
    str | None,
    typer.Option("--snowballs", help="Snowball trades: symbol, notional, knock_in, knock_out ..."),
]
Funds = Annotated[
    str | None,
    typer.Option("--funds", help="Leveraged ETFs: symbol, leverage, assets, underlying."),
]
Products = Annotated[
    str | None,
    typer.Option(
        "--products", help="Products with a stop line: name, assets, nav or launch and excess."
    ),
]
Margin = Annotated[
    str | None,
    typer.Option("--margin", help="Levered funds: name, assets, equity, limit[, target]."),
]
Financing = Annotated[
    str | None,
    typer.Option(
        "--financing", help="Margin financing: date, financing_balance[, maintenance_ratio]."
    ),
]
Neutral = Annotated[
    str | None,
    typer.Option("--neutral", help="Neutral and DMA funds: name, gross or equity and leverage."),
]
Redemption = Annotated[
    str | None,
    typer.Option("--redemption", help="Funds whose holders may leave: name, assets, performance."),
]
VolControl = Annotated[
    str | None,
    typer.Option("--vol-control", help="Money under volatility targets, one number or LOW:HIGH."),
]
VarLimit = Annotated[
    str | None,
    typer.Option("--var-limit", help="Exposure under VaR limits, one number or LOW:HIGH."),
]
Trend = Annotated[
    str | None, typer.Option("--trend", help="Money following trends, one number or LOW:HIGH.")
]
StopAssets = Annotated[
    str | None,
    typer.Option("--stop-assets", help="No product table: assets under stop lines, LOW:HIGH."),
]
StopNavs = Annotated[
    str | None,
    typer.Option("--stop-navs", help="... and MEAN:SPREAD of their net values, e.g. 0.92:0.07."),
]
AccountSpread = Annotated[
    str | None,
    typer.Option("--account-spread", help="Log spread of margin accounts, LOW:HIGH: a range only."),
]
Closing = Annotated[
    str | None,
    typer.Option("--closing-rate", help="Share of neutral books closed per unit of paper profit."),
]
Widening = Annotated[
    str | None, typer.Option("--widening", help="Widening of the discount per unit of index fall.")
]
Slope = Annotated[
    str | None,
    typer.Option(
        "--redemption-slope", help="Redeemed a month per unit of loss, one number or LOW:HIGH."
    ),
]
Spot = Annotated[
    float | None, typer.Option("--spot", help="Index level, where no --index is given.")
]
Banned = Annotated[bool, typer.Option("--closing-banned", help="Neutral books may not close.")]
Tightening = Annotated[
    float, typer.Option("--tightening", min=0.0, help="Rise of haircuts per unit of fall.")
]
NavError = Annotated[
    float, typer.Option("--nav-error", min=0.0, help="How wrong each net value may be.")
]
DealerSign = Annotated[
    str, typer.Option("--dealer-sign", help="naive, all_short, skew_adjusted or signed.")
]
Rate = Annotated[float, typer.Option("--rate", help="Money-market rate, as a fraction.")]
Proxies = Annotated[
    bool, typer.Option("--us-proxies", help="Read US indices from the funds that follow them.")
]
