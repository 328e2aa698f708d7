"""Functions that layers are given: activations, by name or as functions, and what Lambda computes."""

from __future__ import annotations

import libcst as cst

from translate.infer.binding import Bound
from translate.infer.references import is_direct
from translate.infer.state import Operand, State
from translate.infer.values import NONE, Api, Const, Function, Layer, Mapping, Value, join, options, source
from translate.rules import Rule

FUNCTION = ("as_function", "")
"""Says that an argument is a function, for how it becomes a module."""


def activation(rule: Rule) -> str:
    """The argument of a layer that is a function."""
    return rule.data.get("calls") or rule.data.get("after") or ""


def named(state: State, rule: Rule, bound: Bound) -> None:
    """``activation=tf.nn.relu`` is written "relu"; a name that means nothing is reported."""
    operand = bound.operands.get(activation(rule))
    if operand is None or operand.node is None or not state.dialect.activations:
        return
    value = operand.value
    written = isinstance(operand.node, (cst.Name, cst.Attribute)) and is_direct(state, operand.node)
    if isinstance(value, Api) and written:
        package, _, name = value.name.rpartition(".")
        if package in state.dialect.activation_functions and name in state.dialect.activations:
            state.record(state.facts.replaced, operand.node, f'"{name}"')
    known = value.value if isinstance(value, Const) else None
    if isinstance(known, str) and known.lower() not in state.dialect.activations:
        state.report(operand.node, "T102", f"there is no rule for the activation {known!r}")


def activated(state: State, layer: Layer, operand: Operand) -> tuple[Value, tuple[tuple[str, str], ...]]:
    """What the function gives, and how it is written."""
    bound, apply = layer.bound
    rule: Rule = apply.rule
    choices = [o for o in options(bound.operands[activation(rule)].value) if o is not NONE]
    found: list[Value] = []
    for choice in choices:
        if isinstance(choice, Function):
            found.append(state.call(choice.info, choice.bound, [operand, *_settings(bound)], None))
        elif rule.data.get("whole"):
            state.report(layer.node, "T105", f"{layer.name}: what it computes is not written in this file")
            found.append(source())
        else:
            found.append(operand.value)
    functions = bool(choices) and all(isinstance(c, (Function, Api)) for c in choices)
    return join(*found) if found else operand.value, (FUNCTION,) if functions else ()


def _settings(bound: Bound) -> list[Operand]:
    """``Lambda(f, arguments={"k": 2})``."""
    given = bound.operands.get("arguments")
    items = given.value.items if given is not None and isinstance(given.value, Mapping) else {}
    return [Operand(value, keyword=str(name)) for name, value in items.items()]
