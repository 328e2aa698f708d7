"""Imports of the source framework go where nothing needs them any more; Keras comes instead."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import libcst as cst

from translate.rewrite.names import Names
from translate.rules import Dialect


def used_names(code: str) -> set[str]:
    """Names that a text reads, wherever."""
    return {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}


def rewrite_imports(module: cst.Module, names: Names, dialect: Dialect, definitions: str) -> cst.Module:
    """Takes out imports that nothing uses; puts in those of the target, and ``definitions`` after those at the top."""
    used = used_names(module.code)
    wanted = used | used_names(definitions)
    body: list[Any] = []
    place: int | None = None
    for statement in module.body:
        kept = _without_framework(dialect, statement, used)
        if kept is not statement and place is None:
            place = len(body)
            new = _imports(names, wanted)
            if new and isinstance(statement, cst.SimpleStatementLine):
                new[0] = new[0].with_changes(leading_lines=statement.leading_lines)
            body += new
        if kept is not None:
            body.append(kept)
    if place is None:
        place = _after_docstring(body)
        body[place:place] = _imports(names, wanted)
    if definitions:
        at = _after_imports(body, place + len(_imports(names, wanted)))
        if at < len(body):  # two lines between a definition and what follows
            lines = list(body[at].leading_lines)
            empty = [line for line in lines if line.comment is None]
            body[at] = body[at].with_changes(leading_lines=[cst.EmptyLine(indent=False)] * (2 - len(empty)) + lines)
        body[at:at] = _definitions(definitions)
    return module.with_changes(body=body)


def _imports(names: Names, wanted: set[str]) -> list[cst.SimpleStatementLine]:
    return [_statement(line) for line in names.imports(wanted)]


def _statement(text: str) -> cst.SimpleStatementLine:
    node = cst.parse_statement(text)
    assert isinstance(node, cst.SimpleStatementLine)
    return node


def dotted(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _without_framework(dialect: Dialect, statement: Any, used: set[str]) -> Any:
    """The statement without imports of the framework that nothing uses; None if nothing is left of it."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return statement
    line = statement.body[0]
    if isinstance(line, cst.Import):
        names = line.names
        kept = [a for a in names if not dialect.is_source(dotted(a.name)) or bound_name(a) in used]
    elif isinstance(line, cst.ImportFrom) and not isinstance(line.names, cst.ImportStar):
        if line.relative or not dialect.is_source(dotted(line.module)):
            return statement
        names = line.names
        kept = [a for a in names if bound_name(a) in used]
    else:
        return statement
    if len(kept) == len(names):
        return statement
    if not kept:
        return None
    kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return statement.with_changes(body=[line.with_changes(names=kept)])


def bound_name(alias: cst.ImportAlias) -> str:
    """The name that ``import a.b`` or ``import a as b`` gives to the file."""
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return dotted(alias.name).partition(".")[0]


def _after_docstring(body: Sequence[Any]) -> int:
    place = 0
    for index, statement in enumerate(body):
        first = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        is_text = isinstance(first, cst.Expr) and isinstance(first.value, cst.BaseString)
        future = isinstance(first, cst.ImportFrom) and dotted(first.module) == "__future__"
        if (is_text and index == 0) or future:
            place = index + 1
    return place


def _after_imports(body: Sequence[Any], least: int) -> int:
    """Behind the imports at the top: what imports follow further down may come after the first use."""
    found = least
    for index, statement in enumerate(body):
        if index >= least and isinstance(statement, (cst.ClassDef, cst.FunctionDef)):
            break
        if (
            index >= least
            and isinstance(statement, cst.SimpleStatementLine)
            and isinstance(statement.body[0], (cst.Import, cst.ImportFrom))
        ):
            found = index + 1
    return found


def _definitions(text: str) -> list[Any]:
    parsed = cst.parse_module(text)
    statements = list(parsed.body)
    return [s.with_changes(leading_lines=[cst.EmptyLine(indent=False)] * 2) for s in statements]
