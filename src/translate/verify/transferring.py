"""Moving a checkpoint into the translation of its model: the job of a worker."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from translate.rules import RuleSet, load
from translate.verify import randomise, sizes
from translate.verify.bench import Bench
from translate.verify.check import compare_models
from translate.verify.load import UserError, UserFile
from translate.verify.matching import NotComparableError, input_candidates, pair_after_run
from translate.verify.result import Options
from translate.verify.sides import Call
from translate.verify.spec import Inputs
from translate.verify.transferred import Transferred
from translate.weights import Calls, Pair, Pairing, WeightError, pair, torch_modules
from translate.weights.calls import calls_on, guesses
from translate.weights.checkpoints import CheckpointError, MismatchError, keras_file, torch_file
from translate.weights.transfer import calls_for, into_keras, into_torch

_NAMED = 4
"""As many names are told in a note; of more, their number."""
_NEEDS_INPUT = "the shapes of some weights ({}) are known only when the model is called; describe its inputs: --input"


@dataclass(frozen=True)
class Task:
    """What to move, and where to."""

    source: Path
    """The file with the model that the checkpoint is for."""
    translated: Path
    model: str
    """The expression that makes the model."""
    inputs: tuple[str, ...]
    """Descriptions of what to call it on, if it has to be called."""
    checkpoint: Path
    output: Path
    """The file to write."""
    options: Options
    verify: bool = False
    """Also run both models."""


def transfer_checkpoint(task: Task, progress: Callable[[str], None] = lambda _: None) -> Transferred:
    """Write the checkpoint of a model as one of its translation, in this process.

    Raises SpecError if ``inputs`` cannot be read. Everything else is told in the result.
    """
    inputs = Inputs.parse(task.inputs)
    files = UserFile(task.source, "source", task.translated), UserFile(task.translated, "translation", task.source)
    bench = Bench(*files, task.model, inputs, task.options)
    try:
        moved = _Transfer(task, bench, inputs, progress).run()
    except MismatchError as error:
        return Transferred("mismatch", str(error), differences=error.differences)
    except (UserError, NotComparableError, CheckpointError, WeightError) as error:
        return Transferred("failed", str(error))
    except OSError as error:
        return Transferred("failed", f"{task.output.name}: cannot be written ({error.strerror or error})")
    finally:
        bench.close()
    if not task.verify:
        return moved
    options = replace(task.options, weights=repr(str(task.checkpoint)), translated_weights=str(task.output))
    found = compare_models(task.source, task.translated, task.model, task.inputs, options, progress)
    return replace(moved, verification=found.to_json())


@dataclass
class _Transfer:
    task: Task
    bench: Bench
    inputs: Inputs
    progress: Callable[[str], None]
    notes: list[str] = field(default_factory=list[str])

    def run(self) -> Transferred:
        task, to_keras = self.task, self.bench.source is self.bench.torch
        self.progress("reading the checkpoint")
        content = torch_file.read(task.checkpoint) if to_keras else keras_file.check(task.checkpoint)
        self.progress("building the models")
        source, target, pairing = self._paired()
        module, layer = self.bench.by_framework(source, target)
        self.progress("moving the weights")
        if to_keras:
            state = torch_file.fit(module, task.checkpoint, content, task.options.weights_key)
            self.notes += [*state.notes, *_rounded(state, module)]
        else:
            self.notes += self.bench.keras.load_file(layer, task.checkpoint)
        for one in pairing.pairs:
            into_keras(one) if to_keras else into_torch(one)
        self.progress("writing the weights")
        if to_keras:
            keras_file.write(layer, task.output)
            _check_keras(layer, pairing, task.output)
        else:
            torch_file.write(module, task.output)
            _check_torch(module, pairing, task.output)
        numbers = sum(math.prod(p.shape) for p in pairing.pairs)
        return Transferred("written", "", len(pairing.pairs), numbers, notes=tuple(self.notes))

    def _paired(self) -> tuple[Any, Any, Pairing]:
        """Both models, with weights, and which of these are the same."""
        source, target = self.bench.source.build("float32"), self.bench.target.build("float32")
        for side, model in ((self.bench.source, source), (self.bench.target, target)):
            if not side.is_model(model):
                raise NotComparableError(
                    f"the {side.file.side} is no model but a {type(model).__name__}; "
                    f'call what makes it: --model "{side.file.path.name}:{side.expression}(...)"'
                )
        rules = load([Path(folder) for folder in self.task.options.rules])
        if self.inputs.arguments:
            source, target, pairing = self._called(source, target, rules)
        else:
            source, target, pairing = self._uncalled(source, target, rules)
        if pairing.unbuilt:
            first, *others = pairing.unbuilt
            paths = f"{first} and {len(others)} more" if len(others) > _NAMED else ", ".join((first, *others))
            self.notes.append(f"not used on these inputs, so Keras has no weights for it: {paths}")
        return source, target, pairing

    def _uncalled(self, source: Any, target: Any, rules: RuleSet) -> tuple[Any, Any, Pairing]:
        """What shapes tell, without calling Keras. Lazy modules of PyTorch are called on what Keras says it takes."""
        module, layer = self.bench.by_framework(source, target)
        is_lazy = bool(torch_modules.lazy(module, None))
        for inputs in guesses(layer) if is_lazy else ():
            trial = self.bench.torch.build("float32")  # a wrong guess leaves wrong shapes
            try:
                pairing = pair(trial, layer, rules=rules, calls=calls_on(trial, inputs), build=True)
            except Exception:  # the user's code raises anything about inputs that it does not want
                continue
            return *self.bench.by_role(trial, layer), pairing
        try:
            calls: Calls = {} if is_lazy else calls_for(module, layer)
            return source, target, pair(module, layer, rules=rules, calls=calls, build=True)
        except WeightError as error:
            raise NotComparableError(_NEEDS_INPUT.format(error.unbuilt) if error.unbuilt else str(error)) from None

    def _called(self, source: Any, target: Any, rules: RuleSet) -> tuple[Any, Any, Pairing]:
        """Call both on random inputs, which may have their axes in another order in the translation."""

        def accept(at: sizes.Sizes) -> None:
            self.bench.source.run(source, Call(self._arrays(at), dtype="float32"))

        arrays = self._arrays(sizes.first(self.inputs, accept))
        problem: Exception | None = None
        for orders in input_candidates(self.inputs, self.task.options):
            try:
                pairing = pair_after_run(self.bench, source, target, Call(arrays, orders, "float32"), rules)
            except (UserError, NotComparableError) as error:
                if problem is None or isinstance(error, NotComparableError):  # that one ran at least
                    problem = error
                target = self.bench.target.build("float32")  # it may have weights of wrong shapes now
                continue
            return source, target, pairing
        assert problem is not None
        raise problem

    def _arrays(self, at: sizes.Sizes) -> list[Any]:
        return randomise.arrays(self.inputs, at, self.task.options.seed)


def _rounded(state: torch_file.StateDict, module: Any) -> list[str]:
    """A note on tensors that have more digits in the file than in the model."""
    own: dict[str, Any] = module.state_dict()
    names = [n for n, t in state.tensors.items() if n in own and t.dtype.itemsize > own[n].dtype.itemsize]
    if not any(state.tensors[n].is_floating_point() for n in names):
        return []
    first = f"{names[0]} is {state.tensors[names[0]].dtype}"
    return [f"{len(names)} tensors were rounded to {own[names[0]].dtype} ({first})"]


def _check_keras(layer: Any, pairing: Pairing, path: Path) -> None:
    """Raise CheckpointError if a weight in the file is not the tensor that it is paired with."""
    places = {id(variable): place for place, variable in keras_file.layout(layer).items()}
    arrays = keras_file.read(path)
    for one in pairing.pairs:
        found = arrays.get(places.get(id(one.keras), ""))
        held: Any = np.asarray(one.keras.numpy())
        if found is None or not _same(found, held) or not _same(_in_torch(one, found), one.torch.detach().numpy()):
            raise CheckpointError(f"{path.name}: {one.path} is not in the written file as it was in the checkpoint")


def _check_torch(module: Any, pairing: Pairing, path: Path) -> None:
    """The same for a file of PyTorch."""
    found, state = torch_file.read(path), module.state_dict()
    wrong = [n for n, t in state.items() if n not in found or not _same(found[n].numpy(), t.detach().numpy())]
    for one in pairing.pairs:
        if one.path in found and not _same(_in_torch(one, np.asarray(one.keras.numpy())), found[one.path].numpy()):
            wrong.append(one.path)
    if wrong:
        raise CheckpointError(f"{path.name}: {wrong[0]} is not in the written file as it was in the checkpoint")


def _in_torch(one: Pair, array: Any) -> Any:
    """What a weight of Keras is in PyTorch. Where Keras has a sum of two, only that is known."""
    kept = one.torch.detach().numpy()
    return kept if one.mapping.added else one.to_torch(array).astype(kept.dtype)


def _same(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
