"""Where the translation goes, and writing it there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from translate.cli.errors import CommandError
from translate.cli.header import is_generated
from translate.cli.source import Source


def output_path(source: Source, output: str | None, to: str) -> Path | None:
    """The file to write, or None for standard output."""
    if output == "-" or (output is None and source.path is None):
        return None
    if output is not None:
        return Path(output)
    assert source.path is not None
    return source.path.with_name(f"{source.path.stem}_{to}{source.path.suffix or '.py'}")


def check_target(path: Path, source: Source, force: bool) -> None:
    """Raise CommandError if ``path`` must not be written. Asked before the work is done."""
    if path.is_dir():
        raise CommandError(f"{path}: is a folder; name a file with -o")
    if source.path is not None and path.exists() and path.samefile(source.path):
        raise CommandError(f"{path}: is the source itself; name another file with -o")
    if not force and path.is_file() and not _ours(path):
        raise CommandError(f"{path}: exists and was not written by translate; use --force to overwrite it, or -o")


def read_existing(path: Path) -> bytes | None:
    """What stands in the output file now."""
    try:
        return path.read_bytes()
    except OSError:
        return None


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
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            fill(stream)
        Path(temporary).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        reason = (error.strerror or str(error)).lower()
        raise CommandError(f"{path}: cannot be written ({reason}); choose another place with -o") from None


def _ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from None
    return not start or is_generated(start.decode("utf-8-sig", errors="replace"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
