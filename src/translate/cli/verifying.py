"""Calling the verifier: only here, and only when asked, is code of the user run, in a process of its own."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from translate.cli.device_options import usable
from translate.cli.errors import CommandError
from translate.interfaces import Tensor
from translate.project.source import Source

if TYPE_CHECKING:
    from translate.cli.reproducing import Scripts
    from translate.translation import Translation
    from translate.verify import Options, Plan
    from translate.verify.result import Backend
    from translate.verify.workers import Server

_NEEDED = ("torch", "keras", "numpy", "hypothesis", "psutil", "safetensors")
_EXTRAS = {"tensorflow": "verify", "jax": "jax", "torch": "verify-base"}
"""What to install for each framework that Keras runs on."""


@dataclass(frozen=True)
class Asked:
    """What the command line says about a verification; nothing of it has to be said."""

    to: Literal["tf", "torch"]
    model: str = ""
    translated_model: str = ""
    inputs: tuple[str, ...] = ()
    weights: str = ""
    examples: int = 3
    seed: int = 0
    time_limit: float = 600
    memory_limit: float = 16
    """GiB."""
    network: bool = False
    backend: Backend = "tensorflow"
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    rules: tuple[Path, ...] = ()
    quiet: bool = False
    repro: str | None = None
    """Where the script goes that reproduces a difference; None: to a place of its own, unless ``quiet``."""
    layers: bool = False
    """Also compare layer by layer, for the page."""

    def options(self, **more: Any) -> Options:
        """For the verifier."""
        from translate.verify import Options

        return Options(
            to=self.to,
            weights=weights_expression(more.pop("weights", "") or self.weights),
            examples=self.examples,
            seed=self.seed,
            time_limit=self.time_limit,
            memory_limit=int(self.memory_limit * 2**30),
            network=self.network,
            layers=self.layers,
            backend=self.backend,
            device=self.device,
            rules=tuple(str(folder.resolve()) for folder in self.rules),
            **more,
        )


@dataclass(frozen=True)
class Pair:
    """The two programs."""

    source: Source
    translated: Path | str
    translated_text: str
    translation: Translation | None = None
    """If it is one of ours."""


def require_frameworks(what: str = "--verify", backend: str = "tensorflow") -> None:
    """Raise CommandError if what verifying needs is not installed. Looks without importing."""
    missing = [name for name in dict.fromkeys((*_NEEDED, backend)) if find_spec(name) is None]
    if missing:
        what += f" --backend {backend}" if backend != "tensorflow" else ""
        raise CommandError(f'{what} needs {", ".join(missing)}; run: pip install "nn-translate[{_EXTRAS[backend]}]"')


def verify_pair(pair: Pair, asked: Asked) -> list[dict[str, Any]]:
    """Verify all models that are asked for, or found. One entry each: ``model``, ``inputs``, ``found``, ``problem``
    and ``verification`` (see docs/report.md). Raises CommandError."""
    from translate.cli.planning import plans
    from translate.cli.reproducing import Scripts
    from translate.verify import warm

    asked = replace(asked, device=usable(pair, asked))
    said = bool(asked.model and asked.inputs)
    with spec_errors(asked.to), _warm_unless(said, warm, asked) as server:
        done: list[dict[str, Any]] = []
        scripts = Scripts(pair, asked, server)
        for plan in plans(pair, asked, server):
            result, script = None, ""
            if not plan.problem:
                options = _options(pair, asked, plan)
                with waiting(f"Verifying {plan.model} ...", asked.quiet):
                    result = _verified(pair, plan, options, server)
                if result["reproduction"] and (asked.repro or not asked.quiet):
                    with waiting("Writing a script that reproduces it ...", asked.quiet):
                        script = _reproduced(scripts, result, plan, options)
                del result["reproduction"]  # it is for the script
            done.append(
                {
                    "name": plan.name,
                    "model": plan.model,
                    "inputs": list(plan.inputs),
                    "found": list(plan.said),
                    "problem": plan.problem,
                    "alone": not plan.made_up,
                    "verification": result,
                    "script": script,
                }
            )
    return done


def all_equal(done: list[dict[str, Any]]) -> bool:
    """Whether every model was equal. One that nobody builds does not count, if it could not be, and others could."""
    verdicts = [d["verification"]["verdict"] for d in done if d["verification"] is not None]
    missing = [d for d in done if d["verification"] is None and d["alone"]]
    return bool(verdicts) and not missing and all(v == "equal" for v in verdicts)


@contextmanager
def _warm_unless(single: bool, warm: Any, asked: Asked) -> Generator[Any]:
    """A worker for several jobs, where there are several."""
    if single:
        yield None
        return
    with warm(network=asked.network) as server:
        yield server


def _options(pair: Pair, asked: Asked, plan: Plan) -> Options:
    more: dict[str, Any] = {"translated_model": plan.translated_model, "weights": plan.weights}
    if pair.translation is not None:
        more |= arrangements(pair.translation, plan.model)
        more["translated_model"] = plan.translated_model or pair.translation.made_by(plan.model)
    return asked.options(**more)


def _verified(pair: Pair, plan: Plan, options: Options, server: Server | None) -> dict[str, Any]:
    from translate.verify import verify

    source = pair.source.path or pair.source.text
    return verify(source, pair.translated, plan.model, plan.inputs, options=options, server=server).to_json()


def _reproduced(scripts: Scripts, result: dict[str, Any], plan: Plan, options: Options) -> str:
    """The place of the script; why there is none becomes a note."""
    from translate.cli.reproducing import NoScriptError

    try:
        return scripts.write(result, plan, options)
    except NoScriptError as error:
        result["notes"] = [*result["notes"], f"no script that reproduces it was written: {error}"]
        return ""


@contextmanager
def waiting(text: str, quiet: bool) -> Generator[None]:
    """Something that turns, on a terminal."""
    from translate.report.terminal import error_console

    console = error_console()
    if quiet or not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


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
