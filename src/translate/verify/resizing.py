"""Bilinear resizing in float64: TensorFlow's kernel has float32 weights, and gives float32."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from unittest import mock

import numpy as np

from translate.verify.compare import Array


@contextmanager
def float64_resizing() -> Generator[None]:
    """Replace ``tf.image.resize`` of float64 images where it interpolates linearly."""
    tf: Any = import_module("tensorflow")
    with mock.patch.object(tf.image, "resize", _resize(tf, tf.image.resize)):
        yield


def _resize(tf: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def resize(images: Any, size: Any, method: Any = "bilinear", *more: Any, **keywords: Any) -> Any:
        plain = method == "bilinear" and not more and not any(keywords.values())
        if images.dtype != tf.float64 or not plain or None in images.shape or len(images.shape) != 4:
            if more:
                return original(images, size, method, *more, **keywords)
            # by its name: the exceptions of a comparison go by it
            return original(images, size, method=method, **keywords)
        height, width = (int(s) for s in size)
        rows, columns = _weights(images.shape[1], height), _weights(images.shape[2], width)
        return tf.einsum("nhwc,ih,jw->nijc", images, tf.constant(rows), tf.constant(columns))

    return resize


def _weights(before: int, after: int) -> Array:
    """How much of each pixel before each one after has; their values are those of their middles."""
    middles = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)
    left = np.floor(middles).astype(int)
    right = np.minimum(left + 1, before - 1)
    weights = np.zeros((after, before))
    np.add.at(weights, (np.arange(after), left), 1 - (middles - left))
    np.add.at(weights, (np.arange(after), right), middles - left)
    return weights
