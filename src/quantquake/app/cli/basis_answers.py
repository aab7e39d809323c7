"""Answers of the basis sub-views: computed once, written in whatever form is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from quantquake import __version__
from quantquake.app.assemble import build_basis, futures_levels
from quantquake.app.book_file import read_book, read_chain, read_navs, read_quotes
from quantquake.app.hedging import chain_history, detail, past, rolls
from quantquake.app.inputs import Inputs, read_inputs
from quantquake.data.contracts import INDEX_FUTURES
from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.chain import products
from quantquake.measures.basis.curve import METHODS
from quantquake.report import hedge_screen
from quantquake.report.parts import ReportParts
from quantquake.types import jsonable

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One sub-view's answer.

    Attributes
    ----------
    schema : str
        Name and version of the JSON form.
    body : dict
        What the JSON holds.
    table : DataFrame
        What the CSV holds.
    draw : callable
        (language, width) -> table for a terminal.
    parts : ReportParts or None
        What the page shows; None where there is no page.
    """

    schema: str
    body: dict[str, Any]
    table: pd.DataFrame
    draw: Callable[[str, int], Any]
    parts: ReportParts | None = None
    issues: tuple[str, ...] = field(default=())

    def payload(self) -> dict[str, Any]:
        """The JSON answer; rates are fractions."""
        head = {"schema": self.schema, "version": __version__}
        return dict(jsonable(head | self.body | {"issues": self.issues}))

    def frame(self) -> pd.DataFrame:
        """The CSV answer."""
        return self.table

    def screen(self, lang: str, width: int) -> Any:
        """The answer for a terminal."""
        return self.draw(lang, width)

    def page(self, lang: str) -> str:
        """The answer as a page."""
        from quantquake.report.html import build_report

        if self.parts is None:
            raise ConfigError(
                f"{self.schema} has no page: option quotes of one moment are a table. Choose "
                "--format table, json or csv."
            )
        return build_report(self.parts, lang=lang)


def history_answer(
    futures: str,
    index: Sequence[str],
    product: str | None,
    method: str,
    as_of: str | None,
    step: Step,
) -> Answer:
    """Discount through time of one product or all."""
    if method not in METHODS:
        raise ConfigError(
            f"--method {method!r} is unknown: the discount would have no definition. Choose one of "
            f"{', '.join(METHODS)}."
        )
    inputs, on = _read(futures, index, as_of)
    wanted = [product.upper()] if product else _quoted(inputs, on)
    found = []
    for name in wanted:
        found.append(past(chain_history(inputs, name), method=method))
        step(name)
    table = pd.DataFrame({one["product"]: one["discount"] for one in found}).rename_axis("date")
    return Answer(
        schema="quantquake.basis-history/1",
        body={"on": on, "products": found},
        table=table,
        draw=lambda lang, width: hedge_screen.history_screen(found, on, lang, width),
        parts=build_basis(inputs, as_of=on, product=product),
        issues=inputs.issues,
    )


def _quoted(inputs: Inputs, on: pd.Timestamp) -> list[str]:
    rows = inputs.futures
    if rows is None:
        return []
    return products(rows[rows["date"] == on]) or products(rows)


def roll_answer(
    futures: str,
    index: Sequence[str],
    product: str,
    lots: float,
    horizon: int,
    as_of: str | None,
    step: Step,
) -> Answer:
    """Planned roll beside the habits."""
    inputs, on = _read(futures, index, as_of)
    table = chain_history(inputs, product)
    found = rolls(table, lots=lots, horizon=horizon)
    step("roll")
    parts = build_basis(inputs, as_of=on, product=product)
    hedge = replace(detail(table, on), rolls=found.costs)
    return Answer(
        schema="quantquake.basis-roll/1",
        body={
            "on": on,
            "product": found.product,
            "lots": lots,
            "hold": str(found.paths["planned"].iloc[-1]),
            "costs": found.costs,
            "plan": found.plan,
            "origin": found.origin,
        },
        table=found.costs,
        draw=lambda lang, width: hedge_screen.roll_screen(found, lang, width),
        parts=replace(parts, hedge=hedge),
        issues=inputs.issues,
    )


def ledger_answer(
    futures: str,
    index: Sequence[str],
    product: str,
    contract: str | None,
    book: str | None,
    nav: str | None,
    fee_rate: float,
    as_of: str | None,
    step: Step,
) -> Answer:
    """Ledger of a book, attribution of NAVs, or what each entry date locked in."""
    if book and nav:
        raise ConfigError(
            "--book and --nav were both given: a ledger is exact, an attribution a guess, and one "
            "answer cannot be both. Give --book where you have the positions."
        )
    inputs, on = _read(futures, index, as_of)
    table = chain_history(inputs, product)
    if nav:
        return _nav_answer(read_navs(nav), table, on, inputs)
    parts = build_basis(inputs, as_of=on, product=product)
    hedge = detail(table, on, _spelled(table, contract))
    if book:
        ledger = _ledger(book, table, product.upper(), fee_rate, on)
        hedge = replace(hedge, ledger=ledger)
    step("ledger")
    shown = hedge.ledger if hedge.ledger is not None else hedge.entries
    return Answer(
        schema="quantquake.basis-ledger/1",
        body={
            "on": on,
            "product": hedge.product,
            "contract": hedge.contract,
            "entries": hedge.entries,
            "ledger": hedge.ledger,
            "nav": None,
        },
        table=pd.DataFrame(shown),
        draw=lambda lang, width: hedge_screen.ledger_screen(hedge, lang, width),
        parts=replace(parts, hedge=hedge),
        issues=inputs.issues,
    )


def _ledger(
    path: str, table: pd.DataFrame, product: str, fee_rate: float, on: pd.Timestamp
) -> pd.DataFrame:
    from quantquake.book import neutral_ledger

    portfolio, lots = read_book(path)
    portfolio, lots = portfolio.loc[:on], lots.loc[:on]
    known = {_plain(name): name for name in table["contract"].unique()}
    lost = [c for c in lots.columns if _plain(c) not in known and (lots[c] != 0).any()]
    if lost or lots.empty:
        raise DataError(
            f"{path}: contracts {lost[:4]} are not among the {product} rows of --futures, or no "
            "row lies before the day asked for: their profit would be made up. Give futures that "
            "cover the book, and one product at a time."
        )
    lots = lots[[c for c in lots.columns if _plain(c) in known]]
    lots.columns = [known[_plain(c)] for c in lots.columns]
    wide = table.pivot(index="date", columns="contract", values="price").reindex(lots.index)
    level = table.drop_duplicates("date").set_index("date")["index_level"].reindex(lots.index)
    ends = table.drop_duplicates("contract").set_index("contract")["expiry"]
    spec = INDEX_FUTURES.get(product)
    if spec is None:
        raise ConfigError(
            f"product {product!r} has no known multiplier: points cannot become money. Use one of "
            f"{', '.join(INDEX_FUTURES)}."
        )
    return neutral_ledger(
        portfolio,
        level,
        wide[lots.columns],
        lots,
        multiplier=spec.multiplier,
        expiry={c: ends[c] for c in lots.columns},
        fee_rate=fee_rate,
    )


def _nav_answer(
    navs: pd.DataFrame, table: pd.DataFrame, on: pd.Timestamp, inputs: Inputs
) -> Answer:
    from quantquake.book import managers, nav_attribution

    navs = navs.loc[:on]
    found = {name: nav_attribution(navs[name], table) for name in navs.columns}
    summary = managers(navs, table) if navs.shape[1] > 1 else None
    bets = None if summary is None else dict(summary.attrs)
    periods = pd.concat({name: one.periods for name, one in found.items()}, names=["fund", "date"])
    body = {
        "on": on,
        "product": str(table["product"].iloc[0]),
        "contract": None,
        "entries": None,
        "ledger": None,
        "nav": {"funds": found, "bets": bets},
    }
    return Answer(
        schema="quantquake.basis-ledger/1",
        body=body,
        table=periods,
        draw=lambda lang, width: hedge_screen.nav_screen(found, bets, lang, width),
        issues=inputs.issues,
    )


def parity_answer(
    chain: str,
    quotes: str | None,
    spot: float,
    as_of: str,
    rate: float,
    scale: float,
    futures_per_pair: float,
    step: Step,
) -> Answer:
    """Implied forwards, and edges where futures quotes are given."""
    from quantquake.data.files.cells import one_date
    from quantquake.measures.parity import implied_forward, option_pairs, parity_edges

    on = one_date(as_of, name="--as-of")
    rows = read_chain(chain)
    if "date" in rows:
        rows = rows[rows["date"] == on]
    pairs = option_pairs(rows, on, rate=rate, scale=scale)
    forwards = implied_forward(pairs, index_level=spot, rate=rate)
    step("parity")
    edges = (
        None
        if quotes is None
        else parity_edges(pairs, read_quotes(quotes), futures_per_pair=futures_per_pair)
    )
    return Answer(
        schema="quantquake.basis-parity/1",
        body={"on": on, "forwards": forwards, "edges": edges, "left_out": pairs.attrs},
        table=forwards if edges is None else edges,
        draw=lambda lang, width: hedge_screen.parity_screen(forwards, edges, lang, width),
    )


def _read(futures: str, index: Sequence[str], as_of: str | None) -> tuple[Inputs, pd.Timestamp]:
    inputs = read_inputs(futures=futures, index=index, as_of=as_of)
    on = inputs.day(as_of)
    seen = inputs.until(on)
    if futures_levels(seen) is None and (
        seen.futures is None or "spot_close" not in seen.futures.columns
    ):
        raise DataError(
            "the futures rows have no index level beside them: no basis can be formed. Give --index "
            "with the underlying indices, or a `spot_close` column."
        )
    return seen, on


def _spelled(table: pd.DataFrame, contract: str | None) -> str | None:
    """Contract as the table spells it; unknown ones are refused where they are looked up."""
    if contract is None:
        return None
    known = {_plain(name): name for name in table["contract"].unique()}
    return str(known.get(_plain(contract), contract))


def _plain(contract: object) -> str:
    return str(contract).upper().split(".")[0]
