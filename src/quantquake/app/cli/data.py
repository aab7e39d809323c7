"""`quantquake data`: what the embedded store holds, adding to it, checking it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from quantquake.app.cli.options import Format, Lang, Language, Out, OutputFormat, VolumeUnit
from quantquake.app.cli.output import emit
from quantquake.errors import ConfigError

if TYPE_CHECKING:
    from quantquake.data.store import Store, StoreCheck

data = typer.Typer(
    name="data",
    help="The embedded store: what it holds, adding tables, checking them (QUANTQUAKE_HOME).",
    no_args_is_help=True,
)

File = Annotated[str, typer.Argument(help="Parquet, CSV or Excel; '-' reads standard input.")]
Kind = Annotated[str, typer.Option("--kind", help="prices, index or futures.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Let these values replace stored ones that differ.")
]
KnownHead = Annotated[
    str | None,
    typer.Option("--head", help="Head of the call log written down earlier, rows:hash."),
]


@data.command()
def status(fmt: OutputFormat = Format.table, out: Out = None, lang: Lang = Language.en) -> None:
    """Say what the store holds, by kind, and the head of the call log."""
    from quantquake.data.store import Store

    _answer(status_payload(Store()), "status", fmt, out, lang)


@data.command()
def ingest(
    file: File,
    kind: Kind = "prices",
    replace: Replace = False,
    volume_unit: VolumeUnit = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Add the rows of a table; all are kept or none, and the same rows twice change nothing."""
    from quantquake.data.store import Store

    store = Store()
    done = store.ingest(kind, file, replace=replace, volume_unit=volume_unit)
    _answer(
        {
            "schema": "quantquake.data.ingest/1",
            "root": str(store.root),
            "kind": done.kind,
            "given": done.given,
            "new": done.new,
            "changed": done.changed,
            "known": done.known,
            "rows": store.rows()[done.kind],
            "issues": list(done.issues),
        },
        "ingest",
        fmt,
        out,
        lang,
    )


@data.command()
def verify(
    head: KnownHead = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Check every file against the manifest and the chain of the call log; exit 1 if broken."""
    from quantquake.data.store import Store

    store = Store()
    check = store.verify(head)
    _answer(verify_payload(store, check), "verify", fmt, out, lang)
    if not check.intact:
        raise typer.Exit(1)


def status_payload(store: Store) -> dict[str, Any]:
    """The JSON of `data status`.

    ``schema`` "quantquake.data.status/1"; ``root``; ``rows``: rows by kind, and ``calls``;
    ``kinds``: one entry a kind with ``kind rows first last files size`` (ISO dates or null,
    bytes); ``call_log``: ``rows`` and ``head`` ("rows:hash").
    """
    head = store.calls.head()
    return {
        "schema": "quantquake.data.status/1",
        "root": str(store.root),
        "rows": store.rows(),
        "kinds": store.kinds(),
        "call_log": {"rows": head.sequence, "head": str(head)},
    }


def verify_payload(store: Store, check: StoreCheck) -> dict[str, Any]:
    """The JSON of `data verify`.

    ``schema`` "quantquake.data.verify/1"; ``root``; ``intact``; ``files`` that count;
    ``problems``: ``file`` and ``problem`` ("missing", "damaged"); ``left_over``: files that do not
    count; ``chain`` as in `evidence --log`.
    """
    from quantquake.app.cli.track_record import chain_state

    return {
        "schema": "quantquake.data.verify/1",
        "root": str(store.root),
        "intact": check.intact,
        "files": check.files,
        "problems": [{"file": file, "problem": what} for file, what in check.problems],
        "left_over": list(check.left_over),
        "chain": chain_state(check.chain),
    }


def _answer(found: dict[str, Any], what: str, fmt: Format, out: str | None, lang: str) -> None:
    if fmt in (Format.html, Format.csv):
        raise ConfigError(
            f"`data {what}` is no table of rows, so --format {fmt.value} cannot be written. Choose "
            "table or json."
        )
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _table(found, what, lang, width),
        payload=lambda: found,
        frame=lambda: None,
        page=lambda: "",
    )


def _table(found: dict[str, Any], what: str, lang: str, width: int) -> Any:
    from quantquake.report import store_screen

    return getattr(store_screen, f"{what}_screen")(found, lang=lang, width=width)
