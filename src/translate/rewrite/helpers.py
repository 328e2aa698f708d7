"""Pieces of target code that are copied into the output."""

from __future__ import annotations

import ast

from translate.rewrite.names import Names
from translate.rules import RuleSet


def definitions(names: Names, rules: RuleSet) -> str:
    """The text of all helpers that the file uses, those that others use first."""
    written: dict[str, str] = {}
    pending = list(names.helpers)
    while pending:
        name = pending.pop(0)
        if name in written:
            continue
        text = rules.helper(name)
        if text is None:
            raise KeyError(f"rules/helpers/{name}.py is missing")
        before = len(names.helpers)
        written[name] = names.shorten(_definition(text, name))
        pending += names.helpers[before:]
    return "\n\n".join(reversed(list(written.values())))


def _definition(text: str, name: str) -> str:
    """The one class or function of a helper file, without its imports."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name:
            first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            return "\n".join(lines[first - 1 : node.end_lineno]) + "\n"
    raise KeyError(f"rules/helpers/{name}.py does not define {name}")
