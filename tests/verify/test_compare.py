"""Comparing arrays, and the order of their axes."""

from __future__ import annotations

import math

import pytest

np = pytest.importorskip("numpy")

from translate.verify import Comparison, Verification, axes  # noqa: E402
from translate.verify.compare import Tolerance, compare  # noqa: E402

EXACT = Tolerance()


def test_rounding_is_equal_and_faults_are_not() -> None:
    x = np.random.default_rng(0).normal(size=100)
    assert compare("x", x, x * (1 + 1e-8), EXACT).equal
    assert not compare("x", x, x * (1 + 1e-6), EXACT).equal
    assert compare("x", x * 1e-20, (x + 1e-12) * 1e-20, EXACT).equal
    assert not compare("x", x * 1e-20, (x + 1e-6) * 1e-20, EXACT).equal


def test_the_floor_is_for_what_is_only_rounding() -> None:
    noise = np.random.default_rng(0).normal(size=10) * 1e-16
    assert not compare("x", noise, -noise, EXACT).equal
    assert compare("x", noise, -noise, EXACT, floor=1.0).equal


@pytest.mark.parametrize(
    ("first", "second", "detail"),
    [
        (np.zeros(3), np.zeros((3, 1)), "shape [3] in the source, [3, 1] in the translation"),
        (np.zeros(3), np.zeros(3, int), "float in the source, integer in the translation"),
        (np.array([np.nan, 1.0]), np.array([0.0, 1.0]), "1 of 2 elements are NaN on one side only"),
        (np.array([np.inf, 1.0]), np.array([0.0, 1.0]), "1 of 2 elements are infinite on one side only"),
        (np.array([np.inf, 1.0]), np.array([-np.inf, 1.0]), "infinities of another sign"),
        (np.array([1, 2]), np.array([1, 3]), "1 of 2 elements differ"),
    ],
)
def test_what_numbers_cannot_say(first, second, detail: str) -> None:
    found = compare("x", first, second, EXACT)
    assert not found.equal
    assert found.detail == detail


def test_equal_without_numbers() -> None:
    strange = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert compare("x", strange, strange.copy(), EXACT).equal
    assert compare("x", np.zeros((0, 3)), np.zeros((0, 3)), EXACT).equal
    assert compare("x", np.array([1, 2], np.int64), np.array([1, 2], np.int32), EXACT).equal


def test_orders_of_axes() -> None:
    assert axes.from_letters("NCHW", "NHWC", 4) == axes.channels_last(4) == (0, 2, 3, 1)
    assert axes.inverse((0, 2, 3, 1)) == (0, 3, 1, 2)
    assert axes.from_letters("", "", 3) == (0, 1, 2)
    for wrong in (("NCHW", "NHWC", 3), ("NCHW", "NHWX", 4), ("NNHW", "NNHW", 4)):
        with pytest.raises(ValueError, match="does not fit"):
            axes.from_letters(*wrong)
    assert next(axes.input_candidates([4, 2], "tf")) == ((0, 2, 3, 1), (0, 1))
    assert next(axes.input_candidates([4, 2], "torch")) == ((0, 3, 1, 2), (0, 1))
    assert list(axes.input_candidates([3], "tf")) == [((0, 1, 2),), ((0, 2, 1),)]


def test_a_result_survives_json() -> None:
    comparison = Comparison("x", "float64", math.inf, 1.0, False, "shape")
    result = Verification("different", "x", sizes=({"N": 2},), comparisons=(comparison,), notes=("a",))
    assert result.to_json()["comparisons"][0]["error"] is None
    assert Verification.from_json(result.to_json()) == result
