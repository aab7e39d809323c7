"""`quantquake flows`: who must trade at which level; sub-views answer for one position."""

from __future__ import annotations

import typer

from quantquake.app.cli.flow_options import (
    AccountSpread,
    Banned,
    Chain,
    Closing,
    Currency,
    DealerSign,
    Financing,
    Funds,
    Margin,
    Moves,
    NavError,
    Neutral,
    Products,
    Proxies,
    Rate,
    Redemption,
    Slope,
    Snowballs,
    Spot,
    StopAssets,
    StopNavs,
    Tightening,
    Trend,
    Underlying,
    VarLimit,
    VolControl,
    Volume,
    Widening,
)
from quantquake.app.cli.flow_views import exit_, margin, redeem, stop
from quantquake.app.cli.options import (
    AsOf,
    Format,
    Indices,
    Lang,
    Language,
    OptionalFutures,
    Out,
    OutputFormat,
)
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place

flows = typer.Typer(name="flows", rich_markup_mode=None)


@flows.callback(invoke_without_command=True)
def _flows(
    context: typer.Context,
    index: Indices = None,
    underlying: Underlying = None,
    spot: Spot = None,
    futures: OptionalFutures = None,
    chain: Chain = None,
    snowballs: Snowballs = None,
    funds: Funds = None,
    products: Products = None,
    margin_funds: Margin = None,
    financing: Financing = None,
    neutral: Neutral = None,
    redemption: Redemption = None,
    vol_control: VolControl = None,
    var_limit: VarLimit = None,
    trend: Trend = None,
    stop_assets: StopAssets = None,
    stop_navs: StopNavs = None,
    account_spread: AccountSpread = None,
    closing_rate: Closing = None,
    widening: Widening = None,
    closing_banned: Banned = False,
    redemption_slope: Slope = None,
    tightening: Tightening = 0.0,
    nav_error: NavError = 0.0,
    dealer_sign: DealerSign = "naive",
    rate: Rate = 0.02,
    us_proxies: Proxies = False,
    moves: Moves = None,
    volume: Volume = None,
    currency: Currency = None,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Show who must trade how much if the index falls so far.

    Each source is optional; what is not given is named, and the total is then a lower bound.
    Sub-views for one position: margin, stop, redeem, exit.
    """
    if context.invoked_subcommand is not None:
        _refuse_stray(context)
        return
    from quantquake.app.forced.answer import FlowOptions, flow_answer

    options = FlowOptions(
        tables={
            "chain": chain, "snowballs": snowballs, "funds": funds, "products": products,
            "margin": margin_funds, "financing": financing, "neutral": neutral,
            "redemption": redemption,
        },
        index=tuple(index or ()), futures=futures, underlying=underlying,
        spot=spot, moves=moves, volume=volume, currency=currency, as_of=as_of,
        ranges={
            "vol_control": vol_control, "var_limit": var_limit, "trend": trend,
            "stop_assets": stop_assets, "stop_navs": stop_navs, "account_spread": account_spread,
            "redemption_slope": redemption_slope,
        },
        closing_rate=closing_rate, widening=widening, closing_banned=closing_banned,
        tightening=tightening, nav_error=nav_error, dealer_sign=dealer_sign, rate=rate,
        us_proxies=us_proxies,
    )  # fmt: skip
    check_place(out, (*options.tables.values(), *options.index, futures))
    with steps(title="reading") as step:
        answer = flow_answer(options, step)
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: answer.screen(lang, width),
        payload=answer.payload,
        frame=answer.frame,
        page=lambda: answer.page(lang),
    )


def _refuse_stray(context: typer.Context) -> None:
    """Options before a sub-view's name would be lost without a word."""
    from quantquake.errors import ConfigError

    if any(_was_given(context, parameter.name) for parameter in context.command.params):
        raise ConfigError(
            f"options of `flows` stand before {context.invoked_subcommand!r}: they would not reach "
            "it. Write them after the sub-view's name."
        )


def _was_given(context: typer.Context, name: str | None) -> bool:
    source = context.get_parameter_source(name) if name else None
    return source is not None and source.name == "COMMANDLINE"


for name, view in (("margin", margin), ("stop", stop), ("redeem", redeem), ("exit", exit_)):
    flows.command(name)(view)
