"""What the functions of a file are: which take tensors, which make layers, which build models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.staging.fold import fold, given_tensors
from translate.staging.table import INPUT, LAYER, MODEL, Table
from translate.staging.trees import dotted, statements, targets, within

TENSOR = "tensor"
"""An atom of what a name may hold: something that exists only when the model runs."""
APPLIED = "layer"
"""Something that is made once and takes tensors each time: a layer, a model."""
MAKER = "class"
"""Something that makes such a thing when it is called."""
Atom = Any
Atoms = frozenset[Atom]
NOTHING: Atoms = frozenset()

SHAPES = frozenset({"shape", "_keras_shape", "get_shape", "ndim", "dtype"})
STATIC = frozenset({"int", "float", "str", "bool", "len", "isinstance", "type", "int_shape", "ndim", "is_keras_tensor"})
"""What is asked of a tensor that is known before the model runs."""
PASSING = frozenset({"zip", "enumerate", "list", "tuple", "reversed", "sorted", "iter", "next", "dict", "set", "sum"})
"""What gives back what it is given."""

PLAIN, BLOCK, CLOSURE, BUILDER = "plain", "block", "closure", "builder"


@dataclass(eq=False)
class Function:
    """One function of the file."""

    node: cst.FunctionDef
    """With decided conditions folded."""
    original: cst.FunctionDef
    parent: Function | None
    kind: str = PLAIN
    inner: Function | None = None
    """What a closure gives back."""
    env: dict[str, Atoms] = field(default_factory=dict[str, Atoms])
    result: Atoms = NOTHING
    nested: dict[str, Function] = field(default_factory=dict[str, "Function"])
    as_value: bool = False
    """Whether it is passed on, not only called."""
    gone: set[str] = field(default_factory=set[str])
    """Parameters that vanish: tensors to start from, and what serves nothing but names."""
    scope: tuple[cst.CSTNode, ...] = ()

    @property
    def name(self) -> str:
        return self.node.name.value

    @property
    def parameters(self) -> list[cst.Param]:
        return [*self.node.params.posonly_params, *self.node.params.params, *self.node.params.kwonly_params]

    def tensor_parameters(self) -> list[str]:
        return [p.name.value for p in self.parameters if TENSOR in self.env.get(p.name.value, NOTHING)]

    @property
    def staged(self) -> bool:
        return self.kind != PLAIN


class Program:
    """The file, and what its names hold wherever they stand."""

    def __init__(self, module: cst.Module, table: Table, failed: frozenset[cst.CSTNode]) -> None:
        self.module, self.table, self.failed = module, table, failed
        self.imports: dict[str, str] = {}
        self.classes: dict[str, cst.ClassDef] = {}
        self.functions: list[Function] = []
        self.top: dict[str, Function] = {}
        self.env: dict[str, Atoms] = {}
        self._collect()
        for _ in range(6):
            before = self._summary()
            for function in self.functions:
                _Reading(self, function).run()
            self._kinds()
            if self._summary() == before:
                break
        self.mixed = set(self._mixed())
        """Parameters that are given functions of tensors in some places, and something else in others."""

    def _mixed(self) -> Iterator[tuple[Function, str]]:
        for caller in self.functions:
            reading = _Reading(self, caller)
            for node in within(caller.node.body):
                if not isinstance(node, cst.Call):
                    continue
                for callee in reading.atoms(node.func):
                    if isinstance(callee, Function):
                        yield from _others(reading, callee, node)

    def _summary(self) -> str:
        return repr(
            [
                (
                    f.kind,
                    f.as_value,
                    sorted((k, sorted(map(_label, v))) for k, v in f.env.items()),
                    sorted(map(_label, f.result)),
                )
                for f in self.functions
            ]
        )

    def _collect(self) -> None:
        for node in within(self.module):
            if isinstance(node, (cst.Import, cst.ImportFrom)):
                self.imports.update(imported(node))
        for statement in self.module.body:
            if isinstance(statement, cst.ClassDef):
                self.classes[statement.name.value] = statement
                if any(self.is_class(b.value) for b in statement.bases):
                    self.env[statement.name.value] = frozenset({MAKER})
            elif isinstance(statement, cst.FunctionDef):
                self.top[statement.name.value] = self._function(statement, None)
            elif isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    if isinstance(small, cst.Assign) and len(small.targets) == 1:
                        self._module_assignment(small)
        for name, function in self.top.items():
            self.env[name] = frozenset({function})

    def _module_assignment(self, node: cst.Assign) -> None:
        made = dotted(node.value.func) if isinstance(node.value, cst.Call) else None
        if made is not None and self.table.is_layer(self.canonical(made)):
            for target in targets(node.targets[0].target):
                self.env[target] = frozenset({APPLIED})
        name = dotted(node.value)
        if name is not None and self.table.is_layer(self.canonical(name)):
            for target in targets(node.targets[0].target):
                self.env[target] = frozenset({MAKER})

    def _function(self, node: cst.FunctionDef, parent: Function | None) -> Function:
        folded = fold(node, self.table) if parent is None else node
        function = Function(folded, node, parent)
        function.gone.update(given_tensors(node, self.table))
        self.functions.append(function)
        for part in within(folded.body):
            if isinstance(part, cst.FunctionDef):
                function.nested[part.name.value] = self._function(part, function)
        return function

    def canonical(self, name: str) -> str:
        root, dot, rest = name.partition(".")
        return self.table.canonical(self.imports.get(root, root) + dot + rest)

    def is_class(self, node: cst.BaseExpression) -> bool:
        """Whether a base class makes a class one of layers or models."""
        name = dotted(node)
        if name is None:
            return False
        if MAKER in self.env.get(name, NOTHING):
            return True
        canonical = self.canonical(name)
        return canonical in (LAYER, MODEL) or (
            name.partition(".")[0] in self.imports and self.table.is_layer(canonical)
        )

    def makes_layers(self, name: str) -> bool:
        """Whether something imported is a class of layers; of other packages, whatever is written like a class."""
        canonical = self.canonical(name)
        if self.table.is_layer(canonical):
            return True
        last = canonical.rpartition(".")[2]
        foreign = (
            not canonical.startswith(("keras.", "tensorflow.", "numpy.")) and name.partition(".")[0] in self.imports
        )
        return foreign and last[:1].isupper() and not last.isupper()

    def framework_name(self, node: cst.CSTNode, function: Function | None) -> str | None:
        """The canonical name of something imported, if no local variable hides it."""
        name = dotted(node)
        if name is None:
            return None
        root = name.partition(".")[0]
        while function is not None:
            if root in function.env:
                return None
            function = function.parent
        return self.canonical(name) if root in self.imports else None

    def _kinds(self) -> None:
        for function in reversed(self.functions):
            if function.original in self.failed:
                function.kind = PLAIN
                continue
            function.kind, function.inner = self._kind(function)

    def _kind(self, function: Function) -> tuple[str, Function | None]:
        returned = [r for r in function.result if isinstance(r, Function) and r.parent is function]
        if function.node.decorators and (returned or not _exported(function)):
            return PLAIN, None
        if returned and returned[0].kind == BLOCK:
            return CLOSURE, returned[0]
        if any(self._is_model(node, function) for node in within(function.node.body)):
            return BUILDER, None
        if TENSOR in function.result and function.tensor_parameters() and self.makes(function):
            return BLOCK, None
        return PLAIN, None

    def _is_model(self, node: cst.CSTNode, function: Function) -> bool:
        return isinstance(node, cst.Call) and len(node.args) > 1 and self.framework_name(node.func, function) == MODEL

    def makes(self, function: Function) -> bool:
        """Whether a call of the function makes layers or inputs."""
        reading = _Reading(self, function)
        for node in within(function.node.body):
            if isinstance(node, cst.Call):
                if self.framework_name(node.func, function) == INPUT:
                    return True
                atoms = reading.atoms(node.func)
                if MAKER in atoms or any(isinstance(a, Function) and a.staged and a is not function for a in atoms):
                    return True
                of_file = isinstance(node.func, cst.Name) and self._owner(function, node.func.value) is None
                if APPLIED in atoms and of_file:
                    return True
        return False

    def _owner(self, function: Function | None, name: str) -> Function | None:
        while function is not None and name not in function.env:
            function = function.parent
        return function


def imported(node: cst.Import | cst.ImportFrom) -> Iterator[tuple[str, str]]:
    """Names that an import binds, and what of."""
    if isinstance(node.names, cst.ImportStar):
        return
    package = ""
    if isinstance(node, cst.ImportFrom):
        package = "." * len(node.relative) + (dotted(node.module) or "" if node.module else "")
    for alias in node.names:
        name = dotted(alias.name) or ""
        full = f"{package}.{name}" if package else name
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            yield alias.asname.name.value, full
        elif isinstance(node, cst.Import):
            yield name.partition(".")[0], name.partition(".")[0]
        else:
            yield name, full


def _label(atom: Atom) -> str:
    return atom if isinstance(atom, str) else f"{atom.name}@{id(atom)}"


class _Reading:
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
            return frozenset({APPLIED})
        if (dotted(node.func) or "").rpartition(".")[2] in STATIC:
            return NOTHING
        callee = self.atoms(node.func)
        arguments = frozenset[Atom]().union(*(self.atoms(a.value) for a in node.args))
        found = NOTHING
        if MAKER in callee:
            found |= {APPLIED}
        if APPLIED in callee or (TENSOR in callee and not isinstance(node.func, cst.Name)) or TENSOR in arguments:
            found |= {TENSOR}
        for atom in callee:
            if isinstance(atom, Function):
                found |= {APPLIED} if atom.kind in (CLOSURE, BUILDER) else atom.result - {atom}
        if isinstance(node.func, cst.Name) and node.func.value in PASSING:
            found |= arguments
        return found


def _exported(function: Function) -> bool:
    """Whether decorators do nothing but publish a name."""
    names = [
        dotted(d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator) for d in function.node.decorators
    ]
    return all((n or "").rpartition(".")[2].endswith("export") for n in names)


def _elements(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, (cst.List, cst.Tuple)):
        for element in node.elements:
            yield from _elements(element.value)
    else:
        yield node


def _others(reading: _Reading, callee: Function, node: cst.Call) -> Iterator[tuple[Function, str]]:
    names = [p.name.value for p in callee.parameters]
    for index, argument in enumerate(node.args):
        name = argument.keyword.value if argument.keyword else names[index] if index < len(names) else None
        if argument.star or name not in names:
            continue
        takes = any(isinstance(a, Function) for a in callee.env.get(name, NOTHING))
        if takes and not any(isinstance(a, Function) for a in reading.atoms(argument.value)):
            yield callee, name


def _display(node: cst.BaseExpression) -> Sequence[cst.BaseElement] | None:
    return node.elements if isinstance(node, (cst.Tuple, cst.List)) else None


def _is_open(reading: _Reading, node: cst.Name) -> bool:
    return any(p.name.value == node.value and p.default is None for p in reading.function.parameters)


def _asks_identity(node: cst.Comparison) -> bool:
    """``x is None``: true or false whatever x is made of."""
    return all(isinstance(c.operator, (cst.Is, cst.IsNot)) for c in node.comparisons)
