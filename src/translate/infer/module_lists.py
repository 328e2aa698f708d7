"""Python lists of layers that attributes hold: Keras looks into them, PyTorch wants to be told of them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from translate.infer.state import Operand, State
from translate.infer.values import Container, Instance, Layer, Mapping, Sequence, Value, options


def held(state: State, value: Value, node: cst.CSTNode) -> None:
    """An attribute is given a list, or a dictionary."""
    if not state.recording or not state.dialect.module_list:
        return
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and value.kind == "list"):
        state.lists.append((value, node, tuple(state.statements)))


def added(state: State, owner: Sequence, operand: Operand) -> None:
    """A list becomes an item of another list."""
    value, node = operand.value, operand.node
    if state.recording and node is not None and isinstance(value, Sequence) and value.kind == "list":
        state.inner_lists.append((owner, (value, node, tuple(state.statements))))


def finish(state: State) -> None:
    """Note which expressions must become lists of modules."""
    found = [entry for entry in state.lists if _has_modules(entry[0])]
    for value, node, statements in found:
        if isinstance(value, Mapping):
            state.facts.keyed.add(node)
            state.facts.touched.update(statements)
            continue
        for inner in _written(value, node):
            state.facts.listed.add(inner)
        state.facts.touched.update(statements)
        found.extend(entry for owner, entry in state.inner_lists if owner is value and _has_modules(entry[0]))


def _has_modules(value: Sequence | Mapping) -> bool:
    every = [option for item in value.everything() for option in options(item)]
    inner = any(isinstance(o, Sequence) and _has_modules(o) for o in every)
    return inner or any(isinstance(o, (Layer, Instance, Container)) for o in every)


def _written(value: Sequence, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node of a list, and those of the lists that are written in it."""
    yield node
    inner: list[cst.BaseExpression] = []
    if isinstance(node, (cst.List, cst.Tuple)):
        inner = [element.value for element in node.elements]
    elif isinstance(node, cst.ListComp):
        inner = [node.elt]
    of_lists = (item for item in value.everything() if isinstance(item, Sequence) and _has_modules(item))
    for item in inner:
        if isinstance(item, (cst.List, cst.ListComp)):
            match = next(of_lists, None)
            if match is not None:
                yield from _written(match, item)
