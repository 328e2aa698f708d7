"""A parameter that nobody in the file gives: what its default would mean is not what its name means."""

from __future__ import annotations

import pytest

from translate import translate

KERAS = """
from keras import Model, layers, ops


class Net(Model):
    def __init__(self, axis=None, shape=None):
        super().__init__()
        self.conv = layers.Conv2D(8, 3)
        {made}
        self.axis = axis

    def call(self, x):
        x = self.conv(x)
        return {given}
"""
TORCH = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3)
        self.dim = dim

    def forward(self, x):
        x = self.conv(x)
        return {given}
"""


@pytest.mark.parametrize(
    ("source", "to", "expected"),
    [
        (KERAS.format(made="", given="ops.sum(x, axis=self.axis)"), "torch", "x.permute(0, 2, 3, 1), dim=self.axis"),
        (TORCH.format(given="torch.sum(x, dim=self.dim)"), "tf", "ops.transpose(x, (0, 3, 1, 2)), axis=self.dim"),
    ],
)
def test_an_axis_that_somebody_may_give_is_one_of_the_sources_order(source: str, to: str, expected: str) -> None:
    done = translate(source, to=to)  # type: ignore[arg-type]
    assert done.complete
    assert expected in done.code


def test_an_argument_that_somebody_may_give_is_not_left_out() -> None:
    source = KERAS.format(made="self.drop = layers.Dropout(0.5, noise_shape=shape)", given="self.drop(x)")
    done = translate(source, to="torch")
    assert [d.code for d in done.diagnostics if not d.is_note] == ["T102"]
    assert "noise_shape=shape" in done.code


def test_none_that_is_written_is_known() -> None:
    source = KERAS.format(made="self.drop = layers.Dropout(0.5, noise_shape=None)", given="ops.sum(x, axis=None)")
    done = translate(source, to="torch")
    assert done.complete
    assert "nn.Dropout(0.5)" in done.code
