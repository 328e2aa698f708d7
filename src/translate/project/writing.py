"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from translate.problems import Problem

SUFFIX = ".translate-tmp"
"""Of the files that a run that was killed may leave behind."""


def write(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``: first to a file beside it, so that nobody ever sees half of it."""
    _put(path, lambda stream: stream.write(data))


def write_copy(path: Path, made: Path) -> None:
    """The same with what another file contains."""

    def copy(stream: IO[bytes]) -> None:
        with made.open("rb") as contents:
            shutil.copyfileobj(contents, stream)

    _put(path, copy)


def _put(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    target = path.resolve()  # a link stays a link
    temporary = ""
    try:
        if target.exists() and not target.is_file():  # a device or a pipe
            with target.open("wb") as stream:
                fill(stream)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(f"-{os.getpid()}{SUFFIX}", f".{target.name}.", target.parent)
        with os.fdopen(handle, "wb") as stream:
            fill(stream)
        Path(temporary).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        reason = (error.strerror or str(error)).lower()
        raise Problem(f"{path}: cannot be written ({reason}); choose another place with -o") from None


def remove_leftovers(folder: Path) -> None:
    """Delete what runs that are no more have not finished writing below ``folder``."""
    for path in folder.rglob(f".*{SUFFIX}"):
        process = path.name.removesuffix(SUFFIX).rpartition("-")[2]
        if process.isdigit() and not _runs(int(process)):
            with contextlib.suppress(OSError):
                path.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's
        return True
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
