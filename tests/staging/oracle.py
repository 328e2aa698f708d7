"""Builds a model from functional code and from its staged text, gives both the same weights, and compares them."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_numbers = itertools.count()


def load(text: str, folder: Path) -> ModuleType:
    """The text as a module of its own."""
    name = f"staged_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def applied_layers() -> Iterator[list[Any]]:
    """Layers in the order in which they are first applied."""
    found: list[Any] = []
    plain = keras.layers.Layer.__call__

    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        if not any(self is layer for layer in found):
            found.append(self)
        build_outside(self, arguments[0] if arguments else None)
        return plain(self, *arguments, **named)

    keras.layers.Layer.__call__ = call
    try:
        yield found
    finally:
        keras.layers.Layer.__call__ = plain


def build_outside(layer: Any, first: Any) -> None:
    """Normalization keeps tensors; they must not belong to the graph in which Keras works out shapes."""
    if isinstance(layer, keras.layers.Normalization) and not layer.built:
        with tf.init_scope():
            layer.build(first.shape)


def own_variables(layers: list[Any]) -> list[Any]:
    found: list[Any] = []
    for layer in layers:
        inside = type(layer).__module__.startswith("keras.src.layers")  # what wraps others may not call them
        own = layer.variables if inside else [*layer._trainable_variables, *layer._non_trainable_variables]
        for variable in own:
            if "seed" not in variable.path and not any(variable is other for other in found):
                found.append(variable)
    return found


def randomised(variable: Any, generator: np.random.Generator) -> np.ndarray:
    shape, name = variable.shape, variable.path
    if "variance" in name or "gamma" in name:
        return generator.uniform(0.5, 1.5, shape)
    if "kernel" in name and len(shape) > 1:
        return np.asarray(variable) + generator.normal(0, 0.001, shape)
    return generator.normal(0, 0.1, shape)


def difference(original: Any, staged: Any, inputs: list[np.ndarray], build: Any, build_staged: Any) -> float:
    """The largest difference of outputs, by their scale. Raises AssertionError if the weights do not pair."""
    generator = np.random.default_rng(0)
    with applied_layers() as layers:
        one = build(original)
    with applied_layers() as staged_layers:
        other = build_staged(staged)
        outputs = other(*inputs)
    left, right = own_variables(layers), own_variables(staged_layers)
    assert len(left) == len(right), f"{len(left)} weights, {len(right)} after staging"
    plain = [v for v in other.variables if "seed" not in v.path]
    assert len(left) == len(plain), "layers that are not found by the model"
    for a, b in zip(left, right, strict=True):
        assert a.shape == b.shape, f"{a.path} {a.shape}, {b.path} {b.shape}"
        value = randomised(a, generator)
        a.assign(value)
        b.assign(value)
    expected = one(inputs if len(inputs) > 1 else inputs[0])
    outputs = other(*inputs)
    pairs = zip(_flat(expected), _flat(outputs), strict=True)
    return max(float(np.max(np.abs(a - b)) / (np.max(np.abs(a)) + 1e-300)) for a, b in pairs)


def _flat(value: Any) -> list[np.ndarray]:
    if isinstance(value, (list, tuple)):
        return [x for v in value for x in _flat(v)]
    if isinstance(value, dict):
        return [x for v in value.values() for x in _flat(v)]
    return [np.asarray(value)]
