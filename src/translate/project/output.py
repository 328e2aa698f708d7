"""The output folder: what is written into it, and what is kept there because somebody else wrote it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from translate.problems import Problem
from translate.project.cache import Cache, Kept, hash_of
from translate.project.header import Kind, body_of, header_of, with_header
from translate.project.one_file import Done
from translate.project.placing import Place, differences, place, read_existing
from translate.project.plan import Asked, Plan, Planned
from translate.project.source import decode
from translate.project.writing import write, write_copy
from translate.report.folder import FileOutcome, State

_STATES: dict[Place, State] = {
    "write": "translated",
    "current": "up to date",
    "edited": "edited",
    "conflict": "conflict",
    "foreign": "not ours",
}
_WHY: dict[State, str] = {
    "conflict": "{}: was edited by hand and is kept, and what would be written is new; --force overwrites it",
    "not ours": "{}: was not written by translate and is kept; --force overwrites it, or name another folder with -o",
    "stale": "{}: is not there or out of date; translate again",
}


class Output:
    """Where the results of one run go."""

    def __init__(self, asked: Asked, plan: Plan, cache: Cache) -> None:
        self._asked, self._plan, self._cache = asked, plan, cache
        self.notes: list[str] = []

    def from_cache(self, file: Planned, kept: Kept) -> FileOutcome | None:
        """What becomes of a result that was kept; None: its code is gone, so that it has to be made again.

        If the file that was written for it is there, nothing else is read.
        """
        if kept.done.problem:
            return self._outcome(file, "failed", kept.done, kept.done.problem, from_cache=True)
        if not kept.text:
            return self.copied(file, kept.done)
        try:
            if hash_of(self._target(file).read_bytes()) == kept.written:
                return self._outcome(file, "up to date", kept.done, from_cache=True)
        except OSError:
            pass
        code = self._cache.code(kept)
        if code is None:
            return None
        try:
            data = file.path.read_bytes()
        except OSError as error:
            return self.failed(file, f"{file.name}: cannot be read ({(error.strerror or str(error)).lower()})")
        return self._placed(file, data, replace(kept.done, code=code), "Generated", from_cache=True)

    def written(self, file: Planned, data: bytes, done: Done) -> FileOutcome:
        """What becomes of a result that was just made of ``data``; it is kept."""
        if done.problem:
            if not (done.crashed or done.exhausted):
                self._cache.put(file.key, done, b"", b"")
            return self._outcome(file, "crashed" if done.crashed else "failed", done, done.problem)
        if done.code is None:
            self._cache.put(file.key, done, b"", b"")
            return self.copied(file, done)
        return self._placed(file, data, done, "Generated", from_cache=False)

    def copied(self, file: Planned, done: Done | None = None) -> FileOutcome:
        """A module without anything to translate."""
        done = done or Done()
        if file.only_changed:
            return self._outcome(file, "left out", done)
        try:
            data = file.path.read_bytes()
            code = decode(data, file.name, file.path).text
        except Problem as problem:
            return self.failed(file, str(problem))
        except OSError as error:
            return self.failed(file, f"{file.name}: cannot be read ({(error.strerror or str(error)).lower()})")
        return self._placed(file, data, replace(done, code=code), "Copied", from_cache=False)

    def failed(self, file: Planned, problem: str) -> FileOutcome:
        return self._outcome(file, "failed", Done(problem=problem), problem)

    def copy_other(self, path: Path, file: str, wanted: bool) -> bool:
        """Copy a file that is not Python, if that is wanted and nobody else has written one there.

        Such a file has no first line that says whose it is: what was written is kept in mind by the cache instead.
        """
        target = self._plan.output / file
        if not wanted:
            return False
        try:
            new, old = hash_of(path.read_bytes()), read_existing(target)
            if old is not None and hash_of(old) == new:
                return True
            if old is not None and not self._asked.force and not self._cache.copied(str(target), hash_of(old)):
                self.notes.append(f"{self._shown(file)}: differs from its source and is kept; --force overwrites it")
                return False
            if not self._asked.check:
                write_copy(target, path)
                self._cache.copy(str(target), new)
        except Problem as problem:
            self.notes.append(str(problem))
            return False
        except OSError as error:
            self.notes.append(f"{path}: cannot be copied ({(error.strerror or str(error)).lower()})")
            return False
        return True

    def _placed(self, file: Planned, data: bytes, done: Done, kind: Kind, *, from_cache: bool) -> FileOutcome:
        assert done.code is not None
        target = self._target(file)
        try:
            source = decode(data, file.name, file.path)
            new = source.encode(with_header(done.code, source, file.options.to, kind, file.file))
            if kind == "Generated" and not from_cache:
                self._cache.put(file.key, done, new, body_of(new))
            old = read_existing(target)
            if old is not None and target.samefile(file.path):
                raise Problem(f"{file.name}: its output is the source itself, by a link; name another folder with -o")
            found = place(old, new, self._asked.force)
            if found == "write" and not self._asked.check:
                write(target, new)
            state: State = "copied" if found == "write" and kind == "Copied" else _STATES[found]
            if found == "write" and self._asked.check:
                state = "stale"
        except Problem as problem:
            return self._outcome(file, "failed", done, str(problem))
        difference = ""
        if state == "conflict":
            assert old is not None
            before = header_of(old)
            first = self._cache.earlier(before.code) if before and before.code else None
            difference = differences(self._shown(file.file), first, old, new)
        return self._outcome(file, state, done, "", difference, from_cache)

    def _target(self, file: Planned) -> Path:
        return self._plan.output / file.file

    def _shown(self, file: str) -> str:
        return str(Path(self._plan.shown_output, file))

    def _outcome(
        self, file: Planned, state: State, done: Done, problem: str = "", difference: str = "", from_cache: bool = False
    ) -> FileOutcome:
        shown = self._shown(file.file)
        return FileOutcome(
            file.name,
            shown,
            state,
            file.options.to,
            problem or _WHY.get(state, "").format(shown),
            difference,
            done.layout,
            done.diagnostics,
            done.suppressed,
            done.translated,
            done.classes,
            done.units,
            from_cache,
            done.seconds,
        )
