"""Load rooms and names on first touch, so that ``quantquake --help`` stays quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any


def attach(
    package: str, *, modules: Iterable[str] = (), names: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the module-level ``__getattr__`` and ``__dir__`` of a package (PEP 562).

    Parameters
    ----------
    package : str
        The package's ``__name__``.
    modules : iterable of str
        Submodules reachable as attributes.
    names : mapping of str to str
        Attribute name -> submodule (relative to `package`) that defines it.
    """
    submodules = frozenset(modules)
    origin = dict(names or {})

    def __getattr__(name: str) -> Any:
        if name in submodules:
            return importlib.import_module(f"{package}.{name}")
        if name in origin:
            value = getattr(importlib.import_module(f"{package}.{origin[name]}"), name)
            setattr(sys.modules[package], name, value)
            return value
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*vars(sys.modules[package]), *submodules, *origin})

    return __getattr__, __dir__
