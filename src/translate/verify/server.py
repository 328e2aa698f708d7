"""A process with both frameworks imported, which makes a copy of itself for each job: ``python -m ... SOCKET NETWORK``.

A job is the name of a folder (see ``worker``) and the pipe that takes the output. The answers are the process number of
the copy, and when that has ended its exit status. No code of the user runs in the server itself.
"""

from __future__ import annotations

import os
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path

from translate.verify import worker

_LONGEST = 1 << 16
_IMPORTED = ("hypothesis", "keras", "torch", "translate.verify.check", "translate.verify.jobs")


def serve(jobs: socket.socket) -> None:
    """Do jobs until the other end is closed."""
    while True:
        name, pipes, _, _ = socket.recv_fds(jobs, _LONGEST, 1)
        if not name:
            return
        copy = os.fork()
        if copy == 0:
            jobs.close()
            _copy(Path(os.fsdecode(name)), pipes[0])
        os.close(pipes[0])
        jobs.send(str(copy).encode())
        _, status = os.waitpid(copy, 0)
        jobs.send(str(os.waitstatus_to_exitcode(status)).encode())


def _copy(folder: Path, output: int) -> None:
    try:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        worker.work(folder)
    except BaseException:  # what the server would do on must not happen twice
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    worker.prepare(network=sys.argv[2] == "network")
    for name in _IMPORTED:
        import_module(name)
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        serve(connection)
