"""Starting a worker that moves one checkpoint."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from translate.verify.asking import ask
from translate.verify.result import Options
from translate.verify.spec import Inputs
from translate.verify.transferred import Transferred
from translate.verify.verification import given_file
from translate.verify.workers import Server


def transfer_weights(
    checkpoint: Path,
    output: Path,
    source: Path | str,
    translated: Path | str,
    model: str,
    inputs: Sequence[str] = (),
    *,
    options: Options | None = None,
    verify: bool = False,
    server: Server | None = None,
) -> Transferred:
    """Write the weights in ``checkpoint``, of a model in ``source``, to ``output``, for its translation.

    ``source``, ``translated`` and ``model`` are what they are for ``verify``. ``inputs`` describe what to call both on,
    which is needed where nothing else tells the shapes of weights. Whose checkpoint it is follows from ``options.to``:
    ``"tf"`` PyTorch's (``.pt``, ``.pth``, ``.safetensors``), which becomes one of Keras (``.weights.h5``, ``.keras``).
    With ``verify``, both models are also run, each with the weights in its file; see ``Options`` for how.

    With a ``server`` (``warm``), the process is a copy of one that has the frameworks imported already.
    All code of the user runs in a process of its own; nothing in a checkpoint is executed. Without the verdict
    ``written`` there may be half a file: name a place that nobody looks at. Raises SpecError if ``inputs`` cannot be
    read, and FileNotFoundError.
    """
    options = options or Options()
    Inputs.parse(inputs)
    if not checkpoint.is_file():
        raise FileNotFoundError(f"no such file: {checkpoint}")
    with tempfile.TemporaryDirectory(prefix="translate-weights-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        request = {
            "job": "weights",
            "source": str(given_file(source, folder / "source" / "source.py")),
            "translated": str(given_file(translated, folder / "translated" / "translated.py")),
            "model": model,
            "inputs": list(inputs),
            "checkpoint": str(checkpoint.resolve()),
            "output": str(output.resolve()),
            "verify": verify,
            "options": asdict(replace(options, device="cpu")),
        }
        limits = options.time_limit, options.memory_limit
        answer = ask(request, folder, *limits, network=options.network, backend=options.backend, server=server)
    try:
        result = None if answer.data is None else Transferred.from_json(answer.data)
    except (ValueError, TypeError, KeyError):  # the user's code wrote over it
        result = None
    result = result or Transferred("failed", answer.failure)
    return replace(result, seconds=answer.seconds, printed=answer.output)
