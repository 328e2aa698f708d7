"""Buffers: their first values, and what a step of training makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from translate.verify.compare import Array, Tolerance, compare, scale_of
from translate.verify.result import Comparison
from translate.weights import Pair

if TYPE_CHECKING:
    from translate.verify.bench import Bench

_INITIAL = Tolerance(1e-6, 1e-6)
# n / (n - 1) is largest for the smallest batch that has a variance, n = 2.
_LARGEST_RATIO = 2.0
_NEXT_TO_NOTHING = 1e-9


def numpy_pair(pair: Pair) -> tuple[Array, Array]:
    """The values in PyTorch and in Keras now, in PyTorch's form."""
    return pair.torch.detach().cpu().numpy().copy(), pair.to_torch(np.array(pair.keras.numpy()))


@dataclass(frozen=True)
class Initial:
    """A buffer of the user's own classes (tables, masks) as the constructors left it."""

    pair: Pair
    source: Array
    target: Array


def own(pairs: Sequence[Pair], bench: Bench) -> list[Initial]:
    """All such buffers, in PyTorch's form."""
    return [Initial(p, *bench.by_role(*numpy_pair(p))) for p in pairs if not p.is_parameter and not p.by_rule]


def initial_values(before: Sequence[Initial], again: Callable[[Pair], Array]) -> list[Comparison]:
    """Compare what the constructors put into buffers. Those that are random in the source are left out.

    ``again`` gives the value in a source that was built with other random numbers.
    """
    found = [compare(f"initial value of buffer {b.pair.path}", b.source, b.target, _INITIAL) for b in before]
    return [c for c, b in zip(found, before, strict=True) if c.equal or np.array_equal(again(b.pair), b.source)]


def forget_variances(pairs: Sequence[Pair]) -> None:
    """Set the variances that are known to differ to zero, so that after one step their ratio is that of the step."""
    for pair in pairs:
        if _differs(pair):
            pair.torch.zero_()
            pair.keras.assign(np.zeros(tuple(pair.keras.shape)))


def compare_buffers(pairs: Sequence[Pair], tolerance: Tolerance, bench: Bench) -> tuple[list[Comparison], list[str]]:
    """Compare all float buffers after one step of training, variances by their ratio. Also gives notes."""
    found: list[Comparison] = []
    notes: list[str] = []
    for pair in pairs:
        if pair.is_parameter or not pair.torch.dtype.is_floating_point:
            continue
        torch, keras = numpy_pair(pair)
        name = f"buffer {pair.path}"
        one = compare(name, *bench.by_role(torch, keras), tolerance)
        if not one.equal and _differs(pair):
            found.append(_ratio(name, torch, keras))
            notes.append(f"known difference: {pair.differs}")
        else:
            found.append(one)
    return found, notes


def _differs(pair: Pair) -> bool:
    return bool(pair.differs) and not pair.is_parameter and "var" in pair.path.rpartition(".")[2]


def _ratio(name: str, torch: Array, keras: Array) -> Comparison:
    """Unbiased against biased: larger by n / (n - 1), n being how many numbers were averaged."""
    scale = scale_of(torch)
    counted = torch > _NEXT_TO_NOTHING * scale
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = torch[counted] / keras[counted]
    fits = bool(np.all((ratio >= 1 - _NEXT_TO_NOTHING) & (ratio <= _LARGEST_RATIO + _NEXT_TO_NOTHING)))
    if fits:
        return Comparison(name, "float64", 0.0, scale, True, "known difference")
    worst = float(ratio[np.argmax(np.abs(np.log(np.abs(ratio))))])
    detail = f"PyTorch's update is {worst:.3g} times Keras', where n / (n - 1) is allowed"
    return Comparison(name, "float64", float(np.max(np.abs(torch - keras))), scale, False, detail)
