"""Keras on JAX and on PyTorch: right programs are equal, faults are caught, and what cannot run there is told."""

from __future__ import annotations

import sys
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from mutants import MUTANTS, Mutant, planted, sides

from translate.translation import translate
from translate.verify import Options, Verification, verify, warm

sys.path.insert(0, str(Path(__file__).parents[1] / "translation"))
from fixture_files import BACK, fixture, names

pytest.importorskip("torch")
pytest.importorskip("keras")

NEEDED = {
    name: pytest.mark.skipif(find_spec(name) is None, reason=f"Keras cannot run on {name}, which is not installed")
    for name in ("jax", "torch")
}
BACKENDS = [pytest.param(name, marks=NEEDED[name]) for name in NEEDED]
# On JAX each operation is compiled for each shape, which takes ten times as long as all the rest.
SOME = ("buffer that is not updated", "gate with a gradient", "dropout before the sum is left out")
KINDS = (
    *("eps off by a tenth", "momentum of Keras", "max pool padded with more than its values", "dropout rate"),
    *("off by one slice", "padding sides swapped", "kernel transposed", "heads before parts", "gate frozen"),
    *("gelu approximate", "gates swapped", "forget bias of one", "frozen layer trains", "gradient stopped"),
)
# Keras 3.15 on JAX: pooling without strides takes those of the window for them, with two axes too many.
KERAS_FAULTS = {(name, "jax"): "reduce_window got inconsistent window_strides" for name in ("lenet", "densenet")}


@pytest.fixture(scope="module")
def server() -> Generator[Any]:
    with warm() as server:
        yield server


def run(server: Any, backend: str, source: str, translated: str, *inputs: str, **options: Any) -> Verification:
    model = options.pop("model", "Net()")
    asked = Options(**{"examples": 0, **options}, backend=backend)
    return verify(source, translated, model, inputs, options=asked, server=server)


def cases() -> list[Any]:
    few = [m for m in MUTANTS if m.host == "steps" and m.to == "tf" and m.name in SOME]
    assert len(few) == len(SOME)
    more = [m for m in MUTANTS if m.name in KINDS and m not in few]
    assert {m.name for m in more} == set(KINDS)
    quick = {name: few[:1] if name == "jax" else few for name in NEEDED}  # JAX compiles for each shape
    return [
        pytest.param(
            name, m, id=f"{name}-{m.id}", marks=[NEEDED[name], *([] if m in quick[name] else [pytest.mark.long])]
        )
        for name in NEEDED
        for m in (*few, *more)
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_right_translation_is_equal(server: Any, backend: str) -> None:
    result = run(server, backend, *sides("steps", "tf"))
    assert result.verdict == "equal", result.message
    assert (result.backend, result.device) == (backend, "cpu")
    compared = {c.name for c in result.comparisons}
    assert {"gradient of input x", "training gradient of input x", "buffer average.seen"} <= compared
    # where something was narrowed to float32 on the way, this is where it shows
    assert all(c.relative < 1e-10 for c in result.comparisons if c.dtype == "float64" and "initial" not in c.name)


@pytest.mark.parametrize(("backend", "mutant"), cases())
def test_the_fault_is_caught_and_its_place_named(server: Any, backend: str, mutant: Mutant) -> None:
    source, _, inputs = sides(mutant.host, mutant.to)
    result = run(server, backend, source, planted(mutant), inputs, to=mutant.to)
    assert result.verdict == "different", result.message
    assert result.divergence is not None, result.notes
    assert result.divergence.path in mutant.where.split("|"), result.divergence.in_words()


@pytest.mark.long
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("host", ["images", "attention", "recurrent"])
@pytest.mark.parametrize("to", ["tf", "torch"])
def test_all_hosts_are_equal(server: Any, backend: str, host: str, to: Any) -> None:
    result = run(server, backend, *sides(host, to), to=to)
    assert result.verdict == "equal", result.message


@pytest.mark.long
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", names())
def test_fixtures_compute_the_same(server: Any, backend: str, name: str) -> None:
    one = fixture(name)
    result = run(server, backend, one.source, translate(one.source).code, *one.inputs, model=one.model)
    if (name, backend) in KERAS_FAULTS:
        assert KERAS_FAULTS[name, backend] in result.message
    else:
        assert result.verdict == "equal", result.message


@pytest.mark.long
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", names(BACK))
def test_fixtures_of_the_way_back_compute_the_same(server: Any, backend: str, name: str) -> None:
    one = fixture(name, BACK)
    done = translate(one.source, to="torch")
    more = {"to": "torch", "model": one.model, "translated_model": done.made_by(one.model)}
    result = run(server, backend, one.source, done.code, *one.inputs, **more)
    if "import tensorflow" in one.source or "from tensorflow" in one.source:
        assert "runs on tensorflow" in result.message
    else:
        assert result.verdict == "equal", result.message


TORCH = """
from torch import nn

class Net(nn.Linear):
    def __init__(self):
        super().__init__(3, 2)
"""
KERAS = """
import keras
{more}

class Net(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.weight = self.add_weight(shape=(2, 3), name="weight")
        self.bias = self.add_weight(shape=(2,), name="bias")

    def call(self, x):
        return {result}
"""
RIGHT = "x @ keras.ops.transpose(self.weight) + self.bias"


@NEEDED["torch"]
def test_code_of_tensorflow_is_refused_on_another_backend(server: Any) -> None:
    result = run(server, "torch", TORCH, KERAS.format(more="import tensorflow", result=RIGHT), "x: float32[N,3]")
    assert result.verdict == "failed"
    assert result.message == (
        "the translation imports tensorflow, so it runs on tensorflow; use backend tensorflow instead of torch"
    )


@NEEDED["jax"]
def test_each_job_gets_its_own_backend_from_one_server(server: Any) -> None:
    told = "(_ for _ in ()).throw(ValueError(keras.config.backend()))"
    for backend in ("torch", "jax", "torch"):
        result = run(server, backend, TORCH, KERAS.format(more="", result=told), "x: float32[N,3]")
        assert f"ValueError: {backend}" in result.message


@NEEDED["jax"]
def test_weights_of_jax_are_no_view_of_those_of_pytorch(server: Any) -> None:
    """JAX keeps the memory of an array that it is given; what PyTorch trains would change Keras' variable, too."""
    source = "import torch\nfrom torch import nn\n\ndef Net():\n    return nn.BatchNorm1d(4, momentum=0.5)\n"
    keras = "from keras import layers\n\ndef Net():\n    return layers.BatchNormalization(momentum=0.5, epsilon=1e-5)\n"
    result = run(server, "jax", source, keras, "x: float32[N,4]")
    assert result.verdict == "equal", result.message
    assert "buffer running_mean" in {c.name for c in result.comparisons}
