"""Both sides on a GPU. Run with ``-m gpu`` where there is one."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from mutants import MUTANTS, planted, sides

from translate.verify import Options, Verification, devices, verify

pytest.importorskip("torch")
pytest.importorskip("keras")

NAMES = ("torch", "jax", "tensorflow")
HOSTS = ("images", "attention", "recurrent", "steps")
FAULTS = ("eps off by a tenth", "gelu approximate", "gates swapped", "buffer that is not updated", "kernel transposed")


def on_gpu(backend: str) -> None:
    """Skip where there is none, or where what is installed cannot use it."""
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    try:
        devices.chosen("cuda", backend)
    except devices.DeviceError as error:
        pytest.skip(str(error))


def run(backend: str, source: str, translated: str, *inputs: str, **options: Any) -> Verification:
    on_gpu(backend)
    asked = Options(**{"examples": 0, **options}, backend=backend, device="cuda")  # pyright: ignore[reportArgumentType]
    return verify(source, translated, "Net()", inputs, options=asked)


@pytest.mark.gpu
@pytest.mark.parametrize("backend", NAMES)
@pytest.mark.parametrize("host", HOSTS)
def test_the_right_translation_is_equal(backend: str, host: str) -> None:
    result = run(backend, *sides(host, "tf"))
    assert result.verdict == "equal", result.message
    assert result.device == "cuda"


@pytest.mark.gpu
@pytest.mark.parametrize("backend", NAMES)
@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.to == "tf" and m.name in FAULTS], ids=lambda m: m.id)
def test_the_fault_is_caught(backend: str, mutant: Any) -> None:
    source, _, inputs = sides(mutant.host, "tf")
    result = run(backend, source, planted(mutant), inputs)
    assert result.verdict == "different", result.message
    assert result.divergence is not None
    assert result.divergence.path in mutant.where.split("|"), result.divergence.in_words()


SOURCE = """
import torch
from torch import nn

class Net(nn.Linear):
    def __init__(self):
        super().__init__(512, 512)

    def forward(self, x):
        assert x.is_cuda and torch.zeros(1).is_cuda
        return super().forward(x)
"""
TARGET = """
import keras
from keras import layers

class Net(layers.Dense):
    def __init__(self):
        super().__init__(512)

    def call(self, x):
        where = x.device if not callable(getattr(x, "devices", None)) else [d.platform for d in x.devices()]
        assert keras.config.backend() == "tensorflow" or "cuda" in str(where) or "gpu" in str(where), where
        return super().call(x)
"""


@pytest.mark.gpu
@pytest.mark.parametrize("backend", NAMES)
def test_float32_is_not_rounded_to_tf32(backend: str) -> None:
    """TF32 has 10 bits: products of 512 numbers err by 1e-4 and more of their scale. Both sides are on the GPU."""
    result = run(backend, SOURCE, TARGET, "x: float32[N,512]", gradients=False, training=False)
    assert result.verdict == "equal", result.message
    float32 = [c for c in result.comparisons if c.dtype == "float32"]
    assert float32
    assert all(c.relative < 1e-5 for c in float32), float32


@pytest.mark.gpu
def test_more_memory_than_the_limit_is_told() -> None:
    wants = SOURCE.replace("return super", "torch.zeros(2**30)\n        return super")  # 4 GiB, or 8 in float64
    result = run("torch", wants, TARGET, "x: float32[N,512]", memory_limit=3 * 2**30)
    assert result.verdict == "failed"
    assert "OutOfMemoryError" in result.message or "memory" in result.message, result.message
