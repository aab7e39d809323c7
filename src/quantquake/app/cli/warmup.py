"""`quantquake warmup`: compile every kernel ahead of time."""

from __future__ import annotations

import time

import typer


def warmup() -> None:
    """Compile all kernels ahead of time.

    They are kept in the user's cache folder, so that no first answer is slow.
    """
    from quantquake.cascade import warm_up as cascade
    from quantquake.flows import warm_up as flows
    from quantquake.measures import warm_up as measures

    start = time.perf_counter()
    names = {**measures.warm_up(), **flows.warm_up(), **cascade.warm_up()}
    typer.echo(f"{len(names)} kernels ready in {time.perf_counter() - start:.1f} s")
