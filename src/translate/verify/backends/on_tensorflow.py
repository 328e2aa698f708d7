"""Keras on TensorFlow; also Keras 2, which knows nothing else."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from typing import Any

from translate.verify.backends.base import Active, Backend, Derivation, Patches, Program
from translate.verify.compare import Array
from translate.verify.divergence.trace import Trace
from translate.verify.erf import exact_erf
from translate.verify.kernels import float64_kernels
from translate.verify.resizing import float64_resizing
from translate.verify.source_precision import float64_in_source
from translate.verify.tensorflow_precision import float64_in_tensorflow
from translate.weights import keras_layers


class TensorFlow(Backend):
    name = "tensorflow"

    def __init__(self) -> None:
        self._tf: Any = import_module("tensorflow")
        self._watched: Any = import_module("tensorflow.python.pywrap_tfe").TFE_Py_TapeSetPossibleGradientTypes

    def tensor(self, array: Array) -> Any:
        return self._tf.convert_to_tensor(array)

    def is_tensor(self, value: Any) -> bool:
        return self._tf.is_tensor(value)

    def has_numbers(self, tensor: Any) -> bool:
        return hasattr(tensor, "numpy")

    def is_float(self, tensor: Any) -> bool:
        return tensor.dtype.is_floating

    def derive(
        self, program: Program, inputs: Sequence[Any], variables: Sequence[Any], trace: Trace | None
    ) -> Derivation:
        tf = self._tf
        floats = [x for x in inputs if x is not None and self.is_float(x)]
        with tf.GradientTape() as tape:
            for x in floats:
                tape.watch(x)
            found = program(inputs)
        derived = {p: v for p, v in found.items() if self.is_tensor(v) and self.is_float(v)}
        by = [*floats, *map(keras_layers.tensor, variables)]

        def gradients(weights: Mapping[str, Array]) -> list[Array | None]:
            every = [*by, *(trace.derived() if trace else [])]
            if not derived:
                return [None] * len(every)
            given = [tf.convert_to_tensor(weights[p], v.dtype) for p, v in derived.items()]
            result = tape.gradient(list(derived.values()), every, output_gradients=given)
            return [None if g is None else self.array(tf.convert_to_tensor(g)) for g in result]

        return Derivation(found, gradients)

    def is_derived(self, tensor: Any) -> bool:
        return bool(self._watched([tensor]))

    def apart(self, tensor: Any) -> Any:
        return self._tf.identity(tensor)

    @contextmanager
    def exact(self, active: Active) -> Generator[None]:
        with ExitStack() as stack:
            for one in (exact_erf(), float64_kernels(), float64_resizing(), float64_in_tensorflow()):
                stack.enter_context(one)
            yield

    def wide_source(self, active: Active) -> AbstractContextManager[None]:
        return float64_in_source(active)

    def random(
        self, dropout: Callable[..., Any], uniform: Callable[..., Any], normal: Callable[..., Any]
    ) -> list[Patches]:
        def tf_uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = None, *_: Any, **__: Any) -> Any:
            return uniform(shape, minval, 1 if maxval is None else maxval, dtype)

        def tf_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, *_: Any, **__: Any) -> Any:
            return normal(shape, mean, stddev, dtype)

        def tf_dropout(x: Any, rate: float, noise_shape: Any = None, **_: Any) -> Any:
            return dropout(x, rate, noise_shape)

        return [
            (self._tf.random, {"uniform": tf_uniform, "normal": tf_normal}),
            (self._tf.nn, {"dropout": tf_dropout}),
        ]


def make() -> Backend:
    return TensorFlow()
