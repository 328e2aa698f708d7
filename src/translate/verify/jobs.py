"""What a worker can be asked to do. Plain data in and out."""

from __future__ import annotations

import io
import runpy
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from translate.verify.result import Options

Request = dict[str, Any]
Progress = Callable[[str], None]


def run(job: str, request: Request, progress: Progress) -> dict[str, Any]:
    """Do a job: ``verify``, ``weights``, ``discover`` or ``reproduce``. Imports the frameworks."""
    return _JOBS[job](request, progress)


def _verify(request: Request, progress: Progress) -> dict[str, Any]:
    from translate.verify.check import compare_models

    files = Path(request["source"]), Path(request["translated"])
    options = Options(**request["options"])
    return compare_models(*files, request["model"], request["inputs"], options, progress).to_json()


def _weights(request: Request, progress: Progress) -> dict[str, Any]:
    from translate.verify.transferring import Task, transfer_checkpoint

    paths = {name: Path(request[name]) for name in ("source", "translated", "checkpoint", "output")}
    options = Options(**request["options"])
    task = Task(
        **paths, model=request["model"], inputs=tuple(request["inputs"]), options=options, verify=request["verify"]
    )
    return transfer_checkpoint(task, progress).to_json()


def _discover(request: Request, progress: Progress) -> dict[str, Any]:
    from translate.verify import trial

    return trial.run(request, progress)


def _reproduce(request: Request, progress: Progress) -> dict[str, Any]:
    """Run a script; gives its exit status and what it printed."""
    progress("running the script")
    printed, status = io.StringIO(), 0
    with redirect_stdout(printed):
        try:
            runpy.run_path(request["script"], run_name="__main__")
        except SystemExit as error:
            status = error.code
    return {"status": status, "printed": printed.getvalue()}


_JOBS: dict[str, Callable[[Request, Progress], dict[str, Any]]] = {
    "verify": _verify,
    "weights": _weights,
    "discover": _discover,
    "reproduce": _reproduce,
}
