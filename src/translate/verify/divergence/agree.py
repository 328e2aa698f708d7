"""Whether tensors of two programs agree, though their axes may be arranged differently."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from translate.verify.axes import Order, same
from translate.verify.compare import Array, Tolerance, compare, scale_of

Agreement = Literal["agree", "part", "differ", "unknown"]
"""Part: one is a part of the other. Unknown: they are of other shapes, so that nothing can be said."""


_MOST_PLACES = 100
"""In which a smaller tensor is looked for in a larger one."""


@dataclass(frozen=True)
class Nearest:
    """Two tensors in the arrangement in which they are closest."""

    equal: bool
    error: float
    scale: float
    part: bool = False
    """One has a border around the other."""


def nearest(expected: Array, actual: Array, tolerance: Tolerance, floor: float = 0.0) -> Nearest | None:
    """Compare two tensors, axes of size 1 aside; None if their shapes fit with no likely order of axes.

    Where one is larger, as where one side pads before a layer what the other pads in it, they are equal if the smaller
    one is a part of it.
    """
    if expected.size != actual.size:
        return _as_part(expected, actual, tolerance, floor)
    if expected.ndim != actual.ndim:
        expected, actual = expected.squeeze(), actual.squeeze()
    if expected.ndim != actual.ndim:
        return None
    kinds = {expected.dtype.kind, actual.dtype.kind}
    if len(kinds) > 1:
        expected, actual = expected.astype(np.float64), actual.astype(np.float64)
    best: Nearest | None = None
    for order in _orders(expected.ndim):
        if actual.shape != tuple(expected.shape[axis] for axis in order):
            continue
        one = compare("", expected.transpose(order), actual, tolerance, floor=floor)
        found = Nearest(one.equal, one.error, one.scale)
        if best is None or (not found.equal, found.error) < (not best.equal, best.error):
            best = found
        if found.equal:
            break
    return best


def _as_part(expected: Array, actual: Array, tolerance: Tolerance, floor: float) -> Nearest | None:
    """Compare where one tensor has a border around the other; None if it cannot have."""
    if expected.ndim != actual.ndim or expected.ndim < 3:
        return None
    best: Nearest | None = None
    for order in _orders(expected.ndim):
        turned = expected.transpose(order)
        small, large = (turned, actual) if turned.size < actual.size else (actual, turned)
        room = [there - here for here, there in zip(small.shape, large.shape, strict=True)]
        if min(room) < 0 or room[0] or math.prod(r + 1 for r in room) > _MOST_PLACES:
            continue
        for starts in itertools.product(*(range(r + 1) for r in room)):
            part = large[tuple(slice(s, s + n) for s, n in zip(starts, small.shape, strict=True))]
            one = compare("", small, part, tolerance, floor=floor)
            if best is None or one.error < best.error:
                best = Nearest(one.equal, one.error, one.scale, part=True)
            if one.equal:
                return best
    return best


def _orders(rank: int) -> Iterator[Order]:
    """The same, then one axis moved, as between channels first and last, or batch first and time first.

    Not all permutations: a program that swaps two axes by mistake shall not be found right where sizes are equal.
    """
    axes = same(rank)
    yield axes
    found = [axes]
    for start, end in ((1, rank - 1), (rank - 1, 1), (0, 1), (0, rank - 1), (rank - 1, 0)):
        if rank < 2 or start == end:
            continue
        moved = [a for a in axes if a != start]
        order = (*moved[:end], start, *moved[end:])
        if order not in found and len(order) == rank:
            found.append(order)
            yield order


def agreement(
    expected: Sequence[Array], actual: Sequence[Array], tolerance: Tolerance, floor: float = 0.0
) -> Agreement:
    """Of what a submodule takes or gives on both sides, tensor by tensor.

    One side may have more: a recurrent layer of PyTorch gives its states, one of Keras only if it is asked. Then each
    tensor of the side that has fewer must be one of the other's.
    """
    if not expected or not actual:
        return "unknown"
    if len(expected) == len(actual):
        found = [nearest(e, a, tolerance, floor) for e, a in zip(expected, actual, strict=True)]
        if all(f is not None and f.equal for f in found):
            return "part" if any(f is not None and f.part for f in found) else "agree"
        return "differ" if any(f is not None and not f.equal for f in found) else "unknown"
    expected_is_less = len(expected) < len(actual)
    fewer, more = (expected, actual) if expected_is_less else (actual, expected)
    states: list[Agreement] = []
    for one in fewer:
        found = [nearest(one, other, tolerance, floor) for other in more]
        known = [f for f in found if f is not None]
        states.append("agree" if any(f.equal for f in known) else "differ" if known else "unknown")
    if all(s == "agree" for s in states):
        return "agree"
    return "differ" if "differ" in states else "unknown"


def worst(expected: Sequence[Array], actual: Sequence[Array], tolerance: Tolerance) -> Nearest | None:
    """The tensors that differ most, by their scale; None if none can be compared."""
    pairs = zip(expected, actual, strict=False)
    found = [n for e, a in pairs if (n := nearest(e, a, tolerance)) is not None]
    return max(found, key=lambda n: n.error / n.scale if n.scale else n.error, default=None)


def tells_apart(array: Array) -> bool:
    """Whether a tensor has enough to it to be recognised elsewhere."""
    return array.dtype.kind == "f" and array.size > 1 and scale_of(array) > 0 and float(np.ptp(array)) > 0
