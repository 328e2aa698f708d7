"""What goes round in a loop, and is an image from the first round on or no more: it is turned before the loop."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from translate.translation import translate


def source(call: str) -> str:
    init = """
        self.inp = layers.Dense(4)
        self.convs = [layers.Conv1D(4, 3, padding="same") for _ in range(2)]
        self.mixes = [layers.Dense(4) for _ in range(2)]
    """
    head = "import keras\nfrom keras import layers, ops\n\n\nclass Net(keras.Model):\n    def __init__(self):\n"
    body = textwrap.indent(textwrap.dedent(init).strip(), " " * 8)
    call = textwrap.indent(textwrap.dedent(call).strip(), " " * 8)
    return f"{head}        super().__init__()\n{body}\n\n    def call(self, x):\n{call}\n"


INTO_CONVOLUTIONS = """
    x = self.inp(x)
    for conv in self.convs:
        x = conv(x)
    return ops.mean(x, axis=1)
"""
ROUND_CONVOLUTIONS = """
    x = self.inp(x)
    for conv in self.convs:
        x = x + conv(x)
    return ops.mean(x, axis=1)
"""
OUT_OF_CONVOLUTIONS = """
    x = self.convs[0](x)
    for mix in self.mixes:
        x = mix(x)
    return x
"""
NESTED = """
    x = self.inp(x)
    for _ in range(2):
        for conv in self.convs:
            x = conv(x)
    return ops.max(x, axis=1)
"""
BACK_AND_FORTH = """
    x = self.inp(x)
    for conv, mix in zip(self.convs, self.mixes):
        x = mix(conv(x))
    return x
"""
LOOPS = {
    "into convolutions": (INTO_CONVOLUTIONS, 1),
    "out of convolutions": (OUT_OF_CONVOLUTIONS, 1),
    "round convolutions": (ROUND_CONVOLUTIONS, 0),
    "nested": (NESTED, 1),
    "back and forth": (BACK_AND_FORTH, 0),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_begins_with_what_it_leaves(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    call, turned = LOOPS[name]
    text = source(call)
    done = translate(text, to="torch")
    assert done.complete, (done.diagnostics, done.code)
    assert done.code.count("x = x.permute(0, 2, 1)\n        for ") == turned, done.code
    before, after = tmp_path / "source.py", tmp_path / "translated.py"
    before.write_text(text, encoding="utf-8")
    after.write_text(done.code, encoding="utf-8")
    options = Options(to="torch", examples=0, training=False)
    result = compare_models(before, after, "Net()", ("x: float32[N,5,4]",), options)
    assert result.verdict == "equal", result.message


def test_in_the_other_direction() -> None:
    text = """import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(4, 4)
        self.convs = nn.ModuleList([nn.Conv2d(4, 4, 1) for _ in range(2)])

    def forward(self, x):
        x = self.inp(x).reshape(-1, 4, 2, 2)
        for conv in self.convs:
            x = conv(x)
        return x
"""
    done = translate(text)
    assert done.complete and done.layout == "channels_last"
    assert "x = ops.transpose(x, (0, 2, 3, 1))\n        for conv in self.convs:\n            x = conv(x)\n" in done.code
