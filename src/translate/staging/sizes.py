"""Sizes of last axes, as expressions that are valid in a constructor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.staging.trees import bracketed, code, read_names, replace_names

PREFIX = "__size_"
Resolve = Callable[[], cst.BaseExpression | None]


@dataclass(frozen=True, eq=False)
class Size:
    """An expression, and which assignments of the variables in it are meant."""

    expression: cst.BaseExpression
    versions: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def text(self) -> str:
        return code(self.expression)


@dataclass(frozen=True, eq=False)
class Info:
    """What is known of the size of a value; of a list of tensors, of each and of all together."""

    size: Size | None = None
    total: Size | None = None
    items: tuple[Info, ...] | None = None
    flat: Size | None = None
    """All axes but the first, multiplied."""
    mirror: Any = None
    """Of a list that grows: the list of sizes beside it."""


UNKNOWN = Info()


def number(size: Size | None) -> int | None:
    """The size, if it is a number."""
    expression = size.expression if size is not None else None
    return int(expression.value) if isinstance(expression, cst.Integer) else None


def combine(left: Size | None, operator: str, right: Size | None) -> Size | None:
    """``left + right`` or ``left * right``, with numbers put together."""
    if left is None or right is None:
        return None
    versions = {**left.versions, **right.versions}
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return Size(cst.Integer(str(a + b if operator == "+" else a * b)))
    if operator == "*" and 1 in (a, b):
        return right if a == 1 else left
    if operator == "+" and b is not None:
        merged = _add_number(left.expression, b)
        if merged is not None:
            return Size(merged, versions)
    node = cst.Add() if operator == "+" else cst.Multiply()
    return Size(
        cst.BinaryOperation(_operand(left.expression, operator), node, _right(right.expression, operator)), versions
    )


def _operand(node: cst.BaseExpression, operator: str) -> cst.BaseExpression:
    if operator == "+" and isinstance(node, cst.BinaryOperation):
        return node
    if operator == "*" and isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
        return node
    return bracketed(node)


def _right(node: cst.BaseExpression, operator: str) -> cst.BaseExpression:
    if operator == "+" and isinstance(node, cst.BinaryOperation) and not isinstance(node.operator, cst.Subtract):
        return node
    return bracketed(node)


def _add_number(node: cst.BaseExpression, value: int) -> cst.BaseExpression | None:
    """``(x + 32) + 32`` as ``x + 64``."""
    if (
        isinstance(node, cst.BinaryOperation)
        and isinstance(node.operator, cst.Add)
        and isinstance(node.right, cst.Integer)
    ):
        return node.with_changes(right=cst.Integer(str(int(node.right.value) + value)))
    return None


def addition(sizes: Sequence[Size | None]) -> Size | None:
    """All together; what is the same several times is multiplied."""
    if not sizes or any(s is None for s in sizes):
        return None
    texts = {s.text for s in sizes if s is not None}
    if len(texts) == 1 and len(sizes) > 1:
        return combine(Size(cst.Integer(str(len(sizes)))), "*", sizes[0])
    total = sizes[0]
    for size in sizes[1:]:
        total = combine(total, "+", size)
    return total


def product(sizes: Sequence[Size]) -> Size | None:
    found: Size | None = Size(cst.Integer("1"))
    for size in sizes:
        found = combine(found, "*", size)
    return found


def sequence(items: Sequence[Info]) -> Info:
    """A list or tuple of values."""
    totals = addition([i.size for i in items])
    return Info(items[0].size if items else None, totals, tuple(items))


def substitute(node: cst.BaseExpression, names: Mapping[str, cst.BaseExpression]) -> cst.BaseExpression:
    """Variables of one function by expressions of another."""
    used = {n.value for n in read_names(node)}
    if isinstance(node, cst.Name) and node.value in names:
        return names[node.value]
    simplified: cst.BaseExpression = replace_names(node, {k: bracketed(v) for k, v in names.items() if k in used})
    return _simplify(simplified)


def _simplify(node: cst.BaseExpression) -> cst.BaseExpression:
    """Numbers put together after numbers took the place of variables."""
    if not isinstance(node, cst.BinaryOperation) or not isinstance(node.operator, (cst.Add, cst.Multiply)):
        return node
    left, right = _simplify(node.left), _simplify(node.right)
    if isinstance(left, cst.Integer) and isinstance(right, cst.Integer):
        a, b = int(left.value), int(right.value)
        return cst.Integer(str(a + b if isinstance(node.operator, cst.Add) else a * b))
    return node.with_changes(left=left, right=right)


class Pending:
    """Sizes that are decided when the whole function has been read; names stand for them until then."""

    def __init__(self) -> None:
        self._resolve: dict[str, Resolve] = {}
        self.known: dict[str, cst.BaseExpression | None] = {}

    def new(self, resolve: Resolve, versions: Mapping[str, int] | None = None) -> Size:
        name = f"{PREFIX}{len(self._resolve)}__"
        self._resolve[name] = resolve
        return Size(cst.Name(name), dict(versions or {}))

    def settle(self, names: set[str]) -> bool:
        """Decides those that are needed; true if there were any new ones."""
        fresh = [n for n in sorted(names, key=_order) if n not in self.known]
        for name in fresh:
            self.known[name] = self._resolve[name]()
        return bool(fresh)

    def final(
        self, node: cst.BaseExpression, given: Mapping[str, cst.BaseExpression] | None = None
    ) -> cst.BaseExpression | None:
        """The expression with all decided ones in it, some of them ``given``; None if one cannot be known."""
        while True:
            node = substitute(node, given or {})
            names = pending_in(node)
            if not names:
                return node
            self.settle(names)
            if any(self.known[n] is None for n in names):
                return None
            node = substitute(node, {n: e for n in names if (e := self.known[n]) is not None})


def _order(name: str) -> int:
    return int(name.removeprefix(PREFIX).removesuffix("__"))


def pending_in(node: cst.CSTNode) -> set[str]:
    return {n.value for n in read_names(node) if n.value.startswith(PREFIX)}
