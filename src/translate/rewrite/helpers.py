"""Pieces of target code that are copied into the output."""

from __future__ import annotations

import ast
import re

from translate.rewrite.names import Names
from translate.rules import RuleSet


def definitions(names: Names, rules: RuleSet) -> str:
    """The text of all helpers that the file uses, those that others use first."""
    written: dict[str, str] = {}

    def write(name: str) -> None:
        if name in written:
            return
        text = rules.helper(name)
        if text is None:
            raise KeyError(f"rules/helpers/{name}.py is missing")
        for other in _used(text):
            write(other)
        written[name] = names.shorten(_definition(text, name))

    for name in names.helpers:
        write(name)
    text = "\n\n".join(written.values())
    for name in written:
        if names.helper(name) != name:
            text = re.sub(rf"(?<![\w.]){name}\b", names.helper(name), text)
    return text


def _used(text: str) -> list[str]:
    """The helpers that a helper file imports: ``from .other import other``."""
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom) and node.level == 1]
    return [alias.name for node in imports for alias in node.names]


def _definition(text: str, name: str) -> str:
    """The one class or function of a helper file, without its imports."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name:
            first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            return "\n".join(lines[first - 1 : node.end_lineno]) + "\n"
    raise KeyError(f"rules/helpers/{name}.py does not define {name}")
