"""Where nodes stand, found only for those that are asked for.

LibCST's own provider of positions costs several times as much as parsing. Python's parser gives the positions of all
statements for next to nothing; within one statement LibCST's provider is run when a column is wanted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst


class Positions:
    """Positions of the nodes of one parsed text."""

    def __init__(self, module: cst.Module, text: str) -> None:
        self._starts: dict[cst.CSTNode, tuple[int, int]] = {}
        self._owners: dict[cst.CSTNode, cst.CSTNode] = {}
        self._pair(module.body, ast.parse(text).body)

    def _pair(self, statements: Sequence[cst.CSTNode], found: Sequence[Any]) -> None:
        trees = iter(found)
        for statement in statements:
            if isinstance(statement, cst.SimpleStatementLine):
                for index, _ in enumerate(statement.body):
                    tree = next(trees)
                    if index == 0:
                        self._starts[statement] = (tree.lineno, tree.col_offset + 1)
            else:
                self._compound(statement, next(trees))

    def _compound(self, statement: cst.CSTNode, tree: Any) -> None:
        line = tree.decorator_list[0].lineno if getattr(tree, "decorator_list", None) else tree.lineno
        self._starts[statement] = (line, tree.col_offset + 1)
        for block, part in _parts(statement, tree):
            if isinstance(block, cst.If):
                self._compound(block, part[0])
            elif isinstance(block, cst.SimpleStatementSuite):
                for index, _ in enumerate(block.body):
                    self._starts.setdefault(block, (part[index].lineno, part[index].col_offset + 1))
            elif isinstance(block, cst.IndentedBlock):
                self._pair(block.body, part)

    def _of_another_tree(
        self, node: cst.CSTNode, statement: cst.CSTNode | None
    ) -> tuple[cst.CSTNode, cst.CSTNode | None]:
        """The first part of ``node``, or else of ``statement``, that stands in the text: a pass has moved it."""
        if not self._owners:
            for owner in self._starts:  # inner statements come later
                for part in _walk(owner):
                    self._owners[part] = owner
        for tree in (node, *([] if statement is None else [statement])):
            for part in _walk(tree):
                if part in self._owners and not isinstance(part, _SHARED):
                    return part, self._owners[part]
        return node, None

    def of(self, node: cst.CSTNode, statement: cst.CSTNode | None) -> tuple[int, int]:
        """1-based line and column of ``node``, which is, or is within, ``statement``."""
        if statement is None or statement not in self._starts:
            node, statement = self._of_another_tree(node, statement)
        if statement is None:
            return (1, 1)
        line, column = self._starts[statement]
        if node is statement:
            return (line, column)
        found = _within(statement, node)
        return (line, column) if found is None else (line + found[0], found[1] + (column if found[0] == 0 else 1))


_SHARED = (cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.Newline, cst.Comma, cst.EmptyLine)


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _parts(statement: Any, tree: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(statement, cst.Match):
        yield from ((case.body, part.body) for case, part in zip(statement.cases, tree.cases, strict=True))
        return
    yield statement.body, tree.body
    orelse = getattr(statement, "orelse", None)
    if isinstance(orelse, cst.If):
        yield orelse, tree.orelse
    elif orelse is not None:
        yield orelse.body, tree.orelse
    for handler, part in zip(getattr(statement, "handlers", ()), getattr(tree, "handlers", ()), strict=True):
        yield handler.body, part.body
    final = getattr(statement, "finalbody", None)
    if final is not None:
        yield final.body, tree.finalbody


def _within(statement: cst.CSTNode, node: cst.CSTNode) -> tuple[int, int] | None:
    """Lines below the statement's first, and the 0-based column (of that line; of the statement, on its first)."""
    from libcst.metadata import MetadataWrapper, PositionProvider  # costs as much to import as a file to read

    bare = statement.with_changes(leading_lines=()) if hasattr(statement, "leading_lines") else statement
    if hasattr(bare, "lines_after_decorators"):
        bare = bare.with_changes(lines_after_decorators=())
    if isinstance(bare, (cst.FunctionDef, cst.ClassDef, cst.If, cst.For, cst.While, cst.With)):
        bare = bare.with_changes(body=cst.SimpleStatementSuite(body=[cst.Pass()]))
        if hasattr(bare, "orelse"):
            bare = bare.with_changes(orelse=None)
    wrapper = MetadataWrapper(cst.Module(body=[bare]), unsafe_skip_copy=True)  # type: ignore[list-item]
    positions = wrapper.resolve(PositionProvider)
    found: Any = positions.get(node)
    return None if found is None else (found.start.line - 1, found.start.column)
