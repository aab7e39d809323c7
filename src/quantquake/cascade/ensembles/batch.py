"""One batch of paths: the unit of work that travels, is saved, and is never done twice."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from quantquake.cascade.outcome import Outcome
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.simulation import run

Arrays = dict[str, npt.NDArray[np.float64]]

#: Paths side by side in one pass. Fixed, so that path k always runs in the same lane of the same
#: batch and its last digit does not depend on how many paths were asked for, or who ran them.
LANES = 16
#: Of the arrays in a batch's file: a file of another layout is not taken up.
LAYOUT = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Paths ``number * LANES`` onwards of a scenario."""

    scenario: Scenario
    seed: int
    number: int

    def compute(self) -> Arrays:
        """Run the batch; arrays with paths as the last axis."""
        first = self.number * LANES
        engine = run(self.scenario, seed=self.seed, paths=range(first, first + LANES))
        record, state = engine.record, engine.state
        starts = [rows.start for rows in engine.cast.rows.values()]
        ends = np.stack([state.status == o for o in Outcome]).astype(float)
        # Who has no balance sheet can neither fail nor survive.
        ends[:, ~engine.cast.funded] = np.nan
        return {
            "groups": record.groups,
            "low": record.low,
            "index": record.index,
            "basis": record.basis,
            "depth": record.depth,
            "nav": record.nav,
            "leverage": record.leverage,
            "gain": record.gain,
            "sold": record.sold.sum(axis=1),
            "bought": record.bought.sum(axis=1),
            "futures": record.futures_flow.sum(axis=1),
            "outcomes": np.add.reduceat(ends, starts, axis=1),
            "first": record.first_days(engine.cast, len(Outcome)),
            "closed": state.closed.astype(float)[None],
        }

    def key(self) -> str:
        """Name of the batch's file: changes with anything that would change its numbers."""
        told = f"{self.scenario!r}|{self.seed}|{LANES}|{LAYOUT}"
        return f"{hashlib.sha256(told.encode()).hexdigest()[:16]}-{self.number:06d}.npz"


def finished(batch: Batch, folder: Path | None) -> Arrays | None:
    """Read a batch done earlier; a file that cannot be read counts as not done."""
    path = None if folder is None else folder / batch.key()
    if path is None or not path.is_file():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes())) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def compute(batch: Batch, folder: Path | None) -> Arrays:
    """Compute a batch, in whatever process this is, and save it before it is handed on."""
    done = finished(batch, folder)
    if done is not None:
        return done
    arrays = batch.compute()
    if folder is not None:
        _save(arrays, folder / batch.key())
    return arrays


def _save(arrays: Arrays, path: Path) -> None:
    """Write beside the name and rename: a kill leaves a whole file or none."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)
