"""Inputs that are more than one tensor an argument: tuples, dicts, fixed values, some left out."""

from __future__ import annotations

import pytest
from conftest import Check

SOURCE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 4)
        self.out = nn.Linear(4, 3)

    def forward(self, batch, pair, mask=None, lengths=None, scale=1.0, mode="sum"):
        x = self.embed(batch["tokens"]) + batch["extra"].unsqueeze(-1)
        if mask is not None:
            x = torch.where(mask.unsqueeze(-1), x, torch.zeros_like(x))
        if lengths is not None:
            x = x / lengths.reshape(-1, 1, 1)
        x = x.sum(1) if mode == "sum" else x.mean(1)
        a, (b, c) = pair
        return self.out(x) * scale + a + b.mean(1, keepdim=True), c * 2
"""
TRANSLATED = """
import keras
from keras import layers, ops


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.embed = layers.Embedding(7, 4)
        self.out = layers.Dense(3)

    def call(self, batch, pair, mask=None, lengths=None, scale=1.0, mode="sum"):
        x = self.embed(batch["tokens"]) + ops.expand_dims(batch["extra"], -1)
        if mask is not None:
            x = ops.where(ops.expand_dims(mask, -1), x, ops.zeros_like(x))
        if lengths is not None:
            x = x / ops.cast(ops.reshape(lengths, (-1, 1, 1)), x.dtype)
        x = ops.sum(x, 1) if mode == "sum" else ops.mean(x, 1)
        a, (b, c) = pair
        return self.out(x) * scale + a + ops.mean(b, 1, keepdims=True), c * 2
"""
INPUTS = (
    "batch: {tokens: int64[N,T] < 7, extra: float32[N,T]}",
    "pair: (a: float32[N,3], b: (float32[N,2*T+1], float32[N] in 0..1))",
    "mask: bool[N,T]?",
    "lengths: int64[N]? in 1..T",
    "scale = 2",
    "mode = 'mean'",
)
WITHOUT_BOTH = """if mask is None and lengths is None:
            x = x + 1
        if mask is not None"""


def test_everything_at_once(check: Check) -> None:
    found = check(SOURCE, TRANSLATED, *INPUTS)
    assert found.verdict == "equal", found.message
    assert {s["mask?"] for s in found.sizes} == {0, 1}
    assert {s["lengths?"] for s in found.sizes} == {0, 1}
    names = [c.name for c in found.comparisons]
    assert "gradient of input batch['extra']" in names
    assert "gradient of input pair.b[0]" in names


@pytest.mark.parametrize(
    ("right", "wrong", "sizes"),
    [
        ("if mask is not None", WITHOUT_BOTH, {"mask?": 0, "lengths?": 0}),
        ("ops.where(ops.expand_dims(mask, -1), x, ops.zeros_like(x))", "x", {"mask?": 1}),
        ('batch["extra"]', 'batch["extra"] * 2', {}),
        ("ops.mean(x, 1)", "ops.sum(x, 1)", {}),
        ("* scale", "* 1.0", {}),
    ],
)  # fmt: skip
def test_a_fault_is_seen(check: Check, right: str, wrong: str, sizes: dict[str, int]) -> None:
    assert TRANSLATED.count(right) == 1
    found = check(SOURCE, TRANSLATED.replace(right, wrong), *INPUTS, training=False, gradients=False)
    assert found.verdict == "different"
    assert found.failing_sizes is not None
    assert sizes.items() <= found.failing_sizes.items()


def test_the_way_back_and_a_parameter_that_is_not_there(check: Check) -> None:
    found = check(TRANSLATED, SOURCE, *INPUTS, to="torch")
    assert found.verdict == "equal", found.message
    found = check(TRANSLATED, SOURCE, *INPUTS, "a = 1", "b = 2", to="torch")
    assert found.verdict == "failed"
    assert "no parameter 'a'" in found.message


def test_an_optional_input_that_the_source_needs_is_told(check: Check) -> None:
    needs = SOURCE.replace("if mask is not None:", "if True:")
    found = check(needs, TRANSLATED, *INPUTS)
    assert any("without mask" in note for note in found.notes), found.notes
