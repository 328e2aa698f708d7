"""Hand-written pairs of models, right ones and ones with a planted fault, for the tests of the verifier."""

from __future__ import annotations

from dataclasses import dataclass

IMAGE = "x: float32[N,3,H,W], H in 16..30, W in 16..30"

SOURCE = """
import torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {init}

    def forward(self, x):
        {body}
"""

TARGET = """
import keras
from keras import layers, ops

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        {init}

    def call(self, x, training=None):
        {body}
"""


def source(init: str, body: str) -> str:
    return _fill(SOURCE, init, body)


def target(init: str, body: str) -> str:
    return _fill(TARGET, init, body)


def _fill(template: str, init: str, body: str) -> str:
    lines = {"init": init, "body": body}
    return template.format(**{k: "\n        ".join(v.split("; ")) for k, v in lines.items()})


@dataclass(frozen=True)
class Planted:
    """One correct translation and the same with a fault that keeps all shapes."""

    name: str
    source: str
    right: str
    wrong: str
    inputs: str = IMAGE
    caught_in: str = "output"
    """Beginning of the name of the first comparison that fails."""


_CONV = "self.conv = nn.Conv2d(3, 4, 3)"
_KERAS_CONV = "self.conv = layers.Conv2D(4, 3)"
_TABLE = "self.table = self.add_weight(shape=(5,), trainable=False, name='table')"
_PAD_ZERO = "x = ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])"
_PAD_LOW = "x = ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=-float('inf'))"

PLANTED = [
    Planted(
        "max pool as same",
        source(_CONV, "return F.max_pool2d(self.conv(x), 3, 2, 1)"),
        target(_KERAS_CONV, f"x = self.conv(x); {_PAD_LOW}; return ops.max_pool(x, 3, 2)"),
        target(_KERAS_CONV, "return ops.max_pool(self.conv(x), 3, 2, padding='same')"),
    ),
    Planted(
        "zero pad then max pool",
        source(_CONV, "return F.max_pool2d(self.conv(x), 3, 2, 1)"),
        target(_KERAS_CONV, f"x = self.conv(x); {_PAD_LOW}; return ops.max_pool(x, 3, 2)"),
        target(_KERAS_CONV, f"x = self.conv(x); {_PAD_ZERO}; return ops.max_pool(x, 3, 2)"),
    ),
    Planted(
        "strided convolution as same",
        source("self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)", "return self.conv(x)"),
        target("self.conv = layers.Conv2D(4, 3, strides=2)", f"{_PAD_ZERO}; return self.conv(x)"),
        target("self.conv = layers.Conv2D(4, 3, strides=2, padding='same')", "return self.conv(x)"),
    ),
    Planted(
        "transposed convolution as same",
        source("self.up = nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1)", "return self.up(x)"),
        target("self.up = layers.Conv2DTranspose(4, 3, strides=2)", "return self.up(x)[:, 1:, 1:]"),
        target("self.up = layers.Conv2DTranspose(4, 3, strides=2, padding='same')", "return self.up(x)"),
    ),
    Planted(
        "resize with the other align_corners",
        source(_CONV, "return F.interpolate(self.conv(x), scale_factor=2, mode='bilinear', align_corners=False)"),
        target(
            _KERAS_CONV,
            "x = self.conv(x); return ops.image.resize(x, (2 * x.shape[1], 2 * x.shape[2]), interpolation='bilinear')",
        ),
        target(
            _KERAS_CONV,
            "x = self.conv(x); h, w = x.shape[1], x.shape[2]; "
            "rows = ops.cast(ops.linspace(0, h - 1, 2 * h), x.dtype); "
            "cols = ops.cast(ops.linspace(0, w - 1, 2 * w), x.dtype); "
            "low = lambda i, n: ops.minimum(ops.cast(ops.floor(i), 'int32'), n - 2); "
            "a, b = low(rows, h), low(cols, w); "
            "f = (rows - ops.cast(a, x.dtype))[None, :, None, None]; "
            "g = (cols - ops.cast(b, x.dtype))[None, None, :, None]; "
            "x = ops.take(x, a, 1) * (1 - f) + ops.take(x, a + 1, 1) * f; "
            "return ops.take(x, b, 2) * (1 - g) + ops.take(x, b + 1, 2) * g",
        ),
    ),
    Planted(
        "average pool as same",
        source(_CONV, "return F.avg_pool2d(self.conv(x), 3, 1, 1)"),
        target(_KERAS_CONV, f"x = self.conv(x); {_PAD_ZERO}; return ops.average_pool(x, 3, 1)"),
        target(_KERAS_CONV, "return ops.average_pool(self.conv(x), 3, 1, padding='same')"),
    ),
    Planted(
        "batch norm with the other eps",
        source("self.bn = nn.BatchNorm2d(3)", "return self.bn(x)"),
        target("self.bn = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)", "return self.bn(x)"),
        target("self.bn = layers.BatchNormalization(momentum=0.9)", "return self.bn(x)"),
    ),
    Planted(
        "gelu left at its default",
        source(_CONV, "return F.gelu(self.conv(x))"),
        target(_KERAS_CONV, "return ops.gelu(self.conv(x), approximate=False)"),
        target(_KERAS_CONV, "return ops.gelu(self.conv(x))"),
    ),
    Planted(
        "missing dropout",
        source(_CONV, "return F.dropout(self.conv(x), 0.3, self.training)"),
        target(f"{_KERAS_CONV}; self.drop = layers.Dropout(0.3)", "return self.drop(self.conv(x))"),
        target(_KERAS_CONV, "return self.conv(x)"),
        caught_in="training output",
    ),
    Planted(
        "dropout of elements where channels are dropped",
        source(_CONV, "return F.dropout2d(self.conv(x), 0.3, self.training)"),
        target(f"{_KERAS_CONV}; self.drop = layers.SpatialDropout2D(0.3)", "return self.drop(self.conv(x))"),
        target(f"{_KERAS_CONV}; self.drop = layers.Dropout(0.3)", "return self.drop(self.conv(x))"),
        caught_in="training output",
    ),
    Planted(
        "momentum the wrong way round",
        source("self.bn = nn.BatchNorm2d(3, momentum=0.2)", "return self.bn(x)"),
        target("self.bn = layers.BatchNormalization(momentum=0.8, epsilon=1e-5)", "return self.bn(x)"),
        target("self.bn = layers.BatchNormalization(momentum=0.2, epsilon=1e-5)", "return self.bn(x)"),
        caught_in="buffer bn.running_mean",
    ),
    Planted(
        "batch norm that never trains",
        source("self.bn = nn.BatchNorm2d(3)", "return self.bn(x)"),
        target("self.bn = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)", "return self.bn(x)"),
        target("self.bn = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)", "return self.bn(x, training=False)"),
        caught_in="training output",
    ),
    Planted(
        "gradient stopped",
        source(_CONV, "return torch.relu(self.conv(x)) * x.mean()"),
        target(_KERAS_CONV, "return ops.relu(self.conv(x)) * ops.mean(x)"),
        target(_KERAS_CONV, "return ops.relu(self.conv(x)) * ops.stop_gradient(ops.mean(x))"),
        caught_in="gradient of input x",
    ),
    Planted(
        "a square matrix transposed",
        source("self.weight = nn.Parameter(torch.zeros(5, 5))", "return x @ self.weight"),
        target(
            "self.weight = self.add_weight(shape=(5, 5), initializer='zeros', name='weight')",
            "return x @ self.weight",
        ),
        target(
            "self.weight = self.add_weight(shape=(5, 5), initializer='zeros', name='weight')",
            "return x @ ops.transpose(self.weight)",
        ),
        inputs="x: float32[N,5]",
    ),
    Planted(
        "branches swapped",
        source("self.a = nn.Linear(5, 4); self.b = nn.Linear(5, 4)", "return torch.cat([self.a(x), self.b(x)], 1)"),
        target(
            "self.a = layers.Dense(4); self.b = layers.Dense(4)",
            "return ops.concatenate([self.a(x), self.b(x)], 1)",
        ),
        target(
            "self.a = layers.Dense(4); self.b = layers.Dense(4)",
            "return ops.concatenate([self.b(x), self.a(x)], 1)",
        ),
        inputs="x: float32[N,5]",
    ),
    Planted(
        "a frozen parameter",
        source("self.fc = nn.Linear(5, 4)", "return self.fc(x)"),
        target("self.fc = layers.Dense(4)", "return self.fc(x)"),
        target("self.fc = layers.Dense(4); self.fc.trainable = False", "return self.fc(x)"),
        inputs="x: float32[N,5]",
        caught_in="trainable parameters",
    ),
    Planted(
        "right only up to batch two",
        source(_CONV, "x = self.conv(x); return x.flatten(2).transpose(1, 2)"),
        target(_KERAS_CONV, "x = self.conv(x); return ops.reshape(x, (x.shape[0], -1, 4))"),
        target(_KERAS_CONV, "x = self.conv(x); return ops.reshape(x, (x.shape[0], -1, 4))[:2]"),
        inputs="x: float32[N,3,8,8]",
    ),
    Planted(
        "flattened in the order of Keras",
        source(f"{_CONV}; self.fc = nn.Linear(144, 2)", "return self.fc(self.conv(x).flatten(1))"),
        target(
            f"{_KERAS_CONV}; self.fc = layers.Dense(2)",
            "x = ops.transpose(self.conv(x), (0, 3, 1, 2)); return self.fc(ops.reshape(x, (x.shape[0], -1)))",
        ),
        target(
            f"{_KERAS_CONV}; self.fc = layers.Dense(2)",
            "x = self.conv(x); return self.fc(ops.reshape(x, (x.shape[0], -1)))",
        ),
        inputs="x: float32[N,3,8,8]",
    ),
    Planted(
        "a table computed otherwise",
        source("self.register_buffer('table', torch.arange(5) / 5.0)", "return x + self.table"),
        target(
            f"{_TABLE}; self.table.assign(ops.arange(5) / 5)",
            "return x + self.table",
        ),
        target(
            f"{_TABLE}; self.table.assign(ops.arange(5) / 4)",
            "return x + self.table",
        ),
        inputs="x: float32[N,5]",
        caught_in="initial value of buffer table",
    ),
    Planted(
        "noise of another kind",
        source(_CONV, "x = self.conv(x); return x + torch.randn_like(x)"),
        target(_KERAS_CONV, "x = self.conv(x); return x + keras.random.normal(x.shape)"),
        target(_KERAS_CONV, "x = self.conv(x); return x + keras.random.uniform(x.shape)"),
    ),
]
