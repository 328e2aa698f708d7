"""Recurrent modules by themselves: whatever a module takes of what they give, its translation computes the same."""

from __future__ import annotations

import os
import random
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")

from translate.translation import translate  # noqa: E402
from translate.weights import transfer  # noqa: E402

SOURCE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.{layer}

    def forward(self, x, h0, c0):
{body}
"""
STATE = {"LSTM": "(h, c)", "GRU": "h", "RNN": "h"}
BEGIN = {"LSTM": "(h0, c0)", "GRU": "h0", "RNN": "h0"}
BODIES = {
    "outputs": "y, _ = self.layer(x)\nreturn y",
    "outputs, unused states": "y, {state} = self.layer(x)\nreturn y.relu()",
    "item": "return self.layer(x)[0].tanh()",
    "item and states": "y = self.layer(x)[0]\n_, {state} = self.layer(x)\nreturn y, h",
    "last": "_, {state} = self.layer(x)\nreturn h[-1] * 2",
    "last as it is": "y, {state} = self.layer(x)\nreturn h.permute(1, 0, 2)",
    "last, sliced": "_, {state} = self.layer(x)\nreturn h[0, :, :] + h.squeeze(0).sum()",
    "states": "y, {state} = self.layer(x)\nreturn y, {state}",
    "begins": "y, {state} = self.layer(x, {begin})\nreturn y, h[-1]",
    "begins with itself": "_, {state} = self.layer(x)\ny, _ = self.layer(x, {again})\nreturn y",
    "whole": "return self.layer(x, {begin})",
    "whole, by parts": "result = self.layer(x)\ny, state = result\nreturn y, self.layer(x, state)[0]",
    "keywords": "y, state = self.layer(input=x, hx={begin})\nreturn y, state",
    "two ways": "y, _ = self.layer(x)\nz, {state} = self.layer(x, {begin})\nreturn y, z, h[-1]",
    "outer name": "forward_h = x.sum()\n_, {state} = self.layer(x)\nreturn h * forward_h",
}
ONE_LAYER_ONLY = {"last, sliced"}


def drawn() -> list[Any]:
    """Each body for each kind of layer: one that can be Keras' own, and one of other arguments, for one kind in two."""
    rng = random.Random(3)
    found: list[Any] = []
    for i, kind in enumerate(STATE):
        for j, name in enumerate(BODIES):
            for own in (True, False) if (i + j) % 3 == 0 else ((i + j) % 3 == 1,):
                layers = 1 if own else rng.choice((1, 2, 3))
                layers = 1 if name in ONE_LAYER_ONLY else layers
                options = {
                    "num_layers": layers,
                    "bias": rng.random() < 0.8,
                    "batch_first": rng.random() < 0.6,
                    "bidirectional": name not in ONE_LAYER_ONLY and rng.random() < (0.3 if own else 0.7),
                    "dropout": 0.5 if layers > 1 else 0.0,
                }
                written = ", ".join(f"{k}={v}" for k, v in options.items() if rng.random() < 0.8 or v not in (1, False))
                found.append(pytest.param(f"{kind}(4, 5, {written})", name, options, id=f"{kind}-{name}-{written}"))
    return found


def flat(value: Any) -> list[Any]:
    return [a for part in value for a in flat(part)] if isinstance(value, (tuple, list)) else [value]


@pytest.fixture(autouse=True)
def double() -> Any:
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(("layer", "body", "options"), drawn())
def test_recurrent(layer: str, body: str, options: dict[str, Any]) -> None:
    kind = layer.partition("(")[0]
    lines = BODIES[body].format(state=STATE[kind], begin=BEGIN[kind], again=STATE[kind])
    text = SOURCE.format(layer=layer, body="\n".join(f"        {line}" for line in lines.splitlines()))
    source: dict[str, Any] = {}
    exec(text, source)
    torch.manual_seed(0)
    module = source["Net"]().double().eval()
    layers = module.layer.num_layers * (2 if module.layer.bidirectional else 1)
    result = translate(text, to="tf")
    assert result.complete, result.diagnostics
    target: dict[str, Any] = {}
    exec(result.code, target)
    rng = np.random.default_rng(0)
    given = [keras.ops.array(rng.normal(size=shape)) for shape in ((3, 3, 4), (layers, 3, 5), (layers, 3, 5))]
    expected = [t.detach().numpy() for t in flat(module(*(torch.tensor(a.numpy()) for a in given)))]
    model = target["Net"]()
    if layers == 1 and "whole" not in body and body != "outer name" and not body.startswith("keywords"):
        assert "StackedRNN" not in result.code
    model(*given)
    transfer(module, model)
    actual = [np.array(t) for t in flat(model(*given))]
    assert [a.shape for a in actual] == [e.shape for e in expected]
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
