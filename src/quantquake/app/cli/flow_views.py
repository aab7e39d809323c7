"""Sub-views of `quantquake flows`: one position, one answer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quantquake.app.cli.options import AsOf, Format, Indices, Lang, Language, Out, OutputFormat
from quantquake.app.cli.output import emit
from quantquake.app.cli.places import check_place

Leverage = Annotated[float, typer.Option("--leverage", help="Gross assets over equity.")]
Loss = Annotated[float, typer.Option("--loss", help="Part of the assets' value lost.")]
Payout = Annotated[float, typer.Option("--payout", help="Part of the equity handed back.")]
Maintenance = Annotated[
    float | None, typer.Option("--maintenance", help="Least equity over assets, e.g. 0.2.")
]
Target = Annotated[float | None, typer.Option("--target", help="Leverage to return to.")]
Excess = Annotated[
    float | None, typer.Option("--excess", help="DMA: stocks less index over the period.")
]
Basis = Annotated[
    float, typer.Option("--basis", help="DMA: what the basis gave; a narrowing discount is < 0.")
]
Nav = Annotated[
    float | None, typer.Option("--nav", help="Net value, 1 at launch; or --launch and --index.")
]
Stop = Annotated[float, typer.Option("--stop", help="Net value at which all is sold.")]
Share = Annotated[
    float, typer.Option("--equity-share", help="Net value's move per unit of index move.")
]
Launch = Annotated[str | None, typer.Option("--launch", help="Day of launch, net value 1.")]
Since = Annotated[float, typer.Option("--excess", help="Over the index since launch.")]
Spot = Annotated[float | None, typer.Option("--spot", help="Index level, for points.")]
Daily = Annotated[float | None, typer.Option("--daily-move", help="Index move per session.")]
Underlying = Annotated[str | None, typer.Option("--underlying", help="Index of the product.")]
Holdings = Annotated[
    str, typer.Argument(help="Holdings: symbol, value, daily_amount[, market_cap, volatility].")
]
Amount = Annotated[str, typer.Option("--amount", help="Money asked back, e.g. 5e7 or 5000万.")]
Order = Annotated[str, typer.Option("--order", help="liquid_first, pro_rata or small_first.")]
Cash = Annotated[str | None, typer.Option("--cash", help="Cash of the fund.")]
Participation = Annotated[
    float, typer.Option("--participation", help="Share of the volume one is willing to be.")
]
Position = Annotated[str, typer.Option("--position", help="Money to sell, e.g. 5e8 or 5亿.")]
Daily_amount = Annotated[
    str, typer.Option("--daily-amount", help="Money traded in these names on a usual day.")
]
Volatility = Annotated[float, typer.Option("--volatility", help="Daily, e.g. 0.02.")]
Days = Annotated[str, typer.Option("--days", help="Two or more horizons, e.g. 5,500.")]
VolumeLeft = Annotated[
    float, typer.Option("--volume-left", help="Share of the usual volume left under stress.")
]


def margin(
    leverage: Leverage,
    loss: Loss = 0.0,
    payout: Payout = 0.0,
    maintenance: Maintenance = None,
    target: Target = None,
    excess: Excess = None,
    basis: Basis = 0.0,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Leverage after a loss or a payout, distance to the margin call, what must be sold."""
    from quantquake.app.forced.one_position import margin_answer

    check_place(out)
    _emit(margin_answer(leverage, loss, payout, maintenance, target, excess, basis), fmt, out, lang)


def stop(
    nav: Nav = None,
    stop_line: Stop = 0.7,
    equity_share: Share = 1.0,
    launch: Launch = None,
    excess: Since = 0.0,
    index: Indices = None,
    underlying: Underlying = None,
    spot: Spot = None,
    daily_move: Daily = None,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """How far a product is from its stop line, in the index, in points and in days."""
    from quantquake.app.forced.one_position import stop_answer

    check_place(out, index or ())
    answer = stop_answer(
        nav, stop_line, equity_share, launch, excess, index or (), underlying, spot, daily_move,
        as_of,
    )  # fmt: skip
    _emit(answer, fmt, out, lang)


def redeem(
    holdings: Holdings,
    amount: Amount,
    order: Order = "liquid_first",
    cash: Cash = None,
    participation: Participation = 0.1,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """What is sold first to pay a redemption, and what those who stay are left with."""
    from quantquake.app.forced.one_position import redeem_answer

    check_place(out, (holdings,))
    _emit(redeem_answer(holdings, amount, order, cash, participation), fmt, out, lang)


def exit_(
    position: Position,
    daily_amount: Daily_amount,
    volatility: Volatility,
    days: Days = "5,500",
    volume_left: VolumeLeft = 1.0,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Sell fast or slow: what leaving costs in impact, and what staying risks."""
    from quantquake.app.forced.one_position import exit_answer

    check_place(out)
    _emit(exit_answer(position, daily_amount, volatility, days, volume_left), fmt, out, lang)


def _emit(answer: Any, fmt: Format, out: str | None, lang: str) -> None:
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: answer.screen(lang, width),
        payload=answer.payload,
        frame=answer.frame,
        page=answer.page,
    )
