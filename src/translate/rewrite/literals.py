"""Constants as expressions spell them."""

from __future__ import annotations

import ast
from typing import Any, cast

import libcst as cst

UNKNOWN = object()
"""What is no constant; it equals nothing."""
_EMPTY = cst.Module([])


def literal(node: cst.BaseExpression) -> Any:
    """The constant that ``node`` spells, else a value that equals nothing."""
    if isinstance(node, (cst.Name, cst.Call, cst.Attribute)) and not (
        isinstance(node, cst.Name) and node.value in ("None", "True", "False")
    ):
        return UNKNOWN
    try:
        return ast.literal_eval(_EMPTY.code_for_node(node).strip())
    except (ValueError, SyntaxError, TypeError):
        return UNKNOWN


def same(value: Any, default: Any) -> bool:
    """Whether an argument equals a default; ``(2, 2)`` and ``2`` say the same."""
    if isinstance(value, bool) or isinstance(default, bool):
        return value is default
    if isinstance(value, tuple) == isinstance(default, tuple):
        return type(value) is type(default) and value == default
    one = default if isinstance(value, tuple) else value
    items = cast(tuple[object, ...], value if isinstance(value, tuple) else default)
    return bool(items) and all(type(v) is type(one) and v == one for v in items)
