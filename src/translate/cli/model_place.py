"""``FILE:EXPR``: a model in a file, as the command line names it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from translate.cli.errors import CommandError
from translate.project.source import Source

_PLACE = re.compile(r"(?P<file>.+?\.pyw?)(?::(?P<expression>.*))?", re.DOTALL)


@dataclass(frozen=True)
class ModelPlace:
    """The parts of ``model.py:UNet(3, 1)``."""

    file: str
    expression: str
    """Empty if there was none."""

    @classmethod
    def parse(cls, text: str) -> ModelPlace:
        """Read what follows ``--model`` or ``--translated``. Raises CommandError."""
        match = _PLACE.fullmatch(text)
        if match is None:
            raise CommandError(f'{text}: names no Python file; write FILE:EXPR, e.g. "model.py:Net(classes=10)"')
        return cls(match["file"], (match["expression"] or "").strip())


def called(expression: str, source: Source) -> str:
    """The expression, with a call where it is but the name of a class, or of a function that needs no arguments."""
    if not expression.isidentifier():
        return expression
    try:
        statements = ast.parse(source.text).body
    except (SyntaxError, ValueError, RecursionError):  # told by whoever reads it next
        return expression
    for statement in reversed(statements):
        if isinstance(statement, ast.ClassDef) and statement.name == expression:
            return f"{expression}()"
        if isinstance(statement, ast.FunctionDef) and statement.name == expression:
            needed = len(statement.args.posonlyargs) + len(statement.args.args) - len(statement.args.defaults)
            return f"{expression}()" if needed == 0 else expression
    return expression
