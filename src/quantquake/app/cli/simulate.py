"""`quantquake simulate`: what happens when they all sell; uncalibrated, the order and not the size."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quantquake.app.cli.interrupt import stoppable
from quantquake.app.cli.options import Format, Lang, Language, Out, OutputFormat, Seed
from quantquake.app.cli.output import emit, paths_bar, steps
from quantquake.app.cli.places import check_place, write

#: Typer shows only this child of the class of complaints.
_MISSING: type[Exception] = typer.BadParameter.__bases__[0]

Scenario = Annotated[
    str | None,
    typer.Argument(
        metavar="[SCENARIO]",
        help="Name of a built-in scenario, a YAML file, or '-' for standard input.",
        show_default=False,
    ),
]
Listed = Annotated[bool, typer.Option("--list", help="List the built-in scenarios and leave.")]
Show = Annotated[
    str | None, typer.Option("--show", help="Print a scenario's YAML, to start your own from.")
]
Paths = Annotated[int, typer.Option("--paths", min=1, help="Paths of noise; one shows one path.")]
Where = Annotated[
    str | None,
    typer.Option("--executor", help="processes[:N] or dask://host:port; default: this process."),
]
Resume = Annotated[
    str | None,
    typer.Option("--resume", help="Folder that keeps finished paths; a second run takes them up."),
]
Days = Annotated[int | None, typer.Option("--days", min=1, help="Run this many days instead.")]
Drawn = Annotated[
    str | None,
    typer.Option("--noise", help="Daily volatility drawn: common[,own], such as 0.01 or 0.01,0.5."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="Leave a participant (or a kind) out; repeatable."),
]
Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", help="Add a rule: who=dma,what=close,first=2,last=4[,cap=0.1]."),
]
Other = Annotated[
    str | None,
    typer.Option(
        "--against", help="Compare with another scenario, or this one as written, path by path."
    ),
]


def simulate(
    scenario: Scenario = None,
    listed: Listed = False,
    show: Show = None,
    paths: Paths = 1,
    executor: Where = None,
    resume: Resume = None,
    seed: Seed = 0,
    days: Days = None,
    noise: Drawn = None,
    without: Without = None,
    rule: Rules = None,
    against: Other = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Rehearse a stampede, day by day and round by round.

    Who sells when, where prices and the basis go, who is left. Uncalibrated: it shows the order of
    events, not their size. Ctrl-C keeps the paths that are finished.
    """
    check_place(out, (scenario, show, against))
    if listed:
        _list(fmt, out, lang)
        return
    if show is not None:
        from quantquake.cascade.scenario_file import text_of

        write(text_of(show), out)
        return
    if scenario is None:
        raise _MISSING(
            "Missing argument 'SCENARIO': give a file or a name; --list shows the names, --show one of them"
        )
    from quantquake.app.scenario_options import Request

    asked = Request(
        scenario=scenario, paths=paths, executor=executor, resume=resume, seed=seed, days=days,
        noise=noise, without=tuple(without or ()), rules=tuple(rule or ()), against=against,
    )  # fmt: skip
    _answer(asked, fmt, out, lang)


def _answer(asked: Any, fmt: Format, out: str | None, lang: str) -> None:
    from quantquake.app.rehearsal import rehearse
    from quantquake.app.simulate_answers import frame, payload
    from quantquake.report.cascade_page import build_cascade
    from quantquake.report.cascade_screen import cascade_screen

    if asked.paths == 1:
        with steps(title=asked.scenario):
            parts = rehearse(asked, lang=lang)
    else:
        with stoppable() as cancelled, paths_bar() as progress:
            parts = rehearse(asked, lang=lang, progress=progress, cancelled=cancelled)
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: cascade_screen(parts, lang=lang, width=width),
        payload=lambda: payload(parts),
        frame=lambda: frame(parts),
        page=lambda: build_cascade(parts, lang=lang),
    )
    if parts.stopped:
        raise typer.Exit(130)


def _list(fmt: Format, out: str | None, lang: str) -> None:
    """Names and titles of the built-in scenarios."""
    from quantquake.app.simulate_answers import library_frame, library_page, library_screen

    found = library_frame(lang)
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: library_screen(found, lang, width),
        payload=lambda: {
            "schema": "quantquake.scenarios/1",
            "scenarios": found.reset_index().to_dict("records"),
        },
        frame=lambda: found,
        page=lambda: library_page(),
    )
