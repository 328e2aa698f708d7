"""Items and slices: of lists, of shapes, of tensors."""

from __future__ import annotations

from typing import Any, Literal

import libcst as cst

from translate.infer.along_axes import like, remaining
from translate.infer.binding import constant
from translate.infer.elements import BOOL, elements
from translate.infer.facts import Items
from translate.infer.several_indices import taken_at
from translate.infer.state import Operand, State
from translate.infer.values import (
    OPAQUE,
    UNKNOWN,
    Api,
    Arrangement,
    Const,
    Container,
    Instance,
    Mapping,
    Sequence,
    Size,
    Tensor,
    Union,
    Unknown,
    Value,
    image,
    join,
    options,
    source,
)
from translate.rules import Dialect
from translate.rules.condition import NotKnown


def subscript(state: State, node: cst.Subscript, owner: Value, parts: list[Value]) -> Value:
    """``owner[parts]``; ``parts`` holds the values of indices (slices count as opaque)."""
    if node in state.single:
        state.record(state.facts.methods, node, "itself")
        return owner.items[0] if state.single[node] == "item" and isinstance(owner, Sequence) else owner
    found: list[Value] = []
    for option in options(owner):
        if isinstance(option, Instance):
            option = option.info.attributes.get("<children>", option)
        inner = option.children if isinstance(option, Container) else option
        if isinstance(inner, Sequence):
            taken = _of_sequence(node, inner, parts)
            if isinstance(option, Container):
                whole = isinstance(taken, Sequence) and option.written_as == "sequential" and state.looping is not node
                state.record(state.facts.methods, node, f"{'part' if whole else 'item'} {option.written_as}")
                taken = Container("sequential", node, taken) if whole and isinstance(taken, Sequence) else taken
            found.append(taken)
        elif isinstance(inner, Mapping):
            found.append(_of_mapping(inner, parts))
        elif isinstance(inner, Size):
            found.append(_of_size(state, node, inner, parts))
        elif isinstance(inner, Tensor):
            found.append(_of_tensor(state, node, inner, parts))
        elif isinstance(inner, (Unknown, Api)):
            found.append(UNKNOWN)
    return join(*found) if found else OPAQUE


def _of_sequence(node: cst.Subscript, value: Sequence, parts: list[Value]) -> Value:
    part = node.slice[0].slice
    if not value.everything():
        return Union(()) if isinstance(part, cst.Index) else value
    if not isinstance(part, cst.Slice):
        index = parts[0]
        known = index.value if isinstance(index, Const) and isinstance(index.value, int) else len(value.items)
        if value.rest is None and -len(value.items) <= known < len(value.items):
            return value.items[known]
        return join(*value.everything())
    lower, upper = _bound(part.lower), _bound(part.upper)
    if lower == "?" or upper == "?" or part.step is not None or (value.rest is not None and (upper is not None)):
        return Sequence(value.kind, [], join(*value.everything()), value.born)
    items = value.items[lower:upper]
    return Sequence(value.kind, items, value.rest, value.born)


def _bound(node: cst.BaseExpression | None) -> Any:
    if node is None:
        return None
    if isinstance(node, cst.Integer):
        return node.evaluated_value
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = _bound(node.expression)
        return -inner if isinstance(inner, int) else "?"
    return "?"


def _of_mapping(value: Mapping, parts: list[Value]) -> Value:
    try:
        key = constant(parts[0])
        if key in value.items:
            return value.items[key]
    except (NotKnown, TypeError):
        pass
    return join(*value.everything()) if value.everything() else OPAQUE


def _of_size(state: State, node: cst.Subscript, size: Size, parts: list[Value]) -> Value:
    """``x.shape[i]`` and ``x.shape[i:]``: axes of an image are renumbered."""
    tensor = size.tensor
    state.settle(tensor)
    part = node.slice[0].slice
    if isinstance(part, cst.Index):
        if tensor.is_image and tensor.rank is not None and not size.cast:
            index = parts[0]
            if isinstance(index, Const) and isinstance(index.value, int):
                axis = state.dialect.stored_axis(index.value, tensor.rank)
                text = str(axis if axis < tensor.rank - 1 or not state.dialect.last else -1)
                size.renumbered = True
                state.record(state.facts.replaced, part.value, text)
            else:
                size_in_source(state, size)
        else:
            state.nothing(state.facts.replaced, part.value)
        return OPAQUE
    assert isinstance(part, cst.Slice)
    lower, upper = _bound(part.lower), _bound(part.upper)
    if tensor.is_image and tensor.rank is not None and not size.cast:
        rank = tensor.rank
        wanted = list(range(rank))[lower:upper] if lower != "?" and upper != "?" and part.step is None else None
        if wanted == list(range(2, rank) if state.dialect.last else range(1, rank - 1)):
            size.renumbered = True
            state.record(state.facts.replaced, part, "1:-1" if state.dialect.last else "2:")
        elif wanted != [0]:
            size_in_source(state, size)
    count = None
    if tensor.rank is not None and lower != "?" and upper != "?":
        count = len(range(tensor.rank)[lower:upper])
    kind = SIZES if size.numeric else "tuple"
    return Sequence(kind, [OPAQUE] * count) if count is not None else Sequence(kind, [], OPAQUE)


SIZES: Literal["sizes"] = "sizes"
"""What a part of a shape is that is a tensor in the source: with it one can count."""


def size_in_source(state: State, size: Size) -> None:
    """All sizes in the source's order: those of the tensor, transposed."""
    if not size.tensor.is_image or size.cast:
        return
    if size.renumbered or size.operand is None:
        state.lose(size.operand.node if size.operand is not None else None)
    else:
        state.need_source(size.operand)
    size.cast = True


def _kind(element: cst.SubscriptElement, value: Value) -> str:
    part = element.slice
    if isinstance(part, cst.Slice):
        full = part.lower is None and part.upper is None and part.step is None
        return "full" if full else "slice"
    if isinstance(part, cst.Index) and isinstance(part.value, cst.Ellipsis):
        return "ellipsis"
    if isinstance(value, Const):
        return "none" if value.value is None else "index"
    if any(isinstance(option, (Tensor, Sequence, Unknown)) for option in options(value)):
        return "gather"
    return "index"


def _of_tensor(state: State, node: cst.Subscript, tensor: Tensor, parts: list[Value]) -> Value:
    if any(isinstance(p, Const) and isinstance(p.value, str) for p in parts):
        return UNKNOWN  # a dictionary that was taken for a tensor
    kinds = [_kind(e, v) for e, v in zip(node.slice, parts, strict=True)]
    if "gather" in kinds:
        return _taken(state, node, tensor, kinds, parts)
    state.settle(tensor)
    if tensor.undecided:
        simple = all(k in ("full", "slice") for k in kinds)
        view = like(tensor) if simple else Tensor(Arrangement())
        view.channels = tensor.channels if _leaves_last(kinds, tensor.rank) else None
        view.parts = (tensor,)
        return view
    dropped = kinds.count("index")
    added = kinds.count("none")
    rank = tensor.rank
    added_axes = kinds[2:] in (["none"], ["none"] * 2, ["none"] * 3)
    if kinds[:2] == ["full", "full"] and added_axes and rank == 2 and not state.channels_first:
        state.record(state.facts.items, node, Items((0, *range(2, len(kinds)), 1)))  # an image of one pixel
        return image(len(kinds), pixel=True)
    if not tensor.is_image or rank is None:
        if any(kind in ("slice", "index") for kind in kinds):
            state.nothing(state.facts.items, node)
        result = source(None if rank is None else rank - dropped + added)
        result.parts = (tensor,)
        return result
    order = None if added else _reordered(state.dialect, kinds, rank)
    if order is None:
        state.need_source(Operand(tensor, node.value))
        return source(rank - dropped + added)
    numbers, gone = order
    left = remaining(state.dialect, rank, gone) if gone else like(tensor)
    if left is None:
        state.need_source(Operand(tensor, node.value))
        return source(rank - dropped)
    if any(kind in ("slice", "index") for kind in kinds):
        state.record(state.facts.items, node, Items(numbers))
    left.parts = (tensor,)
    left.channels = tensor.channels if _leaves_last(kinds, rank) else None
    left.pixel = False
    return left


def _leaves_last(kinds: list[str], rank: int | None) -> bool:
    """Whether all of the last axis is taken, as far as is known."""
    if kinds[-1] in ("full", "ellipsis"):
        return True
    before = [k for k in kinds if k != "none"]
    return kinds[-1] == "slice" and "ellipsis" not in before and (len(before) == 1 or len(before) < (rank or 0))


def _taken(state: State, node: cst.Subscript, tensor: Tensor, kinds: list[str], parts: list[Value]) -> Value:
    """``x[indices]``, ``x[:, indices]``: items along one axis, by whole numbers or a mask, in a tensor or a list."""
    place = kinds.index("gather")
    index = parts[place]
    if not isinstance(index, (Tensor, Sequence)) or any(k != "full" for i, k in enumerate(kinds) if i != place):
        found = taken_at(state, node, tensor, kinds, parts)
        if found is None:
            message = "indexing by several tensors, or by tensors and numbers, is not translated here"
            state.report(node, "T103", message, "take along one axis after the other")
        return found or source()
    state.settle(tensor)
    rank = tensor.rank
    whole = _whole(index)
    if isinstance(index, Sequence) and tensor.is_image and rank is not None:
        axis = state.dialect.stored_axis(place, rank)
        state.record(state.facts.items_taken, node, (place, axis if axis < rank - 1 else -1, whole))
        return image(rank)
    tensor = state.need_source(Operand(tensor, node.value))
    part = node.slice[place].slice
    if isinstance(index, Tensor) and isinstance(part, cst.Index):
        index = state.need_source(Operand(index, part.value))
    state.record(state.facts.items_taken, node, (place, place, whole))
    if isinstance(index, Sequence) or index.rank == 1:
        return source(tensor.rank)
    return source(tensor.rank + index.rank - 1 if whole and tensor.rank and index.rank else None)


def _whole(index: Value) -> bool:
    """Whether an index is known to hold whole numbers; it may be a mask otherwise."""
    if isinstance(index, Sequence):
        return all(isinstance(i, Const) and type(i.value) is int for i in index.everything())
    return elements(index) not in (None, BOOL)


def _reordered(dialect: Dialect, kinds: list[str], rank: int) -> tuple[tuple[int | None, ...], set[int]] | None:
    """Positions of the parts in the order of an image's axes, and the axes that indices remove."""
    places: list[int | None] = []
    for position, kind in enumerate(kinds):
        if kind == "ellipsis":
            places += [None] * (rank - len(kinds) + 1)
        else:
            places.append(position)
    if len(places) > rank:
        return None
    places += [None] * (rank - len(places))
    by_axis = [None if p is None or kinds[p] == "full" else p for p in places]
    stored = [by_axis[axis] for axis in dialect.to_image(rank)]
    while stored and stored[-1] is None:
        stored.pop()
    gone = {axis for axis, p in enumerate(by_axis) if p is not None and kinds[p] == "index"}
    return tuple(stored), gone
