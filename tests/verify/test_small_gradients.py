"""Small gradients are compared by their own scale where they are more than rounding."""

from __future__ import annotations

import numpy as np

from translate.verify.compare import Tolerance
from translate.verify.small_gradients import differing, doubtful

TOLERANCE = Tolerance(1e-7, 1e-9)
SMALL = 1e-14 * np.array([3.0, -1.0, 2.0])


def _found(actual: np.ndarray, again: np.ndarray) -> set[str]:
    gradients = [("gradient of x", SMALL, actual)]
    return set(differing(doubtful(gradients, TOLERANCE), {"gradient of x": again}, TOLERANCE))


def test_what_rounding_does_not_explain_differs() -> None:
    assert _found(SMALL * (1 + 1e-6), again=SMALL * (1 + 1e-14)) == {"gradient of x"}
    assert _found(SMALL * (1 + 1e-6), again=SMALL) == {"gradient of x"}


def test_rounding_is_no_difference() -> None:
    assert not _found(SMALL * (1 + 1e-8), again=SMALL), "as exact as is asked for"
    assert not _found(-SMALL, again=0.3 * SMALL), "a sum that is zero but for rounding"
    assert not _found(SMALL * (1 + 1e-6), again=SMALL * (1 + 1e-9)), "ill conditioned"


def test_what_is_not_there_is_left_out() -> None:
    nothing = np.zeros(3)
    assert not doubtful([("gradient of x", nothing, SMALL)], TOLERANCE)
    gradients = doubtful([("gradient of x", SMALL, nothing)], TOLERANCE)
    assert not differing(gradients, {}, TOLERANCE), "not in the second run"
