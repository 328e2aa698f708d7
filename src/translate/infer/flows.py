"""How axes are arranged before and after a call: the ``tensors`` key of rules."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from translate.infer.binding import Bound, tensors_in
from translate.infer.facts import stored_axis, to_image, to_source
from translate.infer.state import Infeasible, Operand, State
from translate.infer.values import (
    NONE,
    OPAQUE,
    Arrangement,
    Sequence,
    Tensor,
    Unknown,
    Value,
    image,
    options,
    source,
)
from translate.rules import Rule, RuleSet
from translate.rules.condition import NotKnown, as_tuple

Axes = dict[str, Any]
_IMAGE = re.compile(r"image(\d)d")


def flow(state: State, rule: Rule, bound: Bound, operand: Operand, becomes: str = "") -> tuple[Value, Axes]:
    """What comes out, and the axis arguments renumbered. Raises Infeasible if the ranks cannot fit.

    ``bound`` holds the arguments of the function, or of the layer's constructor; ``operand`` the tensor.
    """
    form = rule.tensors.split("->")[0].strip()
    first = state.channels_first and keeps_channels_first(state.rules, rule)
    match = _IMAGE.match(form)
    if match:
        rank = int(match[1]) + 2
        _weights_in_source(state, bound, operand)
        if "features" in form and _is_features(operand, rank):
            return _features_second(state, operand), {}
        state.need_image(operand, rank, first)
        return source(rank) if first else image(rank, becomes == "1x1"), {}
    if form == "image or features" and _is_features(operand, 0) and state.tensor(operand).rank in (None, 1, 2):
        return _features_second(state, operand), {}
    if form.startswith("image"):
        _weights_in_source(state, bound, operand)
        return _image(state, operand, first), {}
    simple = _SIMPLE.get(form)
    if simple is not None:
        return simple(state, rule, bound, operand), {}
    by_axis = _BY_AXIS.get(form)
    if by_axis is not None:
        return by_axis(state, rule, bound, operand)
    if form.startswith("indices"):
        tensor = state.need_source(operand)
        return source(None if tensor.rank is None else tensor.rank + 1), {}
    if form == "unbind":
        return _unbind(state, rule, bound, operand)
    if form.startswith("creates"):
        return source(_rank(rule.tensors)), {}
    if form == "number":
        return OPAQUE, {}
    return NONE, {}


def _rank(text: str) -> int | None:
    found = re.search(r"rank (\d+)", text)
    return int(found[1]) if found else None


def _features_second(state: State, operand: Operand) -> Tensor:
    """(N, C), where channels are last in both frameworks."""
    tensor = state.need_source(operand)
    if tensor.rank is None and operand.node is not None:
        state.report(operand.node, "N205", "taken for (N, C): nothing tells how many axes there are")
    return tensor


def _is_features(operand: Operand, rank: int) -> bool:
    tensors = tensors_in(operand.value)
    return bool(tensors) and all(not t.is_image and t.rank != rank for t in tensors)


def _weights_in_source(state: State, bound: Bound, operand: Operand) -> None:
    """Weights of functional layers are in the source's order, whatever the image is in."""
    for other in bound.operands.values():
        if other is not operand and other.index != operand.index and tensors_in(other.value):
            state.need_source(other)


def keeps_channels_first(rules: RuleSet, rule: Rule) -> bool:
    """Whether what the rule writes can be told to work channels first."""
    if rule.keras is None:
        return False
    names = {p.name: p.default for p in rule.keras.parameters}
    if "data_format" not in names and names.get("axis") != -1:
        return False
    texts = [rule.write or "", *(c.write or "" for c in rule.cases)]
    called = {m for text in texts for m in re.findall(r"(?:keras\.layers|helpers)\.\w+", text)}
    return called <= rules.with_data_format and not any("keras.ops." in t for t in texts)


def _image(state: State, operand: Operand, first: bool) -> Tensor:
    tensor = state.tensor(operand)
    rank = tensor.rank
    if rank is None:
        rank = 4
        if operand.node is not None:
            state.report(operand.node, "N205", "taken for an image with 4 axes: nothing tells how many there are")
    if rank < 3:
        return state.need_source(operand)
    state.need_image(operand, rank, first)
    return source(rank) if first else image(rank, tensor.pixel)


def like(tensor: Tensor) -> Tensor:
    """A new tensor arranged as ``tensor``."""
    return Tensor(tensor.arrangement, tensor.own_rank, tensor.pixel)


def _same(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    results: list[Value] = []
    for option in options(operand.value):
        if isinstance(option, Tensor):
            results.append(like(option))
    if not results:
        return like(state.tensor(operand))
    from translate.infer.values import join

    return join(*results)


def _features(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    tensor = state.need_source(operand)
    return source(tensor.rank)


def _source(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    """Everything in the source's order; the result as declared, as the input, or of the largest rank."""
    ranks: list[int | None] = []
    everything = [*bound.operands.values(), *(o for found in bound.stars.values() for o in found)]
    if not everything:
        everything = [operand]
    for other in everything:
        if isinstance(other.value, Sequence):
            parts = [(p, state.tensor(p)) for p in _each(state, other)] if _holds_tensors(other.value) else []
            if any(t.is_image for _, t in parts):
                _to_source(state, other, parts, next(t.rank or 0 for _, t in parts if t.is_image))
        elif tensors_in(other.value):
            ranks.append(state.need_source(other).rank)
    target = rule.tensors.partition("->")[2].strip()
    if target.startswith("rank"):
        return source(_rank(target))
    known = [r for r in ranks if r is not None]
    same = target == "source" and known and len(known) == len(ranks)
    return source(max(known) if same else None)


def _holds_tensors(value: Sequence) -> bool:
    return any(tensors_in(v) for v in value.everything())


def broadcast(state: State, operands: list[Operand]) -> Value:
    """Elementwise over several tensors: all are brought to one arrangement."""
    found = [(o, state.tensor(o)) for o in operands if tensors_in(o.value)]
    unknown = [o for o in operands if isinstance(o.value, Unknown)]
    if not found:
        return OPAQUE
    images = [t for _, t in found if t.is_image]
    ranks = [t.rank for _, t in found]
    rank = None if None in ranks else max(r for r in ranks if r is not None)
    if not images:
        undecided = [t for _, t in found if t.undecided]
        if len(undecided) < len(found):
            for tensor in undecided:
                state.settle(tensor)
            undecided = [t for t in undecided if t.undecided]
        if not undecided:
            return source(rank)
        for tensor in undecided[1:]:
            tensor.arrangement.link(undecided[0].arrangement)
        return Tensor(undecided[0].arrangement, undecided[0].own_rank)
    if unknown:
        state.lose(unknown[0].node)
    wide = max(t.rank or 0 for t in images)
    rest = [(o, t) for o, t in found if not t.is_image]
    for _, tensor in rest:
        if tensor.undecided and tensor.rank in (None, wide):
            tensor.arrangement.decide("image", wide)
    others = [(o, t) for o, t in rest if not t.is_image and t.rank != 0]
    if all(t.rank == wide for _, t in others) and all(t.rank == wide for t in images):
        for other, _ in others:
            state.need_image(other, wide)
        return image(wide, all(t.pixel for t in images))
    for other, _ in found:
        state.need_source(other)
    return source(rank)


def _broadcast(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    stars = [o for found in bound.stars.values() for o in found]
    return broadcast(state, [*bound.operands.values(), *stars])


_SIMPLE = {
    "same": _same,
    "features": _features,
    "source": _source,
    "broadcast": _broadcast,
}


# along axes


def axis_argument(rule: Rule, bound: Bound) -> str | None:
    return next((name for name, passing in rule.arguments.items() if passing.axis), None)


def _axis_value(rule: Rule, bound: Bound) -> tuple[str | None, Any]:
    """The name and the value of the axis argument. Raises NotKnown."""
    name = axis_argument(rule, bound)
    if name is None:
        return None, None
    return name, bound.value(name)


def _renumber(value: Any, rank: int) -> Any:
    if isinstance(value, (tuple, list)):
        axes: list[int] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        return tuple(sorted(_tidy(stored_axis(a, rank), rank) for a in axes))
    return _tidy(stored_axis(value, rank), rank)


def _tidy(axis: int, rank: int) -> int:
    """The last axis of an image is written -1, as Keras users do."""
    return -1 if axis == rank - 1 else axis


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
    return like(tensor), {name: _renumber(value, tensor.rank)}


def remaining(rank: int, removed: set[int]) -> Tensor | None:
    """An image without some of the source's axes: what arrangement that is, None if no usual one."""
    kept = [a for a in to_image(rank) if a not in removed]
    order = [sorted(kept).index(a) for a in kept]
    if order == list(range(len(order))):
        return source(len(order))
    if len(order) >= 3 and tuple(order) == to_image(len(order)):
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


def _unbind(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    """A tuple of tensors, one for each place along an axis."""
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
    if value is None:
        state.need_source(operand)
        return source(0), {}
    count = len(value) if isinstance(value, (tuple, list)) else 1  # pyright: ignore[reportUnknownArgumentType]
    if tensor.undecided:
        return (like(tensor) if keep else Tensor(Arrangement())), {}
    if not tensor.is_image or tensor.rank is None:
        rank = tensor.rank
        return source(rank if keep or rank is None else rank - count), {}
    if name is None:
        return source(), {}
    axes = {name: _renumber(value, tensor.rank)}
    gone = _positive(value, tensor.rank)
    if keep:
        pixel = gone >= set(range(2, tensor.rank))
        return image(tensor.rank, pixel), axes
    left = remaining(tensor.rank, gone)
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
        left = remaining(tensor.rank, _positive(value, tensor.rank))
        if left is not None:
            return left, {name: _renumber(value, tensor.rank)}
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


def _each(state: State, operand: Operand) -> list[Operand]:
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
    parts = _each(state, operand)
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
        return _to_source(state, operand, tensors, rank), {}
    for part, tensor in tensors:
        if tensor.is_image:
            continue
        if part.node is None and not tensor.undecided:
            state.lose(operand.node)
        state.need_image(part, rank)
    return image(rank, all(t.pixel for t in images)), {name: _renumber(value, rank)}


def _to_source(state: State, operand: Operand, parts: list[tuple[Operand, Tensor]], rank: int) -> Tensor:
    if operand.node is not None and any(t.is_image and p.node is None for p, t in parts):
        if len({t.rank for _, t in parts}) == 1 and all(t.is_image for _, t in parts):
            state.record(state.facts.casts_each, operand.node, to_source(rank))
        else:
            state.lose(operand.node)
        return source(rank)
    for part, _ in parts:
        state.need_source(part)
    return source(rank)


def _stack(state: State, rule: Rule, bound: Bound, operand: Operand) -> tuple[Value, Axes]:
    parts = _each(state, operand)
    tensors = [(p, state.tensor(p)) for p in parts]
    if any(t.undecided for _, t in tensors):
        return Tensor(Arrangement()), {}
    rank = tensors[0][1].rank if tensors else None
    if any(t.is_image for _, t in tensors):
        _to_source(state, operand, tensors, rank or 0)
    return source(None if rank is None else rank + 1), {}


_BY_AXIS = {
    "axis": _along,
    "reduce": _reduce,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "split": _split,
    "concat": _concat,
    "stack": _stack,
}
