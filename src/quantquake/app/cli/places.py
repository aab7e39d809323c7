"""Where an answer goes: checked before the work, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from quantquake.errors import ConfigError


def check_place(out: str | None, inputs: Iterable[str | None] = ()) -> None:
    """Refuse a place that cannot take the answer before any time is spent on it.

    Raises
    ------
    ConfigError
        A folder, a name no file can have, a folder one may not write to, or one of the inputs.
    """
    if out is None or out == "-":
        return
    if not out or "\0" in out:
        raise ConfigError(
            f"--out {out!r} is no name a file can have: the answer would have no place to go. Give "
            "a file name, or leave --out away for standard output."
        )
    path = Path(out)
    try:
        _check(path, out)
        mine = [name for name in inputs if name and name != "-" and _same(path, Path(name))]
    except OSError as error:
        raise _unwritable(out, error.strerror or str(error)) from error
    if mine:
        raise ConfigError(
            f"--out {out!r} is the input {mine[0]!r}: your data would be overwritten by the answer. "
            "Give --out another name."
        )


def _check(path: Path, out: str) -> None:
    if path.is_dir():
        raise _unwritable(out, "it is a folder")
    folder = next(p for p in path.absolute().parents if p.exists())
    if not folder.is_dir():
        raise _unwritable(out, f"{folder} is a file, not a folder")
    if not os.access(folder, os.W_OK):
        raise _unwritable(out, f"the folder {folder} is not yours to write to")


def _same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _unwritable(out: str, why: str) -> ConfigError:
    return ConfigError(
        f"cannot write {out if len(out) < 200 else out[:200] + '...'!r}: {why}. The answer would "
        "be lost without a place to go. Give --out a file in a folder you may write to."
    )


def write(text: str, out: str | None) -> None:
    """Write text to a file (made whole or not at all), a pipe or device, or standard output."""
    if out is None or out == "-":
        sys.stdout.write(text)
        return
    check_place(out)
    # A link stays a link: what it points to is written.
    path = Path(os.path.realpath(out))
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device takes bytes; renaming a file over it would destroy it.
            path.write_text(text, encoding="utf-8")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:
        raise _unwritable(out, error.strerror or str(error)) from error


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
