"""Recording the calls of Keras layers, by their ``__call__``."""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest import mock

from translate.verify.backends.base import Backend
from translate.verify.divergence.origins import Holds, line_outside
from translate.verify.divergence.trace import Trace, mapped
from translate.verify.sides import leaves
from translate.weights import keras_layers


@contextmanager
def recording(trace: Trace, holds: Holds, backend: Backend) -> Generator[None]:
    """While active, every call of a layer on tensors with values becomes an event of ``trace``."""
    owner: Any = keras_layers.keras().Layer
    original = owner.__call__

    def tensors(value: Any) -> list[Any]:
        return [x for _, x in leaves(value) if backend.is_tensor(x)]

    def derived(found: list[Any]) -> list[Any]:
        return [x if backend.is_float(x) and backend.is_derived(x) else None for x in found] if trace.derives else []

    def apart(x: Any) -> Any:
        """A tensor of its own for this call, so that its gradient is what comes through this call alone."""
        if not backend.is_tensor(x) or not backend.is_float(x):
            return x
        copied, mask = backend.apart(x), getattr(x, "_keras_mask", None)
        if mask is not None and copied is not x:
            copied._keras_mask = mask
        return copied

    @wraps(original)
    def call(layer: Any, *arguments: Any, **keywords: Any) -> Any:
        given = tensors([arguments, keywords])
        symbolic = any(keras_layers.keras().utils.is_keras_tensor(x) for _, x in leaves([arguments, keywords]))
        if symbolic or not all(map(backend.has_numbers, given)):
            return original(layer, *arguments, **keywords)
        if trace.derives:
            arguments, keywords = mapped(arguments, apart), mapped(keywords, apart)
            given = tensors([arguments, keywords])
        called = line_outside(layer, inspect.currentframe(), holds)
        event = trace.enter(layer, called, [backend.array(x) for x in given], derived(given))
        result = original(layer, *arguments, **keywords)
        result = mapped(result, apart) if trace.derives else result
        given = tensors(result)
        trace.leave(event, [backend.array(x) for x in given], derived(given))
        return result

    with mock.patch.object(owner, "__call__", call):
        yield
