"""What is done with a file that is there already: nothing that a person wrote is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Literal

from translate.problems import Problem
from translate.project.header import body_of, header_of, is_untouched

Place = Literal["write", "current", "edited", "conflict", "foreign"]
"""write: it is not there, or stale. current: nothing to do. edited: somebody has changed what would be written again as
it was. conflict: somebody has changed it, and what would be written is new. foreign: translate did not write it."""


def place(old: bytes | None, new: bytes, force: bool = False) -> Place:
    """What to do about a file that holds ``old`` (None: there is none), where ``new`` is to be written."""
    if old is None or not old.strip():
        return "write"
    if old == new:
        return "current"
    before, after = header_of(old), header_of(new)
    if before is None:
        return "write" if force else "foreign"
    same_source = after is not None and (before.kind, before.to, before.digest) == (after.kind, after.to, after.digest)
    if body_of(old) == body_of(new):  # another version of translate that writes the same is no reason to write
        return "current" if same_source else "write"
    if force or is_untouched(old, before):
        return "write"
    return "edited" if after is not None and before.code and before.code == after.code else "conflict"


def read_existing(path: Path) -> bytes | None:
    """What the output file holds now; None: it is not there. Raises Problem if it cannot be told."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise Problem(f"{path}: is a folder where a file is to be written; rename it") from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from None


def differences(path: str, first: str | None, edited: bytes, new: bytes) -> str:
    """What somebody has changed in a translation, and what has changed in the new one since, as two unified diffs.

    ``first``: the translation that was edited; None: nobody has kept it, so that the two can only be compared with
    each other.
    """
    by_hand, by_us = _text(edited), _text(new)
    if first is None:
        return "".join(_diff(by_hand, by_us, f"{path} (edited by hand)", f"{path} (new translation)"))
    was = f"{path} (translation that was edited)"
    return "".join(
        [
            *_diff(first, by_hand, was, f"{path} (edited by hand)"),
            *_diff(first, by_us, was, f"{path} (new translation)"),
        ]
    )


def _text(data: bytes) -> str:
    return body_of(data).decode("utf-8", errors="replace")


def _diff(before: str, after: str, before_name: str, after_name: str) -> Iterator[str]:
    lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), before_name, after_name)
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
