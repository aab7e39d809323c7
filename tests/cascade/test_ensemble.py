"""Many paths: the same whoever computes them, and nothing lost when a worker dies."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tests.cascade.small import group, scene

from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.hedged import Levered
from quantquake.cascade.scenario import Noise
from quantquake.errors import ConfigError


@participant("test_deadly")
@dataclass(frozen=True, kw_only=True)
class Deadly(Holder):
    """Kills the process it runs in, once: the first time it finds no note that it has done so."""

    note: str = ""

    def orders(self, view):
        try:
            os.close(os.open(self.note, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return view.no_orders()
        os.kill(os.getpid(), signal.SIGKILL)
        return view.no_orders()


def crowd(*others: Holder, **changes):
    fund = Levered(name="f", count=3, assets=3e9, leverage=5, limit=5.2, target=5.0, mix={"a": 1.0})
    groups = [group(assets=4)]
    fields = {"days": 4, "rounds": 2, "noise": Noise(own=0.5, common=0.02)} | changes
    return scene(fund, *others, groups=groups, **fields)


def same(one, two, paths: int) -> bool:
    return all(
        np.array_equal(one.arrays[k][..., :paths], two.arrays[k][..., :paths], equal_nan=True)
        for k in one.arrays
    )


def test_path_k_is_the_same_however_many_are_asked_for():
    few, many = ensemble(crowd(), paths=3), ensemble(crowd(), paths=19)
    assert same(few, many, 3)
    assert many.paths == 19
    assert len(np.unique(many.final("groups", "a"))) == 19
    assert not same(few, ensemble(crowd(), paths=3, seed=1), 3)


def test_one_worker_or_two_give_the_same_bits(tmp_path: Path):
    here = ensemble(crowd(), paths=16)
    assert same(here, ensemble(crowd(), paths=16, executor="processes:1"), 16)
    assert same(here, ensemble(crowd(), paths=16, executor="processes:2"), 16)


def test_a_killed_worker_loses_nothing(tmp_path: Path):
    deadly = crowd(Deadly(name="d", note=str(tmp_path / "died")))
    got = ensemble(deadly, paths=48, executor="processes:2", folder=tmp_path / "run")
    assert (tmp_path / "died").exists()
    assert got.paths == 48
    assert same(got, ensemble(deadly, paths=48), 48)


def test_a_killed_worker_of_a_cluster_loses_nothing(tmp_path: Path):
    distributed = pytest.importorskip("distributed")
    deadly = crowd(Deadly(name="d", note=str(tmp_path / "died")))
    options = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",  # any free port: two runs may stand side by side
        "host": "127.0.0.1",
    }
    with distributed.LocalCluster(**options) as cluster:
        address = cluster.scheduler_address.removeprefix("tcp://")
        got = ensemble(deadly, paths=48, executor=f"dask://{address}", folder=tmp_path / "run")
    assert (tmp_path / "died").exists()
    assert same(got, ensemble(deadly, paths=48), 48)


def test_a_cancelled_run_keeps_what_is_done_and_a_second_takes_it_up(tmp_path: Path):
    seen: list[tuple[int, int]] = []
    part = ensemble(
        crowd(),
        paths=48,
        folder=tmp_path,
        cancelled=lambda: True,
        progress=lambda *a: seen.append(a),
    )
    assert (part.paths, part.wanted, seen) == (16, 48, [(16, 48)])
    stored = {p: p.stat().st_mtime_ns for p in tmp_path.glob("*.npz")}
    assert len(stored) == 1
    whole = ensemble(crowd(), paths=48, folder=tmp_path)
    assert same(whole, ensemble(crowd(), paths=48), 48)
    assert all(p.stat().st_mtime_ns == t for p, t in stored.items())


def test_a_torn_file_is_computed_again_and_another_scenario_never_taken_for_this(tmp_path: Path):
    first = ensemble(crowd(), paths=8, folder=tmp_path)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:100])
    assert same(first, ensemble(crowd(), paths=8, folder=tmp_path), 8)
    other = ensemble(crowd(rounds=3), paths=8, folder=tmp_path)
    assert not np.array_equal(other.final("groups", "a"), first.final("groups", "a"))


def test_common_random_numbers_tie_two_policies_together():
    calm = ensemble(crowd(), paths=64)
    tight = ensemble(crowd(rounds=2, noise=Noise(own=0.5, common=0.021)), paths=64)
    one, two = calm.final("groups", "a"), tight.final("groups", "a")
    assert np.corrcoef(one, two)[0, 1] > 0.95


def test_fans_and_endings_add_up():
    got = ensemble(crowd(), paths=40)
    fan = got.fan("groups", "a")
    assert (np.diff(fan.to_numpy(), axis=1) >= 0).all()
    assert fan.loc[4, 0.5] == pytest.approx(got.final("groups", "a").median())
    assert got.endings().sum(axis=1).to_numpy() == pytest.approx(1.0)
    with pytest.raises(ConfigError, match="no such series"):
        got.fan("groups", "x")


def test_nonsense_is_refused_before_anything_runs():
    with pytest.raises(ConfigError, match="at least one"):
        ensemble(crowd(), paths=0)
    with pytest.raises(ConfigError, match="unknown"):
        ensemble(crowd(), paths=1, executor="cloud")
    with pytest.raises(ConfigError, match="no number of workers"):
        ensemble(crowd(), paths=1, executor="processes:none")
