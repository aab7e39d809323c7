"""The only door to numba (beside `_simd`), so that one place decides how kernels compile.

Kernels are compiled once per machine and cached under the user's cache folder: numba's own
default writes into the installed package, which breaks read-only installs and uninstalls.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, overload

import platformdirs

os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(platformdirs.user_cache_path("quantquake", ensure_exists=True) / "numba")
)

import numba  # the cache folder must be set before numba is imported
from numba.core import event

Function = Callable[..., Any]

DISABLED = bool(getattr(numba.config, "DISABLE_JIT", 0))
"""True under ``NUMBA_DISABLE_JIT=1``: every kernel then runs as the Python it is written in."""


NOTICE = "QUANTQUAKE_NOTICE"
"""Environment variable with what to say on standard error when something must be compiled first."""


class _Notice(event.Listener):
    """Says its words once, and only if the cache does not have what is asked for."""

    def __init__(self, words: str) -> None:
        self.words = words

    def on_start(self, event: Any) -> None:
        del event
        if self.words:
            print(self.words, file=sys.stderr, flush=True)
        self.words = ""

    def on_end(self, event: Any) -> None:
        del event


# Taken out of the environment: worker processes have nothing to say.
if _words := os.environ.pop(NOTICE, ""):
    event.register("numba:compile", _Notice(_words))  # type: ignore[no-untyped-call]


@overload
def jit(function: Function, /) -> Any: ...
@overload
def jit(*signatures: str, **options: Any) -> Callable[[Function], Any]: ...
def jit(function: Function | str | None = None, /, *signatures: str, **options: Any) -> Any:
    """Compile an array-in, array-out kernel without the GIL; usable bare or with options.

    Signatures (``"void(float64[:], int64)"``) compile at import and are found in the cache
    afterwards; without one the kernel compiles at its first call.

    ``error_model="numpy"`` keeps division by zero an infinity as in NumPy;
    ``fastmath={"contract"}`` allows fused multiply-add and nothing that reorders sums.
    """
    settings: dict[str, Any] = {
        "cache": True,
        "nogil": True,
        "error_model": "numpy",
        "fastmath": {"contract"},
    }
    settings.update(options)
    if callable(function):
        return numba.njit(**settings)(function)
    listed = [*([function] if function else []), *signatures]
    return numba.njit(listed or None, **settings)
