"""Which index-futures contract a row belongs to, and when it stops trading.

Only facts read in exchange documents are here. What changed over the years (margins, limits, fees)
belongs to ``rules/``; what was never confirmed (old position limits) is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from quantquake.data.calendars import third_friday_expiry
from quantquake.data.session_table import Calendar, DateLike, calendar
from quantquake.errors import ContractError

EXCHANGE_SUFFIX = ".CFE"
_VENUES = "CFE|CFX|CFFEX|CCFX|CF|ZJS"


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureSpec:
    """Terms of one CFFEX index future.

    Attributes
    ----------
    product : str
        ``IF``, ``IH``, ``IC`` or ``IM``.
    underlying : str
        Canonical symbol of the index.
    multiplier : float
        [CNY per index point per lot]
    tick : float
        Smallest price step. [index points]
    listed : Timestamp
        First trading day of the product.
    first_month : tuple of (int, int)
        Year and month of the first contract ever listed.
    minimum_margin : float
        Floor set in the contract itself; the exchange charges more (see ``rules/``). [1]
    name_en, name_zh : str
        Name of the index.
    """

    product: str
    underlying: str
    multiplier: float
    tick: float
    listed: pd.Timestamp
    first_month: tuple[int, int]
    minimum_margin: float
    name_en: str
    name_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureContract:
    """One dated contract.

    Attributes
    ----------
    product : str
    year, month : int
        Contract month.
    symbol : str
        Canonical, ``IF2003.CFE``.
    expiry : Timestamp
        Last trading day (= settlement day).
    provisional : bool
        True if `expiry` lies past the last announced session: it may still move.
    """

    product: str
    year: int
    month: int
    symbol: str
    expiry: pd.Timestamp
    provisional: bool = False

    @property
    def spec(self) -> FutureSpec:
        """Terms of the product."""
        return INDEX_FUTURES[self.product]


def _spec(
    product: str, index: tuple[str, str, str], multiplier: float, listed: str, first: str
) -> FutureSpec:
    underlying, name_en, name_zh = index
    year, month = first.split("-")
    return FutureSpec(
        product=product,
        underlying=underlying,
        multiplier=multiplier,
        tick=0.2,
        listed=pd.Timestamp(listed),
        first_month=(int(year), int(month)),
        minimum_margin=0.08,
        name_en=name_en,
        name_zh=name_zh,
    )


# CFFEX contract tables. IH and IC were listed the day before the April 2015 expiry, yet their first
# contract was May (CFFEX listing notice), so the first month is stated, not computed.
INDEX_FUTURES: Mapping[str, FutureSpec] = MappingProxyType(
    {
        spec.product: spec
        for spec in (
            _spec("IF", ("000300.SH", "CSI 300", "沪深300"), 300, "2010-04-16", "2010-05"),
            _spec("IH", ("000016.SH", "SSE 50", "上证50"), 300, "2015-04-16", "2015-05"),
            _spec("IC", ("000905.SH", "CSI 500", "中证500"), 200, "2015-04-16", "2015-05"),
            _spec("IM", ("000852.SH", "CSI 1000", "中证1000"), 200, "2022-07-22", "2022-08"),
        )
    }
)

_PRODUCTS = "|".join(INDEX_FUTURES)
_DATED = re.compile(rf"({_PRODUCTS})\s?(\d\d)(0[1-9]|1[0-2])")
# Spellings vendors give to a stitched series: IF00, IF0, IFL0, IF88, IF888, IF99, IF9999, IF.CFX,
# IF_MAIN, IFM, IF主连, 沪深300主力.
_STITCHED = re.compile(
    rf"({_PRODUCTS})\s?_?(\d|00|01|02|03|0000|88|888|8888|99|999|9999|L\d?|L\d\d|M|MAIN|INDEX|C\d)?"
    r"|KQ\..*|.*(主连|主力|连续|加权|指数|CONT|MAIN).*"
)


def future_symbol(text: str) -> str:
    """Canonical symbol ``IF2003.CFE`` of any usual spelling, without looking up the expiry.

    Understands ``IF2003``, ``if2003``, ``IF2003.CFE``, ``IF2003.CFX``, ``IF2003.CCFX``,
    ``CFFEX.IF2003``, ``CFFEX:IF2003`` and full-width characters.

    Raises
    ------
    ContractError
        If the text names a stitched (continuous) series, an unknown product, or a contract month
        before the product was listed.
    """
    product, year, month = _identity(text)
    return _symbol(product, year, month)


def parse_future(
    text: str, *, exchange: str | Calendar = "XSHG", provisional: bool = False
) -> FutureContract:
    """Contract behind a symbol, with its last trading day.

    Parameters
    ----------
    text : str
        Any spelling `future_symbol` understands.
    exchange : str or Calendar, default "XSHG"
        Calendar that places the third Friday (CFFEX trades when Shanghai does).
    provisional : bool, default False
        Accept an expiry past the last announced session; it is flagged on the contract.

    Raises
    ------
    ContractError
        As `future_symbol`.
    CalendarError
        If the expiry lies past the last announced session and `provisional` is not set.
    """
    product, year, month = _identity(text)
    return _contract(product, year, month, exchange, provisional)


def live_contracts(
    product: str,
    date: DateLike,
    *,
    exchange: str | Calendar = "XSHG",
    provisional: bool = False,
) -> tuple[FutureContract, ...]:
    """The four contracts trading on a date, nearest expiry first.

    Current month, next month, and the next two quarter months strictly after the next month. A
    contract still trades on its expiry day; its successor lists the session after.

    Raises
    ------
    ContractError
        If the product is unknown, or not yet listed on `date`.
    CalendarError
        If an expiry lies past the last announced session and `provisional` is not set.
    """
    spec = _product(product)
    day = pd.Timestamp(date).normalize()
    if not day >= spec.listed:
        raise ContractError(
            f"{spec.product} has no contracts on {day:%Y-%m-%d}: it was listed on "
            f"{spec.listed:%Y-%m-%d}, so no price of that day can belong to it. "
            "Start later, or use an earlier product."
        )
    front = max(day.year * 12 + day.month - 1, _number(*spec.first_month))
    if third_friday_expiry(*_year_month(front), exchange, provisional=provisional) < day:
        front += 1
    quarters = [n for n in range(front + 2, front + 9) if n % 3 == 2]
    return tuple(
        _contract(spec.product, *_year_month(n), exchange, provisional)
        for n in (front, front + 1, *quarters[:2])
    )


def _contract(
    product: str, year: int, month: int, exchange: str | Calendar, provisional: bool
) -> FutureContract:
    book = exchange if isinstance(exchange, Calendar) else calendar(exchange)
    expiry = third_friday_expiry(year, month, book, provisional=provisional)
    return FutureContract(
        product=product,
        year=year,
        month=month,
        symbol=_symbol(product, year, month),
        expiry=expiry,
        provisional=book.is_provisional(expiry),
    )


def _identity(text: str) -> tuple[str, int, int]:
    code = _bare(text)
    if match := _DATED.fullmatch(code):
        product, year, month = match[1], 2000 + int(match[2]), int(match[3])
        _check_listed(text, product, year, month)
        return product, year, month
    if _STITCHED.fullmatch(code):
        raise ContractError(
            f"{text!r} is a continuous series stitched from many contracts: it has no expiry, so "
            "the days left are unknown and a basis cannot be annualised, and its jumps at each "
            "roll are not price moves. Give rows of dated contracts such as IF2003, one expiry "
            "each."
        )
    raise ContractError(
        f"{text!r} is not the symbol of a dated index-futures contract: without product, year and "
        f"month there is no multiplier and no expiry. Known products are {', '.join(INDEX_FUTURES)}"
        "; write product, two-digit year and month, e.g. IF2003 or IF2003.CFE."
    )


def _bare(text: str) -> str:
    """Upper case, half width, without the venue before or after."""
    code = unicodedata.normalize("NFKC", str(text)).strip().upper()
    code = re.sub(rf"^({_VENUES})[.:](?=.)", "", code)
    return re.sub(rf"(?<=.)[.:@]({_VENUES})$", "", code)


def _check_listed(text: str, product: str, year: int, month: int) -> None:
    first = INDEX_FUTURES[product].first_month
    if (year, month) < first:
        code = _symbol(product, *first).removesuffix(EXCHANGE_SUFFIX)
        raise ContractError(
            f"{text!r} never traded: the first {product} contract was {code}, so its rows belong "
            "to something else. Check the product and the month."
        )


def _product(product: str) -> FutureSpec:
    if spec := INDEX_FUTURES.get(str(product).upper()):
        return spec
    raise ContractError(
        f"product {product!r} is unknown: its contract months and multiplier cannot be guessed. "
        f"Use one of {', '.join(INDEX_FUTURES)}."
    )


def _symbol(product: str, year: int, month: int) -> str:
    return f"{product}{year % 100:02d}{month:02d}{EXCHANGE_SUFFIX}"


def _number(year: int, month: int) -> int:
    return year * 12 + month - 1


def _year_month(number: int) -> tuple[int, int]:
    return number // 12, number % 12 + 1
