"""Random weights, the buffers after a step, and the masks of dropout."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from conftest import Check

torch = pytest.importorskip("torch")
pytest.importorskip("keras")

from translate.verify import buffers, randomise  # noqa: E402
from translate.verify.compare import Tolerance  # noqa: E402
from translate.verify.masks import Draws  # noqa: E402


def fake(path: str, shape: tuple[int, ...], is_parameter: bool = True, by_rule: bool = True) -> SimpleNamespace:
    source = SimpleNamespace(dtype=torch.float64)
    return SimpleNamespace(path=path, shape=shape, is_parameter=is_parameter, by_rule=by_rule, torch=source)


def test_no_weight_keeps_a_value_that_hides_something() -> None:
    pairs = [
        fake("conv.weight", (64, 32, 3, 3)),
        fake("bn.weight", (500,)),
        fake("bn.bias", (500,)),
        fake("bn.running_mean", (500,), is_parameter=False),
        fake("bn.running_var", (500,), is_parameter=False),
        fake("mask", (500,), is_parameter=False, by_rule=False),
    ]
    values = randomise.weights(pairs, 0)
    assert "mask" not in values
    assert values["conv.weight"].std() == pytest.approx((2 / (32 * 9)) ** 0.5, rel=0.05)
    for name, middle in (("bn.weight", 0.5), ("bn.running_var", 1.0)):
        assert values[name].min() < 0.6 * middle
        assert values[name].max() > 1.4 * middle
    for name in ("bn.bias", "bn.running_mean"):
        assert values[name].std() == pytest.approx(0.1, rel=0.2)
    for value in values.values():
        np.testing.assert_array_equal(value, value.astype(np.float32))
    np.testing.assert_array_equal(randomise.weights(pairs[1:], 0)["bn.bias"], values["bn.bias"])


@pytest.mark.parametrize(("factor", "equal"), [(8 / 7, True), (2.0, True), (1.0, True), (10.0, False), (0.5, False)])
def test_a_variance_may_differ_by_what_unbiased_means(factor: float, equal: bool) -> None:
    variance = np.array([1.0, 2.0, 3.0])
    pair = SimpleNamespace(
        path="bn.running_var",
        is_parameter=False,
        differs="the unbiased one",
        torch=torch.tensor(variance * factor),
        keras=SimpleNamespace(numpy=lambda: variance),
        to_torch=lambda array: array,
    )
    found, notes = buffers.compare_buffers([pair], Tolerance(), SimpleNamespace(by_role=lambda *both: both))
    assert [c.equal for c in found] == [equal]
    assert bool(notes) == (factor != 1.0)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_dropout_drops_as_often_as_it_should(p: float) -> None:
    draws = Draws(0)
    draws.patch_torch()
    try:
        x = torch.randn(100_000, dtype=torch.float64)
        with draws.run(source=True):
            kept = torch.nn.functional.dropout(x, p) != 0
        assert kept.double().mean().item() == pytest.approx(1 - p, abs=0.01)
        assert torch.corrcoef(torch.stack([kept.double(), x.abs()]))[0, 1].abs() < 0.02
    finally:
        draws.close()
    assert torch.nn.functional.dropout.__module__ == "torch.nn.functional"


def test_other_draws_are_repeated_in_the_order_of_axes_of_the_other_side() -> None:
    draws = Draws(0)
    with draws.run(source=True):
        first, second = draws.draw((2, 3, 4, 5), normal=True), draws.draw((2, 1), normal=False)
    with draws.run(source=False):
        np.testing.assert_array_equal(draws.draw((2, 4, 5, 3), normal=True), first.transpose(0, 2, 3, 1))
        np.testing.assert_array_equal(draws.draw((2, 1), normal=False), second)


def test_float32_sees_the_same_random_tables(check: Check) -> None:
    """A buffer that the constructor draws differs from one model to the next; the comparison must not."""
    source = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("table", torch.randn(32))  # few numbers are drawn alike in both types

    def forward(self, x):
        return x * self.table
"""
    target = (
        "import keras\n\n\nclass Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.table = keras.Variable(keras.random.normal((32,)), trainable=False)\n\n"
        "    def call(self, x):\n        return x * self.table\n"
    )
    result = check(source, target, "x: float32[N,32]")
    assert result.verdict == "equal"
    assert max(c.relative for c in result.comparisons if c.dtype == "float32") < 1e-5
