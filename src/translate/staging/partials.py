"""``conv = functools.partial(Conv2D, padding="same")`` and ``conv(8, 3)``: the call is written out where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from translate.staging.program import imported
from translate.staging.settings import times_bound
from translate.staging.trees import Keeping, dotted, read_names, statements, within

_PARTIAL = "functools.partial"


def inline_partials(module: cst.Module) -> cst.Module:
    """The file without variables that hold a partial call, where all that is done with them is to call them."""
    names = {
        name
        for node in within(module, enter=True)
        if isinstance(node, (cst.Import, cst.ImportFrom))
        for name in _spellings(node)
    }
    if not names:
        return module
    changed = _scope(module, names).visit(_Functions(names))
    return changed if changed is module else _without_import(changed)


def _spellings(node: cst.Import | cst.ImportFrom) -> Iterator[str]:
    for name, full in imported(node):
        if full == _PARTIAL:
            yield name
        elif full == "functools":
            yield f"{name}.partial"


class _Functions(Keeping):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> Any:
        return _scope(updated_node, self.names)


def _scope(node: Any, names: set[str]) -> Any:
    body = list(node.body) if isinstance(node, cst.Module) else statements(node.body)
    for statement in body:
        name, call = _assigned(statement, names)
        if call is None or times_bound(node, name) != 1:
            continue
        steady = all(times_bound(node, n.value) <= 1 for a in call.args for n in read_names(a.value))
        rest = [s for s in body if s is not statement]
        reads = sum(n.value == name for s in rest for n in read_names(s))
        calls = [n for s in rest for n in within(s, enter=True) if isinstance(n, cst.Call) and dotted(n.func) == name]
        if not steady or not calls or reads != len(calls) or any(a.star for c in calls for a in c.args):
            continue
        new = [s.visit(_Written(name, call)) for s in rest]
        inner = node if isinstance(node, cst.Module) else node.body
        changed = inner.with_changes(body=new)
        return _scope(changed if inner is node else node.with_changes(body=changed), names)
    return node


def _assigned(statement: Any, names: set[str]) -> tuple[str, cst.Call | None]:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    if not isinstance(small, cst.Assign) or len(small.targets) > 1 or not isinstance(small.value, cst.Call):
        return "", None
    target, call = small.targets[0].target, small.value
    known = isinstance(target, cst.Name) and dotted(call.func) in names
    plain = bool(call.args) and not call.args[0].keyword and not any(a.star for a in call.args)
    return (target.value, call) if isinstance(target, cst.Name) and known and plain else ("", None)


class _Written(Keeping):
    def __init__(self, name: str, call: cst.Call) -> None:
        super().__init__()
        self.name, self.call = name, call

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if dotted(original_node.func) != self.name:
            return updated_node
        first, *given = self.call.args
        said = {a.keyword.value for a in updated_node.args if a.keyword is not None}
        plain = [a for a in given if a.keyword is None]
        named = [a for a in given if a.keyword is not None and a.keyword.value not in said]
        own = [a for a in updated_node.args if a.keyword is None]
        rest = [a for a in updated_node.args if a.keyword is not None]
        arguments = [*(_copy(a) for a in plain), *own, *rest, *(_copy(a) for a in named)]
        loose = [a.with_changes(comma=cst.MaybeSentinel.DEFAULT) for a in arguments]
        return updated_node.with_changes(func=first.value.deep_clone(), args=loose)


def _copy(argument: cst.Arg) -> cst.Arg:
    return argument.deep_clone().with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))


def _without_import(module: cst.Module) -> cst.Module:
    """``from functools import partial`` goes with the last use."""
    used = {n.value for s in module.body for n in read_names(s) if not _is_import(s)}
    body: list[Any] = []
    for statement in module.body:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(small, (cst.Import, cst.ImportFrom)) and not isinstance(small.names, cst.ImportStar):
            found = dict(imported(small))
            ours = all(full in (_PARTIAL, "functools") for full in found.values())
            if found and ours and not found.keys() & used:
                continue
        body.append(statement)
    return module.with_changes(body=body)


def _is_import(statement: Any) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[0], (cst.Import, cst.ImportFrom)
    )
