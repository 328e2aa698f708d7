"""Worker processes: files are handed out, results come back; what kills a worker costs its own file only.

loky keeps the processes: unlike the pools of the standard library it notices a worker that dies in any way instead of
waiting for it, and replaces one that has grown.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from translate.project.one_file import Done, Job, translate_one


class Engine(Protocol):
    """Whoever translates many files."""

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Done]]:
        """The results of all jobs, as they come. ``jobs`` is read as far as workers are free."""
        ...


@dataclass(frozen=True)
class Local:
    """Processes on this machine."""

    workers: int
    memory_limit: int = 16 * 2**30
    """Bytes that one worker may take."""
    time_limit: float = 600
    """Seconds that one file may take."""
    function: Callable[[Job], Done] = translate_one

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Done]]:
        """See Engine. What was under way when a worker died is tried again, each file alone, to find the guilty one."""
        waiting = iter(jobs)
        while True:
            # Two files for each worker, so that none waits for the next one.
            lost = yield from self._round(waiting, 2 * self.workers)
            suspects = deque(job for job, _ in lost)
            if not suspects:
                return
            while suspects:
                guilty = yield from self._round(_emptied(suspects), 1)
                yield from (
                    (job, Done(problem=_died(job, reason), crashed=True, depends=job.depends)) for job, reason in guilty
                )

    def _round(self, jobs: Iterator[Job], room: int) -> Generator[tuple[Job, Done], None, list[tuple[Job, str]]]:
        """Hand out jobs until there are no more, or a worker died. Returns what was under way then, and what is known
        about it."""
        from loky.process_executor import BrokenProcessPool  # pyright: ignore[reportMissingTypeStubs]

        running: dict[Any, Job] = {}
        lost: list[tuple[Job, str]] = []
        with self._executor(min(room, self.workers)) as executor:
            while not lost:
                while len(running) < room and (job := next(jobs, None)) is not None:
                    running[executor.submit(_limited, self.function, job, self.time_limit)] = job
                if not running:
                    break
                for future in _finished(running):
                    job = running.pop(future)
                    try:
                        done: Done = future.result()
                    except BrokenProcessPool as error:
                        lost.append((job, str(error)))
                    except Exception as error:  # the result could not be sent
                        yield job, Done(problem=f"{job.name}: its result could not be used ({error})")
                    else:
                        yield job, done
        reason = lost[0][1] if lost else ""
        return lost + [(job, reason) for job in running.values()]

    @contextlib.contextmanager
    def _executor(self, workers: int) -> Generator[Any, None, None]:
        from loky.process_executor import ProcessPoolExecutor  # pyright: ignore[reportMissingTypeStubs]

        # A worker that has grown leaves; loky thinks that somebody should know.
        warnings.filterwarnings("ignore", message="A worker (stopped|was restarted) while some jobs")
        executor = ProcessPoolExecutor(workers, initializer=_prepare, initargs=(self.memory_limit, os.getpid()))
        finished = False
        try:
            yield executor
            finished = True
        finally:
            executor.shutdown(wait=True, kill_workers=not finished)


def _emptied(jobs: deque[Job]) -> Iterator[Job]:
    while jobs:
        yield jobs.popleft()


def _finished(running: Iterable[Any]) -> Iterable[Any]:
    from concurrent.futures import FIRST_COMPLETED, wait

    return wait(running, return_when=FIRST_COMPLETED).done


def _died(job: Job, reason: str) -> str:
    how = re.search(r"\{(SIG\w+|EXIT)\((-?\d+)\)", reason)
    said = "" if how is None else f" ({how[1]})" if how[1] != "EXIT" else f" (exit status {how[2]})"
    return (
        f"{job.name}: the worker process died{said} while it translated this, as when memory runs out; "
        "leave the file out with --exclude, and please report it"
    )


# What follows runs in a worker.


class _TimeUp(BaseException):
    """Not an Exception: nothing on the way may take it for a fault of its own."""


def _prepare(memory_limit: int, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers itself
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = memory_limit if hard == resource.RLIM_INFINITY else min(memory_limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    """End with a parent that was killed: it could not say so any more."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _limited(function: Callable[[Job], Done], job: Job, seconds: float) -> Done:
    def up(*_: object) -> None:
        raise _TimeUp

    if sys.platform == "win32":
        return function(job)
    before = signal.signal(signal.SIGALRM, up)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return function(job)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TimeUp:
        problem = f"{job.name}: takes longer than {seconds:g} s to translate; raise --time-limit or leave it out"
        return Done(problem=problem, exhausted=True, depends=job.depends)
    finally:
        signal.signal(signal.SIGALRM, before)
