"""Sizes in descriptions of inputs: numbers, names, and expressions of them such as ``2*H`` and ``T+1``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

_STRENGTH = {"+": 1, "-": 1, "*": 2, "//": 2}


@dataclass(frozen=True)
class Operation:
    """``left + right`` and the like; ``sign`` is one of ``+ - * //``."""

    sign: str
    left: Size
    right: Size

    def __str__(self) -> str:
        left, right = str(self.left), str(self.right)
        if isinstance(self.left, Operation) and _STRENGTH[self.left.sign] < _STRENGTH[self.sign]:
            left = f"({left})"
        if isinstance(self.right, Operation) and _STRENGTH[self.right.sign] <= _STRENGTH[self.sign]:
            right = f"({right})"
        return f"{left}{self.sign}{right}"


Size: TypeAlias = int | str | Operation


def names_in(size: Size) -> Iterator[str]:
    """The named sizes that a size is computed from."""
    if isinstance(size, str):
        yield size
    elif isinstance(size, Operation):
        yield from names_in(size.left)
        yield from names_in(size.right)


def evaluate(size: Size, named: Mapping[str, int]) -> int:
    """The number. Raises KeyError for a name that is not in ``named``, ZeroDivisionError for ``H//0``."""
    if isinstance(size, int):
        return size
    if isinstance(size, str):
        return named[size]
    left, right = evaluate(size.left, named), evaluate(size.right, named)
    match size.sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left // right


@dataclass(frozen=True)
class Range:
    """Sizes from ``low`` to ``high``, both included, every ``step``."""

    low: int
    high: int
    step: int = 1

    def clip(self, size: int) -> int:
        """The smallest allowed size that is not below ``size``, else the largest."""
        steps = max(0, -(-(size - self.low) // self.step))
        return self.low + self.step * min(steps, (self.high - self.low) // self.step)

    def __str__(self) -> str:
        return f"{self.low}..{self.high}" + (f" by {self.step}" if self.step != 1 else "")
