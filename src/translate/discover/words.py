"""The names that frameworks and people use: rules/discovery.yml."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from translate.rules import rules_directory
from translate.rules.files import read_file


@cache
def words() -> dict[str, Any]:
    """What the file says."""
    return read_file(rules_directory() / "discovery.yml")


class Names:
    """What the names of a module mean, from its imports (wherever they stand)."""

    def __init__(self, tree: ast.AST) -> None:
        self.imported: dict[str, str] = {}
        self.relative: set[str] = set()
        """Names that come from a module of the project, by a relative import."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        self.imported[alias.asname] = alias.name
                    else:
                        first = alias.name.partition(".")[0]
                        self.imported[first] = first
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    name = alias.asname or alias.name
                    self.imported[name] = f"{node.module or ''}.{alias.name}".lstrip(".")
                    if node.level:
                        self.relative.add(name)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                full = self._dotted(node.value)  # L = tf.keras.layers
                if full and full.partition(".")[0] in self.imported:
                    self.imported.setdefault(node.targets[0].id, self._expanded(full))

    def full(self, node: ast.AST) -> str:
        """``torch.nn.Linear`` of ``nn.Linear``; empty if it is no name."""
        dotted = self._dotted(node)
        return usual(self._expanded(dotted)) if dotted else ""

    def _expanded(self, dotted: str) -> str:
        first, dot, rest = dotted.partition(".")
        return self.imported.get(first, first) + dot + rest

    def _dotted(self, node: ast.AST) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def usual(name: str) -> str:
    """One name for what frameworks have under several."""
    packages: Mapping[str, str] = words()["packages"]
    for other in sorted(packages, key=len, reverse=True):
        if name == other or name.startswith(f"{other}."):
            return packages[other] + name.removeprefix(other)
    return name


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a full name is one of the patterns."""
    return any(name == p or (p.endswith(".*") and name.startswith(p[:-1])) for p in patterns)


def framework_of(text: str) -> str:
    """``torch``, ``keras``, or an empty string: in what a file is written, by what it imports.

    Where it imports both, the framework whose classes it derives from or calls more often. Raises SyntaxError.
    """
    tree = ast.parse(text)
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add((node.module or "").partition(".")[0])
    told: Mapping[str, Any] = words()["frameworks"]
    found = [name for name, data in told.items() if imported & set(data["imports"])]
    if len(found) < 2:
        return found[0] if found else ""
    names = Names(tree)
    counts = dict.fromkeys(found, 0)
    for node in ast.walk(tree):
        used = names.full(node) if isinstance(node, (ast.Attribute, ast.Name)) else ""
        for name in found:
            counts[name] += fits(used, told[name]["modules"])
    return max(found, key=lambda name: counts[name])


def origin(path: Path | str, line: int) -> str:
    """Where something stands, for people."""
    name = path.name if isinstance(path, Path) else path
    return f"{name}:{line}"
