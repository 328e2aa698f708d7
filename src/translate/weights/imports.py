"""What a file imports, read from its text."""

from __future__ import annotations

import ast


def imported(text: str | bytes) -> dict[str, int]:
    """The top names of all modules that are imported, anywhere in a text, and the line of the first of each.

    ``import tensorflow.keras`` is ``tensorflow``. Nothing for what cannot be read.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # told when it is imported
        return {}
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            found[top] = min(node.lineno, found.get(top, node.lineno))
    return found
