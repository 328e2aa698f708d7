"""Buffers: their first values, and what a step of training makes of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from translate.verify.compare import Array, Tolerance, compare, scale_of
from translate.verify.result import Comparison
from translate.weights import Pair

_INITIAL = Tolerance(1e-6, 1e-6)
# n / (n - 1) is largest for the smallest batch that has a variance, n = 2.
_LARGEST_RATIO = 2.0
_NEXT_TO_NOTHING = 1e-9


def numpy_pair(pair: Pair) -> tuple[Array, Array]:
    """The values on both sides now, in PyTorch's form."""
    return pair.source.detach().numpy().copy(), pair.from_target(np.array(pair.target.value.numpy()))


@contextmanager
def restored(source: Any) -> Generator[None]:
    """Afterwards a module's parameters and buffers are what they were, also those that it replaced.

    Not by ``load_state_dict``, which modules override for checkpoints of their own.
    """
    modules = list(source.modules()) if hasattr(source, "modules") else []
    tables = [table for module in modules for table in (module._parameters, module._buffers)]
    held = [(t, name, x, x.detach().clone()) for t in tables for name, x in t.items() if x is not None]
    try:
        yield
    finally:
        for table, name, tensor, value in held:
            tensor.data = value
            table[name] = tensor


def own(pairs: Sequence[Pair]) -> list[tuple[str, Array, Array]]:
    """Buffers of the user's own classes (tables, masks): their paths and values on both sides."""
    return [(p.path, *numpy_pair(p)) for p in pairs if not p.is_parameter and not p.by_rule]


def initial_values(before: Sequence[tuple[str, Array, Array]], rebuild: Callable[[], Any]) -> list[Comparison]:
    """Compare what the constructors put into buffers. Those that are random in the source are left out.

    ``rebuild`` gives the source built with other random numbers.
    """
    found = [compare(f"initial value of buffer {path}", s, t, _INITIAL) for path, s, t in before]
    if all(c.equal for c in found):
        return found
    again = dict(rebuild().named_buffers())
    return [
        c
        for c, (path, s, _) in zip(found, before, strict=True)
        if c.equal or np.array_equal(again[path].detach().numpy(), s)
    ]


def forget_variances(pairs: Sequence[Pair]) -> None:
    """Set the variances that are known to differ to zero, so that after one step their ratio is that of the step."""
    for pair in pairs:
        if _differs(pair):
            pair.source.zero_()
            pair.target.assign(np.zeros(tuple(pair.target.shape)))


def compare_buffers(pairs: Sequence[Pair], tolerance: Tolerance) -> tuple[list[Comparison], list[str]]:
    """Compare all float buffers after one step of training, variances by their ratio. Also gives notes."""
    found: list[Comparison] = []
    notes: list[str] = []
    for pair in pairs:
        if pair.is_parameter or not pair.source.dtype.is_floating_point:
            continue
        expected, actual = numpy_pair(pair)
        name = f"buffer {pair.path}"
        one = compare(name, expected, actual, tolerance)
        if not one.equal and _differs(pair):
            found.append(_ratio(name, expected, actual))
            notes.append(f"known difference: {pair.differs}")
        else:
            found.append(one)
    return found, notes


def _differs(pair: Pair) -> bool:
    return bool(pair.differs) and not pair.is_parameter and "var" in pair.path.rpartition(".")[2]


def _ratio(name: str, expected: Array, actual: Array) -> Comparison:
    """Unbiased against biased: larger by n / (n - 1), n being how many numbers were averaged."""
    scale = scale_of(expected)
    counted = expected > _NEXT_TO_NOTHING * scale
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = expected[counted] / actual[counted]
    fits = bool(np.all((ratio >= 1 - _NEXT_TO_NOTHING) & (ratio <= _LARGEST_RATIO + _NEXT_TO_NOTHING)))
    if fits:
        return Comparison(name, "float64", 0.0, scale, True, "known difference")
    worst = float(ratio[np.argmax(np.abs(np.log(np.abs(ratio))))])
    detail = f"the update is {worst:.3g} times the translation's, where n / (n - 1) is allowed"
    return Comparison(name, "float64", float(np.max(np.abs(expected - actual))), scale, False, detail)
