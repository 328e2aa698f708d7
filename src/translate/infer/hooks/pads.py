"""``F.pad``: pairs from the last axis backwards become pairs for every axis in order."""

from __future__ import annotations

import libcst as cst

from translate.infer.along_axes import like
from translate.infer.binding import Bound
from translate.infer.hooks.common import write
from translate.infer.state import State
from translate.infer.values import Sequence, Value, source
from translate.rules import Rule
from translate.rules.condition import NotKnown


def pad(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    first = bound.first()
    tensor = state.tensor(first)
    state.settle(tensor)
    if tensor.undecided:
        return like(tensor)
    pads = bound.operands["pad"].value
    count = len(pads.items) if isinstance(pads, Sequence) and pads.rest is None else None
    written = isinstance(bound.operands["pad"].node, (cst.Tuple, cst.List))
    try:
        mode = bound.value("mode")
        value = bound.value("value")
    except NotKnown:
        mode = value = "?"
    if tensor.rank is None or count is None or not written or count % 2 or mode not in _MODES or value == "?":
        state.need_source(first)
        state.report(node, "T102", f"{bound.signature.name}: the number of axes and the padding must be known", "")
        return source(tensor.rank)
    pairs = ["(0, 0)"] * tensor.rank
    for k in range(count // 2):
        pairs[tensor.rank - 1 - k] = f"({{pad.{2 * k}}}, {{pad.{2 * k + 1}}})"
    if tensor.is_image:
        pairs = [pairs[axis] for axis in state.dialect.to_image(tensor.rank)]
    extra = "" if mode == "constant" else f", mode='{_MODES[mode]}'"
    if mode == "constant" and bound.given("value") and value not in (None, 0):
        extra = ", constant_values={value}"
    write(state, node, rule, bound, f"keras.ops.pad({{input}}, ({', '.join(pairs)}){extra})")
    return like(tensor) if tensor.is_image else source(tensor.rank)


_MODES = {"constant": "constant", "reflect": "reflect"}
