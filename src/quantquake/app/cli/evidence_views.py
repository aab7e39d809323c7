"""The answers of `quantquake evidence`: the grid, the log, forecasts, knobs, and signs before a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quantquake.app.cli.evidence_options import Asked
from quantquake.app.cli.evidence_payloads import (
    default_knobs,
    grid_payload,
    knobs_payload,
    odds_payload,
    signs_payload,
)
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place
from quantquake.app.grid import Grid, evidence_grid
from quantquake.app.inputs import Inputs, read_inputs
from quantquake.app.knobs import Knobs, turn_knobs
from quantquake.app.odds import Odds, forecast_odds
from quantquake.app.signs import Signs, look_back
from quantquake.errors import ConfigError
from quantquake.measures.evidence.sensitivity import KNOBS


def show_grid(asked: Asked) -> None:
    """Judge the alarms of every basket together."""
    _no_page(asked, "its box stands beside every score of `report`")
    with steps(title="reading") as step:
        grid = evidence_grid(
            _inputs(asked),
            as_of=asked.as_of,
            since=asked.since,
            only=asked.basket or None,
            preset=asked.preset,
            by_indicator=asked.indicators,
            horizons=asked.horizons,
            loss=asked.loss,
            draws=asked.draws,
            seed=asked.seed,
            step=step,
        )
    _emit(asked, _grid_screen(grid, asked), lambda: grid_payload(grid), lambda: grid.family.table)


def show_log(asked: Asked) -> None:
    """Settle the calls of the sealed log."""
    from quantquake.app.cli.track_record import show_track_record

    show_track_record(asked)


def show_odds(asked: Asked) -> None:
    """Forecast falls day by day, with and without crowding."""
    _no_page(asked, "its first line stands in `report`")
    with steps(title="reading") as step:
        odds = forecast_odds(
            _inputs(asked),
            as_of=asked.as_of,
            only=asked.basket or None,
            preset=asked.preset,
            horizons=asked.horizons,
            loss=asked.loss,
            trees=asked.trees,
            draws=asked.draws if "draws" in asked.given else 1000,
            seed=asked.seed,
            step=step,
        )
    _emit(asked, _odds_screen(odds, asked), lambda: odds_payload(odds), lambda: _skills(odds))


def show_knobs(asked: Asked) -> None:
    """Turn the four knobs of the score."""
    _no_page(asked, "it is a table of settings")
    if "horizon" in asked.given and len(asked.horizons) > 1:
        raise ConfigError(
            f"--sensitivity turns the knobs at one horizon, and {len(asked.horizons)} were given: "
            "their surfaces would be mixed up. Give --horizon once."
        )
    horizon = asked.horizons[0] if "horizon" in asked.given else 60
    with steps(title="reading") as step:
        knobs = turn_knobs(
            _inputs(asked),
            as_of=asked.as_of,
            since=asked.since,
            only=asked.basket or None,
            preset=asked.preset,
            horizon=horizon,
            step=step,
        )
    _emit(
        asked,
        _knobs_screen(knobs, asked),
        lambda: knobs_payload(knobs),
        lambda: knobs.surface.table.set_index(list(KNOBS)),
    )


def show_signs(asked: Asked) -> None:
    """Say what single names showed in the weeks before a day."""
    _no_page(asked, "it is a table of weeks")
    if asked.prices is None:
        raise ConfigError(
            "--before looks at single names, and there are no --prices: an index alone shows none "
            "of the footprints. Give --prices with the whole market's bars."
        )
    with steps(title="reading") as step:
        signs = look_back(_inputs(asked), str(asked.before), weeks=asked.weeks, step=step)
    _emit(
        asked,
        _signs_screen(signs, asked),
        lambda: signs_payload(signs),
        lambda: signs.found.to_frame().rename_axis("indicator"),
    )


VIEWS: dict[str, Callable[[Asked], None]] = {
    "grid": show_grid,
    "log": show_log,
    "probability": show_odds,
    "sensitivity": show_knobs,
    "before": show_signs,
}


def _inputs(asked: Asked) -> Inputs:
    check_place(asked.out, (asked.prices, *asked.index, asked.themes))
    return read_inputs(
        prices=asked.prices,
        index=asked.index,
        theme_file=asked.themes,
        as_of=asked.as_of,
        volume_unit=asked.volume_unit,
    )


def _emit(asked: Asked, table: Any, payload: Any, frame: Any) -> None:
    emit(fmt=asked.fmt, out=asked.out, table=table, payload=payload, frame=frame, page=lambda: "")


def _no_page(asked: Asked, why: str) -> None:
    if asked.fmt.value == "html":
        raise ConfigError(
            f"`evidence` has no page of its own: {why}. Choose --format table, json or csv, or run "
            "`quantquake report`."
        )


def _skills(odds: Odds) -> Any:
    import pandas as pd

    return pd.concat({one.horizon: one.skill for one in odds.found}, names=["horizon"])


def _grid_screen(grid: Grid, asked: Asked) -> Callable[[int], Any]:
    from quantquake.report.proof import proof_screen

    return lambda width: proof_screen(
        grid.family.table, grid.family.pooled, as_of=grid.as_of, outlooks=grid.outlooks,
        notes=grid.issues, lang=asked.lang, width=width,
    )  # fmt: skip


def _odds_screen(odds: Odds, asked: Asked) -> Callable[[int], Any]:
    from quantquake.report.odds import odds_screen

    return lambda width: odds_screen(
        odds.outlooks, odds.found, as_of=odds.as_of, notes=odds.issues, lang=asked.lang,
        width=width,
    )  # fmt: skip


def _knobs_screen(knobs: Knobs, asked: Asked) -> Callable[[int], Any]:
    from quantquake.report.knobs import knobs_screen

    return lambda width: knobs_screen(
        knobs.surface, defaults=default_knobs(knobs), baskets=knobs.baskets, horizon=knobs.horizon,
        as_of=knobs.as_of, notes=knobs.issues, lang=asked.lang, width=width,
    )  # fmt: skip


def _signs_screen(signs: Signs, asked: Asked) -> Callable[[int], Any]:
    from quantquake.report.signs import signs_screen

    return lambda width: signs_screen(
        signs.found, names=signs.names, notes=signs.issues, lang=asked.lang, width=width
    )
