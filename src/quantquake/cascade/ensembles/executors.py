"""Where the batches run: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from quantquake.errors import ConfigError, MissingExtraError

#: A batch whose worker dies this often is not unlucky.
MOST_DEATHS = 3


@contextmanager
def opened(asked: Executor | str | None) -> Iterator[Callable[[], Executor] | Executor | None]:
    """Yield a maker of process pools, an executor, or None for this very process.

    asked : None, ``"processes"``, ``"processes:N"``, ``"dask://host:port"``, or an Executor.
    """
    if asked is None or isinstance(asked, Executor):
        yield asked
    elif asked.partition(":")[0] == "processes":
        yield _pools(asked)
    elif asked.startswith("dask://"):
        with _dask(asked.removeprefix("dask://")) as executor:
            yield executor
    else:
        raise ConfigError(
            f"executor={asked!r}: unknown, so nothing was run. Give `processes`, `processes:4`, "
            "`dask://host:port`, or leave it out to run here."
        )


def _pools(asked: str) -> Callable[[], Executor]:
    _, _, given = asked.partition(":")
    if given and (not given.isdigit() or int(given) < 1):
        raise ConfigError(
            f"executor={asked!r}: `{given}` is no number of workers, so nothing "
            "was run. Give 1 or more, as in `processes:4`."
        )
    workers = int(given) if given else os.cpu_count() or 1
    # A forked child would inherit locks of numba's and the pool's own threads.
    spawn = get_context("spawn")
    return lambda: ProcessPoolExecutor(workers, mp_context=spawn, initializer=_deaf)


def _deaf() -> None:
    """Leave Ctrl-C to the parent: a worker that dies of it would take its batch along."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError("distributed", "cluster", "A Dask executor") from None
    with Client(f"tcp://{address}", set_as_default=False) as client:  # type: ignore[no-untyped-call]
        yield client.get_executor(pure=False)


def each(
    where: Callable[[], Executor] | Executor | None,
    work: Callable[..., Any],
    tasks: list[Any],
    *rest: Any,
) -> Iterator[tuple[Any, Any]]:
    """Run `work(task, *rest)` for each task and yield (task, result) as they finish."""
    if where is None:
        for task in tasks:
            yield task, work(task, *rest)
    elif isinstance(where, Executor):
        yield from _completed(where, work, tasks, rest)
    else:
        yield from _surviving(where, work, tasks, rest)


def _completed(
    pool: Executor, work: Callable[..., Any], tasks: list[Any], rest: tuple[Any, ...]
) -> Iterator[tuple[Any, Any]]:
    futures: dict[Future[Any], Any] = {pool.submit(work, t, *rest): t for t in tasks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _surviving(
    make: Callable[[], Executor], work: Callable[..., Any], tasks: list[Any], rest: tuple[Any, ...]
) -> Iterator[tuple[Any, Any]]:
    """Open a new pool when a worker was killed, and hand out what had not come back."""
    left = list(tasks)
    for death in range(MOST_DEATHS + 1):
        pool = make()
        try:
            for task, result in _completed(pool, work, list(left), rest):
                left.remove(task)
                yield task, result
        except BrokenProcessPool:
            if death == MOST_DEATHS:
                raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        if not left:
            return
