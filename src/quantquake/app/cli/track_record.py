"""The part of `quantquake evidence` that settles the sealed log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantquake.app.cli.options import Format
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place
from quantquake.errors import ConfigError

if TYPE_CHECKING:
    from quantquake.app.cli.evidence_options import Asked
    from quantquake.data.store.chain import ChainCheck
    from quantquake.measures.evidence.track_record import Part, TrackRecord


def show_track_record(asked: Asked) -> None:
    """Verify the log, settle its calls with the prices given, and print the record.

    Without prices every call is counted as without price.
    """
    _check_form(asked.fmt)
    check_place(asked.out, (asked.prices, *asked.index, asked.themes))
    part = _part(asked)
    from quantquake.data.store import Store
    from quantquake.measures.evidence.track_record import track_record

    calls = Store().calls
    chain, log = calls.verify(asked.head), calls.rows()
    with steps(title="settling"):
        found = _closes(asked) if asked.prices or asked.index else {}
        record = track_record(log, found, include_late=asked.include_late, part=part)
    emit(
        fmt=asked.fmt,
        out=asked.out,
        table=lambda width: _table(record, chain, asked.lang, width),
        payload=lambda: payload(record, chain),
        frame=lambda: record.to_frame().set_index("sequence"),
        page=lambda: "",
    )


def _part(asked: Asked) -> Part:
    """Which calls are asked about; an option not written asks for all."""
    from quantquake.app.scoring import preset_of
    from quantquake.data.files.cells import one_date
    from quantquake.measures.evidence.track_record import Part

    if "preset" in asked.given:
        preset_of(asked.preset)
    days = {"--since": asked.since, "--as-of": asked.as_of}
    since, until = (None if d is None else one_date(d, name=n) for n, d in days.items())
    if since is not None and until is not None and since > until:
        raise ConfigError(
            f"--since {since:%Y-%m-%d} is later than --as-of {until:%Y-%m-%d}: no call would be "
            "left to count. Choose an earlier --since."
        )
    return Part(
        baskets=asked.basket,
        presets=(asked.preset,) if "preset" in asked.given else (),
        horizons=asked.horizons if "horizon" in asked.given else (),
        since=since,
        until=until,
    )


def payload(record: TrackRecord, chain: ChainCheck) -> dict[str, Any]:
    """The JSON answer.

    ``schema`` "quantquake.track_record/1"; ``as_of`` last date of the prices; ``chain``: `intact`,
    `rows`, `head` ("rows:hash"), `broken` (sequence of the first wrong row, null), `reason`,
    `row` (its `as_of` and `basket`, null); ``tally`` and ``by_basket``: rows as
    `measures.track_record.tally` documents them; ``calls``: rows as `settle` documents them;
    ``missing``: baskets without prices; ``assumptions``.
    """
    from quantquake.types import jsonable

    return jsonable(
        {
            "schema": "quantquake.track_record/1",
            "as_of": record.origin.as_of,
            "chain": chain_state(chain),
            "tally": record.tally.to_dict("records"),
            "by_basket": record.by_basket.to_dict("records"),
            "calls": record.calls.to_dict("records"),
            "missing": record.missing,
            "assumptions": record.origin.assumptions,
        }
    )


def chain_state(chain: ChainCheck) -> dict[str, Any]:
    """A check of the chain for JSON; its head as it is printed, the row named by date and basket."""
    row = None if chain.row is None else {key: chain.row[key] for key in ("as_of", "basket")}
    return {
        "intact": chain.intact,
        "rows": chain.rows,
        "head": str(chain.head),
        "broken": chain.broken,
        "reason": chain.reason,
        "row": row,
    }


def _closes(asked: Asked) -> dict[str, Any]:
    from quantquake.app.calls import closes_of
    from quantquake.app.inputs import read_inputs

    return closes_of(
        read_inputs(
            prices=asked.prices,
            index=asked.index,
            theme_file=asked.themes,
            as_of=asked.as_of,
            volume_unit=asked.volume_unit,
        )
    )


def _check_form(fmt: Format) -> None:
    if fmt is Format.html:
        raise ConfigError(
            "the record of the log has no page of its own yet, so --format html cannot be "
            "written. Choose table, json or csv."
        )


def _table(record: TrackRecord, chain: ChainCheck, lang: str, width: int) -> Any:
    from quantquake.report.call_log import record_screen

    return record_screen(record, chain, lang=lang, width=width)
