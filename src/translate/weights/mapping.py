"""One entry of a rule's ``weights``: where a PyTorch tensor is kept in Keras, and how it is turned."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_ENTRY = re.compile(r"(?P<name>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*)\s*(\[(?P<axes>[\d\s,]+)\])?\s*(?P<reshaped>reshaped)?")


@dataclass(frozen=True)
class Mapping:
    """``kernel[2, 3, 1, 0] reshaped``: the name of the Keras weight, the order of axes, whether it is reshaped."""

    name: str
    axes: tuple[int, ...] = ()
    """Axes of the PyTorch tensor in the order in which Keras has them; empty: the same order."""
    reshaped: bool = False

    @classmethod
    def parse(cls, text: str) -> Mapping:
        """Read an entry. Raises ValueError if it is none, or if its axes are no permutation."""
        match = _ENTRY.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a weight: {text!r}")
        axes = tuple(int(a) for a in (match["axes"] or "").replace(",", " ").split())
        if sorted(axes) != list(range(len(axes))):
            raise ValueError(f"not a permutation of axes: {text!r}")
        return cls(match["name"], axes, bool(match["reshaped"]))

    def turned(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of a PyTorch tensor after its axes are reordered, before it is reshaped."""
        return tuple(shape[a] for a in self.axes) if self.axes else tuple(shape)

    def fits(self, source: Sequence[int], target: Sequence[int]) -> bool:
        """Whether a PyTorch tensor of shape ``source`` becomes a Keras weight of shape ``target``."""
        if self.axes and len(self.axes) != len(source):
            return False
        if self.reshaped:
            return math.prod(source) == math.prod(target)
        return self.turned(source) == tuple(target)

    def to_keras(self, array: Any, shape: Sequence[int]) -> Any:
        """A NumPy array in PyTorch's form as Keras has it, ``shape`` being the Keras weight's."""
        turned = array.transpose(self.axes) if self.axes else array
        return turned.reshape(tuple(shape))

    def to_torch(self, array: Any, shape: Sequence[int]) -> Any:
        """A NumPy array in Keras' form as PyTorch has it, ``shape`` being the PyTorch tensor's."""
        turned = array.reshape(self.turned(shape))
        if not self.axes:
            return turned
        back = sorted(range(len(self.axes)), key=lambda i: self.axes[i])
        return turned.transpose(back)
