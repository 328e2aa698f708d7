"""Where the translation goes, and what must not be overwritten."""

from __future__ import annotations

from pathlib import Path

from translate.cli.errors import CommandError
from translate.project.header import header_of
from translate.project.source import Source


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


def _ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from None
    return not start or header_of(start) is not None
