"""One file of a project: from its bytes and options to a result that can be sent to another process, and kept."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from translate.diagnostics import Diagnostic
from translate.problems import Problem

if TYPE_CHECKING:
    from translate.project.neighbours import Neighbours


@dataclass(frozen=True)
class Options:
    """How a file is translated. Everything here is a part of the key by which its result is kept."""

    to: Literal["tf", "torch"]
    layout: Literal["channels_last", "channels_first"] = "channels_last"
    io: Literal["target", "source"] = "target"
    rules: tuple[str, ...] = ()
    """Folders."""
    ignore: tuple[str, ...] = ()
    """Codes of diagnostics that are known everywhere in the file."""

    def mentions(self, data: bytes) -> bool:
        """A cheap first look, so that files without anything to translate are never parsed."""
        return any(name in data for name in ((b"torch",) if self.to == "tf" else (b"keras", b"tensorflow")))


@dataclass(frozen=True)
class Job:
    """A file to translate."""

    name: str
    """As messages show it."""
    file: str
    """Relative to the project, with ``/``."""
    data: bytes
    options: Options
    depends: tuple[str, ...] = ()
    """The other files of the project that it imports, directly or not, relative to the project."""
    root: str = ""
    """The project's folder, absolute."""
    files: tuple[str, ...] = ()
    """All Python files of the project, relative to it."""


@dataclass(frozen=True)
class Done:
    """What came of it."""

    code: str | None = None
    """The translation; None: nothing was to be translated, or it could not be."""
    problem: str = ""
    """One line: why it could not be read or translated."""
    crashed: bool = False
    """The process died of it."""
    exhausted: bool = False
    """It took too long or too much memory: elsewhere, or another time, it may go well."""
    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: int = 0
    translated: dict[str, int] = field(default_factory=dict[str, int])
    layout: str = "channels_last"
    classes: dict[str, str] = field(default_factory=dict[str, str])
    units: tuple[dict[str, Any], ...] = ()
    depends: tuple[str, ...] = ()
    """The files of the project by which it was decided, without itself."""
    seconds: float = 0.0
    """CPU time."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Done:
        """Raises KeyError, TypeError or ValueError if it is not what ``to_json`` gives."""
        found = [Diagnostic(**cast(dict[str, Any], d)) for d in data.pop("diagnostics")]
        return cls(diagnostics=tuple(found), units=tuple(data.pop("units")), depends=tuple(data.pop("depends")), **data)


@lru_cache(maxsize=2)
def _around(root: str, files: tuple[str, ...], options: Options) -> Neighbours:
    """The project's files, as this process has read them. One project at a time is kept."""
    from translate.project.names import Names, modules
    from translate.project.neighbours import Neighbours

    names = Names(modules([Path(root, file) for file in files], Path(root)))
    rules = tuple(Path(folder) for folder in options.rules)
    return Neighbours(names, options.to, options.layout, options.io, rules)


def translate_one(job: Job) -> Done:
    """Translate one file. What is wrong with it is in the result; nothing is raised."""
    from translate.project.one_text import Exhausted, translate_source
    from translate.project.source import decode

    start = time.process_time()
    options = job.options
    try:
        source = decode(job.data, job.name, Path(job.name))
        around = _around(job.root, job.files, options) if job.files else None
        module = around.names.module(Path(job.root, job.file)) if around is not None else ""
        rules = tuple(Path(folder) for folder in options.rules)
        done = translate_source(
            source, options.to, options.layout, options.io, rules, options.ignore, (around, module) if around else None
        )
    except Problem as problem:
        seconds, exhausted = time.process_time() - start, isinstance(problem, Exhausted)
        return Done(problem=str(problem), exhausted=exhausted, depends=job.depends, seconds=seconds)
    data = done.to_json()
    changed = done.code != source.text or not done.complete
    return Done(
        done.code if changed else None,
        diagnostics=done.diagnostics,
        suppressed=done.suppressed,
        translated=data["translated"],
        layout=done.layout,
        classes=done.classes,
        units=tuple(data["units"]),
        depends=job.depends,
        seconds=time.process_time() - start,
    )
