"""What stays a function: it calls classes by their new names, with the arguments they still take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from translate.staging.functions import BUILDER, Function
from translate.staging.holding import FunctionReading
from translate.staging.trees import Keeping, read_names, within
from translate.staging.vanishing import parameter_of
from translate.staging.writing import written

if TYPE_CHECKING:
    from translate.staging.state import Shared


def rewrite_plain(shared: Shared, statement: Any, function: Function | None) -> Any:
    """A statement of the file, or a function, that is not separated."""
    if function is not None and function.original in shared.program.failed:
        node = function.original
    else:
        node = function.original if function is not None else statement
    if not _mentions(shared, node, function):
        return node
    return node.visit(_References(shared, function, passed_on(shared, node, function)))


def _mentions(shared: Shared, node: cst.CSTNode, function: Function | None) -> bool:
    names = {f.name for f in shared.program.functions if f in shared.class_names or f.gone}
    return any(n.value in names for n in read_names(node))


def still_called(shared: Shared) -> set[Function]:
    """Functions of tensors that code which stays functional uses, and what those use themselves.

    Raises ValueError, with the function, where it cannot stand beside its class.
    """
    found: set[Function] = set()
    waiting: list[Function] = []
    for node, context in _functional(shared):
        elsewhere = passed_on(shared, node, context) | _separated(shared, context)
        for name in read_names(node):
            function = _meant(shared, name, context)
            if function is not None and function.kind != BUILDER and name not in elsewhere:
                waiting.append(function)
    while waiting:
        function = waiting.pop()
        if function in found:
            continue
        if function.parent is not None or shared.class_names[function] == function.name:
            raise ValueError(function)
        found.add(function)
        others = [_meant(shared, name, None) for name in read_names(function.original)]
        waiting += [o for o in others if o is not None and o.kind != BUILDER]
    return found


def _separated(shared: Shared, function: Function | None) -> set[cst.CSTNode]:
    """Names that are read by functions within a function that become classes themselves."""
    inner = function.nested.values() if function is not None else ()
    return {name for one in inner if one in shared.class_names for name in read_names(one.original)}


def _functional(shared: Shared) -> Iterator[tuple[cst.CSTNode, Function | None]]:
    """Statements of the file that are not separated, and the functions that they are."""
    program = shared.program
    for statement in program.module.body:
        function = program.top.get(statement.name.value) if isinstance(statement, cst.FunctionDef) else None
        if function is None:
            yield statement, None
        elif function not in shared.class_names:
            yield function.original, function


def _meant(shared: Shared, name: cst.Name, context: Function | None) -> Function | None:
    """The function with a class that a name says in such code."""
    if context is not None and name.value in context.env:
        function = context.nested.get(name.value)
    else:
        function = shared.program.top.get(name.value)
    return function if function in shared.class_names else None


def passed_on(shared: Shared, node: cst.CSTNode, context: Function | None) -> set[cst.CSTNode]:
    """Names of functions that are given to classes, which take classes."""
    found: set[cst.CSTNode] = set()
    for part in within(node, enter=True):
        func = part.func if isinstance(part, cst.Call) else None
        if isinstance(func, cst.Name) and isinstance(part, cst.Call) and _meant(shared, func, context) is not None:
            found.update(a.value for a in part.args if isinstance(a.value, cst.Name))
    return found


class _References(Keeping):
    def __init__(self, shared: Shared, function: Function | None, values: set[cst.CSTNode]) -> None:
        super().__init__()
        self.shared = shared
        self.stack: list[Function] = [function] if function is not None else []
        self.values = values

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        current = self.stack[-1] if self.stack else None
        if current is None or node is current.original:
            return True
        inner = next((f for f in self.shared.program.functions if f.original is node), None)
        if inner is None:
            return True
        if inner in self.shared.class_names:
            return False
        self.stack.append(inner)
        return True

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> Any:
        inner = next((f for f in self.shared.program.functions if f.original is original_node), None)
        if inner is not None and inner.parent is not None and inner in self.shared.class_names:
            from translate.staging.classes import class_for

            return class_for(self.shared, inner)
        if len(self.stack) > 1 and self.stack[-1] is inner:
            self.stack.pop()
        if updated_node.name is not original_node.name:  # a method may have the name of a function
            updated_node = updated_node.with_changes(name=original_node.name)
        if inner is not None and inner.gone:
            read = {n.value for n in read_names(updated_node.body)}
            kept = [p for p in updated_node.params.params if p.name.value not in inner.gone - read]
            if kept and len(kept) < len(updated_node.params.params):
                last = updated_node.params.params[-1]
                kept[-1] = kept[-1].with_changes(comma=last.comma, whitespace_after_param=last.whitespace_after_param)
            return updated_node.with_changes(params=updated_node.params.with_changes(params=kept))
        return updated_node

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return True

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:
        same = updated_node.attr is original_node.attr
        return updated_node if same else updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        same = updated_node.keyword is original_node.keyword
        return updated_node if same else updated_node.with_changes(keyword=original_node.keyword)

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        same = updated_node.name is original_node.name
        return updated_node if same else updated_node.with_changes(name=original_node.name)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        function = self._function(original_node)
        if function is None or (function.kind != BUILDER and original_node not in self.values):
            return updated_node
        if function in self.shared.class_names:
            return updated_node.with_changes(value=self.shared.class_names[function])
        return updated_node

    def _function(self, node: cst.Name) -> Function | None:
        if not self.stack:
            return self.shared.program.top.get(node.value)
        owner: Function | None = self.stack[-1]
        while owner is not None and node.value not in owner.env:
            owner = owner.parent
        if owner is not None and node.value not in owner.nested:
            return None  # a variable that may hold it
        atoms = FunctionReading(self.shared.program, self.stack[-1]).atoms(node)
        return next((a for a in atoms if isinstance(a, Function) and a.name == node.value), None)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if not isinstance(original_node.func, cst.Name):
            return updated_node
        function = self._function(original_node.func)
        if function is None or not function.gone or function in self.shared.functional:
            return updated_node
        kept: list[cst.Arg] = []
        for index, (old, new) in enumerate(zip(original_node.args, updated_node.args, strict=True)):
            if parameter_of(function, index, old) not in function.gone:
                kept.append(new)
        if len(kept) == len(updated_node.args):
            return updated_node
        return written(updated_node, updated_node.func, kept)
