"""Worker processes: one that dies costs one file, whatever it dies of."""

from __future__ import annotations

import os
from collections.abc import Iterator

from faulty import faulty, job

from translate.project.engine import Local
from translate.project.one_file import Done, Job


def run(*files: str, workers: int = 2, **more: float) -> dict[str, Done]:
    engine = Local(workers, function=faulty, **more)  # pyright: ignore[reportArgumentType]
    results = [(j.file, done) for j, done in engine.run(job(f) for f in files)]
    assert sorted(f for f, _ in results) == sorted(files), "each file once"
    return dict(results)


def test_what_kills_a_worker_is_told_and_the_rest_goes_on() -> None:
    files = [f"file {n}" for n in range(8)]
    done = run(*files[:3], "die SIGSEGV", *files[3:5], "exit 3", *files[5:], "memory 1", memory_limit=4 * 2**30)
    assert all(done[f].code and not done[f].problem for f in files)
    assert done["die SIGSEGV"].problem.startswith("die SIGSEGV: the worker process died (SIGSEGV) while")
    assert done["exit 3"].problem.startswith("exit 3: the worker process died (exit status 3) while")
    assert done["memory 1"].problem == "memory 1: too much"
    assert str(os.getpid()) not in {d.code for d in done.values()}


def test_a_file_that_takes_too_long() -> None:
    done = run("sleep 20", "file", time_limit=0.5)
    assert done["sleep 20"].problem.startswith("sleep 20: takes longer than 0.5 s to translate")
    assert done["file"].code


def test_a_worker_that_has_grown_is_replaced() -> None:
    done = run("grow 1", "grow 2", "grow 3", "file", workers=1)
    workers = [d.code for d in done.values()]
    assert None not in workers
    assert len(set(workers)) >= 2


def test_files_are_not_handed_out_all_at_once() -> None:
    read: list[str] = []

    def jobs() -> Iterator[Job]:
        for n in range(20):
            read.append(str(n))
            yield job(f"file {n}")

    results = Local(1, function=faulty).run(jobs())
    next(results)
    assert len(read) <= 3
    assert len(list(results)) == 19
