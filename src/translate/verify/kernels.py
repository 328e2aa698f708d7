"""What TensorFlow has no float64 kernel for on the CPU: pooling of volumes, convolution of images channels first."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock

_Triple = tuple[int, int, int]


@contextmanager
def float64_kernels() -> Generator[None]:
    """Replace pooling of float64 tensors (N, D, H, W, C), and convolution of tensors (N, C, ...)."""
    tf: Any = import_module("tensorflow")
    with ExitStack() as stack:
        for name, combine in (("max_pool", tf.maximum), ("avg_pool", tf.add)):
            original = getattr(tf.nn, name)
            patched = _pool(tf, original, combine, mean=name == "avg_pool")
            stack.enter_context(mock.patch.object(tf.nn, name, patched))
        for name in ("convolution", "conv_transpose"):
            original = getattr(tf.nn, name)
            stack.enter_context(mock.patch.object(tf.nn, name, _channels_first(tf, name, original)))
        yield


def _channels_first(tf: Any, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def convolve(input: Any, *arguments: Any, data_format: Any = None, **keywords: Any) -> Any:
        if not str(data_format).startswith("NC"):
            return original(input, *arguments, data_format=data_format, **keywords)
        rank = len(input.shape)
        last = "N" + str(data_format)[2:] + "C"
        if name == "conv_transpose":  # kernel, output shape, strides
            kernel, shape, *others = arguments
            arguments = (kernel, [shape[0], *(shape[i] for i in range(2, rank)), shape[1]], *others)
        turned = tf.transpose(input, [0, *range(2, rank), 1])
        result = original(turned, *arguments, data_format=last, **keywords)
        return tf.transpose(result, [0, rank - 1, *range(1, rank - 1)])

    return convolve


def _pool(tf: Any, original: Callable[..., Any], combine: Callable[..., Any], mean: bool) -> Callable[..., Any]:
    def pool(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: Any = None) -> Any:
        channels_first = bool(data_format) and str(data_format).startswith("NC")
        if len(input.shape) != 5 or input.dtype != tf.float64 or channels_first:
            return original(input, ksize, strides, padding, data_format, name)
        size, step = _triple(ksize), _triple(strides)
        if padding == "VALID":
            total = _windows(tf, input, size, step, combine)
            return total / (size[0] * size[1] * size[2]) if mean else total
        pads = _same(tf, input, size, step)
        total = _windows(tf, tf.pad(input, pads, constant_values=0.0 if mean else -math.inf), size, step, combine)
        return total / _windows(tf, tf.pad(tf.ones_like(input), pads), size, step, combine) if mean else total

    return pool


def _windows(tf: Any, input: Any, size: _Triple, step: _Triple, combine: Callable[..., Any]) -> Any:
    """All elements of each window, combined."""
    # how many windows fit, for each of D, H and W
    counts = [(tf.shape(input)[a + 1] - k) // s + 1 for a, (k, s) in enumerate(zip(size, step, strict=True))]
    total: Any = None
    for offset in itertools.product(*(range(k) for k in size)):
        d, h, w = (slice(o, o + (n - 1) * s + 1, s) for o, n, s in zip(offset, counts, step, strict=True))
        part = input[:, d, h, w, :]
        total = part if total is None else combine(total, part)
    return total


def _same(tf: Any, input: Any, size: _Triple, step: _Triple) -> list[Any]:
    """How much "same" pads in front of each axis and behind it."""
    pads: list[Any] = [[0, 0]]
    for axis, (k, s) in enumerate(zip(size, step, strict=True)):
        n = tf.shape(input)[axis + 1]
        total = tf.maximum(((n + s - 1) // s - 1) * s + k - n, 0)
        pads.append([total // 2, total - total // 2])
    return [*pads, [0, 0]]


def _triple(value: Any) -> _Triple:
    if isinstance(value, int):
        return (value, value, value)
    found = [int(v) for v in value]
    return (found[-4], found[-3], found[-2]) if len(found) == 5 else (found * 3 if len(found) == 1 else found)[:3]  # type: ignore[return-value]
