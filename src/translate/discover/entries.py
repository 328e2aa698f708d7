"""The models of a file: classes, functions that make one, variables that hold one; and which are parts of others."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from translate.discover.words import Names, fits, words


@dataclass
class Defined:
    """A class, function or variable of a file that is, or makes, a model."""

    name: str
    kind: Literal["class", "factory", "variable"]
    node: ast.ClassDef | ast.FunctionDef | ast.Assign
    makes: str = ""
    """What a factory calls, if that is defined here."""
    uses: set[str] = field(default_factory=set[str])
    """Other names of the file that it mentions."""


class File:
    """A module and its models. Nothing of it is run."""

    def __init__(self, tree: ast.Module, framework: str) -> None:
        self.tree, self.names = tree, Names(tree)
        self._words: Mapping[str, Any] = words()["frameworks"][framework]
        self.forward: str = self._words["forward"]
        self.visible = set(self.names.imported) | set(_defined(tree.body))
        """All names at the top of the file."""
        self.classes = {n.name: n for n in _top(tree.body) if isinstance(n, ast.ClassDef)}
        self.models: dict[str, Defined] = {}
        self._classes()
        self._factories()
        self._variables()
        for one in self.models.values():
            mentioned = {n.id for n in ast.walk(one.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            one.uses = mentioned - {one.name}
        self._through_helpers()

    def top(self) -> list[Defined]:
        """Those that are no parts of others, in the order of the file."""
        parts = {name for one in self.models.values() for name in one.uses if one.name not in self._uses(name)}
        found = [one for one in self.models.values() if one.name not in parts]
        if not self.models:
            found = list(self._of_other_files())
        return sorted(found or self.models.values(), key=lambda one: one.node.lineno)

    def method(self, name: str, method: str) -> ast.FunctionDef | None:
        """A method of a class, also one that it inherits inside the file."""
        node, seen = self.classes.get(name), set[str]()
        while node is not None and node.name not in seen:
            seen.add(node.name)
            for statement in node.body:
                if isinstance(statement, ast.FunctionDef) and statement.name == method:
                    return statement
            node = next(
                (self.classes[b.id] for b in node.bases if isinstance(b, ast.Name) and b.id in self.classes), None
            )
        return None

    def made_by(self, name: str) -> str:
        """The class that a factory makes in the end."""
        seen: set[str] = set()
        while name in self.models and self.models[name].makes and name not in seen:
            seen.add(name)
            name = self.models[name].makes
        return name

    def _uses(self, name: str) -> set[str]:
        return self.models[name].uses if name in self.models else set()

    def _through_helpers(self) -> None:
        """What a model uses by way of a function that is no model."""
        functions = {n.name: n for n in _top(self.tree.body) if isinstance(n, ast.FunctionDef)}
        for one in self.models.values():
            waiting, seen = [u for u in one.uses if u in functions and u not in self.models], set[str]()
            while waiting:
                name = waiting.pop()
                if name in seen:
                    continue
                seen.add(name)
                mentioned = {n.id for n in ast.walk(functions[name]) if isinstance(n, ast.Name)}
                one.uses |= mentioned - {one.name}
                waiting += [u for u in mentioned if u in functions and u not in self.models]

    def _classes(self) -> None:
        for node in self.classes.values():
            if self._is_module(node, set()):
                self.models[node.name] = Defined(node.name, "class", node)

    def _is_module(self, node: ast.ClassDef, seen: set[str]) -> bool:
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in self.classes and base.id not in seen:
                if self._is_module(self.classes[base.id], seen | {base.id}):
                    return True
                continue
            full = self.names.full(base)
            if fits(full, self._words["modules"]):
                return True
            unknown = full.partition(".")[0] not in self._words["imports"] and full not in ("", "object")
            if unknown and any(isinstance(s, ast.FunctionDef) and s.name == self.forward for s in node.body):
                return True  # of a base class in another file
        return False

    def _factories(self) -> None:
        functions = [n for n in _top(self.tree.body) if isinstance(n, ast.FunctionDef)]
        grown = True
        while grown:
            grown = False
            for node in functions:
                if node.name in self.models:
                    continue
                for called in _returned(node):
                    local = called.id if isinstance(called, ast.Name) and called.id in self.models else ""
                    if local or fits(self.names.full(called), self._words["models"]):
                        self.models[node.name] = Defined(node.name, "factory", node, local)
                        grown = True
                        break

    def _of_other_files(self) -> Iterator[Defined]:
        """Functions that return what looks like a model of another file: ``return resnet.ResNet(...)``."""
        for node in _top(self.tree.body):
            if isinstance(node, ast.FunctionDef):
                made = [self.names.full(called) for called in _returned(node)]
                if any(name.partition(".")[0] != name and name.rpartition(".")[2][:1].isupper() for name in made):
                    self.models[node.name] = Defined(node.name, "factory", node)
                    yield self.models[node.name]

    def _variables(self) -> None:
        for node in _top(self.tree.body):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            target = node.targets[0]
            if isinstance(target, ast.Name) and fits(self.names.full(node.value.func), self._words["models"]):
                self.models[target.id] = Defined(target.id, "variable", node)


def _top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when the module is imported; not what only a program does."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and "__main__" not in ast.unparse(node.test):
            yield from _top(node.body)
            yield from _top(node.orelse)
        elif isinstance(node, (ast.Try, ast.With)):
            yield from _top(node.body)


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    for node in _top(body):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What is called to make what a function returns."""
    own = list(_own(function.body))
    calls = {
        node.targets[0].id: node.value.func
        for node in own
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call)
    }
    for node in own:
        if isinstance(node, ast.Return) and node.value is not None:
            values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            for value in values:
                if isinstance(value, ast.Call):
                    yield value.func
                elif isinstance(value, ast.Name) and value.id in calls:
                    yield calls[value.id]


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside of it."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += reversed(list(ast.iter_child_nodes(node)))
