"""Calling the verifier: only here, and only when asked, is code of the user run, in a process of its own."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translate.cli.errors import CommandError
from translate.cli.source import Source
from translate.interfaces import Tensor
from translate.translation import Translation

if TYPE_CHECKING:
    from translate.cli.translate_command import Request

_NEEDED = ("torch", "keras", "tensorflow", "numpy", "hypothesis", "psutil", "safetensors")


def require_frameworks(what: str = "--verify") -> None:
    """Raise CommandError if what verifying needs is not installed. Looks without importing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise CommandError(f'{what} needs {", ".join(missing)}; run: pip install "nn-translate[verify]"')


def verify_files(request: Request, source: Source, written: Path | str, translation: Translation) -> dict[str, Any]:
    """Compare the source with what was written (a file), or would be written (a text). Gives plain data."""
    from translate.report.terminal import error_console
    from translate.verify import Options, verify

    assert request.model is not None
    options = Options(
        to=request.to,
        translated_model=translation.made_by(request.model),
        weights=weights_expression(request.weights),
        examples=request.examples,
        seed=request.seed,
        time_limit=request.time_limit,
        memory_limit=int(request.memory_limit * 2**30),
        network=request.network,
        rules=tuple(str(folder.resolve()) for folder in request.rules),
        **arrangements(translation, request.model),
    )
    console = error_console()
    waiting = (
        console.status(f"Verifying {request.model} ...") if console.is_terminal and not request.quiet else nullcontext()
    )
    with spec_errors(request.to), waiting:
        return verify(source.path or source.text, written, request.model, request.inputs, options=options).to_json()


@contextmanager
def spec_errors(to: str) -> Generator[None]:
    """Turn a description of an input that cannot be read into a CommandError."""
    from translate.verify import SpecError

    try:
        yield
    except SpecError as error:
        example = "x: float32[N,3,H,W]" if to == "tf" else "x: float32[N,H,W,3]"
        raise CommandError(f'--input "{error.text}": {str(error).splitlines()[0]}; write "{example}"') from None


def weights_expression(given: str) -> str:
    """What ``--weights`` means: the name of a file stands for itself, anything else is an expression."""
    return repr(str(Path(given).resolve())) if given and Path(given).is_file() else given


def arrangements(translation: Translation, model: str) -> dict[str, Any]:
    """How the axes of the model's inputs and outputs are arranged, where the translator knows it of all of them.

    Else the verifier finds out by trial.
    """
    named = re.match(r"\w+", model)
    unit = next((u for u in translation.units if named and u.name == named[0] and u.kind != "function"), None)
    if unit is None:
        return {}
    sides = {"input_arrangements": unit.inputs, "output_arrangements": unit.outputs}
    return {key: tuple(map(_letters, tensors)) for key, tensors in sides.items() if all(map(_letters, tensors))}


def _letters(tensor: Tensor) -> tuple[str, str] | None:
    return (tensor.source, tensor.target) if tensor.source and tensor.target else None
