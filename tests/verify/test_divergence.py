"""The place that is named where two programs part."""

from __future__ import annotations

import json
import re

import pytest

from translate.verify import Verification

pytest.importorskip("torch")
pytest.importorskip("keras")

BLOCKS = """
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv = nn.Conv2d(n, n, 3, padding=1)
        self.bn = nn.BatchNorm2d(n, eps=1e-3)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.act(self.bn(self.conv(x))) + x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(4) for _ in range(3)])
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(4 * 36, 5), nn.Tanh())

    def forward(self, x):
        return self.head(self.blocks(x))
"""
KERAS_BLOCKS = """
import keras
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, n):
        super().__init__()
        self.conv = layers.Conv2D(n, 3, padding="same")
        self.bn = layers.BatchNormalization(momentum=0.9)
        self.act = layers.ReLU()

    def call(self, x):
        return self.act(self.bn(self.conv(x))) + x


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [Block(4) for _ in range(3)]
        self.head = keras.Sequential([layers.Permute((3, 1, 2)), layers.Flatten(), layers.Dense(5, activation="tanh")])

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
"""
IMAGE, CHANNELS_LAST = "x: float32[N,4,6,6]", "x: float32[N,6,6,4]"

FAULTS = {
    "blocks.0.bn": ("momentum=0.9)", "momentum=0.9, epsilon=1e-3 + 1e-6)", False),
    "blocks.0.act": ("layers.ReLU()", "layers.ReLU(negative_slope=1e-6)", False),
    "blocks.0": ("(self.conv(x))) + x", "(self.conv(x))) + x * (1 + 1e-6)", True),
    "head.1": ('"tanh"', '"sigmoid"', False),
}


@pytest.mark.parametrize("path", FAULTS)
def test_the_innermost_submodule_is_named(check, path: str) -> None:
    right, wrong, own_code = FAULTS[path]
    assert right in KERAS_BLOCKS
    found = parting(check(BLOCKS, KERAS_BLOCKS.replace(right, wrong), IMAGE, examples=0))
    assert (found.path, found.what) == (path, "output")
    assert found.own_code == own_code


def parting(result: Verification):
    assert result.verdict == "different", result.message
    assert result.divergence is not None, result.notes
    assert Verification.from_json(json.loads(json.dumps(result.to_json()))).divergence == result.divergence
    return result.divergence


def test_one_block_of_many_and_where_it_is_made(check) -> None:
    one = KERAS_BLOCKS.replace("range(3)]", "range(3)]\n        self.blocks[1].bn.epsilon = 2e-3")
    found = parting(check(BLOCKS, one, IMAGE, examples=0))
    assert (found.path, found.translation.path) == ("blocks.1.bn", "blocks[1].bn")
    assert (found.source.kind, found.translation.kind) == ("BatchNorm2d", "BatchNormalization")
    assert (found.source.made, found.source.called) == ("source.py:10", "source.py:14")
    assert (found.translation.made, found.translation.called) == ("translated.py:10", "translated.py:14")
    assert found.inputs == ((1, 4, 6, 6),)
    assert found.error and found.scale and found.error / found.scale < 1e-2


def test_gradients_are_followed_backwards(check) -> None:
    stopped = KERAS_BLOCKS.replace("self.act(self.bn(self.conv(x))) + x", "self.act(self.bn(self.conv(x))) + x\n")
    stopped = stopped.replace(
        "        for block in self.blocks:\n            x = block(x)\n",
        "        for number, block in enumerate(self.blocks):\n"
        "            x = block(x) if number != 1 else block(x) + x - ops.stop_gradient(x)\n",
    )
    found = parting(check(BLOCKS, stopped, IMAGE, examples=0))
    assert (found.what, found.path) == ("gradient", "")
    assert found.own_code
    assert found.before == "blocks.1"
    assert re.search(
        r"between blocks.0 and blocks.1 \(called at source.py:\d+ and translated.py:\d+\)", found.in_words()
    )


def test_what_trains_only(check) -> None:
    train = KERAS_BLOCKS.replace("self.act(self.bn(self.conv(x)))", "self.act(self.bn(self.conv(x), training=False))")
    found = parting(check(BLOCKS, train, IMAGE, examples=0))
    assert (found.what, found.path) == ("output", "blocks.0.bn")
    momentum = KERAS_BLOCKS.replace("momentum=0.9", "momentum=0.99")
    found = parting(check(BLOCKS, momentum, IMAGE, examples=0))
    assert (found.what, found.path, found.translation.path) == ("buffer", "blocks.0.bn", "blocks[0].bn")


FUNCTIONAL = """
import keras
from keras import layers


def net():
    x = start = keras.Input((None, None, 3))
    for number, filters in enumerate((4, 6)):
        x = layers.Conv2D(filters, 3, activation="relu", name=f"conv_{number}")(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.LayerNormalization(name=f"norm_{number}")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(start, layers.Dense(5, name="scores")(x))
"""
SEQUENCE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 6, 3)
        self.norm1, self.norm2 = nn.LayerNorm(4, eps=1e-3), nn.LayerNorm(6, eps=1e-3)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(6, 5)

    def last(self, norm, x):
        return norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def forward(self, x):
        x = self.last(self.norm1, self.pool(torch.relu(self.conv1(x))))
        x = self.last(self.norm2, self.pool(torch.relu(self.conv2(x))))
        return self.fc(x.mean((2, 3)))
"""


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("6, eps=1e-3", "6, eps=1e-4", "norm2", r"norm2 \(LayerNormalization at source.py:11, LayerNorm at translated"),
        ("self.conv1(x)))", "self.conv1(x))) * 1.001", "norm1|pool|", ""),
        (
            "MaxPool2d(2)",
            "AvgPool2d(2)",
            "pool",
            r"MaxPooling2D at source.py:10, AvgPool2d at translated.py:11\), given",
        ),
        (
            "x.mean((2, 3))",
            "x.amax((2, 3))",
            "",
            r"between norm2 and fc \(called at source.py:\d+ and translated.py:20",
        ),
        ("torch.relu(self.conv2(x))", "self.conv2(x)", "conv2", "Conv2D at source.py:9"),
    ],
)
def test_a_functional_model_of_keras(check, old: str, new: str, path: str, words: str) -> None:
    options = {"to": "torch", "model": "net()", "translated_model": "Net()", "examples": 0, "training": False}
    image = "x: float32[N,H,W,3], H in 12..15, W in 16..19"
    assert check(FUNCTIONAL, SEQUENCE, image, **options).verdict == "equal"
    assert SEQUENCE.count(old) == 1
    found = parting(check(FUNCTIONAL, SEQUENCE.replace(old, new), image, **options))
    assert found.path in path.split("|"), found.in_words()
    assert re.search(words, found.in_words()), found.in_words()


def test_plain_functions_have_one_place_only(check) -> None:
    found = parting(
        check(
            "import torch\ndef act(x): return x * torch.sigmoid(x)",
            "from keras import ops\ndef act(x): return x * ops.tanh(x)",
            "x: float32[N,T]",
            model="act",
            examples=0,
        )
    )
    assert (found.path, found.source.kind, found.inputs) == ("", "", ((1, 1),))


def test_less_exact_in_float32_only(check) -> None:
    text = "from torch import nn\nclass {}(nn.Module):\n    def forward(self, x):\n        return {}\n"
    plain = text.format("Shift", "x + 0.0") + text.format("Net", "self.shift(x)").replace(
        "    def forward",
        "    def __init__(self):\n        super().__init__()\n        self.shift = Shift()\n\n    def forward",
    )
    keras = plain.replace("from torch import nn", "import keras").replace("nn.Module", "keras.layers.Layer")
    keras = keras.replace("def forward", "def call").replace("x + 0.0", "(x + 1e4) - 1e4")
    found = parting(check(plain, keras, "x: float32[N,5]", examples=0))
    assert (found.path, found.what) == ("shift", "output")
