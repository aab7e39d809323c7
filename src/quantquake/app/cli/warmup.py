"""`quantquake warmup`: compile every kernel ahead of time."""

from __future__ import annotations

import time

import typer


def warmup() -> None:
    """Compile all kernels ahead of time.

    They are kept in the user's cache folder, so that no first answer is slow.
    """
    from quantquake.cascade.warm_up import warm_up as cascade
    from quantquake.flows.warm_up import warm_up as flows
    from quantquake.measures.warm_up import warm_up as measures

    start = time.perf_counter()
    names = {**measures(), **flows(), **cascade()}
    typer.echo(f"{len(names)} kernels ready in {time.perf_counter() - start:.1f} s")
