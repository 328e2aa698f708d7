"""Filling the templates of rules with parts of the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Literal

import libcst as cst

from translate.rewrite.literals import literal, same
from translate.rules.placeholders import PLACEHOLDER

_OPERATORS = (
    cst.BinaryOperation,
    cst.BooleanOperation,
    cst.UnaryOperation,
    cst.Comparison,
    cst.IfExp,
    cst.Lambda,
    cst.NamedExpr,
    cst.GeneratorExp,
)


def is_operator(node: cst.CSTNode) -> bool:
    """Whether an expression needs brackets when it becomes part of another."""
    return isinstance(node, _OPERATORS) and not node.lpar


def bracketed(node: cst.BaseExpression) -> cst.BaseExpression:
    if not is_operator(node):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


@lru_cache(maxsize=2048)
def _parsed(text: str) -> cst.BaseExpression:
    return cst.parse_expression(text)


class _Fill(cst.CSTTransformer):
    def __init__(self, parts: Mapping[str, cst.BaseExpression], left_out: Collection[str]) -> None:
        super().__init__()
        self.parts, self.left_out = parts, left_out
        self.stack: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.stack.append(node)
        return True

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        self.stack.pop()
        if isinstance(updated_node, cst.Call) and isinstance(original_node, cst.Call):
            return _spread(self._without_defaults(original_node, updated_node))
        if isinstance(updated_node, cst.Tuple):
            return _flat(updated_node)
        if isinstance(updated_node, cst.Comparison):
            return _decided(updated_node)
        if isinstance(updated_node, cst.Subscript):
            return _item(updated_node)
        if isinstance(updated_node, cst.BinaryOperation) and isinstance(updated_node.operator, cst.Multiply):
            once = isinstance(updated_node.right, cst.Integer) and updated_node.right.value == "1"
            return updated_node.left if once else updated_node
        if isinstance(updated_node, cst.Name) and updated_node.value in self.parts:
            part = self.parts[updated_node.value]
            free = not self.stack or isinstance(self.stack[-1], (cst.Arg, cst.Element, cst.Index))
            return bare(part) if free else bracketed(part)
        return updated_node

    def _without_defaults(self, original: cst.Call, node: cst.Call) -> cst.Call:
        names = [a.value.value if isinstance(a.value, cst.Name) else "" for a in original.args]
        kept = [a for a, name in zip(node.args, names, strict=True) if name not in self.left_out]
        if kept and len(kept) < len(node.args):
            kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return node.with_changes(args=kept)


def _spread(node: cst.Call) -> cst.Call:
    """``f(*(a, b))`` is ``f(a, b)``."""
    arguments: list[cst.Arg] = []
    for argument in node.args:
        if argument.star == "*" and isinstance(argument.value, (cst.Tuple, cst.List)):
            elements = argument.value.elements
            arguments += [cst.Arg(e.value, comma=e.comma, star=_star(e)) for e in elements[:-1]]
            arguments += [cst.Arg(e.value, star=_star(e)) for e in elements[-1:]]
        else:
            arguments.append(argument)
    return node.with_changes(args=arguments)


def _flat(node: cst.Tuple) -> cst.Tuple:
    """``(*(a, b), *(c, d))`` is ``(a, b, c, d)``."""
    inner = [e.value for e in node.elements if isinstance(e, cst.StarredElement)]
    if not inner or len(inner) < len(node.elements) or not all(isinstance(i, cst.Tuple) for i in inner):
        return node
    elements = [cst.Element(e.value, _SPACED) for i in inner if isinstance(i, cst.Tuple) for e in i.elements]
    return node.with_changes(elements=[*elements[:-1], elements[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)])


def _decided(node: cst.Comparison) -> cst.BaseExpression:
    """``("same" if c else "valid").lower() == "same"`` is ``c``."""
    choice, wanted = node.left, literal(node.comparisons[0].comparator)
    if isinstance(choice, cst.Call) and isinstance(choice.func, cst.Attribute) and choice.func.attr.value == "lower":
        choice = choice.func.value
    if not isinstance(choice, cst.IfExp) or not isinstance(node.comparisons[0].operator, cst.Equal):
        return node
    values = [literal(choice.body), literal(choice.orelse)]
    if not all(isinstance(v, str) for v in values):
        return node
    outcomes = [v.lower() == wanted for v in values]
    test = choice.test if isinstance(choice.test, cst.Comparison) else bracketed(choice.test)
    if outcomes == [True, False]:
        return test
    return cst.UnaryOperation(cst.Not(), test) if outcomes == [False, True] else node


def _item(node: cst.Subscript) -> cst.BaseExpression:
    """``x[None][0]`` is ``x``."""
    inner = node.value
    if isinstance(inner, cst.Subscript) and [_index(node), _index(inner)] == ["0", "None"]:
        return inner.value
    return node


def _index(node: cst.Subscript) -> str:
    part = node.slice[0].slice
    if len(node.slice) != 1 or not isinstance(part, cst.Index) or not isinstance(part.value, (cst.Integer, cst.Name)):
        return ""
    return part.value.value


_SPACED = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _star(element: cst.BaseElement) -> Literal["", "*"]:
    return "*" if isinstance(element, cst.StarredElement) else ""


_STRINGS = re.compile(r"'([^'\"\\]*)'")
"""Strings of templates, which YAML makes it easier to write with single quotes."""


def fill(
    template: str,
    shorten: Callable[[str], str],
    value: Callable[[str, str, int | None], cst.BaseExpression],
) -> cst.BaseExpression:
    """The expression that ``template`` stands for.

    ``value(name, how, item)`` gives what is put in for a placeholder; ``how`` is "scalar" for ``{scalar(name)}``. An
    argument ``dilation={dilation_rate=1}`` is left out where it has that value.
    """
    parts: dict[str, cst.BaseExpression] = {}
    left_out: set[str] = set()

    def mark(match: re.Match[str]) -> str:
        item = int(match[3]) if match[3] is not None else None
        key = f"_p_{match[2]}_{match[3] or ''}_{match[1] or ''}" + ("_default" if match[4] else "")
        if key not in parts:
            parts[key] = value(match[2], match[1] or "", item)
            if match[4] and same(literal(parts[key]), ast.literal_eval(match[4])):
                left_out.add(key)
        return key

    text = _STRINGS.sub(r'"\1"', shorten(PLACEHOLDER.sub(mark, template)))
    node = _parsed(text)
    return node.visit(_Fill(parts, left_out)) if parts else node  # type: ignore[return-value]


def constant(value: object) -> cst.BaseExpression:
    """A value as source text, the way people write it: "same", 1e-5."""
    text = _EXPONENT.sub(r"e\1", repr(value)) if not isinstance(value, str) else _quoted(value)
    return _parsed(text)


_EXPONENT = re.compile(r"e([+-])0+(?=\d)")


def _quoted(value: str) -> str:
    text = repr(value)
    return text if '"' in value or "'" in value or "\\" in text else f'"{value}"'


def bare(node: cst.BaseExpression) -> cst.BaseExpression:
    """Without the brackets that it needed where it stood."""
    if isinstance(node, _OPERATORS[:5]) and len(node.lpar) == 1:
        whitespace = node.lpar[0].whitespace_after
        if isinstance(whitespace, cst.SimpleWhitespace):
            return node.with_changes(lpar=[], rpar=[])
    return node
