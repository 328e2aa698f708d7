"""Names of the framework that are passed on as values: ``norm_layer=nn.BatchNorm2d``, ``torch.float32``."""

from __future__ import annotations

import ast

import libcst as cst

from translate.infer.adapting import general
from translate.infer.facts import Apply
from translate.infer.roles import role
from translate.infer.state import State
from translate.infer.values import Api, Const, Value
from translate.rules import Parameter, Rule, Signature


def refer(state: State, node: cst.Name | cst.Attribute, value: Value) -> Value:
    """Notes how a reference is written in the target. Returns ``value``, or the constant that the name stands for."""
    if not isinstance(value, Api) or not state.dialect.is_source(value.name) or not is_direct(state, node):
        return value
    for rule in state.rules.find(value.name):
        signature = rule.spelling(value.name)
        if not rule.supported:
            continue
        if not signature.callable:
            state.record(state.facts.apply, node, Apply(rule, signature))
            if rule.data.get("role") == "constant":
                return Const(ast.literal_eval(rule.write or "None"))
            return value
        if rule.data.get("role", "value") != "value":
            state.record(state.facts.apply, node, Apply(rule, signature))
            return value
        if _is_plain(state, rule, signature):
            state.record(state.facts.apply, node, Apply(rule, signature))
            return value
        adapted = general(state.rules.find(value.name), value.name)
        if state.annotating and adapted is not None and adapted.rule.target is not None:
            state.record(state.facts.apply, node, Apply(adapted.rule, adapted.signature))
            return value
        if state.annotating and rule.target is not None:
            state.record(state.facts.apply, node, Apply(rule, signature))
            return value
        if adapted is not None:
            state.record(state.facts.apply, node, adapted)
        else:
            state.report(node, "T102", f"{value.name} is passed on as a value, and no rule serves all its arguments")
        return value
    if value.name in state.rules.packages:
        state.report(node, "T103", f"{value.name} is used as a value", "use the name that the import gives it")
        return value
    if role(state, value.name):
        return value
    if state.rules.find(value.name):
        help = state.rules.find(value.name)[0].help
        state.report(node, "T101", f"{value.name} has no counterpart in {state.dialect.name}", help)
    elif not _is_package(state, value.name):
        state.report(node, "T101", f"there is no rule for {value.name}")
    return value


def _is_plain(state: State, rule: Rule, signature: Signature) -> bool:
    """A function of one tensor that the target has too: ``tf.exp`` is ``torch.exp``."""
    if state.dialect.last or rule.target is None or rule.write or rule.cases or rule.code or "inline" in rule.data:
        return False
    first = signature.parameters[0].name if signature.parameters else ""
    passing = rule.arguments.get(first)
    if passing is None or passing.targets != (rule.target.parameters[0].name,):
        return False
    return all(_as_by_default(rule, rule.target, parameter) for parameter in signature.parameters[1:])


def _as_by_default(rule: Rule, target: Signature, parameter: Parameter) -> bool:
    """Whether an argument that is not given means the same in both."""
    passing = rule.arguments.get(parameter.name)
    value = parameter.default
    if passing is None or parameter.required:
        return False
    if passing.values is not None:
        value = passing.values.get(value)
    others = [target.parameter(name) for name in passing.targets]
    return not passing.axis and not passing.inverted and all(o is not None and o.default == value for o in others)


def is_direct(state: State, node: cst.BaseExpression) -> bool:
    """Whether something of the framework is named by its import, ``nn.ReLU``, not by a variable that holds it."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name) and node.value in state.imported


def _is_package(state: State, name: str) -> bool:
    """Whether ``name`` is a module such as torch.nn rather than something in it."""
    return name in state.rules.packages
