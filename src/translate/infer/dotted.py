"""Names in expressions, without LibCST's matchers, whose import costs more than reading a file."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and everything in it."""
    yield node
    for child in node.children:
        yield from walk(child)


def names(node: cst.CSTNode) -> set[str]:
    """All plain names and the last parts of dotted ones."""
    return {n.value for n in walk(node) if isinstance(n, cst.Name)}


def is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name
