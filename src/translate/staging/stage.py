"""Functional Keras code to class-form Keras code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import libcst as cst

from translate.infer.facts import Finding
from translate.staging.classes import class_for
from translate.staging.functions import BLOCK, BUILDER, CLOSURE, PLAIN, TENSOR, Function
from translate.staging.holding import FunctionReading
from translate.staging.naming import class_name
from translate.staging.program import Program
from translate.staging.references import rewrite_plain, still_called
from translate.staging.script import Script, instance, wrap
from translate.staging.state import CannotStage, Shared
from translate.staging.table import MODEL, table
from translate.staging.trees import within
from translate.staging.vanishing import Vanishing

ROUNDS = 60
"""Enough for any file: what is found out only grows."""
CODE = "T106"


@dataclass(frozen=True)
class StagedClass:
    """A function that became a class."""

    function: str
    name: str
    kind: str
    """"block", "closure" or "builder"."""
    vanished: tuple[tuple[int, str], ...]
    """Positions and names of parameters that the constructor has no more."""
    sizes: tuple[str, ...]
    """The constructor's first parameters: sizes of tensors."""
    node: cst.FunctionDef


@dataclass(frozen=True)
class Staged:
    module: cst.Module
    findings: tuple[Finding, ...] = ()
    classes: tuple[StagedClass, ...] = ()


def stage(module: cst.Module, *, sizes: bool = True) -> Staged:
    """Separates what happens once from what happens on each call, in all functions where that can be done."""
    failed: dict[cst.CSTNode, CannotStage] = {}
    while True:
        wrapped, scripts, entangled = wrap(module, table(), frozenset(failed))
        if entangled:
            failed |= {s: CannotStage(s, "its tensors are used further on") for s in entangled}
            continue
        program = Program(wrapped, table(), frozenset(failed))
        if not any(f.staged for f in program.functions):
            return Staged(module, (*_findings(failed), *_methods(program)))
        try:
            return _stage(program, sizes, failed, scripts)
        except _Failed as failure:
            lines = {s.function: s.statements[-1] for s in scripts}
            node = failure.function.original
            failed[lines.get(node, node)] = failure.reason


class _Failed(Exception):
    def __init__(self, function: Function, reason: CannotStage) -> None:
        super().__init__()
        self.function, self.reason = function, reason


def _findings(failed: dict[cst.CSTNode, CannotStage]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for function, reason in failed.items():
        what = f"`{function.name.value}`" if isinstance(function, cst.FunctionDef) else "the script's model"
        message = f"{what} stays as it is: {reason.message}"
        found.append(Finding(function, CODE, message, statement=function))
    return tuple(found)


def _applies(function: Function) -> bool:
    """Whether a function calls what it makes; one that only chains layers in a Sequential does not."""
    bound = {name for n in within(function.node.body, enter=True) for name in _assigned(n)}
    return any(
        isinstance(n, cst.Call)
        and (isinstance(n.func, cst.Call) or (isinstance(n.func, cst.Name) and n.func.value in bound))
        for n in within(function.node.body, enter=True)
    )


def _assigned(node: cst.CSTNode) -> list[str]:
    return [node.target.value] if isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Name) else []


def _methods(program: Program) -> list[Finding]:
    """Functional code in methods is not separated, nor where it is not seen what a function takes."""
    found: list[Finding] = []
    for function in program.functions:
        left = function.kind == PLAIN and function.original not in program.failed and not _is_inner(function)
        made = left and TENSOR in function.result and program.makes(function, operations=False)
        if made and _applies(function):
            message = f"`{function.name}` stays as it is: it makes layers, but not for tensors that it takes"
            found.append(Finding(function.original, CODE, message, statement=function.original))
    for statement in program.module.body:
        if isinstance(statement, cst.ClassDef):
            for node in within(statement.body, enter=True):
                if (
                    isinstance(node, cst.Call)
                    and len(node.args) > 1
                    and program.framework_name(node.func, None) == MODEL
                ):
                    message = f"`{statement.name.value}` builds a model in a method: it stays as it is"
                    found.append(Finding(node, CODE, message, statement=statement))
    return found


def _stage(program: Program, sizes: bool, failed: dict[cst.CSTNode, CannotStage], scripts: list[Script]) -> Staged:
    vanishing = Vanishing(program)
    shared = Shared(program, vanishing, sizes, _class_names(program))
    classes: dict[Function, cst.ClassDef] = {}
    for _ in range(ROUNDS):
        before = _known(shared)
        classes = _round(shared)
        if _known(shared) == before:
            break
    try:
        shared.functional = still_called(shared)
    except ValueError as error:
        called: Function = error.args[0]
        raise _Failed(called, CannotStage(called.node, "it is called where no class can be")) from None
    body: list[Any] = []
    by_function = {s.function: s for s in scripts}
    for statement in program.module.body:
        function = program.top.get(statement.name.value) if isinstance(statement, cst.FunctionDef) else None
        if function is not None and function in classes:
            if function in shared.functional:
                body.append(function.original)
            body.append(classes[function])
            if function.original in by_function:
                body.append(instance(by_function[function.original], shared.class_names[function]))
        else:
            body.append(rewrite_plain(shared, statement, function))
    changed = program.module.with_changes(body=shared.with_imports(body))
    findings = (*_findings(failed), *_methods(program))
    return Staged(changed, findings, tuple(_described(shared, f) for f in shared.class_names))


def _known(shared: Shared) -> tuple[Any, ...]:
    results = {id(f): repr(_text(r)) for f, r in shared.results.items()}
    return (set(shared.demands), set(shared.unsized), set(shared.unknown), set(shared.tell_result), results)


def _text(result: Any) -> Any:
    if isinstance(result, cst.CSTNode):
        return cst.Module(body=[]).code_for_node(result)
    return [_text(r) for r in cast(tuple[Any, ...], result)] if isinstance(result, tuple) else type(result).__name__


def _round(shared: Shared) -> dict[Function, cst.ClassDef]:
    """All classes once, called ones first."""
    found: dict[Function, cst.ClassDef] = {}
    for function in _ordered(shared.program):
        if function in shared.class_names and not _is_inner(function):
            try:
                found[function] = class_for(shared, function)
            except CannotStage as reason:
                raise _Failed(_outermost_staged(function), reason) from None
    return found


def _outermost_staged(function: Function) -> Function:
    found, parent = function, function.parent
    while parent is not None:
        if parent.staged:
            found = parent
        parent = parent.parent
    return found


def _is_inner(function: Function) -> bool:
    """Written within another class."""
    parent = function.parent
    while parent is not None:
        if parent.staged:
            return True
        parent = parent.parent
    return False


def _ordered(program: Program) -> list[Function]:
    """Functions before those that use them, as far as possible."""
    found: list[Function] = []

    def visit(function: Function, path: tuple[Function, ...]) -> None:
        if function in found or function in path:
            return
        reading = FunctionReading(program, function)
        for node in within(function.node.body):
            if isinstance(node, cst.Name):
                for atom in reading.atoms(node):
                    if isinstance(atom, Function):
                        visit(atom, (*path, function))
        found.append(function)

    for function in program.functions:
        visit(function, ())
    return found


def _class_names(program: Program) -> dict[Function, str]:
    top = {n.value for s in program.module.body for n in within(s) if isinstance(n, cst.Name)}
    taken = set(program.imports) | set(program.classes) | (top - set(program.top))
    found: dict[Function, str] = {}
    for function in program.functions:
        if not function.staged or (function.parent is not None and function.parent.inner is function):
            continue
        others = {f.name for f in program.top.values() if not f.staged}
        own: set[str] = set() if function.parent is not None else set(found.values())
        found[function] = class_name(function.name, taken | others | own)
    return found


def _described(shared: Shared, function: Function) -> StagedClass:
    tensors = [] if function.kind == BUILDER else (function.inner or function).tensor_parameters()
    gone = function.gone if function.kind == CLOSURE else function.gone | set(tensors)
    vanished = tuple((i, p.name.value) for i, p in enumerate(function.parameters) if p.name.value in gone)
    from translate.staging.state import size_parameter

    told = [t for t in tensors if (function, t) in shared.demands and (function, t) not in shared.unsized]
    return StagedClass(
        function.name,
        shared.class_names[function],
        function.kind if function.kind in (BLOCK, CLOSURE, BUILDER) else "",
        vanished,
        tuple(size_parameter(function, t) for t in told),
        function.original,
    )
