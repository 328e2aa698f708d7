"""permute, transpose, size: what names axes by number."""

from __future__ import annotations

import libcst as cst

from translate.infer.binding import Bound
from translate.infer.hooks.common import first_placeholder, numbers, viewed, write
from translate.infer.state import State
from translate.infer.values import OPAQUE, Arrangement, Size, Tensor, Value, source
from translate.rules import Rule
from translate.rules.condition import NotKnown


def permute(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    x = first_placeholder(bound)
    axes = numbers(state, bound)
    try:
        known: list[int | None] = axes.constants()
    except NotKnown:
        known = [None]
    order = tuple(k % len(known) for k in known if k is not None)
    if len(order) < len(known):
        state.need_source(bound.first())
        write(state, node, rule, bound, _transposed(state, x, f"{{{axes.name}}}"))
        return viewed(source(len(known) if len(known) > 1 else None), bound.first())
    return _reorder(state, node, rule, bound, order, _transposed(state, x, str(order)))


def _transposed(state: State, x: str, axes: str) -> str:
    """``axes`` as a tuple, or what stands for one."""
    text = state.dialect.transpose
    if not axes.startswith("("):
        text = text.replace("{axes}", "({axes})")
    return text.replace("{x}", x).replace("{axes}", axes)


def transpose(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    first = bound.first()
    tensor = state.tensor(first)
    x = first_placeholder(bound)
    names = bound.parameter_names()
    plain = rule.data.get("plain") or f"keras.ops.swapaxes({x}, {{{names[1]}}}, {{{names[2]}}})"
    rank = tensor.rank
    try:
        a, b = bound.value(names[1]), bound.value(names[2])
    except NotKnown:
        a = b = None
    if rank is None or a is None or b is None:
        if tensor.undecided and not tensor.arrangement.root().flexible:
            return Tensor(Arrangement(), parts=(tensor,))
        state.need_source(first)
        if (a, b) in ((1, 2), (2, 1)) and not state.channels_first:
            return _flexible(state, node, rule, bound, None, plain)
        write(state, node, rule, bound, plain)
        return viewed(source(tensor.rank), first)
    if not all(-rank <= axis < rank for axis in (a, b)):
        state.report(node, "T105", f"axes {a} and {b} are exchanged of a tensor that seems to have {rank} axes")
        return source()
    order = list(range(rank))
    order[a], order[b] = order[b], order[a]
    return _reorder(state, node, rule, bound, tuple(order), plain)


def _reorder(state: State, node: cst.Call, rule: Rule, bound: Bound, order: tuple[int, ...], plain: str) -> Value:
    first = bound.first()
    tensor = state.tensor(first)
    x = first_placeholder(bound)
    rank = len(order)
    if tensor.undecided and not tensor.arrangement.root().flexible:
        tensor.arrangement.root()._rank = rank  # pyright: ignore[reportPrivateUsage]
        return Tensor(Arrangement(), parts=(tensor,))
    state.settle(tensor)
    if tensor.is_image and tensor.rank == rank:
        stored = tuple(state.dialect.to_image(rank).index(axis) for axis in order)
        if stored == tuple(range(rank)):
            write(state, node, rule, bound, x)
        else:
            write(state, node, rule, bound, _transposed(state, x, str(stored)))
        return _reordered(viewed(source(rank), first))
    if order == state.dialect.to_source(rank) and rank in (3, 4, 5) and not state.channels_first:
        return _flexible(state, node, rule, bound, rank, plain)
    write(state, node, rule, bound, plain)
    return _reordered(viewed(source(rank), first))


def _reordered(tensor: Tensor) -> Tensor:
    tensor.reordered = True
    return tensor


def _flexible(state: State, node: cst.Call, rule: Rule, bound: Bound, rank: int | None, plain: str) -> Value:
    """Features last become features second: an image as it stands, if that is what is done with it.

    Where the rank is not known, that can only be an image of rank 3.
    """
    arrangement = Arrangement(None, rank, flexible=True)
    arrangement.only_rank = rank or 3
    state.later(node, rule, bound, arrangement, plain, first_placeholder(bound))
    return viewed(Tensor(arrangement, rank), bound.first())


def size(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    tensor = state.tensor(bound.first())
    state.settle(tensor)
    x = first_placeholder(bound)
    if not bound.given("dim"):
        write(state, node, rule, bound, f"keras.ops.shape({x})")
        return Size(tensor, bound.first())
    text = "{dim}"
    if tensor.is_image and tensor.rank is not None:
        try:
            axis = state.dialect.stored_axis(bound.value("dim"), tensor.rank)
            text = str(axis if axis < tensor.rank - 1 else -1)
        except NotKnown:
            state.lose(node)
    write(state, node, rule, bound, f"keras.ops.shape({x})[{text}]")
    return OPAQUE
