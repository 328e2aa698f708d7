"""Gradients that are much smaller than the others, and yet known exactly.

What is much smaller than the largest gradient may be nothing but rounding, a sum of terms of that size, and is not
compared by its own scale. But in a deep network gradients of early layers are that small and exact all the same, and
may be all that shows of a fault there, which later layers forget. Which of the two it is, rounding itself tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from translate.verify.compare import Array, Tolerance, compare, scale_of
from translate.verify.result import Comparison

Gradients = Sequence[tuple[str, Array, Array]]
"""Names, and what the source and the translation give."""
_CLEARLY = 1e4
"""So many times what rounding does: of those that are rounding it is one, of faults a million."""
_LEAST = 1e-200
"""Numbers below are rounded more coarsely."""


def doubtful(gradients: Gradients, tolerance: Tolerance) -> Gradients:
    """Those that differ by their own scale."""
    return [
        (name, expected, actual)
        for name, expected, actual in gradients
        if scale_of(expected) > _LEAST and not _own(name, expected, actual, tolerance).equal
    ]


def differing(gradients: Gradients, again: Mapping[str, Array], tolerance: Tolerance) -> dict[str, Comparison]:
    """Those of them that differ by far more than rounding changes, by name.

    ``again``: the source's, after its inputs and parameters were changed in their last bits.
    """
    found: dict[str, Comparison] = {}
    for name, expected, actual in gradients:
        one = _own(name, expected, actual, tolerance)
        if name in again and one.error > _CLEARLY * float(np.max(np.abs(expected - again[name]), initial=0.0)):
            found[name] = one
    return found


def _own(name: str, expected: Array, actual: Array, tolerance: Tolerance) -> Comparison:
    """Compared by its own scale alone."""
    return compare(name, expected, actual, Tolerance(0.0, max(tolerance.relative, tolerance.absolute)))
