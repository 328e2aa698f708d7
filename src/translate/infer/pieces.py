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
    if not ours:
        return module
    return _Merged(rules, names, set(ours)).of(module.with_changes(body=body))


class _Merged(cst.CSTTransformer):
    """``Sequential(LSTM(3, 4), LastOutput())`` as ``LastOutput(LSTM(3, 4))``, by rules whose pieces wrap a layer."""

    def __init__(self, rules: RuleSet, names: dict[str, str], ours: set[str]) -> None:
        super().__init__()
        self.rules, self.names, self.ours = rules, names, ours
        found = {name: self.rules.find(PIECES + name)[0].data for name in ours}
        self.wrapping = {name: data.get("preceded", {}) for name, data in found.items() if "wraps" in data}

    def of(self, module: cst.Module) -> cst.Module:
        return cst.ensure_type(module.visit(self), cst.Module) if self.wrapping else module

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
        """What is as it was stays the same node, of which the position is known."""
        before, after = original_node.children, updated_node.children
        if len(before) == len(after) and all(a is b for a, b in zip(before, after, strict=True)):
            updated_node = original_node
        return super().on_leave(original_node, updated_node)  # type: ignore[arg-type]

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        full = _dotted(updated_node.func, self.names)
        if not any(r.data.get("role") == "sequential" for r in self.rules.find(full)):
            return updated_node
        arguments: list[cst.Arg] = []
        for argument in updated_node.args:
            name = self._piece(argument.value)
            if name not in self.wrapping or not arguments:
                arguments.append(argument)
                continue
            layer = arguments.pop()
            given = [cst.Arg(layer.value), *cst.ensure_type(argument.value, cst.Call).args]
            told = self.wrapping[name].get(self._piece(arguments[-1].value)) if arguments else None
            if told is not None:
                arguments.pop()
                given.append(cst.Arg(cst.Name("True"), cst.Name(told)))
            arguments.append(argument.with_changes(value=cst.Call(cst.Name(name), given)))
        if len(arguments) == len(updated_node.args):
            return updated_node
        return arguments[0].value if len(arguments) == 1 else updated_node.with_changes(args=arguments)

    def _piece(self, node: cst.BaseExpression) -> str:
        """The name of the piece that a call makes."""
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name):
            return ""
        return node.func.value if node.func.value in self.ours else ""


def _dotted(node: cst.BaseExpression, names: dict[str, str]) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr.value}"
    return names.get(node.value, node.value) if isinstance(node, cst.Name) else ""


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
