"""Sizes of what functions without weights give, from the rules for them."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.rules import Rule, load
from translate.staging.results import alike
from translate.staging.sizes import UNKNOWN, Info

_ALIKE = ("same", "broadcast", "axis")


def of_function(name: str, node: cst.Call, infos: list[Info]) -> Info:
    """The last axis of what the framework's function ``name`` gives."""
    rules = load(to="torch")
    found = rules.find(rules.public(name))
    forms = {r.tensors.partition("->")[0].strip() for r in found}
    if len(forms) != 1 or any("gives" in r.data for r in found) or not infos:
        return UNKNOWN
    (form,) = forms
    if form in _ALIKE or form.startswith("image"):
        return Info(alike(infos[0].items or infos))
    if form not in ("concat", "reduce"):
        return UNKNOWN
    axis = _axis(found[0], node)
    if axis is None:
        return UNKNOWN
    last = any(a in (-1, 3) for a in axis)
    if form == "concat":
        return Info(infos[0].total if last else None)
    return UNKNOWN if last else Info(infos[0].size)


def _axis(rule: Rule, node: cst.Call) -> tuple[int, ...] | None:
    """The axis argument of a call, if it is written out."""
    name = next((n for n, passing in rule.arguments.items() if passing.axis), "")
    signature = rule.source[0]
    place = next((i for i, p in enumerate(signature.parameters) if p.name == name), None)
    if place is None:
        return None
    plain = [a.value for a in node.args if a.keyword is None]
    given = next((a.value for a in node.args if a.keyword and a.keyword.value == name), None)
    given = plain[place] if given is None and place < len(plain) else given
    if given is None:
        default: Any = signature.parameters[place].default
        return (default,) if isinstance(default, int) else None
    parts = [e.value for e in given.elements] if isinstance(given, (cst.Tuple, cst.List)) else [given]
    numbers = [_number(part) for part in parts]
    return None if None in numbers else tuple(n for n in numbers if n is not None)


def _number(node: cst.BaseExpression) -> int | None:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = _number(node.expression)
        return None if inner is None else -inner
    return node.evaluated_value if isinstance(node, cst.Integer) else None
