"""A whole folder: what is known from before is taken from the cache, the rest is handed out, and all is written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from translate.problems import Problem
from translate.project.cache import Cache, hash_of
from translate.project.dependencies import depends
from translate.project.engine import Engine, Local
from translate.project.header import header_of
from translate.project.one_file import Job
from translate.project.output import Output
from translate.project.plan import Asked, Plan, Planned, cache_folder, make_plan
from translate.project.writing import remove_leftovers
from translate.report.folder import FileOutcome, FolderOutcome


@dataclass(frozen=True)
class Progress:
    """How far a run is. Files differ much in size, so time is better foretold by bytes."""

    files: int
    of_files: int
    bytes: int
    of_bytes: int
    file: str
    """What was finished last."""


def translate_folder(
    asked: Asked, progress: Callable[[Progress], None] = lambda _: None, engine: Engine | None = None
) -> FolderOutcome:
    """Translate a folder. Raises Problem if nothing can be done at all; what is wrong with a file is in the result.

    ``engine``: who translates; None: processes on this machine. If a run ends early, what is done is kept.
    """
    start = time.perf_counter()
    cache = Cache(cache_folder(asked))
    plan = make_plan(asked, cache)
    _check_rules(file for file in plan.files if file.to_translate)
    try:
        output = Output(asked, plan, cache)
        outcomes = dict(_known(plan, output, cache))
        todo = [file for file in plan.files if file.file not in outcomes]
        if todo:
            chosen = engine or Local(min(asked.jobs, len(todo)), asked.memory_limit, asked.time_limit)
            for outcome in _translated(plan, todo, output, cache, chosen, progress):
                outcomes[outcome[0]] = outcome[1]
        others = [output.copy_other(*other) for other in plan.others]
    finally:
        cache.close()
    if not asked.check and plan.output.is_dir():
        remove_leftovers(plan.output)
    return FolderOutcome(
        str(asked.source),
        plan.shown_output,
        tuple(outcomes[file.file] for file in plan.files),
        others.count(False),
        others.count(True),
        tuple(_orphans(plan)),
        (*([f"results are not kept: {cache.problem}"] if cache.problem else []), *output.notes),
        time.perf_counter() - start,
    )


def _known(plan: Plan, output: Output, cache: Cache) -> Iterator[tuple[str, FileOutcome]]:
    """What needs no translating: files without anything to translate, and those whose result is kept."""
    for file in plan.files:
        if not file.to_translate:
            yield file.file, output.copied(file)
            continue
        found = cache.get(file.key)
        if found is None:
            continue
        outcome = output.from_cache(file, found)
        if outcome is not None:
            yield file.file, outcome


def _translated(
    plan: Plan,
    todo: list[Planned],
    output: Output,
    cache: Cache,
    engine: Engine,
    progress: Callable[[Progress], None],
) -> Iterator[tuple[str, FileOutcome]]:
    planned = {file.file: file for file in todo}
    of_bytes = sum(file.size for file in todo)
    done_bytes = 0
    changed: list[Planned] = []
    every = tuple(plan.edges)

    def jobs() -> Iterator[Job]:
        # The largest first, so that no worker is left alone with one at the end.
        for file in sorted(todo, key=lambda f: (-f.size, f.file)):
            data = _read(file)
            if data is None:
                changed.append(file)
            else:
                reached = depends(file.file, plan.edges)
                yield Job(file.name, file.file, data, file.options, reached, str(plan.source), every)

    progress(Progress(0, len(todo), 0, of_bytes, ""))
    for number, (job, done) in enumerate(engine.run(jobs()), 1):
        file = planned[job.file]
        yield file.file, output.written(file, job.data, done)
        done_bytes += file.size
        progress(Progress(number, len(todo), done_bytes, of_bytes, file.name))
    for file in changed:
        problem = f"{file.name}: was changed while the folder was being translated; run again"
        yield file.file, output.failed(file, problem)


def _read(file: Planned) -> bytes | None:
    """The file, if it is what was planned."""
    try:
        data = file.path.read_bytes()
    except OSError:
        return None
    return data if hash_of(data) == file.content else None


def _check_rules(files: Iterable[Planned]) -> None:
    """A mistake in rules of the user is told once, not once a file. Raises Problem."""
    given = {(file.options.rules, file.options.to) for file in files if file.options.rules}
    if given:
        from translate.rules import RuleError, load

        try:
            for rules, to in given:
                load([Path(folder).resolve() for folder in rules], to)  # it keeps them by path
        except RuleError as error:
            raise Problem(f"{error}; correct the rule") from None


def _orphans(plan: Plan) -> Iterator[str]:
    """Files in the output folder that translate wrote, and whose source is no more."""
    sources = {file.file for file in plan.files}
    for folder, folders, names in os.walk(plan.output):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and Path(folder, f) != plan.source)
        for name in sorted(names):
            path = Path(folder, name)
            file = path.relative_to(plan.output).as_posix()
            if path.suffix == ".py" and file not in sources and not (plan.source / file).exists():
                header = _header(path)
                if header and header[1] == file:
                    yield str(Path(plan.shown_output, file))


def _header(path: Path) -> tuple[str, str] | None:
    try:
        with path.open("rb") as stream:
            found = header_of(stream.read(8192))
    except OSError:
        return None
    return (found.kind, found.source) if found else None
