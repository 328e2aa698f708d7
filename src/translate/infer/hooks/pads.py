"""``F.pad``: pairs from the last axis backwards become pairs for every axis in order, and the other way round."""

from __future__ import annotations

import libcst as cst

from translate.infer.along_axes import like
from translate.infer.binding import Bound
from translate.infer.hooks.common import code, first_placeholder, write
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


def pad_pairs(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    """``tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])``."""
    first = bound.first()
    tensor = state.tensor(first)
    state.settle(tensor)
    if tensor.undecided:
        return like(tensor)
    names = bound.parameter_names()
    pairs = _pairs(bound.operands[names[1]].node)
    try:
        mode, value = str(bound.value("mode")).lower(), bound.value("constant_values")
    except NotKnown:
        mode = value = "?"
    rank = len(pairs) if pairs is not None else 0
    if pairs is None or mode not in _MODES or value == "?" or (tensor.is_image and tensor.rank != rank):
        state.need_source(first)
        state.report(node, "T102", f"{bound.signature.name}: it must be written out, and constant or reflect")
        return source(tensor.rank)
    order = state.dialect.to_image(rank) if tensor.is_image else tuple(range(rank))
    stored = [pairs[axis] for axis in order]
    while len(stored) > 1 and stored[0] == ("0", "0"):
        stored.pop(0)
    if mode == "reflect" and len(stored) + 2 > rank:  # PyTorch wants axes of examples and channels before
        state.report(node, "T102", f"{bound.signature.name}: PyTorch reflects only behind the first two axes")
    extra = {f"pad{i}": text for i, text in enumerate(t for pair in reversed(stored) for t in pair)}
    written = ", ".join(f"{{{name}}}" for name in extra)
    more = "" if mode == "constant" else f", mode='{mode}'"
    if mode == "constant" and value not in (None, 0):
        more = ", value={constant_values}"
    write(state, node, rule, bound, f"torch.nn.functional.pad({first_placeholder(bound)}, ({written}){more})", extra)
    return like(tensor) if tensor.is_image else source(rank)


def _pairs(node: cst.CSTNode | None) -> list[tuple[str, str]] | None:
    """What is written for the two ends of each axis."""
    if not isinstance(node, (cst.List, cst.Tuple)):
        return None
    found: list[tuple[str, str]] = []
    for element in node.elements:
        pair = element.value
        if not isinstance(pair, (cst.List, cst.Tuple)) or len(pair.elements) != 2:
            return None
        found.append((code(pair.elements[0].value), code(pair.elements[1].value)))
    return found
