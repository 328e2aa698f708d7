"""Float64 where Keras and TensorFlow code says float32, or says nothing where that means float32."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import wraps
from importlib import import_module
from typing import Any
from unittest import mock

from translate.verify.precision import is_of_numbers

_FLOAT32_IF_NOT_SAID = ("zeros", "ones", "eye", "one_hot", "random.normal", "random.uniform")
_OTHERS = ("cast", "range")
_BY_NUMBERS = ("fill", "linspace")
_OF_VALUES = ("constant", "convert_to_tensor")


@contextmanager
def float64_in_keras_source(active: Callable[[], bool]) -> Generator[None]:
    """While ``active()``: weights and layers that ask for float32 get float64. For sources; a translation asks for
    nothing."""
    layer: Any = import_module("keras").Layer
    policies: Any = import_module("keras.src.dtype_policies")
    plain_weight, plain_policy = layer.add_weight, policies.get
    signature = inspect.signature(plain_weight)

    # Keras reads the signature
    @wraps(plain_weight)
    def add_weight(*arguments: Any, **keywords: Any) -> Any:
        bound = signature.bind(*arguments, **keywords)
        said = bound.arguments.get("dtype")
        if active() and getattr(said, "name", said) == "float32":
            bound.arguments["dtype"] = "float64"
        return plain_weight(*bound.args, **bound.kwargs)

    def get(identifier: Any) -> Any:
        return plain_policy("float64" if active() and identifier == "float32" else identifier)

    with mock.patch.object(layer, "add_weight", add_weight), mock.patch.object(policies, "get", get):
        yield


@contextmanager
def float64_in_source(active: Callable[[], bool]) -> Generator[None]:
    """While ``active()``: functions of TensorFlow that are asked for float32 give float64. For sources, too."""
    tf: Any = import_module("tensorflow")

    def wide(original: Callable[..., Any], default: Callable[[dict[str, Any]], bool]) -> Callable[..., Any]:
        signature = inspect.signature(original)

        def call(*arguments: Any, **keywords: Any) -> Any:
            if not active():
                return original(*arguments, **keywords)
            bound = signature.bind(*arguments, **keywords)
            if is_of_numbers(bound.arguments.get("x")):  # of tf.cast, which makes float32 of a Python number first
                bound.arguments["x"] = tf.constant(bound.arguments["x"], "float64")
            said = bound.arguments.get("dtype")
            if said == tf.float32 if said is not None else default(bound.arguments):
                bound.arguments["dtype"] = "float64"
            return original(*bound.args, **bound.kwargs)

        return call

    def of_numbers(original: Callable[..., Any]) -> Callable[..., Any]:
        """For functions that take their type from Python numbers."""

        def call(*arguments: Any, **keywords: Any) -> Any:
            if not active():
                return original(*arguments, **keywords)
            return original(*(wider(a) for a in arguments), **{k: wider(v) for k, v in keywords.items()})

        return call

    def wider(value: Any) -> Any:
        return tf.constant(value, "float64") if is_of_numbers(value) else value

    def eager(original: Callable[..., Any]) -> Callable[..., Any]:
        """What a ``tf.function`` traced in one precision it would keep in the other; Keras compiles some for itself."""

        def call(func: Any = None, *arguments: Any, **keywords: Any) -> Any:
            if keywords.get("jit_compile"):
                return original(func, *arguments, **keywords)
            return as_it_is if func is None else func

        return call

    def as_it_is(function: Any) -> Any:
        return function

    with ExitStack() as stack:

        def replace(owner: Any, name: str, made: Callable[..., Any]) -> None:
            stack.enter_context(mock.patch.object(owner, name, made))

        for names, default in ((_FLOAT32_IF_NOT_SAID, _always), (_OTHERS, _never), (_OF_VALUES, _numbers)):
            for name in names:
                *place, last = name.split(".")
                owner = getattr(tf, place[0]) if place else tf
                if "dtype" in inspect.signature(getattr(owner, last)).parameters:
                    replace(owner, last, wide(getattr(owner, last), default))
        replace(tf, "function", eager(tf.function))
        for name in _BY_NUMBERS:
            replace(tf, name, of_numbers(getattr(tf, name)))
        yield


def _always(_: dict[str, Any]) -> bool:
    return True


def _never(_: dict[str, Any]) -> bool:
    return False


def _numbers(arguments: dict[str, Any]) -> bool:
    return is_of_numbers(arguments.get("value"))
