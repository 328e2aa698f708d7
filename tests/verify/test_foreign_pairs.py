"""Pairs that somebody else translated: names and the order of attributes differ."""

from __future__ import annotations

import pytest
from planted import source, target

pytest.importorskip("torch")
pytest.importorskip("keras")

TORCH = source(
    "self.head = nn.Linear(6, 5); self.stem = nn.Conv2d(3, 4, 3, padding=1); self.norm = nn.BatchNorm2d(4); "
    "self.body = nn.Sequential(nn.Conv2d(4, 6, 3), nn.ReLU(), nn.Conv2d(6, 6, 1))",
    "x = self.norm(self.stem(x)); return self.head(self.body(x).mean((2, 3)))",
)
KERAS = target(
    "self.conv1 = layers.Conv2D(4, 3, padding='same'); self.conv3 = layers.Conv2D(6, 1); "
    "self.conv2 = layers.Conv2D(6, 3, activation='relu'); self.bn1 = layers.BatchNormalization(momentum=0.9, "
    "epsilon=1e-5); self.classifier = layers.Dense(5)",
    "x = self.bn1(self.conv1(x)); x = self.conv3(self.conv2(x)); return self.classifier(ops.mean(x, (1, 2)))",
)
IMAGES = {"tf": "x: float32[N,3,H,W], H in 8..12, W in 8..12", "torch": "x: float32[N,H,W,3], H in 8..12, W in 8..12"}


@pytest.mark.parametrize("to", ["tf", "torch"])
def test_are_paired_by_the_order_of_calls(check, to: str) -> None:
    both = (TORCH, KERAS) if to == "tf" else (KERAS, TORCH)
    result = check(*both, IMAGES[to], to=to, examples=0)
    assert result.verdict == "equal", result.message
    note = next(n for n in result.notes if "order of calls" in n)
    assert "stem is conv1, norm is bn1, body.0 is conv2, body.2 is conv3, head is classifier" in note
    assert not any("need not tell" in n for n in result.notes)
    image = {"tf": "channels last", "torch": "channels first"}[to]
    assert result.arrangements["inputs"] == [f"x: {image}"]
    wrong = both[1].replace("epsilon=1e-5", "epsilon=1e-4").replace("BatchNorm2d(4)", "BatchNorm2d(4, eps=1e-4)")
    result = check(both[0], wrong, IMAGES[to], to=to, examples=0)
    assert result.divergence is not None
    assert result.divergence.path == "norm"


def test_what_order_does_not_settle_is_said(check) -> None:
    torch = source(
        "self.q = nn.Linear(5, 4); self.k = nn.Linear(5, 4)", "return (self.q(x) * torch.tanh(self.k(x))).sum(1)"
    )
    keras = target(
        "self.query = layers.Dense(4); self.key = layers.Dense(4)",
        "key = ops.tanh(self.key(x)); return ops.sum(self.query(x) * key, 1)",
    )
    result = check(torch, keras, "x: float32[N,5]", examples=0)
    assert result.verdict == "different"
    assert any(n.startswith("key, query are given the same") for n in result.notes), result.notes


def test_shapes_that_do_not_fit_in_any_order_are_told(check) -> None:
    other = KERAS.replace("layers.Conv2D(6, 1)", "layers.Conv2D(6, 1, use_bias=False)")
    result = check(TORCH, other, IMAGES["tf"], examples=0)
    assert result.verdict == "failed"
    assert "missing in Keras" in result.message
