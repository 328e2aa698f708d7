"""What is left of an ``if`` that always goes one way."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.infer.dotted import walk


def taken(node: cst.If, outcome: bool, in_chain: bool) -> Any:
    """The branch for ``outcome`` in place of the statement; ``in_chain``: the statement is an ``elif``."""
    if not outcome and isinstance(node.orelse, cst.If):
        inner = node.orelse
        return inner if in_chain else inner.with_changes(leading_lines=node.leading_lines)
    suite = node.body if outcome else (node.orelse.body if isinstance(node.orelse, cst.Else) else None)
    if suite is None:
        return cst.RemoveFromParent()
    if in_chain:
        return cst.Else(suite)
    if isinstance(suite, cst.SimpleStatementSuite):
        return cst.SimpleStatementLine(suite.body, leading_lines=node.leading_lines)
    first, *rest = suite.body
    lines = [*node.leading_lines, *getattr(first, "leading_lines", ())]
    return cst.FlattenSentinel([first.with_changes(leading_lines=lines), *rest])


def unwrapped(node: cst.With) -> Any:
    """What stands in a ``with`` that is left out."""
    return taken(cst.If(cst.Name("True"), node.body, leading_lines=node.leading_lines), True, in_chain=False)


def is_empty(node: cst.If) -> bool:
    """Whether nothing happens, whichever way it goes."""
    calls = any(isinstance(n, (cst.Call, cst.NamedExpr)) for n in walk(node.test))
    said = any(line.comment is not None for line in node.leading_lines)
    return node.orelse is None and not (calls or said) and _only_passes(node)


def without_empty_else(node: cst.If, original: cst.If) -> cst.If:
    """Without an ``else`` of which nothing is left."""
    orelse, before = node.orelse, original.orelse
    if not isinstance(orelse, cst.Else) or not isinstance(before, cst.Else) or orelse.leading_lines:
        return node
    return node.with_changes(orelse=None) if _only_passes(orelse) and not _only_passes(before) else node


def _only_passes(node: cst.If | cst.Else) -> bool:
    body = node.body.body if isinstance(node.body, cst.IndentedBlock) else ()
    passes = [s for s in body if isinstance(s, cst.SimpleStatementLine) and isinstance(s.body[0], cst.Pass)]
    return len(body) == len(passes) == 1 and not passes[0].leading_lines
