"""A process that may do anything: it is watched, its output is capped, and nothing of it is left at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Literal, Protocol

import psutil

_POLL = 0.05
_KEPT_OUTPUT = 16 * 1024
MARK = "TRANSLATE_VERIFY_WORKER"
"""In the environment of the worker and so of all that it starts, whatever process group they move to."""


@dataclass(frozen=True)
class Ending:
    """How a process ended."""

    reason: Literal["exit", "signal", "time", "memory"]
    status: int
    """Of exit, or the number of the signal."""
    output: str
    """The end of what it wrote to standard output and standard error."""
    seconds: float


class _Tail(threading.Thread):
    """Reads a pipe to its end, and keeps the last of it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe, self._kept = pipe, b""

    def run(self) -> None:
        # The pipe is closed under us if a process that outlived the worker still holds its other end.
        try:
            while chunk := os.read(self._pipe.fileno(), 1 << 16):
                self._kept = (self._kept + chunk)[-_KEPT_OUTPUT:]
        except (OSError, ValueError):
            return

    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")


class Watched(Protocol):
    """A process that was started, and can be asked whether it has ended."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        ...


def run(command: Sequence[str], environment: Mapping[str, str], time_limit: float, memory_limit: int) -> Ending:
    """Run ``command`` to its end or to a limit (seconds; bytes resident in it and all processes it started)."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        command,
        env={**environment, MARK: mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as output:
        return attend(process, output, mark, time_limit, memory_limit)


def attend(
    process: Watched,
    output: IO[bytes],
    mark: str,
    time_limit: float,
    memory_limit: int,
    spared: Collection[int] = (),
) -> Ending:
    """Stay with a process until it ends or is ended. Of what carries the mark only those ``spared`` are left."""
    started = time.monotonic()
    tail = _Tail(output)
    tail.start()
    try:
        reason = _watch(process, started + time_limit, memory_limit)
    finally:  # also when we are interrupted
        status = _kill_all(process, mark, spared)
        tail.join(timeout=1)
    seconds = time.monotonic() - started
    if reason is not None:
        return Ending(reason, 0, tail.text(), seconds)
    return Ending("signal" if status < 0 else "exit", abs(status), tail.text(), seconds)


def _watch(process: Watched, until: float, memory_limit: int) -> Literal["time", "memory"] | None:
    while process.poll() is None:
        if time.monotonic() > until:
            return "time"
        if _memory(process.pid) > memory_limit:
            return "memory"
        time.sleep(_POLL)
    return None


def _memory(pid: int) -> int:
    """Bytes resident in a process and all below it.

    That is what is limited, and from outside: a limit of the address space (``RLIMIT_AS``) would forbid CUDA, which
    reserves many times what it uses. A GPU's own memory is no part of it (``exact_gpu``).
    """
    total = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.Error:  # ended while we looked
        return total
    return total


def _kill_all(process: Watched, mark: str, spared: Collection[int]) -> int:
    """End the process, its group, and whatever carries its mark. Gives its exit status."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        os.kill(process.pid, signal.SIGTERM)  # on Windows that is no polite one
    while (status := process.poll()) is None:
        time.sleep(_POLL)
    kill_marked(mark, spared)
    return status


def kill_marked(mark: str, spared: Collection[int] = ()) -> None:
    """End all processes that carry the mark, whatever group they moved to."""
    for other in psutil.process_iter():
        try:
            if other.pid not in spared and other.environ().get(MARK) == mark:
                other.kill()
        except (psutil.Error, OSError):  # not ours to look into, or gone
            continue
