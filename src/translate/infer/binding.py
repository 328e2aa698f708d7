"""Which argument of a call is which, and which rule applies to it."""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.infer.facts import RECEIVER, Slot
from translate.infer.state import Operand
from translate.infer.values import NONE, Api, Const, Kept, Opaque, Sequence, Size, Tensor, Value, options
from translate.rules import REQUIRED, Case, Rule, Signature
from translate.rules.condition import NotKnown, holds, worked_out
from translate.rules.placeholders import placeholders

_EMPTY = cst.Module([])


class BindingError(Exception):
    """The call does not fit the signature."""


@dataclass(slots=True)
class Bound:
    """A call whose arguments have found their parameters."""

    signature: Signature
    operands: dict[str, Operand] = field(default_factory=dict[str, Operand])
    stars: dict[str, list[Operand]] = field(default_factory=dict[str, "list[Operand]"])
    method: bool = False
    first_name: str = ""
    let: dict[str, str] = field(default_factory=dict[str, str])
    """Further names that the rule gives to what it works out."""

    channels_first: bool = False
    """The source is told here that images have their channels first: they are in its order, and stay so."""

    outer: Bound | None = None
    """Of the layer that this one is wrapped in."""

    def settings(self) -> tuple[tuple[str, str], ...]:
        """What could be worked out, for templates."""
        found: list[tuple[str, str]] = []
        for name in self.let:
            try:
                found.append((name, repr(self.value(name))))
            except NotKnown:
                continue
        return tuple(found)

    def slots(self) -> tuple[tuple[str, Slot], ...]:
        single: list[tuple[str, Slot]] = [(name, operand.index) for name, operand in self.operands.items()]
        return (*single, *((name, tuple(o.index for o in found)) for name, found in self.stars.items()))

    def first(self) -> Operand:
        """The tensor (or list of tensors) that the call is about. Raises BindingError if it is not given."""
        name = self.parameter_names()[0]
        if name in self.operands:
            return self.operands[name]
        if self.stars.get(name):
            return self.stars[name][0]
        raise BindingError(f"{self.signature.name}: argument {name!r} is missing")

    def parameter_names(self) -> list[str]:
        names = [p.name for p in self.signature.parameters]
        if names and names[0] == "self" and self.first_name:
            names[0] = self.first_name
        return names

    # what conditions ask (rules.condition.Facts)

    def value(self, name: str) -> Any:
        if name in self.operands:
            value = self.operands[name].value
            if value is NONE and _may_be_given(self.operands[name].node):
                raise NotKnown
            return value.name.rpartition(".")[2] if isinstance(value, Api) else constant(value)
        if name in self.stars:
            return tuple(constant(o.value) for o in self.stars[name])
        if name in self.let:
            return worked_out(self.let[name], self)
        parameter = self.signature.parameter(name)
        if parameter is None and self.outer is not None:
            return self.outer.value(name)
        if parameter is None or parameter.default is REQUIRED:
            raise NotKnown
        return parameter.default

    def text(self, name: str) -> str:
        operand = self.operands.get(name)
        if operand is None or operand.node is None:
            parameter = self.signature.parameter(name)
            return repr(parameter.default) if parameter else ""
        return _EMPTY.code_for_node(operand.node)

    def given(self, name: str) -> bool:
        return name in self.operands or bool(self.stars.get(name))

    def is_tensor(self, name: str) -> bool:
        return name in self.operands and bool(tensors_in(self.operands[name].value))

    def holds_tensors(self, name: str) -> bool:
        operand = self.operands.get(name)
        value = operand.value if operand is not None else None
        inside = value.everything() if isinstance(value, Sequence) else []
        return self.is_tensor(name) or any(tensors_in(v) for v in inside)

    def is_number(self, name: str) -> bool:
        operand = self.operands.get(name)
        return operand is None or all(isinstance(o, (Const, Opaque)) for o in options(operand.value))

    def holds_numbers(self, name: str) -> bool:
        operand = self.operands.get(name)
        return operand is not None and all(_holds_numbers(o) for o in options(operand.value))

    def is_size(self, name: str) -> bool:
        operand = self.operands.get(name)
        return operand is not None and all(_is_size(o) for o in options(operand.value))

    def made_by(self, name: str) -> str:
        operand = self.operands.get(name)
        kept = operand.value if operand is not None else None
        return kept.name.rpartition(".")[2] if isinstance(kept, Kept) else ""

    def is_list(self, name: str) -> bool:
        return name in self.operands and isinstance(self.operands[name].value, Sequence)

    def rank(self, name: str) -> int:
        operand = self.operands.get(name)
        if operand is not None and isinstance(operand.value, Tensor) and operand.value.rank is not None:
            return operand.value.rank
        raise NotKnown


def _may_be_given(node: cst.CSTNode | None) -> bool:
    """A name that is None: it may be a parameter that nobody in this file gives, and somebody elsewhere does."""
    return isinstance(node, cst.Attribute) or (isinstance(node, cst.Name) and node.value != "None")


def _is_size(value: Value) -> bool:
    return isinstance(value, Size) or (isinstance(value, Sequence) and value.kind == "sizes")


def _holds_numbers(value: Value) -> bool:
    if not isinstance(value, Sequence):
        return False
    inside = [o for v in value.everything() for o in options(v)]
    return bool(inside) and all(isinstance(o, (Const, Opaque, Size)) for o in inside)


def constant(value: Value) -> Any:
    """The constant that ``value`` is, tuples and lists included. Raises NotKnown."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Sequence) and value.rest is None:
        return tuple(constant(item) for item in value.items)
    raise NotKnown


def bind(signature: Signature, operands: Items[Operand], receiver: Operand | None, first_name: str = "") -> Bound:
    """Raises BindingError."""
    bound = Bound(signature, method=receiver is not None, first_name=first_name)
    parameters = list(signature.parameters)
    names = bound.parameter_names()
    position = 0
    if receiver is not None:
        if not parameters:
            raise BindingError(f"{signature.name} takes no tensor")
        bound.operands[names[0]] = Operand(receiver.value, receiver.node, receiver.in_chain, index=RECEIVER)
        position = 1
    for operand in operands:
        if operand.star == "**":
            raise BindingError("arguments passed on with ** cannot be told apart")
        if operand.keyword:
            if operand.keyword not in names:
                raise BindingError(f"{signature.name} has no argument {operand.keyword!r}")
            bound.operands[operand.keyword] = operand
            continue
        if position >= len(parameters):
            raise BindingError(f"{signature.name} takes {len(parameters)} arguments, more were given")
        parameter = parameters[position]
        if parameter.star:
            bound.stars.setdefault(names[position], []).append(operand)
            continue
        if operand.star:
            raise BindingError("arguments passed on with * cannot be told apart")
        if parameter.keyword_only:
            raise BindingError(f"{signature.name}: argument {parameter.name!r} goes by keyword")
        bound.operands[names[position]] = operand
        position += 1
    for name, parameter in zip(names, parameters, strict=True):
        if parameter.required and not parameter.star and name not in bound.operands:
            raise BindingError(f"{signature.name}: argument {name!r} is missing")
    return bound


def choose(
    rules: list[Rule], bound_for: dict[int, Bound], chained: bool = False
) -> tuple[Rule, Case | None, Bound] | str:
    """The first rule that holds, or why none does. ``chained``: of those that are for images within a chain, too."""
    reason = ""
    for index, rule in enumerate(rules):
        bound = bound_for.get(index)
        if bound is None or (rule.data.get("chained") and not chained):
            continue
        bound.let = rule.data.get("let", {})
        if not holds(rule.only, bound):
            reason = reason or (f"only translated if {_told(rule.only)}" if rule.supported else "")
            continue
        if not rule.supported:
            return rule.help or "it has no counterpart"
        case = next((c for c in rule.cases if holds(c.only, bound)), None)
        if rule.cases and case is None:
            reason = reason or "these arguments have no counterpart"
            continue
        missing = None if rule.code else _left_over(rule, case, bound)
        if missing:
            reason = reason or missing
            continue
        return rule, case, bound
    unknown = _must_be_known(rules, bound_for)
    if unknown:
        return f"the value of {unknown!r} must be written out"
    return reason or "these arguments have no counterpart"


def _must_be_known(rules: list[Rule], bound_for: dict[int, Bound]) -> str:
    """An argument that decides which rule applies, and whose value is not known."""
    for index, rule in enumerate(rules):
        bound = bound_for.get(index)
        for condition in (rule.only, *(c.only for c in rule.cases)):
            if bound is None or not isinstance(condition, dict):
                continue
            for name in condition:
                try:
                    bound.value(name)
                except NotKnown:
                    return name
    return ""


def _told(only: Any) -> str:
    if isinstance(only, dict):
        pairs: dict[str, Any] = only  # pyright: ignore[reportUnknownVariableType]
        return " and ".join(f"{k} is {v!r}" for k, v in pairs.items())
    return str(only)


def _left_over(rule: Rule, case: Case | None, bound: Bound) -> str:
    """An argument that nothing would pass on although it is not at its default."""
    keras = (case and case.target) or rule.target
    target = {p.name for p in keras.parameters} if keras else set[str]()
    write = (case and case.write) or rule.write or ""
    used = set(placeholders(write))
    for text in (case.set if case else {}).values():
        used |= placeholders(text)
    for parameter, name in zip(bound.signature.parameters, bound.parameter_names(), strict=True):
        passing = rule.arguments.get(name)
        if passing is not None:
            if passing.values is not None and name not in used:
                try:
                    if bound.value(name) not in passing.values:
                        return f"argument {name}={bound.value(name)!r} has no counterpart"
                except NotKnown:
                    return f"argument {name!r} is not known"
            continue
        if name in target or name in used or not bound.given(name):
            continue
        try:
            if bound.value(name) == parameter.default:
                continue
        except NotKnown:
            pass
        return f"argument {name!r} has no counterpart"
    return ""


def tensors_in(value: Value) -> list[Tensor]:
    return [o for o in options(value) if isinstance(o, Tensor)]
