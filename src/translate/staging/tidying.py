"""Variables that were put into a constructor go again where nobody reads them, or only to give them another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import libcst as cst

from translate.staging.trees import Keeping, assign, read_names


def tidied(lines: Sequence[Any], generated: set[str]) -> list[Any]:
    """The statements without what is of no use."""
    body = list(lines)
    while True:
        reads = Counter(n for line in body for n in _reads(line))
        visit = _Tidy(generated, reads)
        after: Any = cst.Module(body=body).visit(visit)
        body = list(after.body)
        if not visit.changed:
            break
    return body


def _reads(node: cst.CSTNode) -> list[str]:
    """Variables that are read; what ``+=`` does to one is no use of it."""
    if isinstance(node, cst.Assign):
        found = [n.value for n in read_names(node.value)]
        for target in node.targets:
            if not isinstance(target.target, cst.Name):
                found += [n.value for n in read_names(target.target)]
        return found
    if isinstance(node, cst.AugAssign):
        own = [] if isinstance(node.target, cst.Name) else [n.value for n in read_names(node.target)]
        return [*own, *(n.value for n in read_names(node.value))]
    if isinstance(node, cst.BaseExpression):
        return [n.value for n in read_names(node)]
    return [name for child in node.children for name in _reads(child)]


class _Tidy(Keeping):
    def __init__(self, generated: set[str], reads: Counter[str]) -> None:
        super().__init__()
        self.generated, self.reads = generated, reads
        self.changed = False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return False

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body = self._body(updated_node.body)
        if len(body) == len(updated_node.body) and all(a is b for a, b in zip(body, updated_node.body, strict=True)):
            return updated_node
        return updated_node.with_changes(body=body or [cst.SimpleStatementLine([cst.Pass()])])

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        return updated_node.with_changes(body=self._body(updated_node.body))

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> Any:
        orelse = updated_node.orelse
        if isinstance(orelse, cst.Else) and _is_empty(orelse.body) and not _is_empty(original_node.orelse):
            updated_node = updated_node.with_changes(orelse=None)
            orelse = None
        if orelse is None and _is_empty(updated_node.body) and not _is_empty(original_node.body):
            return cst.RemoveFromParent()
        return updated_node

    def _body(self, body: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        for statement in body:
            name, value = _plain(statement)
            if name in self.generated and not self.reads[name]:
                self.changed = True
                continue
            before, source = _plain(found[-1]) if found else (None, None)
            renames = isinstance(value, cst.Name) and value.value == before and before in self.generated
            if renames and source is not None and before is not None and self.reads[before] == 1 and name is not None:
                found[-1] = assign(name, source).with_changes(leading_lines=found[-1].leading_lines)
                self.changed = True
                continue
            if found and (kept := self._attribute(statement, found[-1])) is not None:
                found[-1] = kept
                self.changed = True
                continue
            found.append(statement)
        return found

    def _attribute(self, statement: Any, before: Any) -> Any:
        """``dense = Dense(3)`` and ``self.dense = dense`` as one, if the variable is not read again."""
        name, _ = _plain(before)
        if name is None or self.reads[name] != 1 or not isinstance(statement, cst.SimpleStatementLine):
            return None
        small, old = statement.body[0], before.body[0]
        if len(statement.body) != 1 or not isinstance(small, cst.Assign) or not isinstance(old, cst.Assign):
            return None
        if not isinstance(small.value, cst.Name) or small.value.value != name:
            return None
        if not isinstance(small.targets[0].target, cst.Attribute):
            return None
        return before.with_changes(body=[old.with_changes(targets=small.targets)])


def _plain(statement: Any) -> tuple[str | None, cst.BaseExpression | None]:
    """``name = value``, or ``name += value`` without the value."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None, None
    small = statement.body[0]
    if isinstance(small, cst.AugAssign) and isinstance(small.target, cst.Name):
        return small.target.value, None
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.targets[0].target, cst.Name):
        return small.targets[0].target.value, small.value
    return None, None


def _is_empty(node: Any) -> bool:
    if isinstance(node, cst.Else):
        node = node.body
    if not isinstance(node, cst.IndentedBlock):
        return False
    return all(
        isinstance(s, cst.SimpleStatementLine) and all(isinstance(p, cst.Pass) for p in s.body) for s in node.body
    )
