"""Ctrl-C asks a long run to stop; what is finished by then is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import typer


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Yield a question: has the user asked to stop? The second Ctrl-C stops at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set  # only the main thread hears signals
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        typer.echo(
            "stopping after the paths that are running; Ctrl-C again stops at once", err=True
        )

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
