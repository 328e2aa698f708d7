"""``--io source``: inputs and outputs of a model keep the source's order of axes."""

from __future__ import annotations

import libcst as cst

from translate.infer.binding import tensors_in
from translate.infer.state import Operand, State
from translate.infer.values import Sequence


def to_source_order(state: State, operand: Operand) -> None:
    """Transposes what is returned, also the parts of a tuple that is written out."""
    value, node = operand.value, operand.node
    if isinstance(value, Sequence) and isinstance(node, (cst.Tuple, cst.List)):
        for part, element in zip(value.items, node.elements, strict=False):
            to_source_order(state, Operand(part, element.value))
    elif tensors_in(value):
        state.need_source(operand)
