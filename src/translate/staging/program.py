"""What the functions of a file are: which take tensors, which make layers, which build models."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from translate.staging.fold import fold, given_tensors
from translate.staging.functions import (
    APPLIED,
    BLOCK,
    BUILDER,
    CLOSURE,
    LAYERS,
    MAKER,
    NOTHING,
    PLAIN,
    TENSOR,
    Atom,
    Atoms,
    Function,
)
from translate.staging.holding import FunctionReading
from translate.staging.table import INPUT, LAYER, MODEL, Table
from translate.staging.trees import dotted, targets, within


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
                FunctionReading(self, function).run()
            self._kinds()
            if self._summary() == before:
                break
        self.mixed = set(self._mixed())
        """Parameters that are given functions of tensors in some places, and something else in others."""

    def _mixed(self) -> Iterator[tuple[Function, str]]:
        for caller in self.functions:
            reading = FunctionReading(self, caller)
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
        if made is not None and (MAKER in self.env.get(made, ()) or self.table.is_layer(self.canonical(made))):
            for target in targets(node.targets[0].target):
                self.env[target] = LAYERS
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

    def makes(self, function: Function, *, operations: bool = True) -> bool:
        """Whether a call of the function makes layers or inputs.

        Without ``operations``, layers do not count that keep nothing, where one is called as it is made.
        """
        reading = FunctionReading(self, function)
        skipped = set[cst.CSTNode]() if operations else self._operations(function)
        for node in within(function.node.body):
            if isinstance(node, cst.Call) and node not in skipped:
                if self.framework_name(node.func, function) == INPUT:
                    return True
                atoms = reading.atoms(node.func)
                if MAKER in atoms or any(isinstance(a, Function) and a.staged and a is not function for a in atoms):
                    return True
                of_file = isinstance(node.func, cst.Name) and self._owner(function, node.func.value) is None
                if APPLIED in atoms and of_file:
                    return True
        return False

    def _operations(self, function: Function) -> set[cst.CSTNode]:
        """``Flatten()(x)``, and ``Flatten()`` in it."""
        found: set[cst.CSTNode] = set()
        for node in within(function.node.body):
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Call):
                name = self.framework_name(node.func.func, function)
                entry = self.table.layers.get(name or "")
                if entry is not None and entry.keeps_nothing:
                    found |= {node, node.func}
        return found

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


def _exported(function: Function) -> bool:
    """Whether decorators do nothing but publish a name."""
    names = [
        dotted(d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator) for d in function.node.decorators
    ]
    return all((n or "").rpartition(".")[2].endswith("export") for n in names)


def _others(reading: FunctionReading, callee: Function, node: cst.Call) -> Iterator[tuple[Function, str]]:
    names = [p.name.value for p in callee.parameters]
    for index, argument in enumerate(node.args):
        name = argument.keyword.value if argument.keyword else names[index] if index < len(names) else None
        if argument.star or name not in names:
            continue
        takes = any(isinstance(a, Function) for a in callee.env.get(name, NOTHING))
        if takes and not any(isinstance(a, Function) for a in reading.atoms(argument.value)):
            yield callee, name
