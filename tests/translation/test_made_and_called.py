"""Layers that are made where they are called, and what layers keep: weights, variables, what ``build`` makes."""

from __future__ import annotations

import pytest
from constructs import left, net

from translate.translation import Translation, translate

HEAD = "import keras\nfrom keras import layers, ops\n\n\n"


def model(init: str, call: str, parameters: str = "x") -> str:
    lines = ["class Net(keras.Model):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in init.splitlines()]
    lines += ["", f"    def call(self, {parameters}):", *(f"        {line}" for line in call.splitlines())]
    return HEAD + "\n".join(lines) + "\n"


def told(done: Translation) -> list[tuple[int, str]]:
    return [(d.line, d.code) for d in done.diagnostics if not d.is_note]


@pytest.mark.parametrize("layer", ["Dropout(0.5)", "Dense(3)", "BatchNormalization()", "LSTM(3)"])
def test_a_layer_that_keeps_something_is_told_where_each_call_makes_it_anew(layer: str) -> None:
    done = translate(model("pass", f"return layers.{layer}(x)"), to="torch")
    assert told(done) == [(11, "T106")]


@pytest.mark.parametrize("layer", ["Dropout(0.5)", "Linear(3, 3)"])
def test_the_same_in_pytorch(layer: str) -> None:
    assert [code for code, _, _ in left(net(forward=f"return nn.{layer}(x)"))] == ["T106"]


def test_a_layer_that_keeps_nothing_may_be_called_as_it_is_made() -> None:
    done = translate(model("pass", "x = layers.ReLU()(x)\nreturn layers.Flatten()(x)"), to="torch")
    assert not told(done)
    assert "return torch.flatten(x, 1)" in done.code


def test_what_is_left_of_a_pooling_is_flattened_as_it_is() -> None:
    call = "x = layers.GlobalAveragePooling2D(keepdims=True)(self.conv(x))\nreturn layers.Flatten()(x)"
    done = translate(model("self.conv = layers.Conv2D(4, 1)", call), to="torch")
    assert not told(done)
    assert "x = F.adaptive_avg_pool2d(self.conv(x), 1)\n        return torch.flatten(x, 1)\n" in done.code


def test_a_chain_of_its_own_is_laid_out_as_it_was() -> None:
    init = "\n        super().__init__([\n            layers.Flatten(),\n            layers.ReLU(),\n        ])\n"
    done = translate(f"{HEAD}class Net(keras.Sequential):\n    def __init__(self):{init}", to="torch")
    assert done.code.endswith("super().__init__(\n            nn.Flatten(),\n            nn.ReLU(),\n        )\n")


def test_in_a_function_too() -> None:
    function = "def waves(n):\n    return layers.Flatten()(ops.ones((n, 2, 2)))\n\n\n"
    text = model("self.waves = keras.Variable(waves(3))", "return x + self.waves")
    done = translate(text.replace(HEAD, HEAD + function), to="torch")
    assert not told(done)
    assert "return torch.flatten(torch.ones((n, 2, 2)), 1)" in done.code


def test_a_variable_is_a_tensor() -> None:
    init = "self.scale = keras.Variable(2.0)\nself.shift = keras.Variable(ops.ones((1,)))"
    done = translate(model(init, "return ops.exp(self.scale) * x + ops.sin(self.shift)"), to="torch")
    assert not told(done)
    assert "self.scale = nn.Parameter(torch.tensor(2.0))" in done.code
    assert "return torch.exp(self.scale) * x + torch.sin(self.shift)" in done.code


BUILDS = {
    "several inputs": (
        "def build(self, a_shape, b_shape):\n"
        "        self.kernel = self.add_weight(shape=(a_shape[-1], b_shape[-1]))\n\n"
        "    def call(self, a, b):\n        return ops.matmul(a, self.kernel) + b"
    ),
    "another size": (
        "def build(self, input_shape):\n"
        "        self.kernel = self.add_weight(shape=(input_shape[1], 1))\n\n"
        "    def call(self, x):\n        return x * self.kernel"
    ),
}


@pytest.mark.parametrize("name", BUILDS)
def test_a_build_that_stays_is_told(name: str) -> None:
    text = f"{HEAD}class Own(layers.Layer):\n    {BUILDS[name]}\n"
    assert (6, "T103") in told(translate(text, to="torch"))


def test_a_bilinear_form_comes_back_with_the_sizes_that_are_known() -> None:
    text = net(
        "self.a = nn.Linear(4, 5)\nself.b = nn.Linear(4, 6)\nself.both = nn.Bilinear(5, 6, 3)",
        "return self.both(self.a(x), self.b(x))",
    )
    back = translate(translate(text).code, to="torch")
    assert not told(back)
    assert "self.both = nn.Bilinear(5, 6, 3)" in back.code
