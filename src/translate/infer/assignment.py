"""Giving values to names, attributes and items."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.infer.binding import constant, tensors_in
from translate.infer.dotted import names
from translate.infer.state import State
from translate.infer.values import (
    NONE,
    OPAQUE,
    Container,
    Instance,
    Layer,
    Mapping,
    Opaque,
    Sequence,
    Size,
    Tensor,
    Unknown,
    Value,
    join,
    options,
    source,
)
from translate.rules.condition import NotKnown


def assign(state: State, target: cst.BaseExpression, value: Value, augmented: bool = False) -> None:
    """``target = value``."""
    if isinstance(target, cst.Name):
        state.frame.names[target.value] = value
        state.facts.names.add(target.value)
        state.imported.discard(target.value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(state, target, value)
    elif isinstance(target, cst.Attribute):
        _set_attribute(state, target, value, augmented)
    elif isinstance(target, cst.Subscript):
        _set_item(state, target, value, augmented)
    elif isinstance(target, cst.StarredElement):
        assign(state, target.value, Sequence("list", [], value))


def _unpack(state: State, target: cst.Tuple | cst.List, value: Value) -> None:
    count = len(target.elements)
    plain = not any(isinstance(e, cst.StarredElement) for e in target.elements)
    for option in options(value):
        if isinstance(option, Size) and plain:
            _unpack_size(state, target, option, count)
    parts = [_part(value, index, count, plain) for index in range(count)]
    for element, part in zip(target.elements, parts, strict=True):
        inner = Sequence("list", [], part) if isinstance(element, cst.StarredElement) else part
        assign(state, element.value, inner)


def _unpack_size(state: State, target: cst.CSTNode, size: Size, count: int) -> None:
    tensor = size.tensor
    state.settle(tensor)
    if tensor.undecided:
        tensor.arrangement.root()._rank = count  # pyright: ignore[reportPrivateUsage]
    elif tensor.is_image and tensor.rank == count and not size.cast:
        size.renumbered = True
        state.record(state.facts.unpacked, target, state.dialect.to_image(count))
    else:
        state.nothing(state.facts.unpacked, target)
        if tensor.rank is None:
            tensor.own_rank = count


def _part(value: Value, index: int, count: int, plain: bool) -> Value:
    found: list[Value] = []
    for option in options(value):
        inner = option.children if isinstance(option, Container) else option
        if isinstance(inner, Sequence):
            if inner.rest is None and plain and len(inner.items) == count:
                found.append(inner.items[index])
            elif inner.everything():
                found.append(join(*inner.everything()))
        elif isinstance(inner, Unknown):
            found.append(inner)
        elif isinstance(inner, Tensor):
            continue  # a tensor is rarely unpacked: one of several, it is the tuple that is meant
        elif option is not NONE:
            found.append(OPAQUE)
    return join(*found) if found else OPAQUE


def set_attribute(state: State, instance: Instance, name: str, value: Value) -> None:
    attributes = instance.info.attributes
    attributes[name] = join(attributes[name], value) if name in attributes else value


def _set_attribute(state: State, target: cst.Attribute, value: Value, augmented: bool) -> None:
    from translate.infer.expressions import evaluate

    owner = evaluate(state, target.value)
    name = target.attr.value
    rules = [] if state.dialect.last else state.rules.find(f"{state.dialect.module}.{name}")
    if any(r.data.get("role") == "gone" for r in rules) and any(isinstance(o, Instance) for o in options(owner)):
        state.record(state.facts.dropped, state.statements[-1], "")
        return
    setting = bool(rules) and not rules[0].supported and not rules[0].source[0].callable
    setting = setting and rules[0].data.get("role") != "property"  # nobody can set those: it is one of the class' own
    if setting and any(isinstance(o, (Instance, Layer, Container)) for o in options(owner)):
        state.report(target, "T101", f"{rules[0].name} has no counterpart in {state.dialect.name}", rules[0].help)
        return
    for option in options(owner):
        if not isinstance(option, Instance):
            continue
        if name in state.reserved and state.recording:
            state.facts.touched.update(state.statements)
        if tensors_in(value) and not state.initialising:
            state.report(target, "N206", f"self.{name} keeps a tensor while the model runs; under tf.function it leaks")
            continue
        set_attribute(state, option, name, OPAQUE if augmented and not tensors_in(value) else value)
        _add_to_chain(state, option, target, value)


def _add_to_chain(state: State, instance: Instance, target: cst.Attribute, value: Value) -> None:
    """In a class that extends Sequential, a layer that is assigned to an attribute is one of the chain."""
    children = instance.info.attributes.get("<children>")
    if not isinstance(children, Container) or children.kind != "sequential" or not _is_layer(value):
        return
    forward = instance.info.method(state.dialect.forward)
    if forward is not None and "super" not in names(forward.node):  # which layers run is written out there
        return
    held, known = children.children, state.frame.branches == children.born
    if held.rest is None and known:
        held.items.append(value)
        children.names.append(None)
    else:
        held.rest = value if held.rest is None else join(held.rest, value)
    if isinstance(target.value, cst.Name):
        state.record(state.facts.added, state.statements[-1], (target.value.value, target.attr.value))


def _is_layer(value: Value) -> bool:
    return any(isinstance(o, (Layer, Instance, Container)) for o in options(value))


def _set_item(state: State, target: cst.Subscript, value: Value, augmented: bool) -> None:
    from translate.infer.expressions import evaluate

    owner = evaluate(state, target.value)
    key: Any = None
    known = False
    if len(target.slice) == 1 and isinstance(target.slice[0].slice, cst.Index):
        try:
            key = constant(evaluate(state, target.slice[0].slice.value))
            known = True
        except NotKnown:
            pass
    for option in options(owner):
        inner = option.children if isinstance(option, Container) else option
        if isinstance(inner, Mapping):
            if known and key.__hash__:
                inner.items[key] = value
            else:
                inner.rest = value if inner.rest is None else join(inner.rest, value)
        elif isinstance(inner, Sequence):
            if known and isinstance(key, int) and -len(inner.items) <= key < len(inner.items) and inner.rest is None:
                inner.items[key] = value
            else:
                inner.rest = join(*([inner.rest] if inner.rest else []), value)
        elif isinstance(option, Tensor):
            if not _set_in_place(state, target, option, value):
                state.report(
                    target,
                    "T103",
                    "an item of a tensor is assigned, which Keras tensors do not allow",
                    "build the tensor by concatenation, where or scatter",
                )
            option.changed_in_place()
            if isinstance(target.value, cst.Name):
                state.frame.names[target.value.value] = source(option.rank)


def _set_in_place(state: State, target: cst.Subscript, tensor: Tensor, value: Value) -> bool:
    """Whether ``x[index] = value`` can be written as a new ``x``: a name, in the source's order.

    The index: numbers and slices, or one list or tensor.
    """
    from translate.infer.expressions import evaluate

    if not isinstance(target.value, cst.Name):
        return False
    involved = [tensor, *tensors_in(value)]
    for element in target.slice:
        if not isinstance(element.slice, cst.Index):
            continue
        index = evaluate(state, element.slice.value)
        if index is NONE or (tensor.parameter and isinstance(index, Opaque)):  # that may be a dictionary and a key
            return False
        if any(isinstance(o, (Tensor, Sequence, Unknown)) for o in options(index)):
            one = isinstance(index, Tensor) or (isinstance(index, Sequence) and index.kind == "list")
            if not one or len(target.slice) > 1:
                return False
            involved += tensors_in(index)
    for undecided in involved:
        if undecided.undecided:
            undecided.arrangement.decide("source", undecided.rank)
    if any(one.is_image for one in involved):
        return False
    state.facts.items_set.add(target)
    state.facts.touched.update(state.statements)
    return True
