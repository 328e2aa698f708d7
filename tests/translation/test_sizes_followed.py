"""Sizes that layers of PyTorch must be told, followed through what takes a tensor apart."""

from __future__ import annotations

import pytest

from translate.translation import translate

HEAD = """import keras
import tensorflow as tf
from keras import layers, ops


class Net(keras.Model):
    def __init__(self, width):
        super().__init__()
        self.conv = layers.Conv2D(6, 1)
        self.wide = layers.Conv2D(2 * width, 1)
        self.other = layers.Conv2D(width, 1)
        self.norm = layers.BatchNormalization()

    def call(self, x):
"""
SIZES = {
    "as it is": ("self.norm(self.conv(x))", "nn.BatchNorm2d(6,"),
    "halves": ("self.norm(ops.split(self.conv(x), 2, axis=-1)[0])", "nn.BatchNorm2d(3,"),
    "thirds of TensorFlow": ("self.norm(tf.split(self.conv(x), 3, axis=3)[0])", "nn.BatchNorm2d(2,"),
    "halves of what is twice as much": ("self.norm(ops.split(self.wide(x), 2, axis=-1)[0])", "nn.BatchNorm2d(width,"),
    "parts of something": ("self.norm(ops.split(self.other(x), 2, axis=-1)[0])", "nn.BatchNorm2d(width // 2,"),
    "split by places": ("self.norm(ops.split(self.conv(x), [2], axis=-1)[0])", "nn.LazyBatchNorm2d("),
    "along rows": ("self.norm(ops.split(self.conv(x), 2, axis=1)[0])", "nn.BatchNorm2d(6,"),
    "some channels": ("self.norm(self.conv(x)[..., :2])", "nn.LazyBatchNorm2d("),
    "some channels of four axes": ("self.norm(self.conv(x)[:, :, :, 2:])", "nn.LazyBatchNorm2d("),
    "some rows": ("self.norm(self.conv(x)[:, 1:])", "nn.BatchNorm2d(6,"),
    "some rows and all channels": ("self.norm(self.conv(x)[:, 1:, :, :])", "nn.BatchNorm2d(6,"),
    "their mean": ("self.norm(ops.mean(self.conv(x), axis=-1, keepdims=True))", "nn.LazyBatchNorm2d("),
    "known of one call": ("self.norm(self.conv(x)) + self.norm(self.conv(x)[..., ::1])", "nn.BatchNorm2d(6,"),
    "known of the last call": ("self.norm(self.conv(x)[..., ::1]) + self.norm(self.conv(x))", "nn.BatchNorm2d(6,"),
}


@pytest.mark.parametrize("name", SIZES)
def test_size(name: str) -> None:
    expression, expected = SIZES[name]
    done = translate(f"{HEAD}        return {expression}\n", to="torch")
    assert done.complete, done.diagnostics
    assert f"self.norm = {expected}" in done.code, done.code


def test_layers_of_a_list_have_sizes_of_their_own() -> None:
    text = HEAD.replace("self.norm = layers.BatchNormalization()", "self.all = [layers.Conv2D(width, 1) for _ in '12']")
    calls = "        x = self.all[0](self.conv(x))\n        return self.all[1](x[..., ::1])\n"
    done = translate(text + calls, to="torch")
    assert "nn.ModuleList([nn.LazyConv2d(width, 1) for _ in '12'])" in done.code, done.code
