"""Where a function uses a name."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

Around = tuple[cst.CSTNode, ...]
"""What a node stands in, innermost first."""


@dataclass
class Occurrences:
    """Of one name: how many targets of assignments it is, and what each other use stands in."""

    targets: int = 0
    uses: list[Around] = field(default_factory=list[Around])


def occurrences(function: cst.CSTNode, name: str) -> Occurrences:
    """All that is called ``name`` in a function, attributes and keywords apart."""
    found = Occurrences()
    _walk(function, (), name, found)
    return found


def _walk(node: cst.CSTNode, around: Around, name: str, found: Occurrences) -> None:
    if isinstance(node, cst.Name):
        if node.value == name:
            found.uses.append(around)
        return
    if isinstance(node, cst.AssignTarget):
        _target(node.target, (node, *around), name, found)
        return
    for child in node.children:
        if isinstance(node, cst.Attribute) and child is node.attr:
            continue
        if isinstance(node, cst.Arg) and child is node.keyword:
            continue
        _walk(child, (node, *around), name, found)


def _target(node: cst.BaseExpression, around: Around, name: str, found: Occurrences) -> None:
    if isinstance(node, cst.Name):
        found.targets += node.value == name
    elif isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            _target(element.value, (element, node, *around), name, found)
    else:
        _walk(node, around, name, found)
