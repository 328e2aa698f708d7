"""What a test tells about a name in the branch that it guards."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

import libcst as cst

from translate.infer.dotted import is_name, names
from translate.infer.state import State
from translate.infer.values import NONE, Sequence, Tensor, Value, join, options


@contextmanager
def narrowed(state: State, test: cst.BaseExpression, outcome: bool) -> Generator[bool]:
    """Within, names are what they can be if ``test`` had ``outcome``. Gives whether it can have it."""
    found = _narrow(state, test, outcome)
    if found is None:
        yield True
        return
    name, value = found
    names = state.frame.names
    before = names[name]
    names[name] = value
    try:
        # Whoever uses the file may pass what nobody in it passes; a type that is told apart here was read elsewhere.
        yield bool(options(value)) or not (state.only_reached or _asks_for_type(test))
    finally:
        if names.get(name) is value:
            names[name] = before


def _asks_for_type(test: cst.BaseExpression) -> bool:
    while isinstance(test, cst.UnaryOperation):
        test = test.expression
    return isinstance(test, cst.Call)


def _narrow(state: State, test: cst.BaseExpression, outcome: bool) -> tuple[str, Value] | None:
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _narrow(state, test.expression, not outcome)
    if isinstance(test, cst.Call) and is_name(test.func, "isinstance") and len(test.args) == 2:
        return _instance(state, test, outcome)
    if isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and len(test.comparisons) == 1:
        part = test.comparisons[0]
        if is_name(part.comparator, "None") and isinstance(part.operator, (cst.Is, cst.IsNot)):
            return _keep(state, test.left.value, lambda v: v is NONE, outcome == isinstance(part.operator, cst.Is))
    return None


def _keep(state: State, name: str, wanted: Callable[[Value], bool], outcome: bool) -> tuple[str, Value] | None:
    value = state.frame.names.get(name)
    if value is None:
        return None
    left = [o for o in options(value) if wanted(o) == outcome]
    return (name, join(*left)) if len(left) < len(options(value)) else None


def _instance(state: State, test: cst.Call, outcome: bool) -> tuple[str, Value] | None:
    subject, kind = test.args[0].value, test.args[1].value
    if not isinstance(subject, cst.Name):
        return None
    named = names(kind)
    value = state.frame.names.get(subject.value)
    if value is None or not named & {"tuple", "list", "Tensor"}:
        return None
    many = not named & {"Tensor"}
    state.frame.sequences.add(subject.value)
    if isinstance(value, Tensor) and value.undecided:
        if many == outcome:  # a sequence of tensors arranged alike
            return subject.value, Sequence("tuple", [], value)
        return None
    return _keep(state, subject.value, lambda v: isinstance(v, Sequence), outcome == many)
