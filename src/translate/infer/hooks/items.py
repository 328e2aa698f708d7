"""Items of a tensor that a function takes: written as an index."""

from __future__ import annotations

import libcst as cst

from translate.infer.binding import Bound
from translate.infer.hooks.common import write
from translate.infer.state import Operand, State
from translate.infer.values import Const, Sequence, Tensor, Value, image, source
from translate.rules import Rule


def take_at(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    """``take_at(x, (i, j), axis=1)`` as ``x[:, i, j]``; of an image that is stored otherwise, ``x[:, :, i, j]``."""
    first, indices = bound.first(), bound.operands["indices"]
    axis = bound.operands["axis"].value
    written = indices.node.elements if isinstance(indices.node, (cst.Tuple, cst.List)) else ()
    if not isinstance(indices.value, Sequence) or not written or not isinstance(axis, Const):
        state.report(node, "T102", f"{rule.name}: the indices and the axis must be written out")
        return source()
    for value, element in zip(indices.value.items, written, strict=True):
        if isinstance(value, Tensor):
            state.need_source(Operand(value, element.value))
    ranks = [v.rank if isinstance(v, Tensor) else 0 for v in indices.value.items]
    wide = None if None in ranks else max(r for r in ranks if r is not None)
    tensor, count = state.tensor(first), len(written)
    state.settle(tensor)
    if tensor.is_image and axis.value == 1 and tensor.rank == count + 2 and wide in (1, 2, 3):
        places, value = [":"] * 2, image(2 + wide)
        value.channels = tensor.channels
    else:
        tensor = state.need_source(first)
        value = source(None if tensor.rank is None or wide is None else tensor.rank - count + wide)
        places = [":"] * axis.value
    places += [f"{{indices.{i}}}" for i in range(count)]
    write(state, node, rule, bound, f"{{x}}[{', '.join(places)}]")
    return value
