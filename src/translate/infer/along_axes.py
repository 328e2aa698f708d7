"""Calls that work along axes given by number: what that does to the arrangement, and the numbers in the target."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.infer.binding import Bound, tensors_in
from translate.infer.state import Infeasible, Operand, State
from translate.infer.values import Arrangement, Sequence, Size, Tensor, Value, image, options, source
from translate.rules import Dialect, Rule
from translate.rules.condition import NotKnown, as_tuple

Axes = dict[str, Any]
"""Axis arguments, renumbered."""


def like(tensor: Tensor) -> Tensor:
    """A new tensor arranged as ``tensor``."""
    found = Tensor(tensor.arrangement, tensor.own_rank, tensor.pixel)
    found.reordered, found.channels, found.created = tensor.reordered, tensor.channels, tensor.created
    return found


def axis_argument(rule: Rule, bound: Bound) -> str | None:
    return next((name for name, passing in rule.arguments.items() if passing.axis), None)


def _axis_value(rule: Rule, bound: Bound) -> tuple[str | None, Any]:
    """The name and the value of the axis argument. Raises NotKnown."""
    name = axis_argument(rule, bound)
    if name is None:
        return None, None
    return name, bound.value(name)


def renumber(dialect: Dialect, value: Any, rank: int) -> Any:
    """Axes of the source, as an image has them."""
    if isinstance(value, (tuple, list)):
        axes: list[int] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        return tuple(sorted(_tidy(dialect, dialect.stored_axis(a, rank), rank) for a in axes))
    return _tidy(dialect, dialect.stored_axis(value, rank), rank)


def _tidy(dialect: Dialect, axis: int, rank: int) -> int:
    """The channels of an image that has them last are written -1, as Keras users do."""
    return -1 if dialect.last and axis == rank - 1 else axis


def _along(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    tensor = state.tensor(operand)
    state.settle(tensor)
    if not tensor.is_image or tensor.rank is None:
        return like(tensor), {}
    try:
        name, value = _axis_value(rule, bound)
    except NotKnown:
        return state.need_source(operand), {}
    if name is None or value is None:
        return state.need_source(operand), {}
    return like(tensor), {name: renumber(state.dialect, value, tensor.rank)}


def remaining(dialect: Dialect, rank: int, removed: set[int]) -> Tensor | None:
    """An image without some of the source's axes: what arrangement that is, None if no usual one."""
    kept = [a for a in dialect.to_image(rank) if a not in removed]
    order = [sorted(kept).index(a) for a in kept]
    if order == list(range(len(order))):
        return source(len(order))
    if len(order) >= 3 and tuple(order) == dialect.to_image(len(order)):
        return image(len(order))
    return None


def _positive(value: Any, rank: int) -> set[int]:
    axes = as_tuple(value, 1)
    return {a + rank if a < 0 else a for a in axes}


def _keeps(rule: Rule, bound: Bound) -> bool:
    """``keepdim``, by whatever name it goes. Raises NotKnown."""
    for name in ("keepdim", "keepdims"):
        if bound.signature.parameter(name) is not None:
            return bool(bound.value(name))
    return False


def unbind(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    """A tuple of tensors, one for each place along an axis."""
    if isinstance(operand.value, Size):
        return operand.value, {}
    tensor = state.tensor(operand)
    state.settle(tensor)
    if tensor.undecided:
        return Sequence("tuple", [], Tensor(Arrangement())), {}
    tensor = state.need_source(operand)
    return Sequence("tuple", [], source(None if tensor.rank is None else tensor.rank - 1)), {}


def _reduce(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    tensor = state.tensor(operand)
    state.settle(tensor)
    try:
        name, value = _axis_value(rule, bound)
        keep = _keeps(rule, bound)
    except NotKnown:
        state.need_source(operand)
        return source(), {}
    if value is None:  # over everything: the order does not matter
        return source(0), {}
    count = len(value) if isinstance(value, (tuple, list)) else 1  # pyright: ignore[reportUnknownArgumentType]
    if tensor.undecided:
        found = like(tensor) if keep else Tensor(Arrangement())
        found.channels = None
        return found, {}
    if not tensor.is_image or tensor.rank is None:
        rank = tensor.rank
        return source(rank if keep or rank is None else rank - count), {}
    if name is None:
        return source(), {}
    axes = {name: renumber(state.dialect, value, tensor.rank)}
    gone = _positive(value, tensor.rank)
    if keep:
        pixel = 0 not in gone and len(gone) >= tensor.rank - 2  # all but one axis are of one element
        return image(tensor.rank, pixel), axes
    left = remaining(state.dialect, tensor.rank, gone)
    if left is None:
        state.need_source(operand)
        return source(tensor.rank - count), {}
    return left, axes


def _squeeze(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    tensor = state.tensor(operand)
    state.settle(tensor)
    try:
        name, value = _axis_value(rule, bound)
    except NotKnown:
        name, value = None, None
    if value is None:
        state.need_source(operand)
        return source(), {}
    if tensor.undecided:
        return Tensor(Arrangement(), parts=(tensor,)), {}
    if tensor.is_image and tensor.rank is not None and name is not None:
        left = remaining(state.dialect, tensor.rank, _positive(value, tensor.rank))
        if left is not None:
            return left, {name: renumber(state.dialect, value, tensor.rank)}
    state.need_source(operand)
    rank = tensor.rank
    return source(None if rank is None else rank - 1), {}


def _unsqueeze(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    tensor = state.tensor(operand)
    state.settle(tensor)
    if tensor.undecided:
        return Tensor(Arrangement()), {}
    tensor = state.need_source(operand)
    return source(None if tensor.rank is None else tensor.rank + 1), {}


def _split(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    value, axes = _along(state, rule, bound, operand)
    assert isinstance(value, Tensor)
    return Sequence("tuple", [], like(value)), axes


def elements(operand: Operand) -> list[Operand] | None:
    """The parts of a list or tuple that is written out where it is used."""
    node = operand.node
    if not isinstance(operand.value, Sequence) or not isinstance(node, (cst.List, cst.Tuple)):
        return None
    if any(isinstance(e, cst.StarredElement) for e in node.elements) or operand.value.rest is not None:
        return None
    return [Operand(v, e.value) for v, e in zip(operand.value.items, node.elements, strict=True)]


def each_part(state: State, operand: Operand) -> list[Operand]:
    parts = elements(operand)
    if parts is not None:
        return parts
    for option in options(operand.value):
        if isinstance(option, Sequence):
            return [Operand(v) for v in option.everything()]
    if tensors_in(operand.value) or not options(operand.value):
        raise Infeasible
    state.lose(operand.node)
    return []


def _concat(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    parts = each_part(state, operand)
    tensors = [(p, state.tensor(p)) for p in parts]
    images = [t for _, t in tensors if t.is_image]
    if not images:
        undecided = [t for _, t in tensors if t.undecided]
        for tensor in undecided[1:]:
            tensor.arrangement.link(undecided[0].arrangement)
        return (like(undecided[0]) if undecided else source(tensors[0][1].rank if tensors else None)), {}
    rank = images[0].rank
    assert rank is not None
    try:
        name, value = _axis_value(rule, bound)
    except NotKnown:
        name, value = None, None
    if name is None:
        return parts_to_source(state, operand, tensors, rank), {}
    for part, tensor in tensors:
        if tensor.is_image:
            continue
        if part.node is None and not tensor.undecided:
            state.lose(operand.node)
        state.need_image(part, rank)
    return image(rank, all(t.pixel for t in images)), {name: renumber(state.dialect, value, rank)}


def parts_to_source(state: State, operand: Operand, parts: list[tuple[Operand, Tensor]], rank: int) -> Tensor:
    if operand.node is not None and any(t.is_image and p.node is None for p, t in parts):
        if len({t.rank for _, t in parts}) == 1 and all(t.is_image for _, t in parts):
            state.record(state.facts.casts_each, operand.node, state.dialect.to_source(rank))
        else:
            state.lose(operand.node)
        return source(rank)
    for part, _ in parts:
        state.need_source(part)
    return source(rank)


def _stack(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    parts = each_part(state, operand)
    tensors = [(p, state.tensor(p)) for p in parts]
    if any(t.undecided for _, t in tensors):
        return Tensor(Arrangement()), {}
    rank = tensors[0][1].rank if tensors else None
    if any(t.is_image for _, t in tensors):
        parts_to_source(state, operand, tensors, rank or 0)
    return source(None if rank is None else rank + 1), {}


BY_AXIS = {
    "axis": _along,
    "reduce": _reduce,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "split": _split,
    "concat": _concat,
    "stack": _stack,
}
