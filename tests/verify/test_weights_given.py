"""Weights that an expression gives instead of random ones."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("keras")

from translate.verify import Options
from translate.verify.check import compare_models

KERAS = """\
import keras
import numpy as np


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.fc = keras.layers.Dense(2)

    def call(self, x):
        return self.fc(x)


trained = [np.full((3, 2), 0.25), np.full((2,), 0.5)]
"""
TORCH = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x) + (self.fc.weight == 0.25).all()


trained = {"fc.weight": torch.full((2, 3), 0.25), "fc.bias": torch.full((2,), 0.5)}
"""
"""Right with all weights but those."""


@pytest.mark.parametrize("to", ["tf", "torch"])
@pytest.mark.parametrize(
    ("weights", "verdict"), [("", "equal"), ("trained", "different"), ("trained[:1]", "failed"), ("nowhere", "failed")]
)
def test_are_used(to: str, weights: str, verdict: str, tmp_path: Path) -> None:
    places = {name: tmp_path / f"{name}.py" for name in ("keras", "torch")}
    for name, text in (("keras", KERAS), ("torch", TORCH)):
        places[name].write_text(text, encoding="utf-8")
    files = (places["keras"], places["torch"])
    options = Options(to="tf" if to == "tf" else "torch", weights=weights, examples=0, training=False, gradients=False)
    result = compare_models(*(files if to == "torch" else files[::-1]), "Net()", ["x: float32[N,3]"], options)
    assert result.verdict == verdict, result.message


def test_are_read_from_a_file(tmp_path: Path) -> None:
    import torch

    for name, text in (("keras", KERAS), ("torch", TORCH)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    torch.save({"fc.weight": torch.full((2, 3), 0.25), "fc.bias": torch.zeros(2)}, tmp_path / "trained.pt")
    options = Options(weights=repr(str(tmp_path / "trained.pt")), examples=0, training=False, gradients=False)
    result = compare_models(tmp_path / "torch.py", tmp_path / "keras.py", "Net()", ["x: float32[N,3]"], options)
    assert result.verdict == "different", result.message
