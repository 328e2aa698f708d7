"""Operations on tensors of different types of elements, as functions that promote."""

from __future__ import annotations

import libcst as cst

from translate.rewrite.names import Names
from translate.rewrite.templates import fill


def promoted(
    names: Names, template: str, node: cst.BinaryOperation | cst.Comparison | cst.AugAssign
) -> cst.BaseExpression:
    """``left * right`` by a template such as ``multiply({left}, {right})``."""
    if isinstance(node, cst.Comparison):
        left, right = node.left, node.comparisons[0].comparator
    elif isinstance(node, cst.AugAssign):
        left, right = node.target, node.value
    else:
        left, right = node.left, node.right
    parts = {"left": left, "right": right}
    return fill(template, names.shorten, lambda key, _scalar, _item: parts[key])  # type: ignore[arg-type]
