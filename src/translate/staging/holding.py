"""What the names of a whole function may hold; the order of its statements does not matter here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from translate.staging.functions import (
    APPLIED,
    BUILDER,
    CLOSURE,
    LAYERS,
    MAKER,
    NOTHING,
    PASSING,
    SHAPES,
    STATIC,
    TENSOR,
    Atom,
    Atoms,
    Function,
)
from translate.staging.table import INPUT, MODEL
from translate.staging.trees import dotted, statements, targets, within

if TYPE_CHECKING:
    from translate.staging.program import Program


class FunctionReading:
    """One function, read until nothing new is found; order does not matter here."""

    def __init__(self, program: Program, function: Function) -> None:
        self.program, self.function = program, function

    def run(self) -> None:
        function = self.function
        for parameter in function.parameters:
            self.bind(parameter.name.value, self.atoms(parameter.default) if parameter.default else NOTHING)
        for star in (function.node.params.star_arg, function.node.params.star_kwarg):
            if isinstance(star, cst.Param):
                self.bind(star.name.value, NOTHING)
        for _ in range(4):
            before = dict(function.env)
            self.block(function.node.body)
            if function.env == before:
                break

    def bind(self, name: str, atoms: Atoms) -> None:
        self.function.env[name] = self.function.env.get(name, NOTHING) | atoms

    def block(self, body: cst.BaseSuite) -> None:
        for statement in statements(body):
            self.statement(statement)

    def statement(self, node: Any) -> None:
        if isinstance(node, cst.FunctionDef):
            self.bind(node.name.value, frozenset({self.function.nested[node.name.value]}))
            return
        if isinstance(node, cst.ClassDef):
            self.bind(node.name.value, frozenset({MAKER}))
            return
        for part in within(node):
            if isinstance(part, cst.Assign):
                for target in part.targets:
                    self.assign(target.target, part.value)
            elif isinstance(part, (cst.AnnAssign, cst.AugAssign, cst.NamedExpr)):
                if part.value is not None:
                    self.assign(part.target, part.value)
            elif isinstance(part, cst.For):
                self.store(part.target, self.atoms(part.iter))
            elif isinstance(part, cst.Return) and part.value is not None:
                self.function.result |= self.atoms(part.value)
                self._result(part.value)
            elif isinstance(part, cst.FunctionDef):
                self.bind(part.name.value, frozenset({self.function.nested[part.name.value]}))
            elif isinstance(part, cst.Call):
                self.call(part)

    def _result(self, value: cst.BaseExpression) -> None:
        """A parameter that is given back where layers were applied to others is a tensor too."""
        if TENSOR in self.function.result:
            for element in _elements(value):
                if isinstance(element, cst.Name) and element.value in self.function.env and _is_open(self, element):
                    self.use(element)

    def assign(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        alias = isinstance(target, cst.Name) and isinstance(value, cst.Name) and self._parameter(value.value)
        if alias and TENSOR in self.atoms(target):
            self.use(value)
        left, right = _display(target), _display(value)
        if left is not None and right is not None and len(left) == len(right):
            for one, other in zip(left, right, strict=True):
                self.assign(one.value, other.value)
        else:
            self.store(target, self.atoms(value))

    def _parameter(self, name: str) -> bool:
        return any(p.name.value == name for p in self.function.parameters)

    def store(self, target: cst.CSTNode, atoms: Atoms) -> None:
        if isinstance(target, (cst.Subscript, cst.Attribute)):
            if isinstance(target.value, cst.Name) and target.value.value in self.function.env:
                self.bind(target.value.value, atoms)
            return
        for name in targets(target):
            self.bind(name, atoms)

    def use(self, node: cst.CSTNode) -> None:
        """A name that a layer is applied to holds a tensor."""
        for element in _elements(node):
            if isinstance(element, cst.Name) and element.value in self.function.env:
                self.bind(element.value, frozenset({TENSOR}))

    def call(self, node: cst.Call) -> None:
        callee = self.atoms(node.func)
        if APPLIED in callee or self.program.framework_name(node.func, self.function) == MODEL:
            for argument in node.args:
                keyword = argument.keyword.value if argument.keyword else ""
                if keyword in ("", "inputs", "outputs", "query", "value", "key", "x"):
                    self.use(argument.value)
        for atom in callee:
            if isinstance(atom, Function):
                self._pass(atom, node)
        method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        if method in ("append", "extend", "insert", "add", "update") and node.args:
            self.store(node.func, frozenset[Atom]().union(*(self.atoms(a.value) for a in node.args)))
        for argument in node.args:
            for atom in self.atoms(argument.value):
                if isinstance(atom, Function) and isinstance(argument.value, cst.Name):
                    atom.as_value = True

    def _pass(self, function: Function, node: cst.Call) -> None:
        names = [p.name.value for p in function.parameters]
        for index, argument in enumerate(node.args):
            name = argument.keyword.value if argument.keyword else names[index] if index < len(names) else None
            if argument.star or name not in names:
                continue
            atoms = self.atoms(argument.value)
            function.env[name] = function.env.get(name, NOTHING) | atoms
            if TENSOR in function.env[name]:
                self.use(argument.value)

    def atoms(self, node: cst.CSTNode) -> Atoms:
        if isinstance(node, cst.Name):
            return self._name(node.value)
        if isinstance(node, cst.Call):
            return self._called(node)
        if isinstance(node, cst.Attribute):
            return self._attribute(node)
        if isinstance(node, (cst.Lambda, cst.BaseString, cst.BaseNumber)):
            return NOTHING
        if isinstance(node, cst.Comparison):
            return NOTHING if _asks_identity(node) else self._children(node)
        if isinstance(node, cst.IfExp):
            return self.atoms(node.body) | self.atoms(node.orelse)
        if isinstance(node, (cst.BaseSimpleComp, cst.DictComp)):
            return self._comprehension(node)
        return self._children(node)

    def _comprehension(self, node: cst.BaseComp) -> Atoms:
        """Its variables hide those of the function while it is read."""
        outer, env = self.function.env, dict(self.function.env)
        self.function.env = env
        part: cst.CompFor | None = node.for_in
        while part is not None:
            atoms = self.atoms(part.iter)
            env.update(dict.fromkeys(targets(part.target), atoms))
            part = part.inner_for_in
        found = self._children(node)
        self.function.env = outer
        return found

    def _children(self, node: cst.CSTNode) -> Atoms:
        found = NOTHING
        for child in node.children:
            if not isinstance(child, (cst.BaseParenthesizableWhitespace, cst.CompFor)):
                found |= self.atoms(child.value if isinstance(child, cst.Arg) else child)
        return found

    def _name(self, name: str) -> Atoms:
        function: Function | None = self.function
        while function is not None:
            if name in function.env:
                return function.env[name]
            function = function.parent
        if name in self.program.env:
            return self.program.env[name]
        if name in self.program.imports and self.program.makes_layers(name):
            return frozenset({MAKER})
        return NOTHING

    def _attribute(self, node: cst.Attribute) -> Atoms:
        name = self.program.framework_name(node, self.function)
        if name is not None:
            return frozenset({MAKER}) if self.program.makes_layers(dotted(node) or "") else NOTHING
        atoms = self.atoms(node.value)
        if node.attr.value in SHAPES:
            return NOTHING
        if APPLIED in atoms and node.attr.value in ("input", "output", "inputs", "outputs"):
            return frozenset({TENSOR})
        return frozenset({TENSOR}) if TENSOR in atoms else NOTHING

    def _called(self, node: cst.Call) -> Atoms:
        name = self.program.framework_name(node.func, self.function)
        if name == INPUT:
            return frozenset({TENSOR})
        if name == MODEL:
            return LAYERS
        if (dotted(node.func) or "").rpartition(".")[2] in STATIC:
            return NOTHING
        callee = self.atoms(node.func)
        arguments = frozenset[Atom]().union(*(self.atoms(a.value) for a in node.args))
        found = NOTHING
        if MAKER in callee:
            found |= {APPLIED} if self.program.table.keeps_size(name or "") else LAYERS
        if APPLIED in callee or (TENSOR in callee and not isinstance(node.func, cst.Name)) or TENSOR in arguments:
            found |= {TENSOR}
        for atom in callee:
            if isinstance(atom, Function):
                found |= LAYERS if atom.kind in (CLOSURE, BUILDER) else atom.result - {atom}
        if isinstance(node.func, cst.Name) and node.func.value in PASSING:
            found |= arguments
        return found


def _elements(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, (cst.List, cst.Tuple)):
        for element in node.elements:
            yield from _elements(element.value)
    else:
        yield node


def _display(node: cst.BaseExpression) -> Sequence[cst.BaseElement] | None:
    return node.elements if isinstance(node, (cst.Tuple, cst.List)) else None


def _is_open(reading: FunctionReading, node: cst.Name) -> bool:
    return any(p.name.value == node.value and p.default is None for p in reading.function.parameters)


def _asks_identity(node: cst.Comparison) -> bool:
    """``x is None``: true or false whatever x is made of."""
    return all(isinstance(c.operator, (cst.Is, cst.IsNot)) for c in node.comparisons)
