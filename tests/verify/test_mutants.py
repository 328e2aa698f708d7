"""Faults of many kinds in right programs: all are caught, and the faulty submodule is named; right ones are equal.

One fault in eight by default; all of them with ``-m long``.
"""

from __future__ import annotations

import pytest
from mutants import INPUTS, MUTANTS, Framework, Mutant, planted, sides

from translate.verify import Options

pytest.importorskip("torch")
pytest.importorskip("keras")

_EVERY = 8
cases = [
    pytest.param(m, id=m.id, marks=[pytest.mark.long] if number % _EVERY else []) for number, m in enumerate(MUTANTS)
]


def test_there_are_many_in_both_directions() -> None:
    assert len({m.id for m in MUTANTS}) == len(MUTANTS)
    assert min(sum(m.to == to for m in MUTANTS) for to in ("tf", "torch")) >= 50


@pytest.mark.parametrize("to", ["tf", "torch"])
@pytest.mark.parametrize("host", INPUTS)
def test_the_right_translation_is_equal(check, host: str, to: Framework) -> None:
    source, translated, inputs = sides(host, to)
    result = check(source, translated, inputs, to=to)
    assert result.verdict == "equal", result.message
    assert result.divergence is None
    # a table that both compute in float32 differs in its last bits
    assert all(c.relative < 1e-10 for c in result.comparisons if c.dtype == "float64" and "initial" not in c.name)


@pytest.mark.parametrize("mutant", cases)
def test_the_fault_is_caught_and_its_place_named(check, mutant: Mutant) -> None:
    source, _, inputs = sides(mutant.host, mutant.to)
    result = check(source, planted(mutant), inputs, to=mutant.to, examples=0)
    if result.verdict == "equal":  # it may show at some sizes only, as rounding up does: as many as users get
        result = check(source, planted(mutant), inputs, to=mutant.to, examples=Options().examples)
    assert result.verdict == "different", result.message
    assert result.divergence is not None, result.notes
    assert result.divergence.path in mutant.where.split("|"), result.divergence.in_words()


DEEP_TORCH = """
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        return nn.functional.silu(self.norm(self.fc(x)))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(128)])

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x
"""
DEEP_KERAS = """
import keras
from keras import layers, ops

class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.fc = layers.Dense(8)
        self.norm = layers.LayerNormalization(epsilon=1e-5)

    def call(self, x):
        return ops.silu(self.norm(self.fc(x)))

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [Block() for _ in range(128)]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return x
"""


@pytest.mark.parametrize(
    ("to", "block", "gradients"),
    [
        ("tf", 120, False),
        # so early that nothing of it is left in the output: what differs is a gradient
        pytest.param("tf", 77, True, marks=pytest.mark.long),
        pytest.param("torch", 77, True, marks=pytest.mark.long),
        # and gradients are so small there that they are compared by their own scale
        pytest.param("tf", 3, True, marks=pytest.mark.long),
    ],
)
def test_128_blocks_and_one_eps_among_them(check, to: Framework, block: int, gradients: bool) -> None:
    source, translated = (DEEP_TORCH, DEEP_KERAS) if to == "tf" else (DEEP_KERAS, DEEP_TORCH)
    options = {"to": to, "examples": 0, "gradients": gradients, "training": gradients}
    result = check(source, translated, "x: float32[N,8]", **options)
    assert result.verdict == "equal", result.message
    norm = "epsilon" if to == "tf" else "eps"
    last = "range(128)])" if to == "torch" else "range(128)]"
    wrong = translated.replace(last, f"{last}\n        self.blocks[{block}].norm.{norm} = 1.1e-5")
    result = check(source, wrong, "x: float32[N,8]", **options)
    assert result.verdict == "different", result.message
    assert result.divergence is not None
    assert result.divergence.path == f"blocks.{block}.norm"
