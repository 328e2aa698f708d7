"""What is read of models: which there are, how they are built and fed. Nothing is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from translate.discover import Entry, discover, framework_of
from translate.discover.structure import parts_of

TORCH = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
KERAS = "import keras\nfrom keras import layers\n"


def entry(text: str, framework: str = "torch", path: Path | None = None) -> Entry:
    (found,) = discover(text, framework, path).entries
    return found


def module(name: str, parameters: str = "", body: str = "") -> str:
    return f"""
class {name}(nn.Module):
    def __init__(self{parameters and ", " + parameters}):
        super().__init__()
        {body or "pass"}

    def forward(self, x):
        return x
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import torch", "torch"),
        ("from tensorflow import keras", "keras"),
        ("import tf_keras", "keras"),
        ("import numpy as np", ""),
        ("import torch\nimport keras\nclass A(keras.Model): pass", "keras"),
        ("import torch\nfrom torch import nn\nimport tensorflow as tf\nnn.Linear(1, 2)", "torch"),
    ],
)
def test_the_framework_is_told_by_the_imports(text: str, found: str) -> None:
    assert framework_of(text) == found


def test_parts_are_no_models_of_their_own() -> None:
    text = TORCH + module("Block") + module("Net", body="self.block = self.make()")
    text += """
def helper():
    return Block()

def small(pretrained='imagenet', classes=10):
    model = Net()
    return model

def large(pretrained=False):
    return Net()
"""
    text = text.replace("self.make()", "helper()")
    found = discover(text, "torch").entries
    assert [(e.name, e.kind) for e in found] == [("small", "factory"), ("large", "factory")]
    assert [b.text for e in found for b in e.builds] == ["small(pretrained=None)", "large()"]


def test_a_tensor_beside_a_model_is_its_input() -> None:
    text = (
        TORCH
        + module("Net", "channels")
        + """
if __name__ == "__main__":
    width, batch = 16, 4
    net = Net(channels=width * 1).to("cuda")
    x = torch.randn(batch, width, 32, 32 * 2).cuda()
    y = torch.randint(0, 100, (2, 7))
    with torch.no_grad():
        print(net(x).shape)
    net(y)
"""
    )
    found = entry(text)
    assert found.builds[0].text == "Net(channels=16 * 1)"
    assert found.builds[0].origin.startswith("the source:")
    first, second = found.examples
    assert first.inputs[0].shape == (4, 16, 32, 64)
    assert (second.inputs[0].shape, second.inputs[0].dtype, second.inputs[0].below) == ((2, 7), "int64", 100)


def test_an_expression_that_the_file_cannot_evaluate_is_not_taken() -> None:
    text = (
        TORCH + "DIM = 4\n" + module("Net", "dim, other") + "\ndef main(args):\n    Net(args.dim, 2)\n    Net(DIM, 3)\n"
    )
    texts = [b.text for b in entry(text).builds]
    assert texts[0] == "Net(DIM, 3)"
    assert not any("args" in t for t in texts)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tests/test_net.py", "import torch\nfrom net import Net\n\ndef test_it():\n    Net(5)(torch.ones(1, 5))\n"),
        ("README.md", "Use it:\n\n```python\nx = torch.ones(1, 5)\nNet(5)(x)\n```\n"),
        ("guide.ipynb", json.dumps({"cells": [
            {"cell_type": "code", "source": ["%matplotlib inline\n", "from net import Net\n", "model = Net(5)"]},
            {"cell_type": "code", "source": "this is not python"},
            {"cell_type": "code", "source": ["model(torch.ones(1, 5))"]},
        ]})),
    ],
)  # fmt: skip
def test_the_project_is_read_too(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "tests").mkdir()
    (tmp_path / name).write_text(content if "torch" in content[:20] else content.replace("x = ", "import torch\nx = "))
    if name.endswith("ipynb"):
        (tmp_path / name).write_text(content.replace("from net", "import torch\\nfrom net"))
    source = tmp_path / "net.py"
    source.write_text(TORCH + module("Net", "size"))
    found = entry(source.read_text(), path=source)
    assert found.builds[0].text == "Net(5)"
    assert found.builds[0].origin.startswith(Path(name).name)
    assert found.examples[0].inputs[0].shape == (1, 5)


def test_documentation_in_the_file_is_read() -> None:
    text = TORCH + module("Net", "size").replace(
        "    def __init__",
        '    """A net.\n\n    >>> import torch\n    >>> Net(6)(torch.zeros((1, 6)))\n    """\n\n    def __init__',
        1,
    )
    assert entry(text).builds[0].text == "Net(6)"
    assert entry(text).examples[0].inputs[0].shape == (1, 6)


def test_keras_models_of_every_style() -> None:
    text = (
        KERAS
        + """
class Sub(keras.Model):
    def build(self, input_shape=(None, 24, 24, 3)):
        pass

    def call(self, inputs):
        return inputs

def functional(weights="imagenet", classes=3):
    x = inputs = keras.Input((8,))
    return keras.Model(inputs, layers.Dense(classes)(x))

model = keras.Sequential()
model.add(layers.Dense(3))
model.build(input_shape=(None, 16))
"""
    )
    found = discover(text, "keras").entries
    assert [(e.name, e.kind, e.builds[0].text) for e in found] == [
        ("Sub", "class", "Sub()"),
        ("functional", "factory", "functional(weights=None)"),
        ("model", "variable", "model"),
    ]
    assert found[0].examples[0].inputs[0].shape == (None, 24, 24, 3)


def test_a_symbolic_input_and_a_summary_have_no_batch() -> None:
    text = (
        KERAS
        + """
class Sub(keras.Model):
    def call(self, inputs):
        return inputs

net = Sub()
net(keras.Input(shape=(32, 32, 3)))
net.build((None, 16, 3))
"""
    )
    assert [e.inputs[0].shape for e in entry(text, "keras").examples] == [(None, 32, 32, 3), (None, 16, 3)]
    text = TORCH + "from torchsummary import summary\n" + module("Net") + "\nif True:\n    summary(Net(), (3, 8, 8))\n"
    assert entry(text).examples[0].inputs[0].shape == (None, 3, 8, 8)


@pytest.mark.parametrize(
    ("parameters", "first"),
    [
        ("in_channels, num_classes", "Net(3, 10)"),
        ("vocab_size: int, dim: int = 4", "Net(50)"),
        ("tasks: dict[str, int]", "Net({'a': 3, 'b': 4})"),
        ("sizes: list[int], *, bias: bool", "Net([8, 16], bias=False)"),
        ("config: Config", "Net(Config())"),
        ("cfg", "Net(Config())"),
    ],
)
def test_arguments_without_a_default_are_made_up(parameters: str, first: str) -> None:
    text = TORCH + "class Config:\n    size = 3\n" + module("Net", parameters)
    found = entry(text)
    assert found.builds[0].text == first
    assert found.builds[0].origin.startswith("made up")


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("a, b = inputs", (("a", "b"), False)),
        ("a = inputs[0]\n    b = inputs[1]", (("a", "b"), False)),
        ("a = inputs[0]", ((), False)),
        ('x = inputs["image"] + inputs["age"]', (("image", "age"), True)),
        ("a, b = inputs.shape", ((), False)),
    ],
)
def test_what_is_taken_apart(body: str, parts: tuple[tuple[str, ...], bool]) -> None:
    import ast

    function = ast.parse(f"def call(self, inputs, training=False):\n    {body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert parts_of(function) == parts
