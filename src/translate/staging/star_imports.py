"""``from keras.layers import *``: what a file uses of it is imported name by name, where it is known."""

from __future__ import annotations

import builtins
import symtable
from typing import Any

import libcst as cst

from translate.rules import RuleSet
from translate.staging.table import INPUT, LAYER, MODEL, SEQUENTIAL, table
from translate.staging.trees import dotted


def without_stars(module: cst.Module, rules: RuleSet) -> cst.Module:
    """The file without such imports, or as it is where it uses a name that may come from any of several."""
    stars = [s for s in module.body if _package(s, rules)]
    if not stars:
        return module
    open_names = _missing(module.code)
    packages = {s: _package(s, rules) for s in stars}
    from_here: dict[Any, list[str]] = {s: [] for s in stars}
    for name in sorted(open_names):
        giving = next((s for s in stars if _knows(f"{packages[s]}.{name}", rules)), None)
        if giving is not None:
            from_here[giving].append(name)
            open_names.discard(name)
    body: list[Any] = []
    for statement in module.body:
        if statement not in packages or (open_names and not from_here[statement]):
            body.append(statement)
        elif from_here[statement]:
            line = cst.parse_statement(f"from {packages[statement]} import {', '.join(from_here[statement])}")
            body.append(line.with_changes(leading_lines=statement.leading_lines))
    return module.with_changes(body=body)


def _package(statement: Any, rules: RuleSet) -> str:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.ImportFrom) or not isinstance(small.names, cst.ImportStar) or small.relative:
        return ""
    name = dotted(small.module) if small.module is not None else None
    return name if name is not None and rules.dialect.is_source(name) else ""


def _knows(name: str, rules: RuleSet) -> bool:
    canonical = table().canonical(name)
    known = table().is_layer(canonical) and canonical in table().layers
    return known or canonical in (INPUT, LAYER, MODEL, SEQUENTIAL) or bool(rules.find(rules.public(name)))


def _missing(text: str) -> set[str]:
    """Names that are read somewhere and that nothing in the file gives a value to."""
    top = symtable.symtable(text, "<file>", "exec")
    own = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    found: set[str] = set()
    waiting = [top]
    while waiting:
        one = waiting.pop()
        waiting += one.get_children()
        found |= {s.get_name() for s in one.get_symbols() if s.is_referenced() and (s.is_global() or one is top)}
    return found - own - set(dir(builtins))
