"""``def unet(image, filters)`` that ends in ``Model(image, ...)``: takes how many channels the image has instead.

The function makes its ``Input`` itself then, and is a builder like others. Callers say the last axis of the shape of
the ``Input`` that they made for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.staging.program import imported
from translate.staging.settings import times_bound
from translate.staging.table import INPUT, MODEL, SIZE, table
from translate.staging.trees import Keeping, bound_names, code, dotted, read_names, statements, within

Sizes = dict[str, tuple[tuple[int, str, str], ...]]
"""Functions, and where they took tensors: position, old and new name of the parameter."""


@dataclass(frozen=True)
class Sized:
    module: cst.Module
    functions: Sizes = field(default_factory=dict[str, tuple[tuple[int, str, str], ...]])


def without_given_inputs(module: cst.Module) -> Sized:
    """The file with functions that take the tensors which their model starts from taking sizes."""
    names = _Names(module)
    maker = names.maker()
    functions: Sizes = {}
    for node in module.body:
        tensors = _tensors(node, names) if maker and isinstance(node, cst.FunctionDef) else ()
        if tensors and isinstance(node, cst.FunctionDef) and _all_said(module, node.name.value, tensors, names):
            functions[node.name.value] = tensors
    if not functions:
        return Sized(module)
    sizes = _sizes(module, functions, names)
    calls = _Calls(functions, {argument: size for argument, (_, size) in sizes.items()})
    body: list[Any] = []
    for statement in module.body:
        node = statement.visit(calls)
        own = functions.get(node.name.value) if isinstance(node, cst.FunctionDef) else None
        body.append(_with_inputs(node, own, maker) if own else node)
    changed = module.with_changes(body=body)
    for name in {name for name, _ in sizes.values() if name}:
        changed = _without_unread(changed, name, names)
    return Sized(changed, functions)


class _Names:
    """What imported names mean."""

    def __init__(self, module: cst.Module) -> None:
        self.imports: dict[str, str] = {}
        for node in within(module):
            if isinstance(node, (cst.Import, cst.ImportFrom)):
                self.imports.update(imported(node))

    def of(self, node: cst.CSTNode) -> str:
        root, dot, rest = (dotted(node) or "").partition(".")
        return table().canonical(self.imports[root] + dot + rest) if root in self.imports else ""

    def maker(self) -> str:
        """``Input`` as the file can say it."""
        suffixes = {INPUT: "", "keras": ".Input", "keras.layers": ".Input", "tensorflow": ".keras.Input"}
        for wanted, suffix in suffixes.items():
            for name, full in self.imports.items():
                if wanted in (table().canonical(full), full):
                    return name + suffix
        return ""

    def shape(self, node: Any) -> cst.BaseExpression | None:
        """The shape that ``Input(...)`` is told."""
        if not isinstance(node, cst.Call) or self.of(node.func) != INPUT:
            return None
        said = [a.value for a in node.args if a.keyword is not None and a.keyword.value in ("shape", "batch_shape")]
        plain = [a.value for a in node.args[:1] if a.keyword is None and not a.star]
        return next(iter([*said, *plain]), None)


def _tensors(function: cst.FunctionDef, names: _Names) -> tuple[tuple[int, str, str], ...]:
    """Required parameters that a model in the function starts from."""
    required = [p.name.value for p in function.params.params if p.default is None]
    found: list[str] = []
    for node in within(function.body):
        if isinstance(node, cst.Call) and names.of(node.func) == MODEL:
            by_name = {a.keyword.value: a.value for a in node.args if a.keyword is not None}
            plain = [a.value for a in node.args if a.keyword is None]
            inputs = by_name.get("inputs", by_name.get("input", plain[0] if plain else None))
            outputs = by_name.get("outputs", by_name.get("output", plain[-1] if plain else None))
            if inputs is None or outputs is None or any(n in required for n in map(dotted, _elements(outputs))):
                return ()
            found += [n for n in map(dotted, _elements(inputs)) if n in required and n not in found]
    if any(times_bound(function, n) != 1 for n in found) or function.decorators:
        return ()
    new = [SIZE] if len(found) == 1 else [f"{n}_channels" for n in found]
    if any(times_bound(function, n) or _reads(function, n) for n in new):
        return ()
    return tuple((required.index(o), o, n) for o, n in zip(found, new, strict=True))


def _reads(node: cst.CSTNode, name: str) -> int:
    return sum(n.value == name for n in read_names(node))


def _elements(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    return [e.value for e in node.elements] if isinstance(node, (cst.List, cst.Tuple)) else [node]


def _sizes(module: cst.Module, functions: Sizes, names: _Names) -> dict[cst.CSTNode, tuple[str, Any]]:
    """Arguments that are an ``Input``: the variable that holds it, if one does, and its last axis or None."""
    found: dict[cst.CSTNode, tuple[str, Any]] = {}
    for statement in module.body:
        scope = statement if isinstance(statement, cst.FunctionDef) else module
        for call in within(statement, enter=True):
            tensors = functions.get(dotted(call.func) or "") if isinstance(call, cst.Call) else None
            for index, argument in enumerate(call.args if isinstance(call, cst.Call) and tensors else ()):
                if _place(tensors or (), index, argument):
                    found[argument] = _size(argument.value, scope, names)
    return found


def _size(node: cst.BaseExpression, scope: Any, names: _Names) -> tuple[str, Any]:
    name = dotted(node) or ""
    if name and list(bound_names(scope if isinstance(scope, cst.Module) else scope.body)).count(name) == 1:
        body = scope.body if isinstance(scope, cst.Module) else statements(scope.body)
        node = next((v for v in map(_assigned_to(name), body) if v is not None), node)
    shape = names.shape(node)
    return name, None if shape is None else last_axis(shape)


def _assigned_to(name: str) -> Any:
    def value(statement: Any) -> Any:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Assign) and len(small.targets) == 1 and dotted(small.targets[0].target) == name:
            return small.value
        return None

    return value


def _all_said(module: cst.Module, function: str, tensors: Sequence[tuple[int, str, str]], names: _Names) -> bool:
    """Whether the calls of a function all give it tensors of which the size is known."""
    sizes = _sizes(module, {function: tuple(tensors)}, names)
    calls = [n for n in within(module, enter=True) if isinstance(n, cst.Call) and dotted(n.func) == function]
    known = sum(size is not None for _, size in sizes.values())
    reads = sum(_reads(s, function) for s in module.body)
    return not any(a.star for c in calls for a in c.args) and reads == len(calls) and known == len(calls) * len(tensors)


def _place(tensors: Sequence[tuple[int, str, str]], index: int, argument: cst.Arg) -> str:
    for position, old, _ in tensors:
        if (argument.keyword.value == old) if argument.keyword is not None else index == position:
            return old
    return ""


def last_axis(shape: cst.BaseExpression) -> cst.BaseExpression | None:
    """The last element of a shape; None if it is open or cannot be said."""
    if isinstance(shape, (cst.Tuple, cst.List)):
        last = shape.elements[-1].value if shape.elements else None
        return None if last is None or (isinstance(last, cst.Name) and last.value == "None") else last
    if isinstance(shape, (cst.Name, cst.Attribute)):
        return cst.Subscript(shape, [cst.SubscriptElement(cst.Index(cst.parse_expression("-1")))])
    return None


class _Calls(Keeping):
    def __init__(self, functions: Sizes, sizes: dict[cst.CSTNode, Any]) -> None:
        super().__init__()
        self.functions, self.sizes = functions, sizes

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        tensors = self.functions.get(dotted(original_node.func) or "")
        if not tensors:
            return updated_node
        new = {old: name for _, old, name in tensors}
        arguments: list[cst.Arg] = []
        for old, argument in zip(original_node.args, updated_node.args, strict=True):
            size = self.sizes.get(old)
            if size is None:
                arguments.append(argument)
            else:
                keyword = argument.keyword and cst.Name(new[argument.keyword.value])
                arguments.append(argument.with_changes(value=size.deep_clone(), keyword=keyword))
        return updated_node.with_changes(args=arguments)


def _with_inputs(node: Any, tensors: Sequence[tuple[int, str, str]], maker: str) -> Any:
    """The function, which makes its inputs itself."""
    new = {old: name for _, old, name in tensors}
    params = [
        p.with_changes(name=cst.Name(new[p.name.value])) if p.name.value in new else p for p in node.params.params
    ]
    lines = [cst.parse_statement(f"{old} = {maker}((None, None, {name}))") for old, name in new.items()]
    body = statements(node.body)
    first: Any = body[0].body[0] if isinstance(body[0], cst.SimpleStatementLine) else None
    place = 1 if isinstance(first, cst.Expr) and isinstance(first.value, cst.BaseString) else 0
    suite = cst.IndentedBlock([*body[:place], *lines, *body[place:]])
    if isinstance(node.body, cst.IndentedBlock):
        suite = node.body.with_changes(body=suite.body)
    return node.with_changes(params=node.params.with_changes(params=params), body=suite)


def _without_unread(module: cst.Module, name: str, names: _Names) -> cst.Module:
    """Without ``image = Input(...)`` where nothing reads it any more."""

    def _binds(node: Any, name: str) -> bool:
        """Whether a function has something of its own by that name."""
        return isinstance(node, cst.FunctionDef) and times_bound(node, name) > 0

    def cleaned(scope: Any) -> Any:
        body = scope.body if isinstance(scope, cst.Module) else statements(scope.body)
        made = [s for s in body if names.shape(_assigned_to(name)(s)) is not None]
        if len(made) != 1 or any(_reads(s, name) for s in body if s is not made[0] and not _binds(s, name)):
            return scope
        kept = [s for s in body if s is not made[0]]
        return scope.with_changes(body=kept if isinstance(scope, cst.Module) else scope.body.with_changes(body=kept))

    body = [cleaned(s) if isinstance(s, cst.FunctionDef) else s for s in module.body]
    return cleaned(module.with_changes(body=body))


def sized_call(model: str, functions: Sizes) -> str:
    """``unet(Input((32, 32, 1)))``, which makes a model of the source, with the size instead of the input."""
    try:
        call = cst.parse_expression(model)
    except cst.ParserSyntaxError:
        return model
    tensors = functions.get(dotted(call.func) or "") if isinstance(call, cst.Call) else None
    if not isinstance(call, cst.Call) or not tensors:
        return model
    sizes: dict[cst.CSTNode, Any] = {}
    for index, argument in enumerate(call.args):
        made = argument.value
        if _place(tensors, index, argument) and isinstance(made, cst.Call) and made.args:
            sizes[argument] = last_axis(made.args[0].value)
    return code(_Calls(functions, sizes).leave_Call(call, call))
