"""Initializers of layers: kept by a statement behind the one that makes the layer, or told to be left out."""

from __future__ import annotations

import ast
import re
from typing import Any

import libcst as cst

from translate.infer.binding import BindingError, Bound, bind
from translate.infer.dotted import walk
from translate.infer.facts import Apply
from translate.infer.state import Operand, State
from translate.infer.values import OPAQUE, Api, Const
from translate.rules import Rule
from translate.rules.condition import NotKnown, holds

_EMPTY = cst.Module([])
_DOUBLED = re.compile(r"2 \* ([\d.]+(?:e-?\d+)?)")


def initial_values(state: State, node: cst.CSTNode, apply: Apply, lazy: bool) -> None:
    """What is to be said about the initializers, regularizers and constraints of one layer that was made."""
    if not isinstance(node, cst.Call) or not state.dialect.left_out:
        return
    given = {name: node.args[slot].value for name, slot in apply.bound if isinstance(slot, int) and slot >= 0}
    kept: list[tuple[str, str]] = []
    for code, arguments in state.dialect.left_out.items():
        for name in arguments:
            if name not in given or _is_default(apply, name, given[name]):
                continue
            text = _text(state, apply, name, given[name]) if code == "N201" and not lazy else None
            if text is not None and _may_follow(state, node):
                kept.append((state.dialect.initialised[name], text))
            else:
                state.report(node, code, f"{apply.signature.name}: {name} is left out")
    if kept:
        state.facts.initial_values[node] = tuple(kept)


def drawn(state: State, node: cst.Call, rule: Rule, bound: Bound) -> str:
    """The new tensor that a weight of the user's own starts as; ``{shape}`` in it stands for its shape."""
    operand = bound.operands.get("initializer")
    given = operand.node if operand is not None else None
    if isinstance(given, cst.BaseExpression) and _EMPTY.code_for_node(given) != "None":
        for found, arguments in _meant(state, given):
            fills = None if found.data.get("fans") else found.write  # counted as in Keras by `draw` only
            template = found.data.get("draw") or fills
            text = _filled(found, arguments, template) if template else None
            if text is not None:
                return text.replace("{weight}", "torch.empty({shape})")
        state.report(
            node, "N201", f"{bound.signature.name}: nothing tells the initializer; it is taken for the default"
        )
    default = rule.data["initializer"]
    return next(r.data["draw"] for r in state.rules.rules if default in r.data.get("names", ()))


def _meant(state: State, node: cst.BaseExpression) -> list[tuple[Rule, list[cst.Arg]]]:
    """The rules for an initializer that is given by name, as a function or as a call, and its arguments."""
    if isinstance(node, cst.SimpleString):
        return [(r, []) for r in state.rules.rules if node.evaluated_value in r.data.get("names", ())]
    function = node.func if isinstance(node, cst.Call) else node
    arguments = list(node.args) if isinstance(node, cst.Call) else []
    rules = state.rules.find(_name(state, function))
    return [(r, arguments) for r in rules if r.data.get("role") == "initializer"]


def _may_follow(state: State, node: cst.Call) -> bool:
    """Whether the layer is all that its statement makes, for an attribute of its module."""
    line = state.statements[-1] if state.statements else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    if not isinstance(small, cst.Assign) or small.value is not node or len(small.targets) != 1:
        return False
    return isinstance(small.targets[0].target, cst.Attribute)


def _is_default(apply: Apply, name: str, node: cst.BaseExpression) -> bool:
    parameter = apply.signature.parameter(name)
    text = _EMPTY.code_for_node(node).strip("'\"")
    return text == "None" or (parameter is not None and text == str(parameter.default))


def _text(state: State, apply: Apply, name: str, node: cst.BaseExpression) -> str | None:
    """How the weight is given its initial values; None if that cannot be said."""
    weight = state.dialect.initialised.get(name)
    if weight is None or apply.rule.target is None or (apply.case and apply.case.target):
        return None
    data, weights = apply.rule.data, apply.rule.weights
    if data.get("late") or "calling" in data or (weights and weight not in weights):  # not there yet, or several
        return None
    for rule, arguments in _meant(state, node):
        if rule.data.get("fans") and (weight == "bias" or apply.signature.name not in state.dialect.counted_alike):
            return None
        return _filled(rule, arguments, rule.write or "")
    return None


def _name(state: State, node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.insert(0, node.attr.value)
        node = node.value
    found = state.module.get(node.value) if isinstance(node, cst.Name) else None
    return state.rules.public(".".join([found.name, *parts])) if isinstance(found, Api) else ""


def _filled(rule: Rule, arguments: list[cst.Arg], text: str) -> str | None:
    operands = [
        Operand(_number(a.value), a.value, keyword=a.keyword.value if a.keyword else "", star=a.star) for a in arguments
    ]
    try:
        bound = bind(rule.source[0], operands, None)
    except BindingError:
        return None
    if not holds(rule.only, bound):
        return None
    for parameter in rule.source[0].parameters:
        if f"{{{parameter.name}}}" in text:
            value = _written(bound, parameter.name)
            if value is None:
                return None
            text = text.replace(f"{{{parameter.name}}}", value)
    return _DOUBLED.sub(lambda found: repr(2 * float(found[1])), text)


def _written(bound: Bound, name: str) -> str | None:
    try:
        return repr(bound.value(name))
    except NotKnown:
        node = bound.operands[name].node if name in bound.operands else None
    plain = node is not None and not any(isinstance(n, cst.Call) for n in walk(node))
    return _EMPTY.code_for_node(node) if node is not None and plain else None


def _number(node: cst.BaseExpression) -> Any:
    try:
        return Const(ast.literal_eval(_EMPTY.code_for_node(node)))
    except (ValueError, SyntaxError):
        return OPAQUE
