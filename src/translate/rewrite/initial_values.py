"""Statements that give the weights of a layer their initial values: ``nn.init.zeros_(self.conv[0].weight)``."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from translate.rewrite.names import Names

_EMPTY = cst.Module([])


def statements(
    names: Names, line: cst.SimpleStatementLine, layer: str, chain: str, kept: Sequence[tuple[str, str]]
) -> list[cst.SimpleStatementLine]:
    """Those that follow ``line``, which assigns a ``layer`` of the target, or a ``chain`` with one, to an attribute."""
    assign = line.body[0]
    if not isinstance(assign, cst.Assign):
        return []
    place = _place(assign.value, {names.text(layer)}, names.text(chain))
    if place is None:
        return []
    owner = _EMPTY.code_for_node(assign.targets[0].target) + place
    found: list[cst.SimpleStatementLine] = []
    for weight, template in kept:
        text = names.shorten(template.replace("{weight}", f"{owner}.{weight}")).replace("'", '"')
        statement = cst.parse_statement(text)
        assert isinstance(statement, cst.SimpleStatementLine)
        found.append(statement)
    return found


def _place(node: cst.BaseExpression, layers: set[str], chain: str) -> str | None:
    """Where in a chain the layer is: ``[1]``."""
    if not isinstance(node, cst.Call):
        return None
    function = _EMPTY.code_for_node(node.func)
    if function in layers:
        return ""
    if function != chain:
        return None
    for index, argument in enumerate(node.args):
        inner = _place(argument.value, layers, chain)
        if inner is not None:
            return f"[{index}]{inner}"
    return None
