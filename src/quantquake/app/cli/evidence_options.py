"""What was asked of `quantquake evidence`, and which options its views understand."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from quantquake.app.cli.options import Format
from quantquake.errors import ConfigError

#: Options every view reads: where the data come from, where the answer goes.
_EVERYWHERE = frozenset({"prices", "themes", "volume_unit", "fmt", "out", "lang"})
_SCORED = frozenset({"index", "basket", "preset", "horizon", "as_of"})

#: Options a view reads beside those; anything else given with it would be passed over.
UNDERSTOOD = {
    "grid": _SCORED | {"indicators", "loss", "since", "draws", "seed"},
    "log": _SCORED | {"log", "since", "head", "include_late"},
    "probability": _SCORED | {"probability", "loss", "draws", "seed", "trees"},
    "sensitivity": _SCORED | {"sensitivity", "since"},
    "before": frozenset({"before", "weeks"}),
}

#: Why an option has no place in a view, where there is more to say than that it has none.
_WHY = {
    ("sensitivity", "loss"): "the depth of the fall is one of the four knobs and is turned itself",
    ("log", "loss"): "a call carries the loss it was sealed with",
    ("log", "indicators"): "calls are sealed on the score only",
    ("before", "index"): "the footprints are those of single names, from --prices",
    ("before", "as_of"): "--before names the day itself",
    ("before", "basket"): "all names given are looked at together",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that was asked for; `given` names the options written on the command line."""

    prices: str | None
    index: tuple[str, ...]
    themes: str | None
    basket: tuple[str, ...]
    preset: str
    indicators: bool
    horizons: tuple[int, ...]
    loss: float
    since: str | None
    as_of: str | None
    draws: int
    weeks: int
    before: str | None
    trees: bool
    head: str | None
    include_late: bool
    volume_unit: str | None
    seed: int
    fmt: Format
    out: str | None
    lang: str
    given: frozenset[str]


def view_of(*, log: bool, probability: bool, sensitivity: bool, before: str | None) -> str:
    """Name the view asked for; two at once are refused."""
    on = {"log": log, "probability": probability, "sensitivity": sensitivity}
    named = [name for name, yes in {**on, "before": before is not None}.items() if yes]
    if len(named) > 1:
        raise ConfigError(
            f"--{' and --'.join(named)} are different questions, each with an answer of its own: "
            "only one could be printed. Ask them one after the other."
        )
    return named[0] if named else "grid"


def check_view(view: str, context: typer.Context) -> None:
    """Refuse options the view would pass over."""
    read = UNDERSTOOD[view] | _EVERYWHERE
    lost = [name for name in context.params if name not in read and written(context, name)]
    if not lost:
        return
    name, option = lost[0], _option(lost[0])
    homes = [home for home, names in UNDERSTOOD.items() if name in names and home != "grid"]
    if view == "grid":
        raise ConfigError(
            f"{option} is read with --{homes[0]} only: here it would be passed over, and the answer "
            f"would look as if it had been heeded. Add --{homes[0]}, or leave {option} away."
        )
    why = _WHY.get((view, name), "nothing there reads it")
    raise ConfigError(
        f"{option} has no meaning with --{view}: {why}, and the answer would look as if it had been "
        f"heeded. Leave {option} away."
    )


def written(context: typer.Context, name: str) -> bool:
    """Tell whether an option was written on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _option(name: str) -> str:
    special = {"fmt": "--format", "as_of": "--as-of"}
    return special.get(name, "--" + name.replace("_", "-"))
