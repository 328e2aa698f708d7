"""Starting a worker for one verification, and telling in one line how it ended."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import translate
from translate.verify.process import Ending
from translate.verify.result import Options, Verification
from translate.verify.spec import Inputs
from translate.verify.workers import Server, can_be_warm, cold

_SHOWN_OUTPUT = 4000


def verify(
    source: Path | str,
    translated: Path | str,
    model: str,
    inputs: Sequence[str],
    *,
    options: Options | None = None,
    server: Server | None = None,
) -> Verification:
    """Run a model and its translation on the same random inputs and weights, in a process of its own.

    ``options.to`` says which is which: ``"tf"`` a PyTorch source and its Keras translation, ``"torch"`` the other way.
    ``source`` and ``translated`` are files (Path) or texts (str). ``model`` is an expression that makes the model, in
    the namespace of either file: ``resnet50(num_classes=10)``. ``inputs`` has one description for each input, with its
    axes as the source has them: ``x: float32[N,3,H,W], H in 32..96 by 32`` or ``tokens: int64[N,T] < 1000``.

    With a ``server`` (``warm``), the process is a copy of one that has the frameworks imported already.
    Always answers, whatever the models do. Raises SpecError if ``inputs`` cannot be read, and FileNotFoundError.
    """
    options = options or Options()
    Inputs.parse(inputs)
    with tempfile.TemporaryDirectory(prefix="translate-verify-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        request = {
            "source": str(_file(source, folder / "source" / "source.py")),
            "translated": str(_file(translated, folder / "translated" / "translated.py")),
            "model": model,
            "inputs": list(inputs),
            "options": asdict(options),
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        run = server.run if server else cold(_environment())
        ending = run(folder, options.time_limit, options.memory_limit)
        result = _result(folder, ending) or _failure(folder, ending, options)
    return replace(result, seconds=ending.seconds, output=_printed(ending.output))


@contextmanager
def warm(*, network: bool = False) -> Generator[Server | None]:
    """For many verifications: the frameworks are imported once. None where the system has no means for it."""
    if not can_be_warm():
        yield None
        return
    with Server(_environment(), network=network) as server:
        yield server


def _printed(output: str) -> str:
    """The end of the output, without what TensorFlow says about its own log."""
    lines = [line for line in output.splitlines() if "All log messages before absl::InitializeLog" not in line]
    return "\n".join(lines)[-_SHOWN_OUTPUT:]


def _file(given: Path | str, place: Path) -> Path:
    if isinstance(given, Path):
        if not given.is_file():
            raise FileNotFoundError(f"no such file: {given}")
        return given.resolve()
    place.parent.mkdir()
    place.write_text(given, encoding="utf-8")
    return place


def _environment() -> dict[str, str]:
    package = str(Path(translate.__file__).parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        # PyTorch's threads spin while they wait for each other: on a busy machine six times the time goes into that.
        "OMP_WAIT_POLICY": "PASSIVE",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "-1",
    }


def _result(folder: Path, ending: Ending) -> Verification | None:
    path = folder / "result.json"
    if ending.reason in ("time", "memory") or not path.is_file():
        return None
    try:
        return Verification.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError):  # the user's code wrote over it
        return None


def _failure(folder: Path, ending: Ending, options: Options) -> Verification:
    try:
        stage = (folder / "stage").read_text(encoding="utf-8")
    except OSError:
        stage = "starting"
    match ending.reason:
        case "time":
            how = f"not finished after {options.time_limit:g} s"
        case "memory":
            how = f"needed more than {options.memory_limit / 2**30:.3g} GiB of memory"
        case "signal":
            how = f"crashed in native code ({_signal_name(ending.status)})"
        case "exit":
            how = f"ended by itself with exit status {ending.status}, without a result"
    return Verification("failed", f"{how}, while {stage}{_last_line(ending)}", seed=options.seed)


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
