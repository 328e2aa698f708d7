"""Calls that build a model, and calls that feed it, in any code: the file itself, tests, notebooks, documentation."""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from translate.discover.hints import Build, Example, TensorHint
from translate.discover.literals import Known, is_literal
from translate.discover.tensors import sizes_in, tensor
from translate.discover.words import Names, origin, words

_BLOCKS = (ast.If, ast.With, ast.For, ast.While, ast.Try, ast.AsyncWith, ast.AsyncFor)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Found:
    """What was read of the models of a file, by their names."""

    builds: dict[str, list[Build]] = field(default_factory=dict[str, list[Build]])
    examples: dict[str, list[Example]] = field(default_factory=dict[str, list[Example]])

    def add_build(self, name: str, build: Build) -> None:
        known = self.builds.setdefault(name, [])
        if build.text not in [b.text for b in known]:
            known.append(build)

    def add_example(self, name: str, example: Example) -> None:
        known = self.examples.setdefault(name, [])
        if example.inputs not in [e.inputs for e in known]:
            known.append(example)


class Reader:
    """Reads one module. ``models`` are the names that build one, ``visible`` all names of the file that has them."""

    def __init__(
        self, found: Found, models: Collection[str], visible: Collection[str], place: str, *, own: bool
    ) -> None:
        self.found, self.models, self.visible = found, models, visible
        self.place = place
        """The name of the file that is read."""
        self.own = own
        """Whether it is the file that defines the models."""

    def read(self, tree: ast.Module, first_line: int = 0) -> None:
        """All scopes of a module, which begins in some line of its file."""
        self.names, self.first = Names(tree), first_line
        self._scope(tree.body, _Held())

    def _scope(self, body: list[ast.stmt], held: _Held) -> None:
        inner: list[ast.stmt] = []
        for statement in _in_order(body):
            if isinstance(statement, _SCOPES):
                inner.append(statement)
                continue
            self._statement(statement, held)
        for statement in inner:  # functions know what the module holds at its end
            if isinstance(statement, _SCOPES):
                self._scope(statement.body, held.copy())

    def _statement(self, statement: ast.stmt, held: _Held) -> None:
        for call in _calls(statement):
            self._call(call, held)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            self._assign(statement.targets[0], statement.value, held)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            self._assign(statement.target, statement.value, held)

    def _assign(self, target: ast.expr, value: ast.expr, held: _Held) -> None:
        if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            if len(target.elts) == len(value.elts):
                for one, its in zip(target.elts, value.elts, strict=True):
                    self._assign(one, its, held)
            return
        key = ast.unparse(target)
        held.forget(key)
        made = tensor(value, self.names, held.literals, held.tensors)
        built = self._model(value, held)
        if made is not None:
            held.tensors[key] = made
        elif built:
            held.models[key] = built
        elif is_literal(value):
            held.literals[key] = value

    def _model(self, node: ast.expr, held: _Held) -> str:
        """Which model an expression is: a call that builds one, a name that holds one, ``model.to(device)``."""
        if isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) in held.models:
            return held.models[ast.unparse(node)]
        if not isinstance(node, ast.Call):
            return ""
        if isinstance(node.func, ast.Attribute):
            inside = self._model(node.func.value, held)
            if inside:
                return inside if node.func.attr in ("to", "cuda", "cpu", "eval", "train", "double", "float") else ""
        name = self.built(node)
        if name:
            text = self._text(node, name, held.literals)
            if text:
                self.found.add_build(name, Build(text, self._origin(node)))
        return name

    def built(self, node: ast.Call) -> str:
        """The model whose name is called."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in self.models:
            return ""
        if isinstance(node.func, ast.Attribute):  # of a module, not of an object
            whose = self.names.full(node.func.value)
            return name if not self.own and whose and not whose.startswith("self") else ""
        return name if self.own or self.names.imported.get(name, name).rpartition(".")[2] == name else ""

    def _text(self, node: ast.Call, name: str, literals: Known) -> str:
        """The call in the names of the file that defines the model; empty if that cannot be said."""
        call = _Written(literals, self.visible if self.own else _public(self.visible)).visit(copy.deepcopy(node))
        if not isinstance(call, ast.Call) or any(isinstance(n, _Unknown) for n in ast.walk(call)):
            return ""
        call.func = ast.Name(name)
        return ast.unparse(ast.fix_missing_locations(call))

    def _call(self, node: ast.Call, held: _Held) -> None:
        name = self._model(node.func, held)
        if name:
            inputs = [tensor(a, self.names, held.literals, held.tensors) for a in node.args]
            if len(inputs) == 1 and inputs[0] is None and isinstance(node.args[0], (ast.Tuple, ast.List)):
                inputs = [tensor(a, self.names, held.literals, held.tensors) for a in node.args[0].elts]
            if inputs and all(inputs):
                self._example(name, [i for i in inputs if i], node)
            return
        self._model(node, held)
        full = self.names.full(node.func)
        for entry in words()["shapes"]:
            if full and full in entry.get("names", ()):
                place: int = entry["model"]
                name = self._model(node.args[place], held) if len(node.args) > place else ""
            elif isinstance(node.func, ast.Attribute) and node.func.attr == entry.get("method"):
                name = self._model(node.func.value, held)
            else:
                continue
            sizes = sizes_in(node, entry, held.literals)
            if name and sizes:
                self._example(name, [TensorHint(sizes)], node)

    def _example(self, name: str, inputs: list[TensorHint], node: ast.AST) -> None:
        self.found.add_example(name, Example(tuple(inputs), self._origin(node)))

    def _origin(self, node: ast.AST) -> str:
        return origin(self.place, self.first + getattr(node, "lineno", 1))


@dataclass
class _Held:
    """What variables hold at a point of the code."""

    models: dict[str, str] = field(default_factory=dict[str, str])
    tensors: dict[str, TensorHint] = field(default_factory=dict[str, TensorHint])
    literals: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])

    def copy(self) -> _Held:
        return _Held(dict(self.models), dict(self.tensors), dict(self.literals))

    def forget(self, key: str) -> None:
        for table in (self.models, self.tensors, self.literals):
            table.pop(key, None)


class _Unknown(ast.Name):
    """A name whose value is not known."""


class _Written(ast.NodeTransformer):
    """Names of literals become these; names that the other file does not have become ``_Unknown``."""

    def __init__(self, literals: Known, visible: Collection[str]) -> None:
        self._literals, self._visible = literals, visible

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._literals and node.id not in self._visible:
            return copy.deepcopy(self._literals[node.id])
        if node.id in self._visible or hasattr(builtins, node.id):
            return node
        return _Unknown(node.id)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(a) for a in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if isinstance(node.func, ast.Name) and node.func.id in ("super", "input", "open", "eval", "exec"):
            return _Unknown(node.func.id)
        if isinstance(node.func, ast.Attribute):
            node.func = self.visit(node.func)
        return node


def _public(visible: Collection[str]) -> Collection[str]:
    return {name for name in visible if not name.startswith("_")}


def _in_order(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope, those in blocks too."""
    for statement in body:
        yield statement
        if isinstance(statement, _BLOCKS):
            for part in ("body", "orelse", "finalbody"):
                yield from _in_order(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _in_order(handler.body)


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement, inner ones first; not those in the blocks inside of it."""
    parts: list[ast.AST] = [statement]
    if isinstance(statement, _BLOCKS):
        parts = [v for name, v in ast.iter_fields(statement) if isinstance(v, ast.expr) and name != "target"]
        parts += [item.context_expr for item in getattr(statement, "items", [])]
    for part in parts:
        found = [node for node in ast.walk(part) if isinstance(node, ast.Call)]
        yield from reversed(found)
