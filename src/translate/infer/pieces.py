"""Pieces of code that a translation in the other direction has written: what they stand for is known.

A class or function that is one of ours to the letter is read as an import of it; rules say the rest. One that was
changed is code like any other.
"""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from translate.rules import RuleSet
from translate.rules.inversion import PIECES


def recognised(module: cst.Module, rules: RuleSet) -> cst.Module:
    """The file with our own pieces imported instead of defined, as far as there are rules for them."""
    defined = [s for s in module.body if isinstance(s, (cst.ClassDef, cst.FunctionDef))]
    wanted = {s.name.value: s for s in defined if rules.find(PIECES + s.name.value)}
    if not wanted:
        return module
    texts = rules.pieces()
    names = _imports(ast.parse(module.code))
    ours = {name: s for name, s in wanted.items() if name in texts and _is(module, s, texts[name], names)}
    body: list[Any] = []
    for statement in module.body:
        name = statement.name.value if isinstance(statement, (cst.ClassDef, cst.FunctionDef)) else ""
        if statement is ours.get(name):
            package, _, _ = PIECES.rpartition(".")
            body.append(cst.parse_statement(f"from {package} import {name}\n"))
        else:
            body.append(statement)
    return module.with_changes(body=body) if ours else module


def _is(module: cst.Module, node: cst.ClassDef | cst.FunctionDef, text: str, names: dict[str, str]) -> bool:
    theirs = ast.parse(module.code_for_node(node).strip()).body[0]
    tree = ast.parse(text)
    our = next(s for s in tree.body if isinstance(s, (ast.ClassDef, ast.FunctionDef)) and s.name == node.name.value)
    return _told(theirs, names) == _told(our, _imports(tree))


def _imports(tree: ast.Module) -> dict[str, str]:
    """What imported names stand for."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            found.update(
                {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
    return found


def _told(node: ast.AST, names: dict[str, str]) -> str:
    """The code with names written out in full."""

    class Full(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.parse(names.get(node.id, node.id), mode="eval").body

    return ast.unparse(Full().visit(node))
