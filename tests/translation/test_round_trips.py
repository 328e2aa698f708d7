"""There and back: PyTorch, Keras, PyTorch on fixtures/, and Keras, PyTorch, Keras on fixtures_torch/.

The end is compared with the beginning in float64: outputs for two batches, gradients, a step of training.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
from fixture_files import BACK, FIXTURES, Fixture, fixture, names

from translate.translation import Translation, translate

To = Literal["tf", "torch"]
QUICK = {
    "tf": (
        "cbam",
        "densenet",
        "inception",
        "lenet",
        "mobile",
        "norms",
        "position_mask",
        "sequence_conv",
        "two_towers",
        "volume",
    ),
    "torch": ("attention", "custom_layers", "detector", "dictionary", "mobile_blocks", "residual", "sequential"),
}
"""The others take minutes."""
TRIPS = [
    pytest.param(to, name, marks=() if name in QUICK[to] else pytest.mark.long, id=f"{name}-by-{to}")
    for to, among in (("tf", FIXTURES), ("torch", BACK))
    for name in names(among)
]


def both(one: Fixture, to: To) -> tuple[Translation, Translation]:
    there = translate(one.source, to=to)
    return there, translate(there.code, to="torch" if to == "tf" else "tf")


def _renamed(model: str, done: Translation) -> str:
    return re.sub(r"^\w+", lambda found: done.classes.get(found[0], found[0]), model)


@pytest.mark.parametrize(("to", "name"), TRIPS)
def test_comes_back_as_it_was(to: To, name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from ends import Ends

    one = fixture(name, FIXTURES if to == "tf" else BACK)
    there, back = both(one, to)
    assert there.complete and back.complete, (there.diagnostics, back.diagnostics)
    files = [tmp_path / f"{part}.py" for part in ("first", "second", "third")]
    for path, text in zip(files, (one.source, there.code, back.code), strict=True):
        path.write_text(text, encoding="utf-8")
    models = [one.model, _renamed(one.model, there)]
    models.append(_renamed(models[1], back))
    assert not Ends(files, models, one.inputs, to).differences()


ATTENTION = """import keras
from keras import layers


class Net(keras.Model):
    def __init__(self, size=None):
        super().__init__()
        self.across = layers.MultiHeadAttention(2, 3, value_dim=4, use_bias=False, dropout=0.2, output_shape=5)
        self.along = layers.MultiHeadAttention(2, 3, attention_axes=(1,), output_shape=size)
        self.after = layers.MultiHeadAttention(5, 2)
        self.narrow = layers.Dense(4)

    def call(self, x):
        seen = x[:, :, 0, :5] > 0
        y, weights = self.across(x[:, :, 1], self.narrow(x[:, :, 0]), return_attention_scores=True)
        return self.along(x, x[:, 1:], use_causal_mask=True), self.after(y, y, attention_mask=seen), weights
"""


def test_attention_comes_back_as_it_was(tmp_path: Path) -> None:
    """With sizes that it is told and that it finds out; arguments that Keras takes by keyword only are given so."""
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from ends import Ends

    there = translate(ATTENTION, to="torch")
    assert "attention_mask=seen" in there.code
    back = translate(there.code.replace("attention_mask=seen", "None, seen"), to="tf")
    assert there.complete and back.complete, (there.diagnostics, back.diagnostics)
    assert back.code.count("layers.MultiHeadAttention(") == 3 and "class Multi" not in back.code
    files = [tmp_path / f"{part}.py" for part in ("first", "second", "third")]
    for path, text in zip(files, (ATTENTION, there.code, back.code), strict=True):
        path.write_text(text, encoding="utf-8")
    assert not Ends(files, ["Net()"] * 3, ("x: float32[N,5,5,6]",), "torch").differences()


def test_a_fault_on_the_way_is_found(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from ends import Ends

    one = fixture("lenet")
    there, back = both(one, "tf")
    wrong = back.code.replace("max_pool2d", "avg_pool2d", 1)
    assert wrong != back.code
    files = [tmp_path / f"{part}.py" for part in ("first", "second", "third")]
    for path, text in zip(files, (one.source, there.code, wrong), strict=True):
        path.write_text(text, encoding="utf-8")
    assert Ends(files, [one.model] * 3, one.inputs, "tf").differences()
