"""Asking a worker to do something, and telling in one line how it ended if it does not answer."""

from __future__ import annotations

import json
import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translate.verify.devices import Device
from translate.verify.environment import environment
from translate.verify.process import Ending
from translate.verify.workers import Server, can_be_warm, cold

_SHOWN_OUTPUT = 4000


@dataclass(frozen=True)
class Answer:
    """What came back from a worker."""

    data: dict[str, Any] | None
    """What the job gave; None if it gave nothing."""
    failure: str
    """How the worker ended, in one line; for when there are no data."""
    seconds: float
    output: str
    """The end of what was printed."""


def ask(
    request: dict[str, Any],
    folder: Path,
    time_limit: float,
    memory_limit: int,
    *,
    network: bool = False,
    backend: str = "tensorflow",
    device: Device = "cpu",
    server: Server | None = None,
) -> Answer:
    """Have ``request["job"]`` (see jobs.py) done in a process of its own, with its files in ``folder``.

    Keras runs on ``backend``. With a ``server`` (``warm``), it is a copy of one that has the frameworks imported
    already; not on a GPU, which a copy of a process cannot use if the process has touched it.

    Always answers, whatever the user's code does. Limits are in seconds and in bytes of resident memory.
    """
    (folder / "request.json").write_text(json.dumps({**request, "network": network}), encoding="utf-8")
    do = server.on(backend) if server and device == "cpu" else cold(environment(backend, device))
    ending = do(folder, time_limit, memory_limit)
    failure = _failure(folder, ending, time_limit, memory_limit)
    return Answer(_data(folder, ending), failure, ending.seconds, _printed(ending.output))


@contextmanager
def warm(*, network: bool = False) -> Generator[Server | None]:
    """For many jobs: the frameworks are imported once. None where the system has no means for it."""
    if not can_be_warm():
        yield None
        return
    with Server(environment, network=network) as server:
        yield server


def _printed(output: str) -> str:
    """The end of the output, without what TensorFlow says about its own log."""
    lines = [line for line in output.splitlines() if "All log messages before absl::InitializeLog" not in line]
    return "\n".join(lines)[-_SHOWN_OUTPUT:]


def _data(folder: Path, ending: Ending) -> dict[str, Any] | None:
    path = folder / "result.json"
    if ending.reason in ("time", "memory") or not path.is_file():
        return None
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # the user's code wrote over it
        return None
    return data if isinstance(data, dict) else None  # pyright: ignore[reportUnknownVariableType]


def _failure(folder: Path, ending: Ending, time_limit: float, memory_limit: int) -> str:
    try:
        stage = (folder / "stage").read_text(encoding="utf-8")
    except OSError:
        stage = "starting"
    match ending.reason:
        case "time":
            how = f"not finished after {time_limit:g} s"
        case "memory":
            how = f"needed more than {memory_limit / 2**30:.3g} GiB of memory"
        case "signal":
            how = f"crashed in native code ({_signal_name(ending.status)})"
        case "exit":
            how = f"ended by itself with exit status {ending.status}, without a result"
    return f"{how}, while {stage}{_last_line(ending)}"


def _last_line(ending: Ending) -> str:
    """What an exit is likely about: the worker's own exceptions end up on standard error."""
    lines = ending.output.split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f": {last[:200]}" if last and ending.reason == "exit" and ending.status == 1 else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
