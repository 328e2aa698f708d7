"""How axes are arranged before and after a call: the ``tensors`` key of rules."""

from __future__ import annotations

import re

from translate.infer.along_axes import BY_AXIS, Axes, each_part, like, parts_to_source, unbind
from translate.infer.binding import Bound, tensors_in
from translate.infer.state import Operand, State
from translate.infer.values import (
    NONE,
    OPAQUE,
    Const,
    Opaque,
    Sequence,
    Size,
    Tensor,
    Unknown,
    Value,
    image,
    join,
    options,
    source,
)
from translate.rules import Rule, RuleSet

_IMAGE = re.compile(r"image(\d)d")


def flow(state: State, rule: Rule, bound: Bound, operand: Operand, becomes: str = "") -> tuple[Value, Axes]:
    """What comes out, and the axis arguments renumbered. Raises Infeasible if the ranks cannot fit.

    ``bound`` holds the arguments of the function, or of the layer's constructor; ``operand`` the tensor.
    """
    form = rule.tensors.split("->")[0].strip()
    first = bound.channels_first or (state.channels_first and keeps_channels_first(state.rules, rule))
    match = _IMAGE.match(form)
    if match:
        rank = int(match[1]) + 2
        _weights_in_source(state, bound, operand)
        if "features" in form and _is_features(operand, rank):
            return _features_second(state, operand), {}
        state.need_image(operand, rank, first)
        if rule.tensors.endswith("-> number"):
            return OPAQUE, {}
        if _rank(rule.tensors) is not None:
            return source(_rank(rule.tensors)), {}
        return source(rank) if first else image(rank, becomes == "1x1"), {}
    if form == "image or features" and _is_features(operand, 0) and state.tensor(operand).rank in (None, 1, 2):
        return _features_second(state, operand), {}
    if form.startswith("image"):
        _weights_in_source(state, bound, operand)
        return _image(state, operand, first), {}
    simple = _SIMPLE.get(form)
    if simple is not None:
        return simple(state, rule, bound, operand), {}
    by_axis = BY_AXIS.get(form)
    if by_axis is not None:
        return by_axis(state, rule, bound, operand)
    if form.startswith("indices"):
        tensor = state.need_source(operand)
        return source(None if tensor.rank is None else tensor.rank + 1), {}
    if form == "unbind":
        return unbind(state, rule, bound, operand)
    if form.startswith("creates"):
        return _created(state, rule, bound, operand), {}
    if form == "number":
        return OPAQUE, {}
    return NONE, {}


def _created(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    """A new tensor; one of the shape of an image is an image."""
    shape = operand.value
    if isinstance(shape, Size) and shape.tensor.is_image and not shape.cast:
        return image(shape.tensor.rank or 4, shape.tensor.pixel)
    if isinstance(shape, Size):
        return source(shape.tensor.rank)
    made = source(_depth(shape) if rule.tensors.endswith("nested") else _rank(rule.tensors))
    made.created = True
    return made


def _depth(value: Value) -> int | None:
    """How many axes a tensor has that is written as a list."""
    if isinstance(value, Sequence):
        inner = _depth(value.everything()[0]) if value.everything() else 0
        return None if inner is None else inner + 1
    return 0 if isinstance(value, Const) else None


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
    if rule.target is None:
        return False
    names = {p.name: p.default for p in rule.target.parameters}
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


def _same(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    results: list[Value] = []
    for option in options(operand.value):
        if isinstance(option, Tensor):
            results.append(like(option))
    if not results and not state.dialect.last and isinstance(operand.value, (Const, Opaque)):
        return OPAQUE  # functions of Keras take numbers, too
    if not results:
        return like(state.tensor(operand))
    return join(*results)


def _features(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    tensor = state.need_source(operand)
    result = source(tensor.rank)
    result.reordered = tensor.reordered
    return result


def _source(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    """Everything in the source's order; the result as declared, as the input, or of the largest rank."""
    ranks: list[int | None] = []
    everything = [*bound.operands.values(), *(o for found in bound.stars.values() for o in found)]
    if all(o is not operand and (o.node is None or o.node is not operand.node) for o in everything):
        everything.append(operand)  # of a layer: its arguments are those of its constructor
    for other in everything:
        if isinstance(other.value, Sequence):
            parts = [(p, state.tensor(p)) for p in each_part(state, other)] if _holds_tensors(other.value) else []
            if any(t.is_image for _, t in parts):
                parts_to_source(state, other, parts, next(t.rank or 0 for _, t in parts if t.is_image))
        elif tensors_in(other.value):
            ranks.append(state.need_source(other).rank)
    target = rule.tensors.partition("->")[2].strip()
    if target.startswith("rank"):
        return source(_rank(target))
    known = [r for r in ranks if r is not None]
    same = target == "source" and known and len(known) == len(ranks)
    return source(max(known) if same else None)


def _elements(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    """Elements in the source's order, which those of one pixel are in however it is stored."""
    tensor = state.tensor(operand)
    if not (tensor.is_image and tensor.pixel):
        state.need_source(operand)
    return source(_rank(rule.tensors))


def _holds_tensors(value: Sequence) -> bool:
    return any(tensors_in(v) for v in value.everything())


def broadcast(state: State, operands: list[Operand]) -> Value:
    """Elementwise over several tensors: all are brought to one arrangement."""
    value = _broadcasted(state, operands)
    if not isinstance(value, Tensor):
        return value
    found = [t for o in operands for t in tensors_in(o.value)]
    value.created = all(t.created for t in found)
    value.reordered = value.reordered or (value.arrangement.kind == "source" and any(t.reordered for t in found))
    if state.dialect.last:
        return value
    widest = max((t.rank or 0 for t in found), default=0)
    known = [t.channels for t in found if t.channels is not None and (t.rank or 0) == widest and t.channels.text != "1"]
    value.channels = known[0] if known else None
    return value


def _broadcasted(state: State, operands: list[Operand]) -> Value:
    found = [(o, state.tensor(o)) for o in operands if tensors_in(o.value)]
    unknown = [o for o in operands if isinstance(o.value, Unknown)]
    if not found:
        return OPAQUE
    images = [t for _, t in found if t.is_image]
    ranks = [t.rank for _, t in found if not (t.created and t.rank is None)] or [None]
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
        own = undecided[0].own_rank
        told = max((r for r in ranks if r is not None), default=0)
        if undecided[0].rank is None and told > 2 and not state.dialect.last:
            own = told  # x + f(x): commonly of as many axes
        return Tensor(undecided[0].arrangement, own)
    if unknown:
        state.lose(unknown[0].node)
    wide = max(t.rank or 0 for t in images)
    rest = [(o, t) for o, t in found if not t.is_image]
    for _, tensor in rest:
        if tensor.undecided and tensor.rank in (None, wide):
            tensor.arrangement.decide("image", wide)
    others = [(o, t) for o, t in rest if not t.is_image and t.rank != 0]
    others = [(o, t) for o, t in others if not _by_channel(state, o, t, wide)]
    if all(t.rank == wide for _, t in others) and all(t.rank == wide for t in images):
        for other, _ in others:
            state.need_image(other, wide)
        return image(wide, all(t.pixel for t in images))
    for other, _ in found:
        state.need_source(other)
    return source(rank)


def _by_channel(state: State, operand: Operand, tensor: Tensor, rank: int) -> bool:
    """A number for each channel, of a source that has channels last: in an image they are followed by other axes."""
    if state.dialect.last or tensor.rank != 1 or operand.node is None:
        return False
    state.record(state.facts.channelwise, operand.node, rank - 2)
    return True


def _broadcast(state: State, rule: Rule, bound: Bound, operand: Operand) -> Value:
    stars = [o for found in bound.stars.values() for o in found]
    return broadcast(state, [*bound.operands.values(), *stars])


_SIMPLE = {
    "same": _same,
    "features": _features,
    "source": _source,
    "elements": _elements,
    "broadcast": _broadcast,
}
