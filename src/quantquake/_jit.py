"""The only door to numba (beside `_simd`), so that one place decides how kernels compile.

Kernels are compiled once per machine and cached under the user's cache folder: numba's own
default writes into the installed package, which breaks read-only installs and uninstalls.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import platformdirs

os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(platformdirs.user_cache_path("quantquake", ensure_exists=True) / "numba")
)

import numba

F = TypeVar("F", bound=Callable[..., Any])


def jit(function: F | None = None, /, *signatures: str, **options: Any) -> Any:
    """Compile an array-in, array-out kernel without the GIL; usable bare or with options.

    ``error_model="numpy"`` keeps division by zero an infinity as in NumPy;
    ``fastmath={"contract"}`` allows fused multiply-add and nothing that reorders sums.
    """
    settings = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
    settings.update(options)
    if function is not None and callable(function):
        return numba.njit(**settings)(function)
    return numba.njit(list(signatures) or None, **settings)
