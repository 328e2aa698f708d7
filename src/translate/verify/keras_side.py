"""A Keras model, layer or function, as source or as translation."""

from __future__ import annotations

import inspect
import math
from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from translate.verify import axes, backends
from translate.verify.compare import Array
from translate.verify.divergence.keras_trace import recording
from translate.verify.load import UserError
from translate.verify.precision import float64_throughout
from translate.verify.sides import Arguments, Call, Run, Side, filled, leaves
from translate.verify.source_precision import float64_in_keras_source
from translate.weights import Pair, keras2, keras_layers
from translate.weights.checkpoints import keras_file
from translate.weights.imports import imported


class KerasSide(Side):
    """Imports Keras and sets it up when the first model is built. Models have no weights before they are run."""

    _keras: Any = None
    _backend: backends.Backend
    _stack: ExitStack | None = None

    def _prepare(self) -> None:
        if self._keras is not None:
            return
        old = self.is_source and keras2.is_wanted(self.file.path)
        if old and not keras2.is_installed():
            raise UserError(keras2.MISSING, "ImportError")
        backend = backends.backend("tensorflow") if old else backends.running()
        self._check(backend.name, "this code is for Keras 2, which" if old else "")
        self._backend = backend
        self._check_imports(imported(self.file.path.read_bytes()))
        self._stack = ExitStack()
        self._stack.enter_context(keras_layers.using(keras2.PACKAGE if old else "keras"))
        self._keras = keras_layers.keras()
        self.setting.draws.patch_keras(self._backend, self._keras.generator if old else None)
        self.setting.watch.patch(self._backend.name)
        if not old:
            operation = import_module("keras.src.ops.operation").Operation
            self._stack.enter_context(self.setting.origins.patched(operation, self.file.holds))
        in_float64 = partial(self.setting.is_running, "float64")
        self._stack.enter_context(self._backend.exact(in_float64))
        self._stack.enter_context(float64_throughout(in_float64))
        if self.is_source:
            self._stack.enter_context(float64_in_keras_source(in_float64))
            self._stack.enter_context(self._backend.wide_source(in_float64))

    def _check(self, backend: str, who: str = "") -> None:
        """Raise UserError if this cannot run on what was asked for."""
        asked = self.setting.backend
        if backend == asked:
            return
        who = who or "Keras, which was imported before,"
        raise UserError(f"{who} runs on {backend}; use backend {backend} instead of {asked}", "ImportError")

    def _check_imports(self, names: Iterable[str]) -> None:
        used = {"tensorflow", keras2.PACKAGE} & set(names)
        if used and self._backend.name != "tensorflow":
            self._check("tensorflow", f"the {self.file.side} imports {min(used)}, so it")

    def close(self) -> None:
        if self._stack is not None:
            self._stack.close()
            self._precision("float32")

    def _precision(self, dtype: str) -> None:
        self._keras.config.set_floatx(dtype)
        self._keras.config.set_dtype_policy(dtype)

    def build(self, dtype: str, *, variant: int = 0) -> Any:
        self._prepare()
        self._precision(dtype)
        self._keras.utils.set_random_seed(self.setting.seed + variant)
        with self.setting.run_in(dtype), self._backend.computing(dtype):
            try:
                model = self.file.model(self.expression)
            except UserError as error:
                if keras2.NEWER in str(error):
                    raise UserError(f"{keras2.NEWER}; {keras2.HINT}", error.kind) from None
                raise
            self._check_imports(self.file.imported())  # now those of the user's other files, too
            return self._traced(model) if self.is_source and callable(model) else model

    def _traced(self, function: Any) -> Any:
        """A function that makes layers makes them once: as a functional model."""
        if self.is_model(function) or not self.setting.inputs.is_plain:
            return function
        tensors: list[Any] = []
        for one in self.setting.inputs.inputs:
            shape = [d if isinstance(d, int) else None for d in one.dimensions]
            tensors.append(self._keras.Input(batch_shape=shape, dtype=None if one.is_float else one.dtype))
        try:
            model = self._keras.Model(tensors, function(*self._packed(function, tensors)))
        except Exception:  # it may be one that takes tensors with values only
            return function
        return model if model.weights else function

    def load_file(self, model: Any, path: Path) -> Sequence[str]:
        if not keras_layers.is_old():
            return keras_file.load(model, path)
        with self.file.blamed():
            model.load_weights(path)
        return ()

    def set_weights(self, model: Any, given: Any) -> None:
        model.set_weights(list(given))

    def is_model(self, model: Any) -> bool:
        return isinstance(model, self._keras.Layer)

    def trainable(self, model: Any) -> int:
        return sum(math.prod(w.shape) for w in model.trainable_variables) if self.is_model(model) else 0

    def fresh(self, built: Any, other: Any, pair: Pair) -> Array:
        places = [id(v) for v in built.variables]
        return pair.to_torch(self._backend.array(other.variables[places.index(id(pair.keras))]))

    @contextmanager
    def restored(self, model: Any) -> Generator[None]:
        held = [(v, self._backend.array(v)) for v in model.variables] if self.is_model(model) else []
        try:
            yield
        finally:
            for variable, value in held:
                variable.assign(value)

    def _run(self, model: Any, call: Call) -> Run:
        with self._backend.computing(call.dtype):
            return self._run_in_dtype(model, call)

    def _run_in_dtype(self, model: Any, call: Call) -> Run:
        backend = self._backend
        starts = [None if array is None else backend.tensor(array) for array in call.given()]

        def program(tensors: Sequence[Any]) -> dict[str, Any]:
            return dict(leaves(self._call(model, tensors, call.training)))

        with self.file.blamed(), self.setting.timed(), self._recorded(call):
            if call.cotangents is None:
                return Run({path: backend.array(value) for path, value in backend.run(program, starts).items()})
            derivation = backend.derive(program, starts, [p.keras for p in call.pairs], call.trace)
        found = derivation.outputs
        outputs = {path: backend.array(value) for path, value in found.items()}
        derived = {p: v for p, v in found.items() if backend.is_tensor(v) and backend.is_float(v)}
        weights = {p: call.cotangent(p, tuple(v.shape)) for p, v in derived.items()}
        with self.file.blamed(), self.setting.timed():
            gradients = derivation.gradients(weights)

        floats = {i: x for i, x in enumerate(starts) if x is not None and backend.is_float(x)}
        by = [*floats.values(), *(p.keras for p in call.pairs)]
        if call.trace:
            call.trace.take_gradients(gradients[len(by) :])
        arrays = filled(gradients[: len(by)], by, call.dtype)
        inputs = {i: g.transpose(axes.inverse(call.order(i))) for i, g in zip(floats, arrays, strict=False)}
        pairs = zip(call.pairs, arrays[len(floats) :], strict=True)
        return Run(outputs, inputs, {p.path: p.to_torch(g) for p, g in pairs})

    def _recorded(self, call: Call) -> AbstractContextManager[None]:
        return recording(call.trace, self.file.holds, self._backend) if call.trace else nullcontext()

    def _call(self, model: Any, tensors: Sequence[Any], training: bool) -> Any:
        arguments, keywords = self.arguments(model, tensors, training=training)
        if not self.setting.inputs.is_plain:
            return model(*arguments, **keywords)
        untried = self.is_source and self.setting.keyed is None and len(arguments) == 1 and len(tensors) > 1
        if not untried or isinstance(arguments[0], dict):
            return model(*arguments, **keywords)
        try:
            result = model(*arguments, **keywords)
        except Exception:  # it may want a mapping
            try:
                result = model(self.keyed_tensors(tensors), **keywords)
            except Exception:  # nor that: what it raised first is told
                result = None
            if result is None:
                raise
            self.setting.keyed = True
            return result
        self.setting.keyed = False
        return result

    def arguments(self, model: Any, tensors: Sequence[Any], *, training: bool = False) -> Arguments:
        is_model = self.is_model(model)
        takes_training = is_model or "training" in inspect.signature(model).parameters
        keywords: dict[str, Any] = {"training": training} if takes_training else {}
        if self.setting.inputs.is_plain:
            return self._arguments(model, tensors), keywords
        function = model.call if is_model else model
        given, named = self.bound(function, tensors, ("training", "mask") if self.is_source else ("training",))
        return given, named | keywords

    def _arguments(self, model: Any, tensors: Sequence[Any]) -> list[Any]:
        structure = getattr(model, "_inputs_struct", None)
        if isinstance(structure, dict):
            self.setting.keyed = True
            keys = [str(key) for key in structure]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            named = self.keyed_tensors(tensors)
            return [named if set(named) == set(keys) else dict(zip(keys, tensors, strict=True))]
        if isinstance(structure, (list, tuple)):
            return [list(tensors)]
        return self._packed(model.call if self.is_model(model) else model, tensors)

    def _packed(self, function: Any, tensors: Sequence[Any]) -> list[Any]:
        # A translation may have an input called mask; in Keras code it is what Keras hands on by itself.
        return self.packed(function, tensors, ("training", "mask") if self.is_source else ("training",))
