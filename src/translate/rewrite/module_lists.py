"""Containers of PyTorch: what Keras gives as lists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

import libcst as cst

from translate.rewrite.names import Names


def sequential(
    names: Names, function: str, original: cst.Call, node: cst.Call, inputs: Collection[cst.CSTNode], whole: bool
) -> cst.Call:
    """``Sequential([Input(...), Dense(2)])`` as ``nn.Sequential(nn.Linear(...))``. ``whole``: none becomes two."""
    func = cst.parse_expression(names.shorten(function))
    if not node.args or (node.args[0].keyword is not None and node.args[0].keyword.value != "layers"):
        return node.with_changes(func=func, args=[])
    value, before = node.args[0].value, original.args[0].value
    if not isinstance(value, (cst.List, cst.Tuple)) or not isinstance(before, (cst.List, cst.Tuple)):
        star = cst.Arg(value, star="*")
        return node.with_changes(func=func, args=[star])
    pairs = list(zip(value.elements, before.elements, strict=True))
    kept = [new for new, old in pairs if old.value not in inputs]
    text = "" if whole else cst.Module([]).code_for_node(func)
    arguments = [argument for element in kept for argument in _spliced(element, text)]
    start: Any = cst.SimpleWhitespace("")
    if isinstance(value, cst.List):
        start = value.lbracket.whitespace_after
        if arguments:
            arguments[-1] = arguments[-1].with_changes(whitespace_after_arg=value.rbracket.whitespace_before)
        twice = _indent(start) - _indent(node.whitespace_before_args)
        if _indent(node.whitespace_before_args) > 0 and twice > 0:  # the list stood on lines of its own
            dedent = _Dedent(twice)
            start = start.visit(dedent)
            arguments = [cast(cst.Arg, a.visit(dedent)) for a in arguments]
    return node.with_changes(func=func, args=arguments, whitespace_before_args=start)


def base(node: cst.Call) -> cst.Call:
    """``super().__init__([a, b])`` of a class that is itself a chain."""
    kept = [a for a in node.args if a.keyword is None or a.keyword.value == "layers"]
    if not kept:
        return node.with_changes(args=[])
    value = kept[0].value
    if not isinstance(value, (cst.List, cst.Tuple)):
        return node.with_changes(args=[cst.Arg(value, star="*")])
    elements = [
        cst.Arg(e.value, star="*" if isinstance(e, cst.StarredElement) else "", comma=e.comma) for e in value.elements
    ]
    start: Any = cst.SimpleWhitespace("")
    if isinstance(value, cst.List):
        start = value.lbracket.whitespace_after
        if elements:
            elements[-1] = elements[-1].with_changes(whitespace_after_arg=value.rbracket.whitespace_before)
    return node.with_changes(args=elements, whitespace_before_args=start)


def _indent(whitespace: cst.BaseParenthesizableWhitespace) -> int:
    return len(whitespace.last_line.value) if isinstance(whitespace, cst.ParenthesizedWhitespace) else 0


class _Dedent(cst.CSTTransformer):
    """Lines within brackets start further left."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns

    def leave_ParenthesizedWhitespace(
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        value = updated_node.last_line.value
        return updated_node.with_changes(last_line=cst.SimpleWhitespace(value[: max(len(value) - self.columns, 0)]))

    def leave_EmptyLine(self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine) -> cst.EmptyLine:
        value = updated_node.whitespace.value
        return updated_node.with_changes(whitespace=cst.SimpleWhitespace(value[: max(len(value) - self.columns, 0)]))


def _spliced(element: cst.BaseElement, function: str) -> list[cst.Arg]:
    """A layer and its activation are two of the chain."""
    value = element.value
    if isinstance(value, cst.Call) and cst.Module([]).code_for_node(value.func) == function and value.args:
        last = value.args[-1].with_changes(comma=element.comma)
        return [*value.args[:-1], last]
    return [cst.Arg(value, star="*" if isinstance(element, cst.StarredElement) else "", comma=element.comma)]


def listed(names: Names, template: str, node: cst.BaseExpression) -> cst.BaseExpression:
    """A list of modules that an attribute holds, so that the module knows of them."""
    func = cst.parse_expression(names.shorten(template))
    empty = isinstance(node, (cst.List, cst.Dict)) and not node.elements
    return cst.Call(func, [] if empty else [cst.Arg(node)])
