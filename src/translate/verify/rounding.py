"""How much of a difference is rounding: measured on the source itself.

Deep networks magnify rounding, and a rectifier or a maximum may fall the other way. So where two results differ a
little, the source is run again with inputs and parameters changed in their last bits: what that changes, rounding can
change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from translate.verify.compare import Array, scale_of
from translate.verify.result import Comparison

FACTOR = 50.0
"""Rounding happens in every layer, on both sides; the inputs are changed once."""
MOST = 1e-7
"""Of the scale: more than that is never taken for rounding. Faults start about here."""


def nudged(arrays: Sequence[Array | None]) -> list[Array | None]:
    """The same inputs, those of floating numbers changed by a few units in the last place."""
    random = np.random.default_rng(0)
    found: list[Array | None] = []
    for array in arrays:
        if array is not None and array.dtype.kind == "f":
            steps = random.integers(-4, 5, array.shape)
            found.append(array * (1 + steps * np.finfo(np.float64).eps))
        else:
            found.append(array)
    return found


def forgiven(found: Sequence[Comparison], before: Mapping[str, Array], after: Mapping[str, Array]) -> list[Comparison]:
    """Comparisons that failed by no more than rounding are equal. ``before``, ``after``: the source's two runs."""
    result: list[Comparison] = []
    for one in found:
        if not one.equal and not one.detail and one.name in before:
            own = float(np.max(np.abs(before[one.name] - after[one.name]), initial=0.0))
            scale = max(one.scale, scale_of(before[one.name]))
            one = replace(one, equal=one.error <= min(FACTOR * own, MOST * scale))
        result.append(one)
    return result
