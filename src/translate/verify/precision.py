"""Float64 where programs say float32, so that the comparison in float64 is one.

Code that casts to float32, or that makes a tensor of a Python number, means the default type of floating numbers: that
is what it is while both sides run in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, cast
from unittest import mock

_CREATE = (
    "arange",
    "zeros",
    "ones",
    "full",
    "empty",
    "eye",
    "linspace",
    "tensor",
    "zeros_like",
    "ones_like",
    "full_like",
)


@contextmanager
def float64_throughout(active: Callable[[], bool]) -> Generator[None]:
    """While ``active()``: casts to float32 are casts to float64, Python numbers become float64 tensors."""
    torch: Any = import_module("torch")
    backend: Any = import_module("keras.src.backend")
    exact: Any = backend.convert_to_tensor
    with ExitStack() as stack:

        def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
            stack.enter_context(mock.patch.object(owner, name, make(getattr(owner, name))))

        def wider(original: Any) -> Any:
            def call(x: Any) -> Any:
                return x.double() if active() else original(x)

            return call

        def to(original: Any) -> Any:
            def call(x: Any, *arguments: Any, **keywords: Any) -> Any:
                if active():
                    arguments = tuple(torch.float64 if a is torch.float32 else a for a in arguments)
                    if keywords.get("dtype") is torch.float32:
                        keywords["dtype"] = torch.float64
                return original(x, *arguments, **keywords)

            return call

        def cast(original: Any) -> Any:
            def call(x: Any, dtype: Any) -> Any:
                if not active():
                    return original(x, dtype)
                # TensorFlow casts a Python number to float32 first
                x = exact(x, "float64") if is_of_numbers(x) else x
                return original(x, "float64" if dtype == "float32" else dtype)

            return call

        def convert(original: Any) -> Any:
            def call(x: Any, dtype: Any = None, *arguments: Any, **keywords: Any) -> Any:
                wide = active() and (is_of_numbers(x) if dtype is None else dtype == "float32")
                return original(x, "float64" if wide else dtype, *arguments, **keywords)

            return call

        def made(float32: Any, float64: Any) -> Callable[[Any], Any]:
            """For functions that make a tensor of the type they are told."""

            def make(original: Any) -> Any:
                def call(*arguments: Any, **keywords: Any) -> Any:
                    if active() and keywords.get("dtype") is not None and keywords["dtype"] == float32:
                        keywords["dtype"] = float64
                    return original(*arguments, **keywords)

                return call

            return make

        def hard_sigmoid(original: Any) -> Any:
            # PyTorch's gradient has a sixth in float32
            def call(input: Any, inplace: bool = False) -> Any:
                if input.dtype is not torch.float64:
                    return original(input, inplace)
                result = torch.clamp(input / 6 + 0.5, 0, 1)
                return input.copy_(result) if inplace else result

            return call

        def hard_swish(original: Any) -> Any:
            # as has PyTorch's function itself
            def call(input: Any, inplace: bool = False) -> Any:
                if input.dtype is not torch.float64:
                    return original(input, inplace)
                result = input * torch.clamp(input + 3, 0, 6) / 6
                return input.copy_(result) if inplace else result

            return call

        stack.enter_context(_unnarrowed(active))
        replace(torch.nn.functional, "hardsigmoid", hard_sigmoid)
        replace(torch.nn.functional, "hardswish", hard_swish)
        replace(torch.Tensor, "float", wider)
        replace(torch.Tensor, "to", to)
        replace(torch.Tensor, "type", to)
        for name in _CREATE:
            replace(torch, name, made(torch.float32, torch.float64))
            if hasattr(backend.numpy, name):
                replace(backend.numpy, name, made("float32", "float64"))
        for owner in (backend, backend.core, import_module(f"keras.src.backend.{backend.backend()}")):
            replace(owner, "cast", cast)
            replace(owner, "convert_to_tensor", convert)
        yield


@contextmanager
def _unnarrowed(active: Callable[[], bool]) -> Generator[None]:
    """On backends other than TensorFlow, Keras makes what has 64 bits 32 wherever types meet."""
    owner: Any = import_module("keras.src.backend.common.dtypes")

    class Narrower(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            wide = active() and key in ("float64", "complex128")
            return default if wide else super().get(key, default)

    with mock.patch.object(owner, "BIT64_TO_BIT32_DTYPE", Narrower(owner.BIT64_TO_BIT32_DTYPE)):
        yield


def is_of_numbers(value: Any) -> bool:
    """A Python float, or lists of them."""
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", value)
        return bool(items) and all(isinstance(v, (int, float)) or is_of_numbers(v) for v in items) and _has_float(items)
    return isinstance(value, float)


def _has_float(items: Any) -> bool:
    return any(isinstance(v, float) or (isinstance(v, (list, tuple)) and _has_float(v)) for v in items)
