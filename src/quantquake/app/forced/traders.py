"""Readers of leveraged funds, dealers, snowballs, and holders bound by a rule."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from quantquake.app.forced.found import Found
from quantquake.app.forced.request import Range, Request
from quantquake.errors import DataError
from quantquake.flows.forced import ForcedSource
from quantquake.types import Origin


def leveraged_etfs(asked: Request) -> Found:
    """Leveraged and inverse funds at the close."""
    from quantquake.data.files import read
    from quantquake.flows.leveraged_etf.funds import LeveragedFunds
    from quantquake.flows.leveraged_etf.source import forced_source
    from quantquake.flows.leveraged_etf.underlyings import US_PROXIES, match_underlyings

    table = read(asked.tables["funds"], kind="funds")
    money = table.attrs.get("currency") or asked.currency
    day = asked.on if "date" in table else None
    funds = LeveragedFunds.from_frame(table, currency=money, as_of=day)
    proxies = US_PROXIES if asked.rules.us_proxies else None
    matched = match_underlyings(funds, asked.betas, proxies=proxies)["label"].dropna()
    betas = {str(code): asked.betas[str(label)] for code, label in matched.items()}
    source = forced_source(funds, asked.moves, index=asked.underlying, beta=betas)
    lost = funds.left_out
    first = table.attrs.get("first_line") or 0
    refused = pd.DataFrame(
        {
            "row": lost["row"] + first,
            "name": lost["symbol"],
            "why": lost["reason"],
        }
    )
    return Found(source=source, refused=refused, notes=_notes(table, "funds"))


def dealers(asked: Request) -> Found:
    """Option dealers during the day."""
    from quantquake.flows.gamma import forced_source, gamma_exposure

    profile = gamma_exposure(
        asked.tables["chain"],
        asked.spot,
        dealer_sign=asked.rules.dealer_sign,
        rate=asked.rules.rate,
        currency=asked.currency,
        as_of=asked.on,
    )
    source = forced_source(profile, asked.moves, underlying=asked.underlying or profile.underlying)
    said = [f"chain: {one['what']}; {one['where']}; {one['action']}" for one in profile.issues]
    if asked.underlying and profile.underlying not in ("", asked.underlying.removesuffix(".US")):
        said.append(
            f"chain: options on {profile.underlying} read as moving with {asked.underlying}"
        )
    return Found(source=source, notes=tuple(said))


def snowballs(asked: Request) -> Found:
    """Issuers that hedge snowballs."""
    from quantquake.flows.snowball_book import SnowballBook

    here = {} if asked.spot is None or asked.closes is not None else {"spot": asked.spot}
    book = SnowballBook(
        asked.tables["snowballs"],
        as_of=asked.on,
        index=asked.closes,
        futures=asked.futures,
        underlying="",
        **here,
    )
    lost = book.rejected
    refused = pd.DataFrame({"row": lost["line"], "name": lost["trade"], "why": lost["reason"]})
    said = [f"snowballs: {one['what']}; {one['where']}; {one['action']}" for one in book.issues]
    if len(book.ended):
        counts = book.ended["outcome"].astype(str).value_counts()
        over = ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items())
        said.append(f"snowballs: trades without a hedge; {over}; left out")
    elsewhere = [u for u in book.underlyings if u != asked.underlying]
    if elsewhere:
        said.append(f"snowballs: trades on {', '.join(elsewhere)} left out; another index moves")
    if not book.underlyings:
        source = _all_ended(asked, refused, len(book.ended))
    else:
        source = book.forced_source(asked.moves, underlying=asked.underlying)
    return Found(
        source=source,
        refused=refused,
        notes=tuple(said),
    )


def _all_ended(asked: Request, refused: pd.DataFrame, ended: int) -> ForcedSource:
    """Zero hedge of a book whose trades have all ended; unreadable trades are no such book."""
    if not ended:
        first = refused.iloc[0]
        raise DataError(
            f"none of the {len(refused)} trades can be used, first line {first['row']}: "
            f"{first['why']}. A hedge of 0 would read as no snowballs. Correct these rows."
        )
    origin = Origin(
        as_of=asked.on,
        coverage={"trades": f"0 of {ended + len(refused)}"},
        assumptions=("every trade that could be read has ended",),
    )
    nothing = [0.0] * len(asked.moves)
    return ForcedSource.of(
        "snowball", asked.moves, nothing, underlying=asked.underlying, origin=origin
    )


def vol_control(asked: Request) -> Found:
    """Funds at a volatility target."""
    from quantquake.flows.vol_control import VolControl

    return _holder(asked, VolControl, asked.rules.vol_control)


def var_limit(asked: Request) -> Found:
    """Books under a VaR limit."""
    from quantquake.flows.var_limit import VarLimit

    return _holder(asked, VarLimit, asked.rules.var_limit)


def trend(asked: Request) -> Found:
    """Trend followers."""
    from quantquake.flows.trend import TrendFollowers

    return _holder(asked, TrendFollowers, asked.rules.trend, closes=asked.close)


def _holder(asked: Request, kind: Any, money: Range | None, **more: Any) -> Found:
    from quantquake.flows.holder import Size

    low, high = money or (float("nan"),) * 2
    size = Size.of(low) if low == high else Size.between(low, high)
    holder = kind(
        size=size,
        sigma=asked.sigma,
        underlying=asked.underlying,
        currency=asked.currency,
        **more,
    )
    source: ForcedSource = holder.forced_source(asked.moves)
    origin = dataclasses.replace(source.origin, as_of=asked.close.index[-1])
    return Found(source=dataclasses.replace(source, origin=origin))


def _notes(table: pd.DataFrame, source: str) -> tuple[str, ...]:
    found = table.attrs.get("issues", ())
    return tuple(f"{source}: {one['what']}; {one['where']}; {one['action']}" for one in found)
