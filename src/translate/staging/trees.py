"""Small helpers over LibCST trees: making nodes, walking without entering other scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

import libcst as cst

SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
SPACE = (cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine)


def code(node: cst.CSTNode) -> str:
    return cst.Module(body=[]).code_for_node(node).strip()


def expression(text: str) -> cst.BaseExpression:
    return cst.parse_expression(text)


def dotted(node: cst.CSTNode) -> str | None:
    """``a.b.c``, or None for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    return ".".join([node.value, *reversed(parts)])


def within(node: cst.CSTNode, *, enter: bool = False) -> Iterator[cst.CSTNode]:
    """The node and what is in it, without the bodies of functions and classes in it unless told to ``enter``."""
    yield node
    for child in node.children:
        if isinstance(child, SPACE):
            continue
        if isinstance(child, SCOPES) and not enter:
            yield child
            continue
        yield from within(child, enter=enter)


def read_names(node: cst.CSTNode, *, enter: bool = True) -> Iterator[cst.Name]:
    """Names that are variables: no attributes, no keywords of calls."""
    if isinstance(node, cst.Name):
        yield node
    elif isinstance(node, (cst.Attribute, cst.Arg)):
        yield from read_names(node.value, enter=enter)
    elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        for child in node.children:
            if child is not node.name and not isinstance(child, SPACE):
                yield from read_names(child, enter=enter)
    elif isinstance(node, cst.Param):
        if node.default is not None:
            yield from read_names(node.default, enter=enter)
    else:
        for child in node.children:
            if not isinstance(child, SPACE) and (enter or not isinstance(child, SCOPES)):
                yield from read_names(child, enter=enter)


def targets(node: cst.CSTNode) -> Iterator[str]:
    """Names that an assignment's target binds."""
    if isinstance(node, cst.Name):
        yield node.value
    elif isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            yield from targets(element.value)
    elif isinstance(node, cst.StarredElement):
        yield from targets(node.value)


def bound_names(node: cst.CSTNode) -> Iterator[str]:
    """Names that the statements in ``node`` assign, not those of inner functions."""
    for part in within(node):
        if isinstance(part, cst.Assign):
            for target in part.targets:
                yield from targets(target.target)
        elif isinstance(part, (cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For)):
            yield from targets(part.target)
        elif isinstance(part, (cst.FunctionDef, cst.ClassDef)):
            yield part.name.value
        elif isinstance(part, cst.AsName):
            yield from targets(part.name)


def changed_names(node: cst.CSTNode) -> set[str]:
    """Names that are assigned, or whose object may be changed: ``x[i] = 1``, ``x.pop()``."""
    found = set(bound_names(node))
    for part in within(node):
        if isinstance(part, (cst.AssignTarget, cst.AugAssign)):
            found.update(_roots(part.target))
        elif isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute):
            found.update(_roots(part.func))
    return found


def _roots(node: cst.CSTNode) -> Iterator[str]:
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    if isinstance(node, cst.Name):
        yield node.value


def statements(body: cst.BaseSuite) -> list[Any]:
    """The statements of a block, also of one on the line of its header."""
    if isinstance(body, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine([s]) for s in body.body]
    return list(body.body)


def assign(target: str, value: cst.BaseExpression) -> cst.SimpleStatementLine:
    node = cst.parse_expression(target)
    return cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(node)], value)])  # type: ignore[list-item]


def evaluate(text: str) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Expr(cst.parse_expression(text))])


def without_space(arguments: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Arguments on one line."""
    found: list[cst.Arg] = []
    for index, argument in enumerate(arguments):
        last = index == len(arguments) - 1
        comma = cst.MaybeSentinel.DEFAULT if last else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        found.append(argument.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace("")))
    return found


def is_broken(call: cst.Call) -> bool:
    """Whether a call's arguments stand on lines of their own."""
    return isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace)


def with_arguments(call: cst.Call, arguments: Sequence[cst.Arg], *, add: Sequence[cst.Arg] = ()) -> cst.Call:
    """The call with some of its own arguments and some new ones at the end, its line breaks kept."""
    kept = list(arguments)
    if not kept and not add:
        return call.with_changes(args=[], whitespace_before_args=cst.SimpleWhitespace(""))
    if not call.args or (kept == list(call.args) and not add):
        return call.with_changes(args=[*kept, *add])
    final = call.args[-1]
    own = [a.comma for a in call.args[:-1] if isinstance(a.comma, cst.Comma)]
    between = own[0] if own else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if is_broken(call) and not own:
        between = cst.Comma(whitespace_after=call.whitespace_before_args)
    everything = [*kept, *add]
    found: list[cst.Arg] = []
    for index, argument in enumerate(everything):
        if index == len(everything) - 1:
            changed = argument.with_changes(comma=final.comma, whitespace_after_arg=final.whitespace_after_arg)
        elif isinstance(argument.comma, cst.Comma) and argument is not final:
            found.append(argument)
            continue
        else:
            changed = argument.with_changes(comma=between, whitespace_after_arg=cst.SimpleWhitespace(""))
        found.append(changed)
    return call.with_changes(args=found)


def unbroken(call: cst.Call) -> cst.Call:
    """``f(\\n  x\\n)`` as ``f(x)``, for calls that have become short."""
    return call.with_changes(args=without_space(call.args), whitespace_before_args=cst.SimpleWhitespace(""))


class Keeping(cst.CSTTransformer):
    """Gives back the same object where nothing in it changed: later findings are placed by the nodes of the source."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        return not isinstance(node, SPACE) and super().on_visit(node)

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        found: Any = super().on_leave(original_node, updated_node)
        return original_node if found is updated_node and _same(original_node, updated_node) else found


def _same(one: Any, other: Any) -> bool:
    """Whether two nodes have the very same parts."""
    for part in fields(one):
        left, right = getattr(one, part.name), getattr(other, part.name)
        if left is right:
            continue
        if not isinstance(left, (tuple, list)) or not isinstance(right, (tuple, list)):
            return False
        mine, its = cast("Sequence[Any]", left), cast("Sequence[Any]", right)
        if len(mine) != len(its) or any(a is not b for a, b in zip(mine, its, strict=True)):
            return False
    return True


class Replace(Keeping):
    """Asks a function about each expression, outermost first; what it answers stands instead."""

    def __init__(self, ask: Callable[[cst.CSTNode], cst.CSTNode | None]) -> None:
        super().__init__()
        self.ask = ask
        self.found: dict[cst.CSTNode, cst.CSTNode] = {}

    def on_visit(self, node: cst.CSTNode) -> bool:
        answer = self.ask(node)
        if answer is not None:
            self.found[node] = answer
            return False
        return super().on_visit(node)

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        if original_node in self.found:
            return self.found.pop(original_node)
        return super().on_leave(original_node, updated_node)


def replace_names(node: Any, names: Mapping[str, cst.BaseExpression]) -> Any:
    """Variables by expressions, in brackets where needed."""

    def ask(part: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(part, (cst.Attribute, cst.Arg)):
            value = part.value.visit(Replace(ask))
            return part if value is part.value else part.with_changes(value=value)
        if isinstance(part, cst.Name) and part.value in names:
            return names[part.value]
        return None

    return node.visit(Replace(ask)) if names else node


_OPERATORS = (cst.BinaryOperation, cst.UnaryOperation, cst.IfExp, cst.BooleanOperation, cst.Comparison)


def bracketed(node: cst.BaseExpression) -> cst.BaseExpression:
    """Brackets around an operator that comes to stand in another."""
    if isinstance(node, _OPERATORS) and not node.lpar:
        return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return node
