"""Writing the script that reproduces a difference: where, and never over what a person wrote."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from translate import __version__
from translate.cli.errors import CommandError
from translate.problems import Problem
from translate.project import writing as files

if TYPE_CHECKING:
    from translate.cli.verifying import Asked, Pair
    from translate.report.reproduction import Program
    from translate.verify import Options, Plan
    from translate.verify.workers import Server

FOLDER = Path(".translate")
"""Where scripts go that nobody asked for by name: beside the caches of other tools, and like these not for git."""
_LINE = re.compile(r"# Written by translate \S+ \(([0-9a-f]{12})\); .*\n")
_HASHED = 12


def check_place(place: str | None) -> None:
    """Raise CommandError if the script must not go there. Asked before the work is done."""
    if place is None:
        return
    path = Path(place)
    if path.is_dir():
        raise CommandError(f"--repro {place}: is a folder; name a file")
    if path.exists() and not _untouched(path):
        raise CommandError(
            f"--repro {place}: exists and was not written by translate, or was changed since; name another file"
        )


class Scripts:
    """Those of one command."""

    def __init__(self, pair: Pair, asked: Asked, server: Server | None) -> None:
        self._pair, self._asked, self._server = pair, asked, server
        self._written: list[Path] = []

    def write(self, result: dict[str, Any], plan: Plan, options: Options) -> str:
        """Write a script that shows what a verification found; gives its place. Raises NoScriptError."""
        place = self._place(plan)
        try:
            with _trial(place) as trial:
                for plain in (True, False):
                    text = self._script(result, plan, options, place, plain=plain)
                    if text and self._shows(trial, text, result, options):
                        files.write(place, text.encode())
                        self._written.append(place)
                        return str(place)
        except (OSError, Problem) as error:
            reason = str(error) if isinstance(error, Problem) else (error.strerror or str(error)).lower()
            raise NoScriptError(f"{place}: {reason}") from None
        raise NoScriptError("what differs shows in the verification only")

    def _place(self, plan: Plan) -> Path:
        """The file that was asked for, or one by the model's name; of several models one each."""
        named = re.sub(r"\W+", "_", f"{Path(self._pair.source.short_name).stem}_{plan.model}").strip("_")
        wanted = Path(self._asked.repro) if self._asked.repro else FOLDER / f"repro_{named}.py"
        numbered = (wanted.with_stem(f"{wanted.stem}_{n}") for n in itertools.count(2))
        return next(p for p in itertools.chain([wanted], numbered) if p not in self._written and _is_free(p))

    def _script(self, result: dict[str, Any], plan: Plan, options: Options, place: Path, *, plain: bool) -> str:
        from translate.report import reproduction

        if plain and result["reproduction"]["plain"] is None:
            return ""
        of_source: Literal["torch", "keras"] = "torch" if self._asked.to == "tf" else "keras"
        of_translation: Literal["torch", "keras"] = "keras" if self._asked.to == "tf" else "torch"
        pair = self._pair
        path = pair.translated if isinstance(pair.translated, Path) else None
        models = plan.model, options.translated_model or plan.model
        text = reproduction.script(
            result,
            _program(of_source, models[0], pair.source.path, pair.source.text, place, pair.source.short_name),
            _program(of_translation, models[1], path, pair.translated_text, place, "translated.py"),
            inputs=plan.inputs,
            options=_said(options),
            file_name=place.name,
            version=__version__,
            plain=plain,
        )
        return f"# Written by translate {__version__} ({_digest(text)}); once changed, it is not overwritten.\n{text}"

    def _shows(self, trial: Path, text: str, result: dict[str, Any], options: Options) -> bool:
        from translate.verify import shows

        trial.write_text(text, encoding="utf-8")
        return shows(trial, result["reproduction"], options=options, server=self._server)


class NoScriptError(Exception):
    """There is none; the message says why."""


@contextmanager
def _trial(place: Path) -> Generator[Path]:
    """A file beside ``place``, from where the paths in a script are the same."""
    if place.parent == FOLDER and not FOLDER.exists():
        FOLDER.mkdir()
        (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{place.stem}.", suffix=".py", dir=place.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _program(
    framework: Literal["torch", "keras"], model: str, path: Path | None, text: str, place: Path, name: str
) -> Program:
    from translate.report.reproduction import Program

    if path is None:
        return Program(framework, model, name, text=text)
    start = place.resolve().parent
    try:
        file = Path(os.path.relpath(path.resolve(), start)).as_posix()
    except ValueError:  # on another drive
        file = str(path.resolve())
    return Program(framework, model, path.name, file)


def _said(options: Options) -> dict[str, Any]:
    """Those that bear on what is computed and are not their defaults."""
    default = type(options)()
    left_out = ("time_limit", "memory_limit", "network", "translated_model", "layers")
    changed = {f.name: getattr(options, f.name) for f in fields(options) if f.name not in left_out}
    return {n: value for n, value in changed.items() if value != getattr(default, n) or n in ("to", "seed")}


def _is_free(path: Path) -> bool:
    return not path.exists() or (path.is_file() and _untouched(path))


def _untouched(path: Path) -> bool:
    """Whether a file is a script of ours as it was written."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    found = _LINE.match(text)
    return found is not None and found[1] == _digest(text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASHED]
