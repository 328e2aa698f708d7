"""What of the source framework is still in the translation, though nothing was said about it.

Whatever reading missed, it must not be missed in silence: this looks at the result instead of at what was intended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from translate.infer.dotted import walk
from translate.infer.facts import Facts, Finding
from translate.rewrite.imports import bound_name, dotted, used_names
from translate.rules import Dialect, RuleSet

Imports = (cst.Import, cst.ImportFrom)


def leftovers(
    module: cst.Module,
    changed: cst.Module,
    facts: Facts,
    rules: RuleSet,
    origins: dict[int, tuple[cst.CSTNode, cst.CSTNode]],
) -> list[Finding]:
    """Findings for statements that use the source framework in ``changed``, unless there is one already.

    What uses it are names that imports bind, and methods that only its tensors have.

    ``origins`` tells which node of ``module`` a name that was written anew comes from. Notes in ``facts`` that these
    statements have to be written anew.
    """
    bound = {name for statement in _imports(module) for name in _names_of(rules.dialect, statement)}
    methods = _methods(module, rules)
    left = {id(n) for n in _called(changed) if n.value in methods} if methods else set[int]()
    if bound & used_names(changed.code):
        left |= {id(n) for n in walk(changed) if isinstance(n, cst.Name) and n.value in bound}
    if not left:
        return []
    left = {id(origins[place][1]) if place in origins else place for place in left}
    said = {id(f.node) for f in facts.found if f.code.startswith("T")}
    said |= {
        id(f.statement)
        for f in facts.found
        if f.code.startswith("T") and isinstance(f.statement, cst.SimpleStatementLine)
    }
    found: list[Finding] = []
    for name, around in _unsaid(module, (), left, said):
        statement = next((n for n in reversed(around) if isinstance(n, _STATEMENTS)), None)
        if statement is not None and not any(f.statement is statement for f in found):
            message = f"{name.value} is still used here: what happens to tensors could not be followed"
            if name.value in methods:
                message = f".{name.value}() is still called here: what it is called on could not be followed"
            found.append(Finding(name, "T105", message, statement=statement))
            facts.touched.update(around)
    return found


_STATEMENTS = (cst.SimpleStatementLine, cst.BaseCompoundStatement)


def _unsaid(
    node: cst.CSTNode, around: tuple[cst.CSTNode, ...], left: set[int], said: set[int]
) -> Iterator[tuple[cst.Name, tuple[cst.CSTNode, ...]]]:
    if id(node) in said or isinstance(node, (*Imports, cst.Annotation, cst.AssignTarget)):
        return
    if isinstance(node, cst.Name):
        if id(node) in left and not any(node.value in _own(n) for n in around if isinstance(n, cst.FunctionDef)):
            yield node, around
        return
    for child in node.children:
        if not isinstance(node, cst.Param) or child is not node.name:
            yield from _unsaid(child, (*around, node), left, said)


def _own(function: cst.FunctionDef) -> set[str]:
    """What a function calls its parameters: ``def block(x, K)``, where the file calls a backend ``K``."""
    return {n.name.value for n in walk(function.params) if isinstance(n, cst.Param)}


def _methods(module: cst.Module, rules: RuleSet) -> set[str]:
    """Methods that only tensors have, but for those the file itself gives something else."""
    only = {name for rule in rules.find(rules.dialect.module) for name in rule.data.get("never_left", ())}
    own: set[str] = set()
    for node in walk(module) if only else ():
        if isinstance(node, cst.FunctionDef):
            own.add(node.name.value)
        elif isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Attribute):
            own.add(node.target.attr.value)
    return only - own


def _called(module: cst.Module) -> Iterator[cst.Name]:
    """The last names of methods that are called, unless a framework's function is what is called."""
    frameworks = {bound_name(a) for s in _imports(module) if not isinstance(s.names, cst.ImportStar) for a in s.names}
    for node in walk(module):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            first: cst.BaseExpression = node.func.value
            while isinstance(first, cst.Attribute):
                first = first.value
            if not (isinstance(first, cst.Name) and first.value in frameworks):
                yield node.func.attr


def _imports(module: cst.Module) -> Iterator[Any]:
    for node in walk(module):
        if isinstance(node, Imports):
            yield node


def _names_of(dialect: Dialect, statement: Any) -> Iterator[str]:
    """The names that an import of the framework binds."""
    if isinstance(statement.names, cst.ImportStar):
        return
    ours = isinstance(statement, cst.Import) or (not statement.relative and dialect.is_source(dotted(statement.module)))
    if not ours:
        return
    for alias in statement.names:
        if isinstance(statement, cst.Import) and not dialect.is_source(dotted(alias.name)):
            continue
        yield bound_name(alias)
