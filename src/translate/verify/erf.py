"""An error function that is as exact as float64 is, in place of TensorFlow's, which errs by 5e-9; and GELU.

Without it exact GELU would need a tolerance of its own, and rounding of that size turns the masks of dropout.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock


@contextmanager
def exact_erf() -> Generator[None]:
    """Replace ``tf.math.erf`` and ``tf.nn.gelu`` for float64 tensors, the exact ones where these have values."""
    tf: Any = import_module("tensorflow")
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(tf.nn, "gelu", _gelu(tf, tf.nn.gelu)))
        stack.enter_context(mock.patch.object(tf.math, "erf", _erf(tf, tf.math.erf)))
        yield


def _erf(tf: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    torch: Any = import_module("torch")

    def known(x: Any) -> Any:
        def derivative(upstream: Any) -> Any:
            return upstream * (2 / math.sqrt(math.pi)) * tf.exp(-x * x)

        return tf.convert_to_tensor(torch.erf(torch.as_tensor(x.numpy())).numpy()), derivative

    def erf(x: Any, name: Any = None) -> Any:
        return tf.custom_gradient(known)(x) if _has_values(tf, x) else original(x, name=name)

    return erf


def _gelu(tf: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def gelu(features: Any, approximate: bool = False, name: Any = None) -> Any:
        if approximate and tf.is_tensor(features) and features.dtype == tf.float64:
            inner = math.sqrt(2 / math.pi) * (features + 0.044715 * features**3)  # TensorFlow's factors are float32
            return 0.5 * features * (1 + tf.tanh(inner))
        if approximate or not _has_values(tf, features):
            return original(features, approximate=approximate, name=name)
        return 0.5 * features * (1 + tf.math.erf(features / math.sqrt(2)))

    return gelu


def _has_values(tf: Any, x: Any) -> bool:
    return tf.is_tensor(x) and x.dtype == tf.float64 and hasattr(x, "numpy")
