"""How models are built and fed when nobody says it: found by building and calling them, here in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("keras")

from translate.discover import discover, framework_of
from translate.verify import Options, find, trial
from translate.verify.spec import Inputs

TORCH = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self{parameters}):
        super().__init__()
        {body}

    def forward(self, {inputs}):
        {result}
"""


def found(path: Path, text: str, seconds: float = 60) -> dict[str, Any]:
    """The only model of a text, tried; its inputs can be read."""
    path.write_text(text)
    framework = framework_of(text)
    (entry,) = discover(text, framework, path, around=[]).entries
    request = {"source": str(path), "framework": framework, "entry": entry.to_json(), "inputs": [], "seconds": seconds}
    result = trial.run(request, lambda _: None)
    Inputs.parse(result["inputs"])
    return result


@pytest.mark.parametrize(
    ("body", "inputs", "result", "expected"),
    [
        ("self.a = nn.Conv2d(5, 4, 3)", "x", "return self.a(x)", ["x: float32[N,5,H,W]"]),
        ("self.a = nn.Conv2d(1, 4, 3); self.b = nn.Linear(4 * 19 * 19, 2)", "x",
         "return self.b(self.a(x).flatten(1))", ["x: float32[N,1,21,21]"]),
        ("self.a = nn.Linear(7, 4)", "x", "return self.a(x)", ["x: float32[N,7]"]),
        ("self.a = nn.LSTM(7, 4, batch_first=True)", "x", "return self.a(x)[0]", ["x: float32[N,T,7]"]),
        ("self.a = nn.Conv1d(7, 4, 3)", "x", "return self.a(x.transpose(1, 2))", ["x: float32[N,T,7]"]),
        ("self.a = nn.Embedding(33, 4)", "tokens", "return self.a(tokens)", ["tokens: int64[N,T] < 33"]),
        ("self.a = nn.Embedding(33, 4); self.p = nn.Parameter(torch.zeros(9, 4))", "tokens",
         "return self.a(tokens) + self.p[:tokens.shape[1]]", ["tokens: int64[N,T] < 33, T in 8..9"]),
        ("self.a = nn.Conv2d(3, 4, 1); self.b = nn.Linear(6, 4)", "image, other, scale=2",
         "return self.a(image).mean((2, 3)) + scale * self.b(other)",
         ["image: float32[N,3,H,W]", "other: float32[N,6]"]),
        ("self.a = nn.Conv2d(3, 4, 1)", "x", "return self.a(x).reshape(-1, 4, x.shape[2] // 8, 8 * x.shape[3])",
         ["x: float32[N,3,H,W], H in 64..96 by 8"]),
        ("self.a = nn.Linear(6, 4); self.b = nn.Linear(4, 4)", "batch",
         "return self.a(batch['left']) + self.b(batch['right'])",
         ["batch: {left: float32[N,6], right: float32[N,4]}"]),
    ],
)  # fmt: skip
def test_what_the_layers_want_and_what_is_tried(
    tmp_path: Path, body: str, inputs: str, result: str, expected: list[str]
) -> None:
    text = TORCH.format(parameters="", body=body, inputs=inputs, result=result)
    tried = found(tmp_path / "net.py", text)
    assert (tried["problem"], tried["model"]) == ("", "Net()")
    assert tried["inputs"] == expected


def test_arguments_are_tried_until_the_model_can_be_built_and_run(tmp_path: Path) -> None:
    body = "assert not dims % 3; self.a = nn.Linear(dims, 4); self.b = nn.ModuleList(nn.Linear(4, w) for w in widths)"
    text = TORCH.format(
        parameters=", dims, widths", body=body, inputs="x", result="return [b(self.a(x)) for b in self.b]"
    )
    tried = found(tmp_path / "net.py", text)
    assert (tried["problem"], tried["model"]) == ("", "Net(3, [8, 16])")
    assert "made up" in tried["said"][0]
    assert tried["inputs"] == ["x: float32[N,3]"]


def test_a_tensor_beside_the_model_says_what_no_layer_does(tmp_path: Path) -> None:
    text = TORCH.format(parameters="", body="self.k = 31", inputs="x", result="return x.reshape(-1, 17, self.k)")
    assert found(tmp_path / "net.py", text, 5)["problem"]
    tried = found(
        tmp_path / "net.py", text + "\n\ndef demo():\n    net = Net()\n    return net(torch.rand(4, 17 * 31))\n"
    )
    assert tried["problem"] == ""
    assert tried["inputs"] == ["x: float32[N,527]"]
    assert tried["said"][1] == "inputs: net.py:17"


def test_large_models_are_tried_without_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translate.verify.trial_torch._LARGE", 100)
    body = "self.a = nn.Conv2d(3, 8, 7, stride=2); self.pool = nn.AvgPool2d(100); self.b = nn.Linear(8, 3)"
    text = TORCH.format(parameters="", body=body, inputs="x", result="return self.b(self.pool(self.a(x)).flatten(1))")
    tried = found(tmp_path / "net.py", text)
    assert tried["inputs"] == ["x: float32[N,3,205,205]"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("raise ValueError('never')", "raised ValueError: never"),
        ("self.a = nn.Linear(2, 2); self.forward = lambda x: 1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_was_not_found_is_told(tmp_path: Path, body: str, says: str) -> None:
    text = TORCH.format(parameters="", body=body, inputs="x", result="return x")
    tried = found(tmp_path / "net.py", text, 3)
    assert tried["model"] == ""
    assert says in tried["problem"]
    assert "\n" not in tried["problem"]


@pytest.mark.parametrize(
    ("line", "says"),
    [("while True: pass", "not finished after 20 s"), ("import os; os._exit(3)", "ended by itself with exit status 3")],
)
def test_a_file_that_does_what_it_should_not(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(TORCH.format(parameters="", body="pass", inputs="x", result="return x") + line + "\n")
    entries = discover(path.read_text(), "torch", path, around=[]).entries
    (plan,) = find(path, "torch", entries, options=Options(time_limit=20))
    assert (plan.model, plan.inputs) == ("", ())
    assert says in plan.problem


KERAS = """
import keras
from keras import layers, ops


class Marks(layers.Layer):
    def __init__(self):
        super().__init__()
        self.a = layers.Embedding(21, 4)

    def call(self, x):
        return self.a(x) + layers.Embedding(6, 4)(ops.arange(6))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        {body}

    def call(self, {inputs}):
        {result}


def functional(weights="imagenet", input_shape=None):
    size = input_shape or (299, 299, 3)
    return keras.Sequential([keras.Input(size), layers.Conv2D(2, 3)])


def marked():
    x = keras.Input((6,), dtype="int32", name="words")
    return keras.Model(x, Marks()(x))
"""


def test_keras_models(tmp_path: Path) -> None:
    def tried(body: str, inputs: str, result: str) -> list[list[str]]:
        text = KERAS.format(body=body, inputs=inputs, result=result)
        path = tmp_path / "net.py"
        path.write_text(text)
        entries = discover(text, "keras", path, around=[]).entries
        subject = trial._subject("keras", trial.UserFile(path, "source", path))
        done = [trial.tried(subject, e.to_json(), [], 60) for e in entries]
        assert [d["problem"] for d in done] == ["", "", ""]
        assert done[1]["model"] == "functional(weights=None, input_shape=(64, 64, 3))"
        assert done[1]["inputs"] == ["x: float32[N,64,64,3]"]
        assert done[2]["inputs"] == ["words: int32[N,6] < 21"]
        return [d["inputs"] for d in done[:1]]

    assert tried("self.a = layers.Conv2D(4, 3)", "inputs", "return self.a(inputs)") == [["inputs: float32[N,H,W,3]"]]
    parts = "a, b = inputs\n        return self.a(a), self.b(b)"
    assert tried("self.a = layers.Embedding(9, 4); self.b = layers.LSTM(3)", "inputs, training=False", parts) == [
        ["a: int32[N,T] < 9", "b: float32[N,T,4]"]
    ]
