"""What serves nothing but names: arguments, parameters, and the statements that put names together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from translate.staging.functions import APPLIED, MAKER, Function
from translate.staging.holding import FunctionReading
from translate.staging.program import Program
from translate.staging.table import FRAMEWORK
from translate.staging.trees import dotted, statements, targets, within

Variable = tuple[Function, str]


class Vanishing:
    """Starts from every variable and takes out those that are used for something else, until nothing changes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.variables: set[Variable] = set()
        self.arguments: set[cst.CSTNode] = set()
        self.statements: set[cst.CSTNode] = set()
        self._fixed = {(f, name) for f in program.functions for name in f.gone}
        for function in program.functions:
            self.variables.update((function, name) for name in function.env)
        while True:
            used = self._unsuited()
            if not used & self.variables:
                break
            self.variables -= used
        self._unused()
        for function, name in self.variables:
            if any(p.name.value == name for p in function.parameters):
                function.gone.add(name)
        self._record()

    def _unused(self) -> None:
        """A variable that nobody reads is not one that serves names."""
        read: set[Variable] = set()
        for function in self.program.functions:
            for node in within(function.node.body):
                if isinstance(node, cst.Name) and (owner := self._owner(function, node.value)) is not None:
                    read.add((owner, node.value))
        bound = {(f, n) for f in self.program.functions for n in _assigned(f)}
        self.variables = {v for v in self.variables if v in read or v in bound} | self._fixed
        self.variables &= read | self._fixed

    def _unsuited(self) -> set[Variable]:
        found: set[Variable] = set()
        for function in self.program.functions:
            for statement in statements(function.node.body):
                found.update(self._uses(statement, function, False))
            found.update(self._mixed(function))
        for statement in self.program.module.body:
            if not isinstance(statement, cst.FunctionDef):
                for node in within(statement):
                    if isinstance(node, cst.Call):
                        found.update(self._passed_at_top(node))
        return found - self._fixed

    def _passed_at_top(self, node: cst.Call) -> Iterator[Variable]:
        yield from ()

    def _mixed(self, function: Function) -> Iterator[Variable]:
        """Functions that may stand for each other must lose the same arguments."""
        reading = FunctionReading(self.program, function)
        for node in within(function.node.body):
            if not isinstance(node, cst.Call):
                continue
            callees = [a for a in reading.atoms(node.func) if isinstance(a, Function)]
            if len(callees) < 2:
                continue
            for index, argument in enumerate(node.args):
                bound = [(c, name) for c in callees if (name := parameter_of(c, index, argument)) is not None]
                if not all(v in self.variables or v in self._fixed for v in bound) or len(bound) < len(callees):
                    yield from bound

    def _owner(self, function: Function | None, name: str) -> Function | None:
        while function is not None:
            if name in function.env:
                return function
            function = function.parent
        return None

    def _uses(self, node: Any, function: Function, silent: bool) -> Iterator[Variable]:
        """Variables that are read in ``node``, other than for names."""
        if isinstance(node, cst.Name):
            owner = self._owner(function, node.value)
            if not silent and owner is not None:
                yield owner, node.value
        elif isinstance(node, cst.Attribute):
            yield from self._uses(node.value, function, silent)
        elif isinstance(node, cst.Call):
            yield from self._uses(node.func, function, silent)
            for index, argument in enumerate(node.args):
                quiet = silent or self.is_vanishing(node, index, argument, function)
                yield from self._uses(argument.value, function, quiet)
        elif isinstance(node, cst.FunctionDef):
            for parameter in node.params.params:
                if parameter.default is not None:
                    yield from self._uses(parameter.default, function, silent)
        elif isinstance(node, cst.With) and self.is_scope(node):
            for statement in statements(node.body):
                yield from self._uses(statement, function, silent)
        elif isinstance(node, cst.AssignTarget):
            if not isinstance(node.target, cst.Name):
                yield from self._target_uses(node.target, function, silent)
        elif isinstance(node, cst.AugAssign):
            yield from self._target_uses(node.target, function, silent)
            yield from self._uses(node.value, function, silent or self._is_gone(node, function))
        elif isinstance(node, (cst.Assign, cst.If)) and self._is_gone(node, function):
            for child in node.children:
                yield from self._uses(child, function, True)
        else:
            for child in node.children:
                yield from self._uses(child, function, silent)

    def _target_uses(self, node: cst.CSTNode, function: Function, silent: bool) -> Iterator[Variable]:
        if isinstance(node, cst.Name):
            return
        if isinstance(node, (cst.Tuple, cst.List)):
            for element in node.elements:
                yield from self._target_uses(element.value, function, silent)
        else:
            yield from self._uses(node, function, silent)

    def is_scope(self, node: cst.With) -> bool:
        names = [dotted(i.item.func) if isinstance(i.item, cst.Call) else None for i in node.items]
        return all((n or "").rpartition(".")[2] in self.program.table.scopes for n in names)

    def is_vanishing(self, call: cst.Call, index: int, argument: cst.Arg, function: Function) -> bool:
        """Whether an argument says a name, and nothing else."""
        if argument.star:
            return False
        reading = FunctionReading(self.program, function)
        callee = reading.atoms(call.func)
        callees = [a for a in callee if isinstance(a, Function)]
        if callees:
            bound = [(c, parameter_of(c, index, argument)) for c in callees]
            return all(v in self.variables or v in self._fixed for v in bound)
        if argument.keyword is None or argument.keyword.value != "name" or not self._within_staged(function):
            return False
        name = self.program.framework_name(call.func, function) or ""
        return MAKER in callee or APPLIED in callee or name.startswith(FRAMEWORK)

    def _within_staged(self, function: Function | None) -> bool:
        while function is not None:
            if function.staged:
                return True
            function = function.parent
        return False

    def _is_gone(self, node: Any, function: Function) -> bool:
        """Whether a statement does nothing but put names together."""
        if isinstance(node, cst.If):
            bodies = [node.body, node.orelse]
            return all(self._is_gone(b, function) for b in bodies if b is not None)
        if isinstance(node, cst.Else):
            return self._is_gone(node.body, function)
        if isinstance(node, cst.BaseSuite):
            return all(self._is_gone(s, function) for s in statements(node))
        if isinstance(node, cst.SimpleStatementLine):
            return all(self._is_gone(s, function) for s in node.body)
        if isinstance(node, (cst.Assign, cst.AugAssign)):
            parts = [t.target for t in node.targets] if isinstance(node, cst.Assign) else [node.target]
            if not all(isinstance(p, (cst.Name, cst.Tuple)) for p in parts):
                return False
            names = [n for p in parts for n in targets(p)]
            return bool(names) and all((function, n) in self.variables for n in names)
        return False

    def _record(self) -> None:
        for function in self.program.functions:
            for node in within(function.node.body):
                if isinstance(node, (cst.SimpleStatementLine, cst.If)) and self._is_gone(node, function):
                    self.statements.add(node)
                elif isinstance(node, cst.Call):
                    for index, argument in enumerate(node.args):
                        if self.is_vanishing(node, index, argument, function):
                            self.arguments.add(argument)


def parameter_of(function: Function, index: int, argument: cst.Arg) -> str | None:
    """The parameter that an argument of a call is for."""
    names = [p.name.value for p in function.parameters]
    if argument.star:
        return None
    if argument.keyword is not None:
        return argument.keyword.value if argument.keyword.value in names else None
    return names[index] if index < len(names) else None


def _assigned(function: Function) -> Iterator[str]:
    for node in within(function.node.body):
        if isinstance(node, cst.AssignTarget):
            yield from targets(node.target)
