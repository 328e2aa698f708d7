"""What became of the files of a folder, as plain data that all reports are made from."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from translate.diagnostics import Diagnostic

VERSION = 1
"""Of the JSON report of a folder; raised when a program that reads it would have to change."""

State = Literal[
    "translated", "copied", "up to date", "stale", "edited", "conflict", "not ours", "left out", "failed", "crashed"
]
"""translated, copied: written now. up to date: it was there. stale: it would be written (--check). edited: somebody has
changed the translation, and there is nothing new. conflict: there is. not ours: another file is in its place. left out:
there is nothing to translate in it (--only-changed). failed: it cannot be read or translated, or cannot be written.
crashed: the worker process died."""

PERSON: frozenset[State] = frozenset({"conflict", "not ours", "failed", "crashed", "stale"})
"""States in which a file needs a person, or another run."""

_NAME = re.compile(r"\.?[A-Za-z_][\w.]*(?:\(\))?")


@dataclass(frozen=True)
class FileOutcome:
    """One file."""

    source: str
    """As messages show it."""
    output: str
    state: State
    to: str
    problem: str = ""
    """One line: what keeps it from being translated or written."""
    difference: str = ""
    """Of a conflict: what somebody has changed, and what is new, as unified diffs."""
    layout: str = "channels_last"
    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: int = 0
    translated: dict[str, int] = field(default_factory=dict[str, int])
    """How often each API of the source was translated."""
    classes: dict[str, str] = field(default_factory=dict[str, str])
    units: tuple[dict[str, Any], ...] = ()
    from_cache: bool = False
    seconds: float = 0.0
    """CPU time that translating took, now or when it was kept."""

    @property
    def left(self) -> list[Diagnostic]:
        """What was left untranslated, unless somebody has taken the file over."""
        return [] if self.state in ("edited", "conflict") else [d for d in self.diagnostics if not d.is_note]

    @property
    def complete(self) -> bool:
        """The file needs nobody."""
        return self.state not in PERSON and not self.left


@dataclass(frozen=True)
class Untranslated:
    """An API, or whatever a diagnostic begins with, and how often it was left."""

    api: str
    codes: tuple[str, ...]
    count: int
    files: int
    only: int
    """Files in which nothing else was left."""


@dataclass(frozen=True)
class FolderOutcome:
    """All files, in the order of their names."""

    source: str
    output: str
    files: tuple[FileOutcome, ...]
    others: int = 0
    """Files that are not Python and were not copied."""
    copied: int = 0
    """Files that are not Python and were, or are there already."""
    orphans: tuple[str, ...] = ()
    """Translations whose source is no more."""
    notes: tuple[str, ...] = ()
    """What else the user should know, one line each."""
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        return all(file.complete for file in self.files)

    def states(self) -> Counter[str]:
        return Counter(file.state for file in self.files)

    def codes(self) -> Counter[str]:
        return Counter(d.code for file in self.files for d in file.diagnostics)

    def calls(self) -> int:
        """Calls of the source framework that were translated."""
        return sum(sum(file.translated.values()) for file in self.files)

    def left(self) -> int:
        return sum(len(file.left) for file in self.files)

    def untranslated(self) -> list[Untranslated]:
        """What was left, by API, most often first."""
        counts: Counter[str] = Counter()
        codes: dict[str, set[str]] = {}
        files: Counter[str] = Counter()
        only: Counter[str] = Counter()
        for file in self.files:
            names = [(api_of(d), d.code) for d in file.left]
            for name, code in names:
                counts[name] += 1
                codes.setdefault(name, set()).add(code)
            found = {name for name, _ in names}
            files.update(found)
            only.update(found if len(found) == 1 else ())
        return [
            Untranslated(name, tuple(sorted(codes[name])), count, files[name], only[name])
            for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]

    def to_json(self) -> dict[str, Any]:
        """As docs/report_folder.schema.json describes it."""
        left = self.left()
        return {
            "version": VERSION,
            "kind": "folder",
            "source": self.source,
            "output": self.output,
            "complete": self.complete,
            "seconds": round(self.seconds, 3),
            "states": dict(sorted(self.states().items())),
            "codes": dict(sorted(self.codes().items())),
            "calls": {"translated": self.calls(), "left": left},
            "untranslated": [
                {
                    "api": u.api,
                    "codes": list(u.codes),
                    "count": u.count,
                    "percent": round(100 * u.count / left, 2),
                    "files": u.files,
                    "only": u.only,
                }
                for u in self.untranslated()
            ],
            "others": {"copied": self.copied, "left": self.others},
            "orphans": list(self.orphans),
            "notes": list(self.notes),
            "files": [_file(file) for file in self.files],
        }


def api_of(diagnostic: Diagnostic) -> str:
    """What a diagnostic is about, if its message begins with a dotted name; else its code."""
    match = _NAME.match(diagnostic.message.removeprefix("there is no rule for "))
    name = match[0].rstrip(".") if match else ""
    return name if "." in name else diagnostic.code


def _file(file: FileOutcome) -> dict[str, Any]:
    return {
        "source": file.source,
        "output": file.output,
        "state": file.state,
        "to": file.to,
        "complete": file.complete,
        "layout": file.layout,
        "problem": file.problem,
        "difference": file.difference,
        "diagnostics": [d.to_json() for d in file.diagnostics],
        "suppressed": file.suppressed,
        "translated": dict(sorted(file.translated.items())),
        "classes": file.classes,
        "units": list(file.units),
        "from_cache": file.from_cache,
        "seconds": round(file.seconds, 3),
    }
