"""What hooks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import libcst as cst

from translate.infer.binding import Bound, constant
from translate.infer.facts import Apply
from translate.infer.state import Operand, State
from translate.infer.subscripts import size_in_source
from translate.infer.values import Sequence, Size, Tensor, Value
from translate.rules import Rule
from translate.rules.condition import NotKnown


@dataclass(slots=True)
class Numbers:
    """A variable number of integers: ``x.view(a, b)``, ``x.view((a, b))`` or ``x.view(shape)``."""

    name: str
    values: list[Value] | None
    """None if it is not known how many."""
    texts: list[str]

    def constants(self) -> list[Any]:
        """Known values, None where not known. Raises NotKnown if it is not known how many."""
        if self.values is None:
            raise NotKnown
        found: list[Any] = []
        for value in self.values:
            try:
                found.append(constant(value))
            except NotKnown:
                found.append(None)
        return found


def numbers(state: State, bound: Bound) -> Numbers:
    """The arguments after the tensor."""
    name = bound.parameter_names()[1]
    operands = bound.stars.get(name) or ([bound.operands[name]] if name in bound.operands else [])
    for operand in operands:
        if isinstance(operand.value, Size):
            size_in_source(state, operand.value)
    if (len(operands) == 1 and name not in bound.stars) or _is_shape(operands):
        value = operands[0].value if operands else None
        if isinstance(value, Sequence) and value.rest is None:
            nodes = operands[0].node
            texts = [code(e.value) for e in nodes.elements] if isinstance(nodes, (cst.Tuple, cst.List)) else []
            return Numbers(name, list(value.items), texts)
        if isinstance(value, Size) and value.tensor.rank is not None:
            unknown: list[Value] = [Sequence("tuple")]
            return Numbers(name, unknown * value.tensor.rank, [])
        return Numbers(name, None, [])
    if any(o.star for o in operands):
        return Numbers(name, None, [])
    return Numbers(name, [o.value for o in operands], [code(o.node) if o.node else "" for o in operands])


def _is_shape(operands: list[Operand]) -> bool:
    return len(operands) == 1 and isinstance(operands[0].value, (Sequence, Size)) and not operands[0].star


_EMPTY = cst.Module([])


def code(node: cst.CSTNode) -> str:
    return _EMPTY.code_for_node(node)


def write(
    state: State, node: cst.Call, rule: Rule, bound: Bound, template: str, extra: dict[str, str] | None = None
) -> None:
    extras = tuple((extra or {}).items())
    state.record(state.facts.apply, node, Apply(rule, bound.signature, None, bound.slots(), (), template, extras))


def viewed(value: Tensor, first: Operand) -> Tensor:
    """Marks ``value`` as sharing memory with the tensor it was made from."""
    if isinstance(first.value, Tensor):
        value.parts = (*value.parts, first.value)
    return value


def first_placeholder(bound: Bound) -> str:
    return "{" + bound.parameter_names()[0] + "}"
