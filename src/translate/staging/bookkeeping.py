"""What ``build`` of a Keras layer says only in order to build: its layers, one after another, and their shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from translate.infer.dotted import names, walk

_OF_SHAPES = {"compute_output_shape", "TensorShape", "as_list", "list", "tuple", "len"}
"""Calls that only make shapes of shapes."""


def without_bookkeeping(body: Sequence[Any]) -> list[Any]:
    """The statements of a ``build`` that do more than call ``build`` of layers and compute shapes for that."""
    kept = [s for s in map(_cleaned, body) if s is not None]
    shapes = {id(s): target for s in kept if (target := _local(s)) is not None}
    needed = {name for s in kept if id(s) not in shapes for name in names(s)}
    for _ in shapes:
        needed |= {name for s in kept if shapes.get(id(s)) in needed for name in names(s.body[0].value)}
    return [s for s in kept if shapes.get(id(s), "") in {"", *needed}]


def _cleaned(statement: Any) -> Any:
    """A statement without what it only keeps the books by; None if nothing is left."""
    if isinstance(statement, cst.With) and all(_is_scope(item.item) for item in statement.items):
        inner = without_bookkeeping(statement.body.body)
        return statement.with_changes(body=statement.body.with_changes(body=inner)) if inner else None
    if isinstance(statement, cst.If):
        return _condition(statement)
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    return None if small is not None and _keeps_books(small) else statement


def _condition(node: cst.If) -> Any:
    """``if self.built: return``, and conditions on which nothing but building depends."""
    if _text(node.test) == "self.built" and _text(node.body) == "return" and node.orelse is None:
        return None
    effects = any(isinstance(n, cst.Call) and _called(n) not in ("getattr", "hasattr") for n in walk(node.test))
    if node.orelse is not None or effects or not isinstance(node.body, cst.IndentedBlock):
        return node
    inner = without_bookkeeping(node.body.body)
    return node.with_changes(body=node.body.with_changes(body=inner)) if inner else None


def _keeps_books(small: cst.BaseSmallStatement) -> bool:
    if isinstance(small, cst.Pass):
        return True
    if isinstance(small, (cst.Expr, cst.Return)):
        built = isinstance(small.value, cst.Call) and _called(small.value) == "build"
        return isinstance(small.value, cst.BaseString) or built
    if not isinstance(small, cst.Assign) or len(small.targets) > 1:
        return False
    return _text(small.targets[0].target) in ("self.built", "self.input_spec")


def _local(statement: Any) -> str | None:
    """The one local variable that a statement gives a shape to, and does nothing besides."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    if not isinstance(small, cst.Assign) or len(small.targets) > 1:
        return None
    target = small.targets[0].target
    calls = {_called(n) for n in walk(small.value) if isinstance(n, cst.Call)}
    return target.value if isinstance(target, cst.Name) and calls <= _OF_SHAPES else None


def _is_scope(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and _called(node) == "name_scope"


def _called(node: cst.Call) -> str:
    function = node.func
    return function.attr.value if isinstance(function, cst.Attribute) else _text(function)


def _text(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node).strip()
