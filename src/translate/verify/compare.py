"""Comparing arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from translate.verify.result import Comparison

Array = npt.NDArray[Any]
_KINDS = {"i": "integer", "u": "integer", "f": "float", "c": "complex", "b": "bool"}


@dataclass(frozen=True)
class Tolerance:
    """Allowed is ``relative`` times the value, and ``absolute`` times the scale of the tensor."""

    relative: float = 1e-7
    absolute: float = 1e-9


def scale_of(array: Array) -> float:
    """The largest finite absolute value; 0 for an empty array, and for one that is not of numbers."""
    if array.dtype.kind not in "fiu" or array.size == 0:
        return 0.0
    values = np.abs(array.astype(np.float64))
    return float(np.max(values, where=np.isfinite(values), initial=0.0))


def compare(
    name: str,
    expected: Array,
    actual: Array,
    tolerance: Tolerance,
    *,
    dtype: str = "float64",
    floor: float = 0.0,
) -> Comparison:
    """Compare a tensor of the source with the one of the translation, in the source's arrangement.

    ``floor`` is a lower bound of the scale, for tensors that may be nothing but rounding.
    """
    problem = _incomparable(expected, actual)
    scale = max(scale_of(expected), floor)
    if problem:
        return Comparison(name, dtype, float("inf"), scale, False, problem)
    if expected.dtype.kind not in "fc":
        different = expected != actual
        wrong = int(np.sum(different))
        detail = f"{wrong} of {expected.size} elements differ" if wrong else ""
        where = _where(different, expected, actual) if wrong else ""
        return Comparison(name, dtype, float(bool(wrong)), max(scale, 1.0), not wrong, detail, where)
    finite = np.isfinite(expected)
    wide = expected.astype(np.result_type(expected.dtype, np.float64))
    with np.errstate(invalid="ignore"):  # inf - inf, where both have it
        difference = np.where(finite, np.abs(wide - actual), 0.0)
    allowed = tolerance.relative * np.abs(np.where(finite, wide, 0.0)) + tolerance.absolute * scale
    error = float(np.max(difference, initial=0.0))
    equal = bool(np.all(difference <= allowed))
    return Comparison(name, dtype, error, scale, equal, where="" if equal else _where(difference, expected, actual))


def _where(difference: Array, expected: Array, actual: Array) -> str:
    """The place of the largest difference, and both values there."""
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(difference)), difference.shape))
    one, other = (f"{v:.9g}" if v.dtype.kind in "fc" else str(v) for v in (expected[place], actual[place]))
    return f"{f'at {list(place)}: ' if place else ''}{one} in the source, {other} in the translation"


def _incomparable(expected: Array, actual: Array) -> str:
    if expected.shape != actual.shape:
        return f"shape {list(expected.shape)} in the source, {list(actual.shape)} in the translation"
    first, second = (_KINDS.get(a.dtype.kind, str(a.dtype)) for a in (expected, actual))
    if first != second:
        return f"{first} in the source, {second} in the translation"
    if first in ("float", "complex"):
        for what, test in (("NaN", np.isnan), ("infinite", np.isinf)):
            wrong = int(np.sum(test(expected) != test(actual)))
            if wrong:
                return f"{wrong} of {expected.size} elements are {what} on one side only"
        infinite = np.isinf(expected)
        if not np.array_equal(expected[infinite], actual[infinite]):
            return "infinities of another sign"
    return ""
