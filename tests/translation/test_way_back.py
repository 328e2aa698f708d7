"""The models in fixtures_torch/: their translation to PyTorch is the text kept there, and computes the same."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
from fixture_files import BACK, fixture, names

from translate.translation import Translation, translate


def translated(name: str) -> Translation:
    return translate(fixture(name, BACK).source, to="torch")


@pytest.mark.parametrize("name", names(BACK))
def test_translation_is_the_expected_text(name: str) -> None:
    assert translated(name).code == fixture(name, BACK).expected_path.read_bytes().decode()


@pytest.mark.parametrize("name", names(BACK))
def test_nothing_is_left_of_keras(name: str) -> None:
    done = translated(name)
    assert done.complete, done.diagnostics
    assert done.layout == "channels_first"
    imported = {n.name for s in ast.walk(ast.parse(done.code)) if isinstance(s, ast.Import) for n in s.names}
    imported |= {str(s.module) for s in ast.walk(ast.parse(done.code)) if isinstance(s, ast.ImportFrom)}
    assert not {name for name in imported if name.partition(".")[0] in ("keras", "tensorflow")}


@pytest.mark.parametrize("name", names(BACK))
def test_computes_the_same(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    one, done = fixture(name, BACK), translated(name)
    source, target = tmp_path / "source.py", tmp_path / "translated.py"
    source.write_text(one.source, encoding="utf-8")
    target.write_text(done.code, encoding="utf-8")
    model = re.sub(r"^\w+", lambda found: done.classes.get(found[0], found[0]), one.model)
    options = Options(to="torch", translated_model=model, examples=1)
    result = compare_models(source, target, one.model, one.inputs, options)
    assert result.verdict == "equal", result.message


BROKEN = {
    "tagger": ("h.sum(0)", "h.mean(0)"),
    "seq2seq": ("self.gru(x, state[None])", "self.gru(x)"),
    "transformer": ("use_causal_mask=self.causal", "use_causal_mask=True"),
    "unet": (
        "torch.cat([x, skips[self.is_layer[index]]], dim=1)",
        "torch.cat([skips[self.is_layer[index]], x], dim=1)",
    ),
    "dilated": ("(rate, 0)", "(0, rate)"),
    "sequential": ("Permute((2, 3, 1))", "nn.Identity()"),  # elements in another order
    "residual": ("torch.cat([x, self.block(x)], dim=1)", "torch.cat([self.block(x), x], dim=1)"),
    "functional_residual": ("eps=1.001e-5", "eps=1.001e-3"),
    "mobile_blocks": ('value=float("-inf")', "value=1.0"),
    "functional_scales": ("torch.cat([c2, u2], dim=1)", "torch.cat([u2, c2], dim=1)"),
    "attention": ("dim=-1", "dim=1"),
    "staged_blocks": ("x = self.activation(x)", "pass"),
    "detector": ("x.permute(0, 2, 3, 1)", "x"),
    "two_inputs": ("torch.cat([x, y], dim=-1)", "torch.cat([y, x], dim=-1)"),
    "closures": ("self.stride == 1 and", "self.stride == 2 and"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_in_the_translation_is_found(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    one, done = fixture(name, BACK), translated(name)
    right, wrong = BROKEN[name]
    assert right in done.code
    source, target = tmp_path / "source.py", tmp_path / "translated.py"
    source.write_text(one.source, encoding="utf-8")
    target.write_text(done.code.replace(right, wrong), encoding="utf-8")
    model = re.sub(r"^\w+", lambda found: done.classes.get(found[0], found[0]), one.model)
    result = compare_models(
        source, target, one.model, one.inputs, Options(to="torch", translated_model=model, examples=0, training=False)
    )
    assert result.verdict == "different", result.message


NOT_ONLY_DROPPED = {
    "training of one call": ("self.bn = layers.BatchNormalization()", "return self.bn(x, training=False)", "T102"),
    "a layer that does not train": ("self.bn = layers.Dense(3, trainable=False)", "return self.bn(x)", "T102"),
    "trainable of a layer": (
        "self.bn = layers.Dense(3)\n        self.bn.trainable = False",
        "return self.bn(x)",
        "T101",
    ),
    "a merge that is not called": ("self.merge = layers.Add()", "return x", "T102"),
    "trainable of a chain": (
        "self.bn = keras.Sequential([layers.Dense(3)], name='bn', trainable=False)",
        "return self.bn(x)",
        "T102",
    ),
    "trainable of a model": ("self.trainable = False", "return x", "T101"),
}


def test_sizes_that_a_class_is_not_told_are_reported() -> None:
    text = (
        "import keras\nfrom keras import layers\n\n\nclass Scale(layers.Layer):\n"
        "    def __init__(self, factor, **kwargs):\n        super().__init__(**kwargs)\n"
        "        self.factor = factor\n\n"
        "    def build(self, input_shape):\n        self.gamma = self.add_weight(shape=(input_shape[-1],))\n\n"
        "    def call(self, x):\n        return self.factor * self.gamma * x\n\n\n"
        "class Net(keras.Model):\n    def __init__(self, factors):\n        super().__init__()\n"
        "        self.scales = [Scale(f, name=str(f)) for f in factors]\n\n"
        "    def call(self, x):\n        for scale in self.scales:\n            x = scale(x)\n        return x\n"
    )
    assert {d.code for d in translate(text, to="torch").diagnostics if not d.is_note} == {"T102"}


@pytest.mark.parametrize("name", NOT_ONLY_DROPPED)
def test_what_changes_training_is_not_dropped_in_silence(name: str) -> None:
    init, call, code = NOT_ONLY_DROPPED[name]
    text = (
        "import keras\nfrom keras import layers\n\n\nclass Net(keras.Model):\n    def __init__(self):\n"
        f"        super().__init__()\n        {init}\n\n    def call(self, x):\n        {call}\n"
    )
    assert code in {d.code for d in translate(text, to="torch").diagnostics if not d.is_note}


def test_settings_passed_on_with_stars_stay_beside_the_channels() -> None:
    text = (
        "import keras\nfrom keras import layers\n\n\ndef block(x, filters, size=3):\n"
        "    return layers.Conv2D(filters, size)(x)\n\n\n"
        "def net(settings):\n    inputs = keras.Input((None, None, 3))\n    x = layers.Conv2D(4, 1)(inputs)\n"
        "    for setting in settings:\n        x = block(x, **setting)\n    return keras.Model(inputs, x)\n"
    )
    done = translate(text, to="torch")
    assert done.complete, done.diagnostics
    assert "Block(channels, **setting)" in done.code


@pytest.mark.parametrize("name", ["functional_residual", "unet", "transformer"])
def test_translated_models_are_traced_and_exported(name: str) -> None:
    torch: Any = pytest.importorskip("torch")
    done = translated(name)
    scope: dict[str, Any] = {"__name__": "translated"}
    exec(compile(done.code, name, "exec"), scope)
    model = eval(re.sub(r"^\w+", lambda found: done.classes.get(found[0], found[0]), fixture(name, BACK).model), scope)
    given = torch.randint(10, (2, 6)) if name == "transformer" else torch.randn(2, 3, 32, 32)
    model.eval()
    expected = model(given)
    assert torch.equal(torch.jit.trace(model, given)(given), expected)
    assert torch.equal(torch.export.export(model, (given,)).module()(given), expected)


NAMED = """import keras
from keras import layers

SIZES = {"small": 3, "large": 5}


class Block(layers.Layer):
    def __init__(self, size, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.dense = layers.Dense(size, name=f"{name}_dense")

    def call(self, x):
        return self.dense(x)


class Net(keras.Model):
    def __init__(self, name="small", **kwargs):
        super().__init__(name=name, **kwargs)
        self.block = Block(SIZES[name], name=f"{name}_block")

    def call(self, x):
        return self.block(x)


class Large(Net):
    def __init__(self):
        super().__init__(name="large")
"""


def test_a_name_that_only_names_goes_and_one_that_is_read_stays() -> None:
    torch: Any = pytest.importorskip("torch")
    done = translate(NAMED, to="torch")
    assert "Block(SIZES[name])" in done.code
    scope: dict[str, Any] = {}
    exec(done.code, scope)
    given = torch.zeros(2, 4)
    assert [scope["Net"]()(given).shape[1], scope["Large"]()(given).shape[1]] == [3, 5]
