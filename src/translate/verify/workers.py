"""Where jobs are done: each in a new process, or in copies of one that has the frameworks imported."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from translate.verify import process
from translate.verify.process import MARK, Ending

Run = Callable[[Path, float, int], Ending]
"""Do the job that is described in a folder, within seconds and bytes."""


def cold(environment: Mapping[str, str]) -> Run:
    """Each job in a process of its own, which imports everything anew."""

    def run(folder: Path, time_limit: float, memory_limit: int) -> Ending:
        # -P: no module in the current folder stands in for one of ours.
        command = [sys.executable, "-P", "-m", "translate.verify.worker", str(folder)]
        return process.run(command, environment, time_limit, memory_limit)

    return run


def can_be_warm() -> bool:
    """Copies of a process with threads are safe on Linux only, and only there files can be handed over like this."""
    return sys.platform == "linux"


class Server:
    """Processes that are copied: one for each framework that Keras runs on, started when the first job wants it."""

    def __init__(self, environment: Callable[[str], Mapping[str, str]], *, network: bool) -> None:
        """``environment``: from the name of that framework."""
        self._environment, self._network = environment, network
        self._held: dict[str, _Original] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End them, and everything that came of them."""
        for one in self._held.values():
            one.close()
        self._held = {}

    def on(self, backend: str) -> Run:
        """What does a job with Keras on ``backend``."""
        if backend not in self._held:
            self._held[backend] = _Original(self._environment(backend), network=self._network)
        return self._held[backend].run


class _Original:
    """The process that is copied. Started for the first job, and again if it has died."""

    def __init__(self, environment: Mapping[str, str], *, network: bool) -> None:
        self._environment, self._network = environment, network
        self._server: subprocess.Popen[bytes] | None = None
        self._jobs: socket.socket | None = None
        self._mark = uuid.uuid4().hex

    def close(self) -> None:
        """End it, and everything that came of it."""
        if self._jobs is not None:
            self._jobs.close()
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            process.kill_marked(self._mark)
        self._server = self._jobs = None

    def run(self, folder: Path, time_limit: float, memory_limit: int) -> Ending:
        """One job, in a copy of the server."""
        jobs = self._started()
        reader, writer = os.pipe()
        with open(reader, "rb", buffering=0) as output:  # noqa: PTH123  # a pipe has no path
            try:
                socket.send_fds(jobs, [os.fsencode(folder)], [writer])
            finally:
                os.close(writer)
            assert self._server is not None
            copy = _Copy(jobs)
            return process.attend(copy, output, self._mark, time_limit, memory_limit, spared=(self._server.pid,))

    def _started(self) -> socket.socket:
        if self._server is not None and self._server.poll() is not None:
            self.close()
        if self._jobs is None:
            self._jobs, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with other:
                self._server = subprocess.Popen(
                    [
                        *(sys.executable, "-P", "-m", "translate.verify.server", str(other.fileno())),
                        "network" if self._network else "",
                    ],
                    env={**self._environment, MARK: self._mark},
                    pass_fds=[other.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
        return self._jobs


class _Copy:
    """A copy of the server, which tells us how it ended."""

    def __init__(self, jobs: socket.socket) -> None:
        self._jobs = jobs
        self._status: int | None = None
        said = jobs.recv(64)
        # A server that could not start has said nothing: there is no such process, and it has ended.
        self.pid, self._status = (int(said), None) if said else (2**22 + 1, 1)

    def poll(self) -> int | None:
        if self._status is None and select.select([self._jobs], [], [], 0)[0]:
            with suppress(ConnectionError):
                said = self._jobs.recv(64)
                self._status = int(said) if said else -9  # the user's code killed the server
        return self._status
