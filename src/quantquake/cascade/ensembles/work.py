"""Hand out the batches, keep what comes back, stop when told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np

from quantquake.cascade.ensembles.batch import LANES, Arrays, Batch, compute, finished
from quantquake.cascade.ensembles.executors import each, opened
from quantquake.cascade.ensembles.summary import Ensemble, summarise
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.scenario_size import check_paths
from quantquake.cascade.simulation import as_scenario
from quantquake.cascade.state import assemble
from quantquake.errors import ConfigError


def ensemble(
    scenario: Scenario | str | Path | Mapping[str, Any],
    *,
    paths: int,
    executor: Executor | str | None = None,
    seed: int = 0,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Ensemble:
    """Run a scenario along many paths of noise.

    Parameters
    ----------
    scenario : Scenario, str, Path or mapping
    paths : int
        Path k is the same whatever the number asked for, so two scenarios with one seed are
        compared on common random numbers.
    executor : Executor, str or None
        None runs here; ``processes[:N]`` in processes of this machine (a killed worker's batches
        are done again); ``dask://host:port`` on an existing cluster.
    seed : int
    folder : path, optional
        Finished batches are kept there, and a second run with the same scenario takes them up.
    progress : callable, optional
        Called with paths done and wanted, after each batch.
    cancelled : callable, optional
        Asked after each batch; True ends the run with what is done.

    Returns
    -------
    Ensemble
        Of all paths, or of the finished ones if cancelled (``.paths`` says how many).

    Raises
    ------
    ConfigError
        If `paths` is not positive or more than memory holds, or the scenario cannot be run.
    """
    if paths < 1:
        raise ConfigError(f"paths={paths}: no path, no distribution. Ask for at least one.")
    asked = as_scenario(scenario)
    check_paths(asked, paths)
    assemble(asked)  # a scenario that cannot run is refused here, not in some worker
    store = None if folder is None else Path(folder)
    if store is not None:
        store.mkdir(parents=True, exist_ok=True)
    batches = [Batch(asked, seed, k) for k in range(-(-paths // LANES))]
    done = _collect(batches, executor, store, paths, progress, cancelled)
    return summarise(asked, seed, _joined(done, paths), wanted=paths)


def _collect(
    batches: list[Batch],
    executor: Executor | str | None,
    folder: Path | None,
    paths: int,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> dict[int, Arrays]:
    done = {b.number: arrays for b in batches if (arrays := finished(b, folder)) is not None}
    todo = [b for b in batches if b.number not in done]
    if not todo:
        return done
    with opened(executor) as where:
        results = each(where, compute, todo, folder)
        for batch, arrays in results:
            done[batch.number] = arrays
            if progress is not None:
                progress(min(len(done) * LANES, paths), paths)
            if cancelled is not None and cancelled():
                results.close()  # type: ignore[attr-defined]
                break
    return done


def _joined(done: dict[int, Arrays], paths: int) -> tuple[list[int], Arrays]:
    """Put the batches side by side in the order of their numbers, without the padding."""
    numbers = [k * LANES + lane for k in sorted(done) for lane in range(LANES)]
    keep = [i for i, number in enumerate(numbers) if number < paths]
    first = next(iter(done.values()))
    joined = {
        name: np.concatenate([done[k][name] for k in sorted(done)], axis=-1)[..., keep]
        for name in first
    }
    return [numbers[i] for i in keep], joined
