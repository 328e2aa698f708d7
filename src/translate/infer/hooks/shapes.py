"""view, reshape, flatten, expand, repeat."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.infer.binding import Bound
from translate.infer.hooks.common import Numbers, code, first_placeholder, numbers, viewed, write
from translate.infer.state import State
from translate.infer.values import Arrangement, Tensor, Value, image, source
from translate.rules import Rule
from translate.rules.condition import NotKnown


def _in_memory_order(state: State, bound: Bound) -> Tensor:
    """The tensor in the source's order; an image of one pixel is in that order as it is."""
    first = bound.first()
    tensor = state.tensor(first)
    return tensor if tensor.is_image and tensor.pixel else state.need_source(first)


def view(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    first = bound.first()
    x = first_placeholder(bound)
    shape = numbers(state, bound)
    _in_memory_order(state, bound)

    def written(text: str) -> str:
        return state.dialect.reshape.replace("{x}", x).replace("{shape}", text)

    placeholder = "{" + shape.name + "}"
    try:
        known = shape.constants()
    except NotKnown:
        write(state, node, rule, bound, written(placeholder))
        return viewed(source(), first)
    rank = len(known)
    if rank == 2 and known[1] == -1 and _is_batch(shape, first.node):
        write(state, node, rule, bound, state.dialect.flatten.replace("{x}", x))
        return viewed(source(2), first)
    if state.dialect.last and not state.channels_first and rank in (3, 4, 5) and _is_pixel(known[2:]):
        # (N, C, 1, 1) and (N, 1, 1, C) are the same in memory
        size, channels = (f"{{{shape.name}.{i}}}" if shape.texts else f"{placeholder}[{i}]" for i in (0, 1))
        parts = [size, *["1"] * (rank - 2), channels]
        write(state, node, rule, bound, written(f"({', '.join(parts)})"))
        return viewed(image(rank, pixel=True), first)
    if not state.dialect.last and rank in (4, 5) and _is_pixel(known[1:-1]):
        parts = [f"{{{shape.name}.0}}", f"{{{shape.name}.{rank - 1}}}", *["1"] * (rank - 2)]
        if shape.texts:
            write(state, node, rule, bound, written(", ".join(parts)))
            return viewed(image(rank, pixel=True), first)
    apart = bool(shape.texts) and not state.dialect.last
    write(state, node, rule, bound, written(f"*{placeholder}" if apart else placeholder))
    return viewed(source(rank), first)


def _is_pixel(sizes: list[Any]) -> bool:
    return all(k == 1 and type(k) is int for k in sizes)


def _is_batch(shape: Numbers, node: cst.CSTNode | None) -> bool:
    """Whether the first number is the size of the tensor's own first axis."""
    if node is None or not shape.texts:
        return False
    name = code(node)
    return shape.texts[0].replace(" ", "") in (
        f"{name}.size(0)",
        f"{name}.shape[0]",
        f"{name}.size()[0]",
        f"len({name})",
        f"tf.shape({name})[0]",
        f"K.shape({name})[0]",
        f"ops.shape({name})[0]",
    )


def flatten(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    first = bound.first()
    x = first_placeholder(bound)
    tensor = state.tensor(first)
    try:
        start, end = bound.value("start_dim"), bound.value("end_dim")
    except NotKnown:
        start = end = None
    last = end == -1 or (tensor.rank is not None and end == tensor.rank - 1)
    if start == 2 and last and tensor.is_image and tensor.rank is not None and tensor.rank > 3:
        write(state, node, rule, bound, f"helpers.flatten_pixels({x})")
        return viewed(image(3, tensor.pixel), first)
    if tensor.undecided and start == 2 and last:
        return Tensor(Arrangement(), parts=(tensor,))
    _in_memory_order(state, bound)
    if start == 1 and last:
        write(state, node, rule, bound, f"keras.layers.Flatten()({x})")
        return viewed(source(2), first)
    if start == 0 and last:
        write(state, node, rule, bound, f"keras.ops.reshape({x}, (-1,))")
        return viewed(source(1), first)
    write(state, node, rule, bound, f"helpers.flatten_axes({x}, {{start_dim}}, {{end_dim}})")
    rank = None
    if tensor.rank is not None and start is not None and end is not None:
        rank = tensor.rank - ((end % tensor.rank) - (start % tensor.rank))
    return viewed(source(rank), first)


def expand(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    first = bound.first()
    x = first_placeholder(bound)
    shape = numbers(state, bound)
    state.need_source(first)
    placeholder = "{" + shape.name + "}"
    try:
        known = shape.constants()
    except NotKnown:
        write(state, node, rule, bound, f"helpers.expand({x}, {placeholder})")
        return viewed(source(), first)
    plain = all(isinstance(k, int) and k >= 0 for k in known)
    template = f"keras.ops.broadcast_to({x}, {placeholder})" if plain else f"helpers.expand({x}, {placeholder})"
    write(state, node, rule, bound, template)
    return viewed(source(len(known)), first)


def repeat(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    first = bound.first()
    shape = numbers(state, bound)
    state.need_source(first)
    write(state, node, rule, bound, f"keras.ops.tile({first_placeholder(bound)}, {{{shape.name}}})")
    return source(len(shape.values) if shape.values is not None else None)
