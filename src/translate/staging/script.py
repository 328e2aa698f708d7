"""Models that a script builds line by line: read as functions without arguments, written as a class and an instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from translate.staging.program import imported
from translate.staging.table import INPUT, LAYER, MODEL, Table
from translate.staging.trees import bound_names, dotted, evaluate, read_names, statements, within

PREFIX = "__script_"


@dataclass(frozen=True, eq=False)
class Script:
    """One model of a script."""

    function: cst.FunctionDef
    variable: str
    statements: tuple[Any, ...]
    """All that stood between its first input and itself."""


def wrap(
    module: cst.Module, table: Table, left: frozenset[cst.CSTNode]
) -> tuple[cst.Module, list[Script], list[cst.CSTNode]]:
    """The file with its script's models as functions; those whose last statement is ``left`` stay.

    Also the statements that make models whose tensors are used further on, which stay too.
    """
    entangled: list[cst.CSTNode] = []
    reading = _Reading(module, table)
    scripts: list[Script] = []
    body: list[Any] = []
    pending: list[Any] = []
    for statement in module.body:
        if pending or reading.asks(statement, INPUT) or reading.continues(statement):
            pending.append(statement)
            variable = reading.model(statement)
            if variable is None:
                continue
            rest = module.body[list(module.body).index(statement) + 1 :]
            made = None if statement in left else reading.script(pending, variable, rest)
            if made is None:
                body += pending
                entangled += [] if statement in left else [statement]
            else:
                hoisted, script = made
                body += [*hoisted, script.function]
                scripts.append(script)
            pending = []
        else:
            body.append(statement)
    body += pending
    return (module.with_changes(body=body) if scripts else module), scripts, entangled


class _Reading:
    def __init__(self, module: cst.Module, table: Table) -> None:
        self.module, self.table = module, table
        self.imports: dict[str, str] = {}
        for node in within(module):
            if isinstance(node, (cst.Import, cst.ImportFrom)):
                self.imports.update(imported(node))
        self.layers: set[str] = set()
        for statement in module.body:
            if isinstance(statement, cst.ClassDef) and self._is_layer(statement):
                self.layers.add(statement.name.value)

    def name(self, node: cst.CSTNode) -> str:
        root, dot, rest = (dotted(node) or "").partition(".")
        return self.table.canonical(self.imports[root] + dot + rest) if root in self.imports else ""

    def asks(self, statement: cst.CSTNode, name: str) -> bool:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            return False
        return any(isinstance(n, cst.Call) and self.name(n.func) == name for n in within(statement))

    def continues(self, statement: Any) -> bool:
        """``x = base.output``."""
        if not isinstance(statement, cst.SimpleStatementLine):
            return False
        return any(isinstance(n, cst.Attribute) and n.attr.value == "output" for n in within(statement))

    def model(self, statement: Any) -> str | None:
        """``model = Model(inputs, outputs)``."""
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            return None
        small = statement.body[0]
        if not isinstance(small, cst.Assign) or not isinstance(small.value, cst.Call):
            return None
        target = small.targets[0].target
        known = self.name(small.value.func) == MODEL and isinstance(target, cst.Name)
        return target.value if known and isinstance(target, cst.Name) else None

    def script(self, region: Sequence[Any], variable: str, rest: Sequence[Any]) -> tuple[list[Any], Script] | None:
        """Statements that have nothing to do with layers stay in front; None if a tensor is used further on."""
        tainted: set[str] = set()
        inside: list[Any] = []
        hoisted: list[Any] = []
        for statement in region:
            defines = isinstance(statement, (cst.FunctionDef, cst.ClassDef))
            starts = self._makes(statement) or self.continues(statement)
            if not defines and (starts or any(n.value in tainted for n in read_names(statement))):
                inside.append(statement)
                tainted.update(bound_names(statement))
            else:
                hoisted.append(statement)
        if (tainted - {variable}) & _read_later([*hoisted, *rest]):
            return None
        last = inside[-1].body[0]
        answer = cst.SimpleStatementLine([cst.Return(cst.Name(variable))])
        function = cst.FunctionDef(
            cst.Name(f"{PREFIX}{_called(last.value) or variable}"),
            cst.Parameters(),
            cst.IndentedBlock([*inside, answer]),
            leading_lines=[cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)],
        )
        return hoisted, Script(function, variable, tuple(region))

    def _makes(self, statement: cst.CSTNode) -> bool:
        for node in within(statement):
            if isinstance(node, cst.Call):
                name = self.name(node.func)
                if name in (INPUT, MODEL) or (name and self.table.is_layer(name)):
                    return True
                if isinstance(node.func, cst.Name) and node.func.value in self.layers:
                    return True
        return False

    def _is_layer(self, node: cst.ClassDef) -> bool:
        names = [self.name(b.value) for b in node.bases]
        own = any(isinstance(b.value, cst.Name) and b.value.value in self.layers for b in node.bases)
        return own or any(n == LAYER or (n and self.table.is_layer(n)) for n in names)


def _free(statement: Any) -> set[str]:
    """Variables of the script that a statement reads."""
    if isinstance(statement, cst.ClassDef):
        bases = {n.value for part in (*statement.bases, *statement.keywords) for n in read_names(part)}
        return bases.union(*(_free(s) for s in statements(statement.body)))
    found = {n.value for n in read_names(statement)}
    if isinstance(statement, cst.FunctionDef):
        found -= {*bound_names(statement.body), *(p.name.value for p in statement.params.params)}
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if isinstance(small, cst.Assign) and all(isinstance(t.target, cst.Name) for t in small.targets):
        return {n.value for n in read_names(small.value)}
    return found


def _read_later(body: Sequence[Any]) -> set[str]:
    """Variables that are read before they are given another value."""
    found: set[str] = set()
    rebound: set[str] = set()
    for statement in body:
        found |= _free(statement) - rebound
        if isinstance(statement, cst.SimpleStatementLine):
            rebound.update(bound_names(statement))
    return found


def _called(call: cst.Call) -> str | None:
    for argument in call.args:
        name = argument.keyword.value if argument.keyword is not None else ""
        if name == "name" and isinstance(argument.value, cst.SimpleString):
            value = str(argument.value.evaluated_value).replace("-", "_").replace(" ", "_")
            return value if value.isidentifier() else None
    return None


def instance(script: Script, name: str) -> cst.SimpleStatementLine:
    """``model = Net()``."""
    line = evaluate(f"{name}()")
    small = line.body[0]
    assert isinstance(small, cst.Expr)
    empty = [cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)]
    assign = cst.Assign([cst.AssignTarget(cst.Name(script.variable))], small.value)
    return cst.SimpleStatementLine([assign], leading_lines=empty)
