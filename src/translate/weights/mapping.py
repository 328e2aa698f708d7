"""One entry of a rule's ``weights``: where a PyTorch tensor is kept in Keras, and how it is turned."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NUMBERS = r"[\d\s,]+"
_ENTRY = re.compile(
    r"(?P<name>[A-Za-z_]\w*(\.([A-Za-z_]\w*|\d+(?=\.)))*)(\.(?P<row>\d+))?"
    rf"\s*(\[(?P<axes>{_NUMBERS})\])?\s*(gates\((?P<gates>{_NUMBERS})\))?\s*(?P<reshaped>reshaped)?\s*(?P<added>added)?"
)


@dataclass(frozen=True)
class Mapping:
    """``kernel[2, 3, 1, 0] reshaped``: the name of the Keras weight, the order of axes, whether it is reshaped.

    ``cell.bias.0[0] gates(1, 0, 2) added``: one row of a weight; blocks along the first axis of the PyTorch tensor
    come in another order; Keras keeps the sum of this and of what else is paired with the same. ``layers.1.kernel`` is
    the weight of the second of several layers.
    """

    name: str
    axes: tuple[int, ...] = ()
    """Axes of the PyTorch tensor in the order in which Keras has them; empty: the same order."""
    reshaped: bool = False
    row: int | None = None
    """The row of the Keras weight that is meant."""
    gates: tuple[int, ...] = ()
    """Blocks along the first axis of the PyTorch tensor, in the order in which Keras has them."""
    added: bool = False

    @classmethod
    def parse(cls, text: str) -> Mapping:
        """Read an entry. Raises ValueError if it is none, or if its axes are no permutation."""
        match = _ENTRY.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a weight: {text!r}")
        axes, gates = (tuple(int(a) for a in (match[k] or "").replace(",", " ").split()) for k in ("axes", "gates"))
        if any(sorted(order) != list(range(len(order))) for order in (axes, gates)):
            raise ValueError(f"not a permutation of axes: {text!r}")
        row = int(match["row"]) if match["row"] else None
        return cls(match["name"], axes, bool(match["reshaped"]), row, gates, bool(match["added"]))

    def turned(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of a PyTorch tensor after its axes are reordered, before it is reshaped."""
        return tuple(shape[a] for a in self.axes) if self.axes else tuple(shape)

    def fits(self, source: Sequence[int], target: Sequence[int]) -> bool:
        """Whether a PyTorch tensor of shape ``source`` becomes a Keras weight of shape ``target``."""
        if self.axes and len(self.axes) != len(source):
            return False
        if self.row is not None:
            if not target or self.row >= target[0]:
                return False
            target = target[1:]
        if self.gates and (not source or source[0] % len(self.gates)):
            return False
        if self.reshaped:
            return math.prod(source) == math.prod(target)
        return self.turned(source) == tuple(target)

    def to_keras(self, array: Any, shape: Sequence[int]) -> Any:
        """A NumPy array in PyTorch's form as Keras has it, ``shape`` being the Keras weight's (or that of its row)."""
        array = _blocks(array, self.gates)
        turned = array.transpose(self.axes) if self.axes else array
        return turned.reshape(tuple(shape if self.row is None else shape[1:]))

    def put(self, array: Any, weight: Any) -> Any:
        """What a Keras weight, a NumPy array, becomes when it is given a PyTorch tensor."""
        given = self.to_keras(array, weight.shape)
        before = weight if self.row is None else weight[self.row]
        given = given + before if self.added else given
        if self.row is None:
            return given
        changed = weight.copy()
        changed[self.row] = given
        return changed

    def to_torch(self, array: Any, shape: Sequence[int]) -> Any:
        """A NumPy array in Keras' form as PyTorch has it, ``shape`` being the PyTorch tensor's."""
        turned = (array if self.row is None else array[self.row]).reshape(self.turned(shape))
        if self.axes:
            turned = turned.transpose(sorted(range(len(self.axes)), key=lambda i: self.axes[i]))
        return _blocks(turned, sorted(range(len(self.gates)), key=lambda i: self.gates[i]))


def _blocks(array: Any, order: Sequence[int]) -> Any:
    """Blocks of equal size along the first axis, in another order."""
    if not order:
        return array
    blocks = array.reshape(len(order), -1, *array.shape[1:])
    return blocks[list(order)].reshape(array.shape)
