"""Keras on JAX, which derives functions without side effects: variables go in and their updates come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import numpy as np

from translate.verify.backends.base import Active, Backend, Derivation, Program
from translate.verify.compare import Array
from translate.verify.divergence.trace import Trace


class Jax(Backend):
    name = "jax"

    def __init__(self) -> None:
        self._jax: Any = import_module("jax")
        self._probes: dict[int, tuple[Any, list[Any]]] = {}
        """By the identity of the tensor that ``apart`` gave: that tensor, and the gradient that came through it."""

    def tensor(self, array: Array) -> Any:
        return self._jax.numpy.array(array)  # a copy

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self._jax.Array)

    def has_numbers(self, tensor: Any) -> bool:
        return self._concrete(tensor) is not None

    def is_float(self, tensor: Any) -> bool:
        return bool(self._jax.numpy.issubdtype(tensor.dtype, self._jax.numpy.floating))

    def array(self, value: Any) -> Array:
        return np.array(self._concrete(value)) if self.is_tensor(value) else super().array(value)

    def _concrete(self, tensor: Any) -> Any:
        """The numbers of what is being derived; None of what is being compiled."""
        return tensor.to_concrete_value() if isinstance(tensor, self._jax.core.Tracer) else tensor

    def derive(
        self, program: Program, inputs: Sequence[Any], variables: Sequence[Any], trace: Trace | None
    ) -> Derivation:
        jax = self._jax
        self._probes = {}
        places = [i for i, x in enumerate(inputs) if x is not None and self.is_float(x)]
        trained = list({id(v): v for v in variables if v.trainable}.values())  # two tensors may be parts of one
        plain: dict[str, Any] = {}
        updated: list[Any] = []
        order: list[str] = []

        def pure(floats: list[Any], values: list[Any]) -> Any:
            given = list(inputs)
            for place, x in zip(places, floats, strict=True):
                given[place] = x
            scope, updates = _scope(list(zip(trained, values, strict=True)))
            with scope:
                found = program(given)
            order.extend(found)
            tensors = {p: v for p, v in found.items() if self.is_tensor(v)}
            plain.update({p: v for p, v in found.items() if p not in tensors})
            derived = {p: v for p, v in tensors.items() if self.is_float(v)}
            others = {p: v for p, v in tensors.items() if p not in derived}
            updated.extend(variable for variable, _ in updates.values())
            return derived, (others, [value for _, value in updates.values()])

        by: list[list[Any]] = [[inputs[i] for i in places], [v.value for v in trained]]
        derived, backwards, (others, news) = jax.vjp(pure, *by, has_aux=True)
        for variable, value in zip(updated, news, strict=True):
            variable.assign(value)

        def gradients(weights: Mapping[str, Array]) -> list[Array | None]:
            by_input, by_value = backwards({p: jax.numpy.asarray(weights[p], v.dtype) for p, v in derived.items()})
            by_variable = {id(v): gradient for v, gradient in zip(trained, by_value, strict=True)}
            result = [*by_input, *(by_variable.get(id(v)) for v in variables)]
            probes, self._probes = self._probes, {}
            for tensor in trace.derived() if trace else []:
                came = probes[id(tensor)][1] if id(tensor) in probes else []
                result.append(sum(came[1:], came[0]) if came else None)
            return [None if g is None else self.array(g) for g in result]

        found = {**plain, **derived, **others}
        return Derivation({p: found[p] for p in order}, gradients)

    def is_derived(self, tensor: Any) -> bool:
        return id(tensor) in self._probes

    def apart(self, tensor: Any) -> Any:
        if not isinstance(tensor, self._jax.core.Tracer) or not self.has_numbers(tensor):
            return tensor
        came: list[Any] = []

        def itself(x: Any) -> Any:
            return x

        def forwards(x: Any) -> Any:
            return x, None

        def backwards(_: Any, gradient: Any) -> Any:
            came.append(gradient)
            return (gradient,)

        probe = self._jax.custom_vjp(itself)
        probe.defvjp(forwards, backwards)
        result = probe(tensor)
        self._probes[id(result)] = result, came
        return result

    def computing(self, dtype: str) -> AbstractContextManager[None]:
        # in float32 users have no 64-bit numbers at all
        return self._jax.enable_x64(dtype == "float64")

    def exact(self, active: Active) -> AbstractContextManager[None]:
        return self._jax.enable_x64(True)  # weights are assigned between runs, too

    def wide_source(self, active: Active) -> AbstractContextManager[None]:
        return nullcontext()


def _scope(values: Sequence[tuple[Any, Any]]) -> tuple[Any, dict[int, tuple[Any, Any]]]:
    """Keras' scope without side effects, and what is assigned in it: variables and values."""
    scope: Any = import_module("keras").StatelessScope(state_mapping=values)
    updates: dict[int, tuple[Any, Any]] = {}
    original: Callable[[Any], None] = scope.add_update

    def add_update(update: Any) -> None:
        updates[id(update[0])] = update
        original(update)

    scope.add_update = add_update
    return scope, updates


def make() -> Backend:
    return Jax()
