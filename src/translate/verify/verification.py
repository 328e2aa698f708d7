"""Starting a worker for one verification."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from translate.verify.asking import Answer, ask
from translate.verify.devices import chosen
from translate.verify.result import Options, Verification
from translate.verify.spec import Inputs
from translate.verify.workers import Server


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
    Always answers, whatever the models do. Raises SpecError if ``inputs`` cannot be read, FileNotFoundError, and
    DeviceError if ``options.device`` cannot be used.
    """
    options = options or Options()
    Inputs.parse(inputs)
    device = chosen(options.device, options.backend)
    options = replace(options, device=device)
    with tempfile.TemporaryDirectory(prefix="translate-verify-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        request = {
            "job": "verify",
            "source": str(given_file(source, folder / "source" / "source.py")),
            "translated": str(given_file(translated, folder / "translated" / "translated.py")),
            "model": model,
            "inputs": list(inputs),
            "options": asdict(options),
        }
        limits = options.time_limit, options.memory_limit
        answer = ask(
            request, folder, *limits, network=options.network, backend=options.backend, device=device, server=server
        )
    result = _result(answer) or Verification("failed", answer.failure, seed=options.seed)
    told = {"seconds": answer.seconds, "output": answer.output}
    return replace(result, backend=options.backend, device=device, **told)


def given_file(given: Path | str, place: Path) -> Path:
    """A file: the one that is given, or ``place`` with the text that is given. Raises FileNotFoundError."""
    if isinstance(given, Path):
        if not given.is_file():
            raise FileNotFoundError(f"no such file: {given}")
        return given.resolve()
    place.parent.mkdir()
    place.write_text(given, encoding="utf-8")
    return place


def _result(answer: Answer) -> Verification | None:
    try:
        return None if answer.data is None else Verification.from_json(answer.data)
    except (ValueError, TypeError, KeyError):  # the user's code wrote over it
        return None
