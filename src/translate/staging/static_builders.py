"""``class LeNet`` with a static method ``build``: read as a function that is called like the class.

Classes that only hold static methods and class methods which make layers are taken apart into functions, so that what a
module becomes is decided as for any function. The method that makes the model takes the class's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.staging.naming import snake
from translate.staging.program import imported
from translate.staging.table import FRAMEWORK, MODEL, table
from translate.staging.trees import Keeping, bound_names, dotted, read_names, within

_STATIC, _OF_CLASS = "staticmethod", "classmethod"


@dataclass(frozen=True)
class Lifted:
    module: cst.Module
    names: dict[str, str] = field(default_factory=dict[str, str])
    """Functions by what they were called: ``{"LeNet.build": "LeNet"}``."""


def without_static_builders(module: cst.Module) -> Lifted:
    """The file with the static methods that make layers as functions, where nothing else is done with their class."""
    if f"@{_STATIC}" not in module.code and f"@{_OF_CLASS}" not in module.code:
        return Lifted(module)
    imports = _imports(module)
    names: dict[str, str] = {}
    for node in module.body:
        methods = _methods(node) if isinstance(node, cst.ClassDef) and _makes(node, imports) else {}
        if methods and isinstance(node, cst.ClassDef) and _only_called(module, node, methods):
            names |= _named(module, node, methods, imports, set(names.values()))
    if not names:
        return Lifted(module)
    body: list[Any] = []
    for statement in module.body:
        lifted = isinstance(statement, cst.ClassDef) and any(n.startswith(f"{statement.name.value}.") for n in names)
        body += _functions(statement, names) if isinstance(statement, cst.ClassDef) and lifted else [statement]
    calls = _Calls(names)
    return Lifted(module.with_changes(body=[s.visit(calls) for s in body]), names)


def _imports(module: cst.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in within(module):
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            found.update(imported(node))
    return {n: table().canonical(full) for n, full in found.items()}


def _makes(node: cst.ClassDef, imports: dict[str, str]) -> bool:
    return any(f"{imports.get(n.value, '')}.".startswith(FRAMEWORK) for s in node.body.body for n in read_names(s))


def _methods(node: cst.ClassDef) -> dict[str, cst.FunctionDef]:
    """The methods of a class that has nothing but static and class methods; none for other classes."""
    found: dict[str, cst.FunctionDef] = {}
    if node.decorators or node.keywords or any(dotted(b.value) != "object" for b in node.bases):
        return {}
    for statement in node.body.body:
        if isinstance(statement, cst.FunctionDef) and _kind(statement):
            found[statement.name.value] = statement
        elif not _says_nothing(statement):
            return {}
    return found


def _kind(node: cst.FunctionDef) -> str:
    found = dotted(node.decorators[0].decorator) if len(node.decorators) == 1 else None
    if found == _OF_CLASS:
        return found if node.params.params else ""
    return found if found == _STATIC else ""


def _says_nothing(statement: cst.CSTNode) -> bool:
    """``pass``, or a string."""
    small: Any = statement.body if isinstance(statement, cst.SimpleStatementLine) else None
    return small is not None and all(
        isinstance(s, cst.Pass) or (isinstance(s, cst.Expr) and isinstance(s.value, cst.BaseString)) for s in small
    )


def _only_called(module: cst.Module, node: cst.ClassDef, methods: dict[str, cst.FunctionDef]) -> bool:
    """Whether the class's name stands nowhere but in ``LeNet.build``, and ``cls`` nowhere but in ``cls.build``."""
    places = [s for s in module.body if s is not node]
    owners = [(node.name.value, p) for p in places] + [(node.name.value, m.body) for m in methods.values()]
    owners += [(_own(m), m.body) for m in methods.values() if _own(m)]
    for owner, place in owners:
        named = sum(n.value == owner for n in read_names(place))
        asked = sum(_asked(n, {owner}) in methods for n in within(place, enter=True))
        if named != asked or owner in bound_names(place):
            return False
    return True


def _own(method: cst.FunctionDef) -> str:
    """What a class method calls its class."""
    return method.params.params[0].name.value if _kind(method) == _OF_CLASS else ""


def _asked(node: cst.CSTNode, owners: set[str]) -> str | None:
    """The method, for ``LeNet.build`` and ``LeNet().build``."""
    if not isinstance(node, cst.Attribute):
        return None
    owner = node.value.func if isinstance(node.value, cst.Call) and not node.value.args else node.value
    return node.attr.value if isinstance(owner, cst.Name) and owner.value in owners else None


def _named(
    module: cst.Module,
    node: cst.ClassDef,
    methods: dict[str, cst.FunctionDef],
    imports: dict[str, str],
    others: set[str],
) -> dict[str, str]:
    """New names: the class's for the method that makes the model, the methods' own for the rest where they are free."""
    owner = node.name.value
    first = _builder(methods)
    taken = {n.value for n in read_names(module)} | set(_defined(module)) | others
    found: dict[str, str] = {}
    for name, method in methods.items():
        own = name if name.startswith("_") or not name.endswith("_") else name.rstrip("_")
        if name == first:
            # a function that only chains layers stays a function, and is called like one
            new = owner if any(_is_model(n, imports) for n in within(method, enter=True)) else snake(owner)
            new = owner if new in taken else new
        else:
            new = f"{snake(owner)}_{own.lstrip('_')}" if own in taken else own
        found[f"{owner}.{name}"] = new
        taken.add(new)
    return found


def _builder(methods: dict[str, cst.FunctionDef]) -> str:
    """``build``, or else the first method that no other one calls."""
    called = {n.attr.value for m in methods.values() for n in within(m, enter=True) if isinstance(n, cst.Attribute)}
    free = [n for n in methods if n not in called and not n.startswith("_")]
    return "build" if "build" in methods else next(iter([*free, *methods]))


def _is_model(node: cst.CSTNode, imports: dict[str, str]) -> bool:
    if not isinstance(node, cst.Call) or len(node.args) < 2:
        return False
    root, dot, rest = (dotted(node.func) or "").partition(".")
    return table().canonical(imports.get(root, "") + dot + rest) == MODEL


def _defined(module: cst.Module) -> Iterator[str]:
    for part in within(module, enter=True):
        if isinstance(part, cst.Param) or (part in module.body and isinstance(part, (cst.FunctionDef, cst.ClassDef))):
            yield part.name.value
    yield from bound_names(module)


def _functions(node: cst.ClassDef, names: dict[str, str]) -> list[cst.FunctionDef]:
    owner = node.name.value
    found: list[cst.FunctionDef] = []
    for method in _methods(node).values():
        own = _own(method)
        parameters = method.params.with_changes(params=method.params.params[1:]) if own else method.params
        body = method.body.visit(_Calls({f"{own}.{n.partition('.')[2]}": f for n, f in names.items() if own}))
        blank = [cst.EmptyLine(indent=False)] * 2
        comments = [line for line in method.leading_lines if line.comment is not None]
        if not found:
            blank, comments = list(node.leading_lines), comments
        found.append(
            method.with_changes(
                name=cst.Name(names[f"{owner}.{method.name.value}"]),
                params=parameters,
                body=body,
                decorators=(),
                leading_lines=[*blank, *comments],
                lines_after_decorators=(),
            )
        )
    return found


class _Calls(Keeping):
    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self.names = names
        self.owners = {n.partition(".")[0] for n in names}

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        method = _asked(original_node, self.owners)
        if method is None:
            return updated_node
        owner = original_node.value.func if isinstance(original_node.value, cst.Call) else original_node.value
        assert isinstance(owner, cst.Name)
        new = self.names.get(f"{owner.value}.{method}")
        return updated_node if new is None else cst.Name(new)
