"""Weights move by name between a model and its translation, both ways, and every tensor moves exactly once."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("keras")

import keras
import torch

from translate.translation import translate
from translate.weights import pair, transfer
from translate.weights.calls import calls_on

ROOT = Path(__file__).parents[2]
KERAS = {
    "residual": ((2, 16, 16, 3),),
    "mobile_blocks": ((2, 32, 32, 3),),  # separable and depthwise convolutions, weights of a user's layer
    "closures": ((2, 32, 32, 3),),  # functional, batch normalization
    "two_inputs": ((2, 14, 14, 3), (2, 12, 12, 1), (2, 5)),
    "script": ((2, 20, 3),),
    "detector": ((2, 16, 12, 3),),
}
SHARED = """\
import keras
from keras import layers


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, padding="same", input_shape=(None, None, 4))
        self.bn = layers.BatchNormalization()

    def call(self, x):
        return self.conv(self.bn(self.conv(x)))
"""


def load_module(path: Path, text: str) -> Any:
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def random(shapes: tuple[tuple[int, ...], ...]) -> list[Any]:
    return [np.random.default_rng(i).normal(size=shape).astype("float32") for i, shape in enumerate(shapes)]


def first(array: Any) -> Any:
    """Images with their channels first."""
    return torch.as_tensor(np.moveaxis(array, -1, 1).copy() if array.ndim > 2 else array)


def built(text: str, model: str, shapes: tuple[tuple[int, ...], ...], folder: Path) -> tuple[Any, Any, list[Any]]:
    """The Keras model and its translation, both with weights, and the tensors of the latter."""
    done = translate(text, to="torch")
    assert done.complete, done.diagnostics
    renamed = re.sub(r"^\w+", lambda found: done.classes.get(found[0], found[0]), model)
    layer = eval(model, vars(load_module(folder / "by_name_keras.py", text)))
    module = eval(renamed, vars(load_module(folder / "by_name_torch.py", done.code))).eval()
    arrays = random(shapes)
    layer(arrays if len(arrays) > 1 else arrays[0])
    for weight in layer.weights:
        weight.assign(np.random.default_rng(len(weight.path)).uniform(0.5, 1.5, weight.shape))
    tensors = [first(a) for a in arrays]
    try:
        module(*tensors)
    except RuntimeError:  # a chain of one tensor that has its last axis last
        tensors = [torch.as_tensor(a) for a in arrays]
        module(*tensors)
    return layer, module, tensors


def assert_each_once(module: Any, layer: Any, tensors: list[Any]) -> None:
    pairs = pair(module, layer, calls=calls_on(module, tensors)).pairs
    assert set(Counter(id(p.torch) for p in pairs).values()) == {1}
    assert set(Counter(id(p.keras) for p in pairs).values()) == {1}
    held = {id(t) for n, t in module.state_dict(keep_vars=True).items() if not n.endswith("num_batches_tracked")}
    assert {id(p.torch) for p in pairs} == held
    assert {id(p.keras) for p in pairs} >= {id(w) for w in layer.weights if "seed" not in w.path}
    for p in pairs:
        assert np.array_equal(p.to_keras(p.torch.detach().numpy()), np.array(p.keras.numpy())), p.path


@pytest.mark.parametrize("name", KERAS)
def test_keras_weights_into_the_translated_module(name: str, tmp_path: Path) -> None:
    text = (ROOT / "fixtures_torch" / name / "source.py").read_text(encoding="utf-8")
    told = (ROOT / "fixtures_torch" / name / "fixture.toml").read_text(encoding="utf-8")
    model = re.search(r'model = "(.*)"', told)
    assert model is not None
    layer, module, tensors = built(text, model[1], KERAS[name], tmp_path)
    before = {n: t.clone() for n, t in module.state_dict().items() if t.is_floating_point()}
    transfer(layer, module, inputs=tensors)
    after = module.state_dict()
    assert all(not torch.equal(before[n], after[n]) for n in before), "a tensor was left as it was"
    assert_each_once(module, layer, tensors)


def test_a_shared_layer_moves_once(tmp_path: Path) -> None:
    layer, module, tensors = built(SHARED, "Net()", ((2, 8, 8, 4),), tmp_path)
    transfer(layer, module)
    assert_each_once(module, layer, tensors)


def test_and_back(tmp_path: Path) -> None:
    layer, module, tensors = built(SHARED, "Net()", ((2, 8, 8, 4),), tmp_path)
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5)
    transfer(module, layer)
    assert_each_once(module, layer, tensors)
    image = random(((2, 8, 8, 4),))[0]
    ours = module(first(image)).detach().numpy()
    assert np.allclose(np.moveaxis(ours, 1, -1), keras.ops.convert_to_numpy(layer(image)), atol=1e-4)


def test_a_weight_too_many_is_refused(tmp_path: Path) -> None:
    from translate.weights import WeightError

    layer, module, _ = built(SHARED, "Net()", ((2, 8, 8, 4),), tmp_path)
    module.register_parameter("more", torch.nn.Parameter(torch.zeros(3)))
    with pytest.raises(WeightError, match="more"):
        transfer(layer, module)
