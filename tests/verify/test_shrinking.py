"""Inputs on which two programs differ are made as small and as plain as they can be."""

from __future__ import annotations

import time

import numpy as np
import pytest
from planted import source, target

from translate.verify.randomise import arrays
from translate.verify.result import Comparison
from translate.verify.shrinking import Smallest, alike, smallest
from translate.verify.spec import Inputs

pytest.importorskip("hypothesis")

IMAGE = Inputs.parse(["x: float32[N,H,W,3]"])
BASE = {"N": 2, "H": 64, "W": 64}


def test_sizes_that_a_model_takes_in_steps_only() -> None:
    def differs(found: Smallest) -> bool | None:
        if found.sizes["H"] % 16 or found.sizes["W"] % 16:
            return None  # refused
        return found.sizes["W"] >= 32

    found = smallest(IMAGE, BASE, differs, 0, 60)
    assert found.sizes == {"N": 1, "H": 16, "W": 32}  # steps of 8 or 32: nobody knows about 16


def test_a_range_that_was_said_is_kept() -> None:
    inputs = Inputs.parse(["x: float32[N,H,W,3], H in 20..64 by 4, N in 2..3"])
    found = smallest(inputs, BASE, lambda one: one.sizes["H"] > 30, 0, 60)
    assert found.sizes == {"N": 2, "H": 32, "W": 1}


def test_where_nothing_smaller_differs_it_stays() -> None:
    tried: list[Smallest] = []

    def differs(found: Smallest) -> bool:
        tried.append(found)
        return False

    assert smallest(IMAGE, BASE, differs, 0, 60) == Smallest(BASE)
    assert 5 < len(tried) < 40


def test_it_ends_in_time() -> None:
    def slow(found: Smallest) -> bool:
        time.sleep(0.2)
        return found.sizes["W"] > 3

    started = time.monotonic()
    smallest(IMAGE, BASE, slow, 0, 1.0)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("needed", "values"), [(lambda x: True, "zeros"), (np.any, "ones"), (lambda x: np.ptp(x) > 0, "quarters")]
)
def test_numbers_are_made_plain(needed, values: str) -> None:
    def differs(found: Smallest) -> bool:
        (x,) = arrays(IMAGE, found.sizes, 0, found.values)
        return bool(needed(x))

    assert smallest(IMAGE, {**BASE, "H": 3, "W": 3}, differs, 0, 60).values == values


def test_plain_numbers_stay_in_their_bounds() -> None:
    inputs = Inputs.parse(["a: int64[N] in 3..9", "b: float32[N] in 0.5..2.0", "c: bool[N]"])
    for values in ("zeros", "ones", "quarters"):
        a, b, c = arrays(inputs, {"N": 50}, 0, values)
        assert (a.dtype, b.dtype, c.dtype) == (np.int64, np.float64, bool)
        assert a.min() >= 3
        assert 0.5 <= b.min() <= b.max() <= 2.0


def test_another_difference_does_not_count() -> None:
    first = Comparison("output", "float64", 0.5, 1.0, False)
    assert alike(first, Comparison("output", "float64", 2.0, 9.0, False))
    assert not alike(first, Comparison("output", "float64", 1e-6, 9.0, False)), "next to nothing is left of it"
    assert not alike(first, Comparison("gradient of x", "float64", 0.5, 1.0, False))
    shapes = [Comparison("output", "float64", np.inf, 1.0, False, f"shape [{n}, 3] in the source") for n in (1, 22)]
    assert alike(*shapes)
    assert not alike(first, shapes[0])


def test_the_first_sizes_that_differ_are_made_smaller(check) -> None:
    plain = source("self.fc = nn.Linear(5, 4)", "return self.fc(x)")
    wrong = target("self.fc = layers.Dense(4)", "x = self.fc(x); return x + 1 if x.shape[1] > 5 else x")
    result = check(plain, wrong, "x: float32[N,T,5]", examples=0)
    assert (result.failing_sizes, result.failing_values) == ({"N": 1, "T": 6}, "zeros")
    assert "(sizes N=1, T=6; inputs zeros; seed 0)" in result.message
    assert result.divergence is not None
    assert result.divergence.inputs == ((1, 6, 5),)
    trained = target("self.fc = layers.Dense(4)", "return self.fc(x) + ops.cast(training, x.dtype)")
    trained = trained.replace("def call(self, x)", "def call(self, x, training=False)")
    result = check(plain, trained, "x: float32[N,T,5]", examples=0)
    assert result.message.startswith("training output: differs by 1,")
    assert (result.failing_sizes, result.failing_values) == ({"N": 1, "T": 1}, "zeros")
