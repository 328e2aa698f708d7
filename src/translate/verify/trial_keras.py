"""Trying Keras models. Functional ones know their inputs; of others the first layers tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any
from unittest import mock

from translate.verify import backends, randomise
from translate.verify.load import UserError, UserFile
from translate.verify.spec import Input, Inputs
from translate.verify.trial_subject import Observed, Subject
from translate.weights import keras2

_LETTERS = {3: "T", 4: "HW", 5: "DHW"}


class KerasSubject(Subject):
    framework, integers = "keras", "int32"

    def __init__(self, file: UserFile) -> None:
        super().__init__(file)
        old = keras2.is_wanted(file.path)
        if old and not keras2.is_installed():
            raise UserError(keras2.MISSING, "ImportError")
        self._keras: Any = import_module(keras2.PACKAGE if old else "keras")
        self._backend = backends.backend("tensorflow") if old else backends.running()

    def build(self, text: str) -> Any:
        self._keras.utils.set_random_seed(0)
        model = self.file.model(text)
        if not isinstance(model, self._keras.layers.Layer):
            raise UserError(f"{text} is no Keras model or layer but {type(model).__name__}", "TypeError")
        return model

    def function(self, model: Any) -> Callable[..., Any]:
        return model.call

    def image(self) -> tuple[str, ...]:
        return ("N,H,W,3", "N,H,W,1")

    def layers(self, model: Any) -> Iterator[Any]:
        yield from model._flatten_layers()

    def call(self, model: Any, tensors: Sequence[Any]) -> Any:
        return model(*tensors)

    def known(self, model: Any) -> tuple[Input, ...] | None:
        try:
            tensors: list[Any] = list(model.inputs)
            names = [str(t.name).split(":")[0] for t in tensors]
        except (AttributeError, TypeError, ValueError):  # a model that is not functional, or not yet built
            return None
        bounds = [getattr(layer, "input_dim", 0) for layer in self.layers(model) if _is_embedding(layer)]
        structure = getattr(model, "_inputs_struct", None)
        found: list[Input] = []
        for tensor, name in zip(tensors, names, strict=True):
            shape: list[int | None] = list(tensor.shape)
            letters = iter(_LETTERS.get(len(shape), "T"))
            dimensions: list[int | str] = ["N" if shape[0] is None else shape[0]]
            for size in shape[1:]:
                letter = next(letters, f"S{len(dimensions)}")
                dimensions.append(letter if size is None else size)
            dtype = str(getattr(tensor.dtype, "name", tensor.dtype))
            if _feeds_embedding(tensor, self.layers(model)) and "float" in dtype:
                dtype = self.integers
            whole = "int" in dtype and bool(bounds)
            safe = name if name.isidentifier() and (isinstance(structure, dict) or not _is_made_up(name)) else ""
            safe = safe or ("x" if len(tensors) == 1 else f"x{len(found) + 1}")
            found.append(Input(safe, dtype, tuple(dimensions), min(bounds) if whole else Input.below))
        return tuple(found)

    def keeps_traces(self, model: Any) -> bool:
        return not model.built  # layers are built one by one as they are called

    def run(self, model: Any, inputs: Inputs, sizes: Mapping[str, int], *, cheap: bool = False) -> Observed:
        arrays = randomise.arrays(inputs, sizes, 0)
        tensors = [self._backend.tensor(a.astype("float32") if a.dtype.kind == "f" else a) for a in arrays]
        wants: dict[int, tuple[Input, ...]] = {}
        layers: dict[int, str] = {}
        original: Callable[..., Any] = self._keras.layers.Layer.__call__

        def call(layer: Any, *arguments: Any, **keywords: Any) -> Any:
            for index, tensor in enumerate(tensors):
                if index not in wants and any(a is tensor for a in arguments):
                    found = self.wanted_by(layer)
                    if found:
                        wants[index], layers[index] = found, f"{layer.name} ({type(layer).__name__})"
            return original(layer, *arguments, **keywords)

        with mock.patch.object(self._keras.layers.Layer, "__call__", call):
            try:
                with self.file.blamed():
                    self._call(model, inputs, tensors)
            except UserError as error:
                return Observed(error, wants, layers)
        return Observed(None, wants, layers)

    def _call(self, model: Any, inputs: Inputs, tensors: list[Any]) -> None:
        given: list[Any] = [found[1] for found in inputs.bind(tensors) if found is not None]
        structure = getattr(model, "_inputs_struct", None)
        if isinstance(structure, dict):
            given = [dict(zip(structure, tensors, strict=True))]  # pyright: ignore[reportUnknownArgumentType]
        elif len(given) > 1 and (isinstance(structure, (list, tuple)) or len(self.names(model)) == 1):
            given = [given]
        model(*given)


def _is_embedding(layer: Any) -> bool:
    return any(c.__name__ == "Embedding" for c in type(layer).__mro__)


def _feeds_embedding(tensor: Any, layers: Iterator[Any]) -> bool:
    return any(
        tensor is one
        for layer in layers
        if _is_embedding(layer)
        for node in getattr(layer, "_inbound_nodes", ())
        for one in getattr(node, "input_tensors", ())
    )


def _is_made_up(name: str) -> bool:
    """A name that Keras has given: ``keras_tensor_12``, ``input_layer_1``."""
    return name.startswith(("keras_tensor", "input_layer", "input_"))
