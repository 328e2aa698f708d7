"""Gradients behind a softmax that is sure of its answer."""

from __future__ import annotations

from conftest import Check
from planted import source, target

SOURCE = source("self.fc = nn.Linear(5, 4)", "return torch.softmax({}200 * self.fc(x), -1)")
TARGET = target("self.fc = layers.Dense(4)", "return ops.softmax({}200 * self.fc(x), axis=-1)")


def test_a_sure_softmax_is_made_less_sure(check: Check) -> None:
    result = check(SOURCE.format(""), TARGET.format(""), "x: float32[N,5]")
    assert result.verdict == "equal", result.message
    assert not any("vanish" in note for note in result.notes)


def test_so_that_a_gradient_that_is_stopped_is_found(check: Check) -> None:
    stopped = TARGET.format("0 * x[:, :4] + ops.stop_gradient(").replace("self.fc(x),", "self.fc(x)),")
    result = check(SOURCE.format("0 * x[:, :4] + "), stopped, "x: float32[N,5]")
    assert result.verdict == "different"
    assert "gradient" in result.message


def test_gradients_that_vanish_for_another_reason_are_noted(check: Check) -> None:
    clipped = SOURCE.format("1e-12 * ").replace("200 * ", ""), TARGET.format("1e-12 * ").replace("200 * ", "")
    result = check(*clipped, "x: float32[N,5]")
    assert result.verdict == "equal", result.message
    assert any("vanish" in note for note in result.notes)
