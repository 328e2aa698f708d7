"""Float64 where TensorFlow, or Keras on it, computes in float32 whatever it is given."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock


@contextmanager
def float64_in_tensorflow() -> Generator[None]:
    """Replace those functions for float64 tensors."""
    tf: Any = import_module("tensorflow")
    backend: Any = import_module("keras.src.backend")
    plain_leaky, plain_sign_bit = tf.nn.leaky_relu, backend.numpy.signbit

    def leaky(features: Any, alpha: Any = 0.2, name: Any = None) -> Any:
        # TensorFlow keeps the slope in float32
        if features.dtype != tf.float64:
            return plain_leaky(features, alpha, name)
        return tf.where(features > 0, features, features * tf.constant(alpha, tf.float64))

    def sign_bit(x: Any) -> Any:
        # Keras looks at the bits of a float32; argmax asks for it
        x = backend.convert_to_tensor(x)
        return tf.bitcast(x, tf.int64) < 0 if x.dtype == tf.float64 else plain_sign_bit(x)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(tf.nn, "leaky_relu", leaky))
        stack.enter_context(mock.patch.object(backend.numpy, "signbit", sign_bit))
        yield
