"""Values that can be told without running anything."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Known: TypeAlias = Mapping[str, ast.expr]
"""Variables that hold literals."""
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Pow: lambda a, b: a**b,
}
_LARGEST = 10**9


def number(node: ast.expr | None, known: Known) -> int | None:
    """A whole number, if it is one."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name) and node.id in known:
        return number(known[node.id], {})
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inside = number(node.operand, known)
        return None if inside is None else -inside
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = number(node.left, known), number(node.right, known)
        if left is None or right is None or (isinstance(node.op, ast.Pow) and not 0 <= right < 32):
            return None
        try:
            value = _OPERATORS[type(node.op)](left, right)
        except ZeroDivisionError:
            return None
        return value if abs(value) < _LARGEST else None
    return None


def shape(node: ast.expr | None, known: Known) -> tuple[int | None, ...] | None:
    """The sizes in a tuple or list, None where they are not known; None if it is no tuple or list."""
    if isinstance(node, ast.Name) and node.id in known:
        node = known[node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = shape(node.left, known), shape(node.right, known)
        return None if left is None or right is None else left + right
    if not isinstance(node, (ast.Tuple, ast.List)):
        return None
    if any(isinstance(e, ast.Starred) for e in node.elts):
        return None
    return tuple(number(e, known) for e in node.elts)


def is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
