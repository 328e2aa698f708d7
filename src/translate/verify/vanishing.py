"""Gradients of which nothing is left: an output is bounded, and at its bound.

A softmax that is sure of its answer passes nothing on but rounding, and rounding proves nothing. With smaller weights
it is less sure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from translate.verify.compare import Array, scale_of
from translate.verify.sides import Run

TRIALS = 4
_SHARE = 1e-5
"""Of the largest output: below that gradients by all inputs and parameters have vanished."""
_SMALLER = 0.3


def least(outputs: Collection[Array]) -> float:
    """What gradients are measured by at least; the sum that is derived weights each output with about one."""
    return _SHARE * max((scale_of(o) for o in outputs if o.dtype.kind == "f"), default=0.0)


def vanished(run: Run) -> bool:
    """Whether the largest gradient is less than that, though there is one."""
    largest = max(map(scale_of, (*run.input_gradients.values(), *run.weight_gradients.values())), default=0.0)
    return 0 < largest < least(run.outputs.values())


def smaller(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same weights, kernels and other matrices smaller."""
    return {path: _SMALLER * value if value.ndim > 1 else value for path, value in values.items()}
