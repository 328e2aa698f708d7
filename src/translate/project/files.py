"""Which files of a folder are meant: patterns, .gitignore, what is never source code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from translate.problems import Problem

if TYPE_CHECKING:  # a single file does without
    from pathspec import GitIgnoreSpec

PYTHON = (".py",)
_NEVER = frozenset({"__pycache__", "__pypackages__", "node_modules", "site-packages"})
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")
"""A folder that holds one of these is a virtual environment."""


@dataclass(frozen=True)
class Patterns:
    """What the user says, as in .gitignore, relative to ``folder`` (absolute)."""

    folder: Path
    include: tuple[str, ...] | None = None
    """None: all."""
    exclude: tuple[str, ...] = ()


PatternsFor = Callable[[Path], tuple[Patterns, ...]]


class _Compiled:
    def __init__(self, patterns: Patterns) -> None:
        self._folder = patterns.folder
        self._include = None if patterns.include is None else _spec(patterns.include)
        self._exclude = _spec(patterns.exclude)

    def takes(self, path: str) -> bool:
        name = _relative(path, self._folder)
        return (self._include is None or self._include.match_file(name)) and not self._exclude.match_file(name)

    def enters(self, path: str) -> bool:
        return not self._exclude.match_file(_relative(path, self._folder) + "/")


def find_files(root: Path, patterns_for: PatternsFor, leave_out: Path | None = None) -> tuple[list[Path], list[Path]]:
    """The Python files below ``root`` (absolute), in order, and all other files.

    ``patterns_for`` tells what holds in a folder; it is asked where there is a pyproject.toml. Hidden files, virtual
    environments, what .gitignore names and ``leave_out``, a folder, are not among them. Links to folders are not
    followed. Raises Problem if a folder cannot be read or a pattern is not one.
    """
    walk = _Walk(patterns_for, str(leave_out) if leave_out else "")
    found = sorted(walk.below(str(root), walk.compiled(root), _ignored_above(root)))
    paths = [Path(p) for p in found]
    return [p for p in paths if p.suffix in PYTHON], [p for p in paths if p.suffix not in PYTHON]


def matches(patterns: tuple[str, ...], path: Path, folder: Path) -> bool:
    """Whether ``path`` is one of those that patterns, as in .gitignore, from ``folder`` name."""
    return _compiled(patterns).match_file(_relative(str(path), folder))


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """Raises ValueError for what is no pattern."""
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


@lru_cache
def _compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    try:
        return _spec(patterns)
    except ValueError as error:
        raise Problem(f"{', '.join(patterns)}: not patterns as in .gitignore ({error}); correct them") from None


_Ignored = tuple[tuple[str, "GitIgnoreSpec"], ...]


class _Walk:
    def __init__(self, patterns_for: PatternsFor, leave_out: str) -> None:
        self._patterns_for, self._leave_out = patterns_for, leave_out

    def compiled(self, folder: Path) -> list[_Compiled]:
        try:
            return [_Compiled(patterns) for patterns in self._patterns_for(folder)]
        except ValueError as error:
            raise Problem(f"include or exclude: not a pattern as in .gitignore ({error}); correct it") from None

    def below(self, folder: str, meant: list[_Compiled], ignored: _Ignored) -> Iterator[str]:
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            raise Problem(f"{folder}: cannot be read ({(error.strerror or str(error)).lower()}); exclude it") from None
        names = {entry.name for entry in entries}
        if ".gitignore" in names:
            ignored = (*ignored, (folder, _read(f"{folder}/.gitignore")))
        if "pyproject.toml" in names:
            meant = self.compiled(Path(folder))
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _NEVER:
                continue
            if entry.is_dir(follow_symlinks=False):
                if self._enters(entry.path, meant, ignored):
                    yield from self.below(entry.path, meant, ignored)
            elif entry.is_file() and all(m.takes(entry.path) for m in meant) and not _is_ignored(entry.path, ignored):
                yield entry.path

    def _enters(self, folder: str, meant: list[_Compiled], ignored: _Ignored) -> bool:
        if folder == self._leave_out or _is_ignored(folder + "/", ignored):
            return False
        return all(m.enters(folder) for m in meant) and not any(Path(folder, name).exists() for name in _ENVIRONMENT)


def _is_ignored(path: str, ignored: _Ignored) -> bool:
    """The nearest .gitignore that says anything about it decides."""
    for folder, spec in reversed(ignored):
        said = spec.check_file(path[len(folder) + 1 :]).include
        if said is not None:
            return said
    return False


def _ignored_above(root: Path) -> _Ignored:
    """The .gitignore files from the top of the repository down to the folder above ``root``."""
    found: list[tuple[str, GitIgnoreSpec]] = []
    top = next((p for p in (root, *root.parents) if (p / ".git").exists()), None)
    if top is None:
        return ()
    for folder in reversed([p for p in root.parents if p == top or top in p.parents]):
        if (folder / ".gitignore").is_file():
            found.append((str(folder), _read(str(folder / ".gitignore"))))
    own = top / ".git" / "info" / "exclude"
    return ((str(top), _read(str(own))), *found) if own.is_file() else tuple(found)


def _read(file: str) -> GitIgnoreSpec:
    try:
        return _spec(Path(file).read_text(encoding="utf-8", errors="replace").splitlines())
    except (OSError, ValueError):  # what Git cannot use either
        return _spec([])


def _relative(path: str, folder: Path) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")
