"""Which sizes of accepted inputs may be others, and in which steps: tried, not asked."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from translate.verify.spec import Input, Inputs
from translate.verify.spec_sizes import Range, Size, names_in
from translate.verify.trial_search import Sizes, Tensors

_STEPS = (1, 2, 4, 8, 16, 32)
_SMALL = 64
"""Sizes above are made as small as the model takes."""


@dataclass
class Freedom:
    """Sizes by name, from those at which the model was found to take its inputs."""

    tensors: Tensors
    sizes: Sizes
    accepts: Callable[[Tensors, Mapping[str, int]], bool]
    until: float
    ranges: dict[str, Range]

    def find(self) -> None:
        """Leave in ``tensors``, ``sizes`` and ``ranges`` what was found."""
        self._batch()
        for name in [n for n in self.sizes if n != "N"]:
            self._free(name)
        joint = [n for n in ("D", "H", "W") if n in self.sizes and n not in self.ranges]
        if (
            len(joint) > 1
            and {self.sizes[n] for n in joint} == {self.sizes[joint[0]]}
            and self.sizes[joint[0]] <= _SMALL
        ):
            for other in joint[1:]:
                self._rename(other, joint[0])
            self._free(joint[0])
        for name in [n for n in self.sizes if n != "N" and n not in self.ranges]:
            self._rename(name, self.sizes.pop(name))

    def _batch(self) -> None:
        if "N" in self.sizes and not self._taken(N=3):
            self._rename("N", self.sizes.pop("N"))

    def _taken(self, **other: int) -> bool:
        return time.monotonic() < self.until and self.accepts(self.tensors, {**self.sizes, **other})

    def _rename(self, name: str, to: Size) -> None:
        self.tensors = tuple(_renamed(t, name, to) for t in self.tensors)
        if name in self.sizes:
            del self.sizes[name]

    def _free(self, name: str) -> None:
        """Which other values one size may have, all others being as they are."""
        base = self.sizes[name]
        step = next((s for s in _STEPS if self._taken(**{name: base + s})), None)
        if step is None:
            return
        if base > _SMALL:
            base = self._smallest(name, base, step)
        if base > 2 * _SMALL:  # networks that need so much take minutes for each size
            self.sizes[name] = base
            return
        most = (base // 2) // step * step
        # Not more than half as large again: what is drawn has to be run.
        high = base + next((m for m in _down(most, step) if self._taken(**{name: base + m})), step)
        self.sizes[name] = base
        self.ranges[name] = Range(base, high, step)

    def _smallest(self, name: str, base: int, step: int) -> int:
        """By halving: taken at ``base``, and not far below."""
        low, high = 0, (base - _SMALL) // step
        if self._taken(**{name: base - high * step}):
            return base - high * step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._taken(**{name: base - middle * step}) else (low, middle)
        return base - low * step


def _down(most: int, step: int) -> list[int]:
    """Multiples of ``step`` from ``most`` down to it, ever closer."""
    found = [most // d // step * step for d in (1, 2, 4, 8, 16)]
    return list(dict.fromkeys(m for m in found if m > 0))


def _renamed(one: Input, name: str, to: Size) -> Input:
    return replace(one, dimensions=tuple(to if d == name else d for d in one.dimensions))


def described(tensors: Tensors, ranges: Mapping[str, Range], default: Mapping[str, int], plain: Inputs) -> Inputs:
    """With the ranges that verification would not choose by itself."""
    used = set(itertools.chain.from_iterable(names_in(d) for t in tensors for d in t.dimensions))
    needed = {
        n: r
        for n, r in ranges.items()
        if n in used and (r.step != 1 or r.high < r.low + r.low // 2 or r.low != default.get(n, r.low))
    }
    return replace(plain, ranges=needed)
