"""``GAN().build_generator()``: methods that build models become functions of what they read of ``self``.

The method stays and hands its object's settings on: ``return build_generator(self.latent_dim)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.staging.naming import snake
from translate.staging.program import imported
from translate.staging.table import INPUT, MODEL, SEQUENTIAL, table
from translate.staging.trees import Keeping, bound_names, dotted, read_names, within

SELF = "self"
_PLAIN = {"model", "network", "net"}


@dataclass(eq=False)
class _Method:
    node: cst.FunctionDef
    builds: bool
    """Whether it makes a model, not only layers for one."""
    reads: list[str] = field(default_factory=list[str])
    """Settings of the object that it needs, and that those need which it calls."""
    calls: set[str] = field(default_factory=set[str])
    name: str = ""


def without_builder_methods(module: cst.Module) -> cst.Module:
    """The file with such methods of plain classes as functions in front of their class."""
    imports = _imports(module)
    taken = {n.value for n in read_names(module)} | set(bound_names(module))
    body: list[Any] = []
    for statement in module.body:
        methods = _liftable(statement, imports) if isinstance(statement, cst.ClassDef) else {}
        if methods and isinstance(statement, cst.ClassDef):
            _name(statement, methods, taken)
            body += [_function(m, methods) for m in methods.values()]
            statement = _rest(statement, methods)
        body.append(statement)
    return module if len(body) == len(module.body) else module.with_changes(body=body)


def _imports(module: cst.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in within(module):
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            found.update(imported(node))
    return found


def _canonical(node: cst.CSTNode, imports: dict[str, str]) -> str:
    root, dot, rest = (dotted(node) or "").partition(".")
    return table().canonical(imports[root] + dot + rest) if root in imports else ""


def _liftable(node: cst.ClassDef, imports: dict[str, str]) -> dict[str, _Method]:
    """The methods that make models, and those that they need; none if something else is done with one."""
    if any(dotted(b.value) != "object" for b in node.bases) or node.decorators:
        return {}
    own = {m.name.value: m for m in node.body.body if isinstance(m, cst.FunctionDef)}
    found: dict[str, _Method] = {}
    for name, method in own.items():
        names = {_canonical(n.func, imports) for n in within(method, enter=True) if isinstance(n, cst.Call)}
        if _is_plain(method) and any(n == INPUT or table().is_layer(n) for n in names) and _only_reads(method, own):
            builds = bool(names & {MODEL, SEQUENTIAL})
            calls = {a.attr.value for a in _selves(method) if a.attr.value in own}
            found[name] = _Method(method, builds, [], calls)
    while True:
        others = [m for n, m in own.items() if n not in found]
        wanted = {a.attr.value for m in others for a in _selves(m)}
        bad = {n for n, m in found.items() if m.calls - found.keys() or (not m.builds and n in wanted)}
        if not bad:
            break
        found = {n: m for n, m in found.items() if n not in bad}
    for method in found.values():
        method.reads = sorted({n for m in _reached(method, found) for n in _settings(m.node, own)})
    return found if any(m.builds for m in found.values()) else {}


def _is_plain(method: cst.FunctionDef) -> bool:
    parameters = method.params
    own = [p.name.value for p in parameters.params]
    stars = isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg or parameters.kwonly_params
    dunder = method.name.value.startswith("__")
    return own[:1] == [SELF] and not stars and not method.decorators and not dunder and method.asynchronous is None


def _selves(node: cst.CSTNode) -> Iterator[cst.Attribute]:
    for part in within(node, enter=True):
        if isinstance(part, cst.Attribute) and isinstance(part.value, cst.Name) and part.value.value == SELF:
            yield part


def _only_reads(method: cst.FunctionDef, own: dict[str, cst.FunctionDef]) -> bool:
    """Whether ``self`` is only asked for settings, and for methods that are called."""
    body = method.body
    asked = list(_selves(body))
    if sum(n.value == SELF for n in read_names(body)) != len(asked):
        return False
    called = {id(n.func) for n in within(body, enter=True) if isinstance(n, cst.Call)}
    set_here = {id(n.target) for n in within(body, enter=True) if isinstance(n, (cst.AssignTarget, cst.AugAssign))}
    return all((a.attr.value in own) == (id(a) in called) and id(a) not in set_here for a in asked)


def _settings(method: cst.FunctionDef, own: dict[str, cst.FunctionDef]) -> set[str]:
    return {a.attr.value for a in _selves(method.body)} - own.keys()


def _reached(method: _Method, methods: dict[str, _Method]) -> list[_Method]:
    found: list[_Method] = []
    waiting = [method]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.append(one)
            waiting += [methods[n] for n in one.calls]
    return found


def _name(node: cst.ClassDef, methods: dict[str, _Method], taken: set[str]) -> None:
    for name, method in methods.items():
        bare = name.rpartition("_")[2] if name.startswith(("build", "create", "get", "make", "define")) else name
        new = f"{snake(node.name.value)}_{bare}" if bare in {*_PLAIN, "build", "get", "create", "make"} else name
        method.name = new if new not in taken else f"{snake(node.name.value)}_{name.lstrip('_')}"
        taken.add(method.name)


def _parameters(method: _Method) -> dict[str, str]:
    """What the function calls the settings: like the object, unless it has something else by that name."""
    own = {p.name.value for p in within(method.node, enter=True) if isinstance(p, cst.Param)}
    own |= {n for f in within(method.node, enter=True) if isinstance(f, cst.FunctionDef) for n in bound_names(f.body)}
    own |= {n.value for n in read_names(method.node.body)}
    return {n: f"own_{n.lstrip('_')}" if n in own else n for n in method.reads}


def _function(method: _Method, methods: dict[str, _Method]) -> cst.FunctionDef:
    names = _parameters(method)
    settings = [cst.Param(cst.Name(n)) for n in names.values()]
    own = [p.with_changes(comma=cst.MaybeSentinel.DEFAULT) for p in method.node.params.params[1:]]
    node = method.node
    if any(p.default is not None for p in own[:1]) or not own:
        parameters = [*settings, *own]
    else:  # tensors first
        parameters = [own[0], *settings, *own[1:]]
    return node.with_changes(
        name=cst.Name(method.name),
        params=cst.Parameters(parameters),
        body=node.body.visit(_Settings(names, methods)),
        leading_lines=[cst.EmptyLine(indent=False)] * 2 + [x for x in node.leading_lines if x.comment is not None],
        whitespace_before_params=cst.SimpleWhitespace(""),
    )


def _passed(method: _Method, own: list[cst.Arg], say: dict[str, str]) -> list[cst.Arg]:
    """The arguments of a call of the function: the object's settings behind its first argument, if it needs one."""
    first = method.node.params.params[1:2]
    settings = [cst.Arg(cst.parse_expression(say[n])) for n in method.reads]
    head = 1 if first and first[0].default is None and own and own[0].keyword is None else 0
    if first and first[0].default is None and not head:
        return []
    return [*own[:head], *settings, *own[head:]]


class _Settings(Keeping):
    """``self.latent_dim`` as ``latent_dim``, ``self.block(x)`` as ``block(x, latent_dim)``."""

    def __init__(self, names: dict[str, str], methods: dict[str, _Method]) -> None:
        super().__init__()
        self.names, self.methods = names, methods

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        if isinstance(original_node.value, cst.Name) and original_node.value.value == SELF:
            name = self.names.get(original_node.attr.value)
            return cst.Name(name) if name is not None else updated_node
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        name = dotted(original_node.func) or ""
        method = self.methods.get(name.removeprefix(f"{SELF}.")) if name.startswith(f"{SELF}.") else None
        if method is None:
            return updated_node
        own = [a.with_changes(comma=cst.MaybeSentinel.DEFAULT) for a in updated_node.args]
        return updated_node.with_changes(func=cst.Name(method.name), args=_passed(method, own, self.names))


def _rest(node: cst.ClassDef, methods: dict[str, _Method]) -> cst.ClassDef:
    """The class, whose methods call the functions."""
    body: list[Any] = []
    for statement in node.body.body:
        method = methods.get(statement.name.value) if isinstance(statement, cst.FunctionDef) else None
        if method is None:
            body.append(statement)
        elif method.builds:
            own = [cst.Arg(p.name) for p in method.node.params.params[1:]]
            arguments = _passed(method, own, {n: f"{SELF}.{n}" for n in method.reads})
            answer = cst.Return(cst.Call(cst.Name(method.name), arguments))
            lines = cst.IndentedBlock([cst.SimpleStatementLine([answer])])
            body.append(method.node.with_changes(body=lines))
    return node.with_changes(body=node.body.with_changes(body=body))
