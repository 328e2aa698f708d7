"""Which file of a project defines a name: imports, re-exports, star imports.

Files are read with Python's own parser, each once, and only those that a question leads to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Outline:
    """What the top level of a module binds."""

    defined: frozenset[str] = frozenset()
    imported: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """By name: the module, as an absolute name, and what of it; "" is the module itself."""
    stars: tuple[str, ...] = ()
    """Modules of which everything is imported."""
    exported: frozenset[str] | None = None
    """``__all__``, where it is written out."""


class Names:
    """The modules of a project by their dotted names."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files
        self.packages = {name for name, path in files.items() if path.name == "__init__.py"}
        self._outlines: dict[str, Outline] = {}
        self._modules = {path: name for name, path in files.items()}
        self._users: dict[str, list[str]] | None = None
        self._imports: dict[str, set[str]] = {}
        self._reached: dict[str, set[str]] = {}

    def module(self, path: Path) -> str:
        """The dotted name of a file. Raises KeyError if it is not of the project."""
        return self._modules[path]

    def absolute(self, module: str, package: str) -> str:
        """The absolute name of ``package`` as an import in ``module`` says it ("..layers"); "" if it leads out."""
        rest = package.lstrip(".")
        level = len(package) - len(rest)
        if not level:
            return rest
        parts = module.split(".")
        parts = parts[: len(parts) - level + (module in self.packages)]
        return ".".join([*parts, rest] if rest else parts)

    def known(self, name: str, beside: str = "") -> str:
        """The module of the project that ``name`` is in ``beside``, "" if none. Scripts import what is beside them."""
        folder = beside.rpartition(".")[0]
        for candidate in (name, f"{folder}.{name}" if folder and beside not in self.packages else ""):
            if candidate in self.files or any(f.startswith(f"{candidate}.") for f in self.files if candidate):
                return candidate
        return ""

    def find(self, module: str, package: str, name: str) -> tuple[str, str] | None:
        """Which module defines what ``from package import name`` in ``module`` brings, and as which name.

        The name is "" for a module. None: nothing of the project.
        """
        found = self.known(self.absolute(module, package), "" if package.startswith(".") else module)
        if not found:
            return None
        return self.member(found, name) if name else (found, "")

    def member(self, module: str, name: str) -> tuple[str, str] | None:
        """Which module defines the attribute ``name`` of ``module``, and as which name."""
        return self._member(module, name, set())

    def _member(self, module: str, name: str, seen: set[tuple[str, str]]) -> tuple[str, str] | None:
        if (module, name) in seen:
            return None
        seen.add((module, name))
        outline = self.outline(module)
        if name in outline.defined:
            return module, name
        if name in outline.imported:
            package, original = outline.imported[name]
            found = self.known(package, module)
            if not found:
                return module, name  # of another library, by the name that it has here
            if (found, original) != (module, name):  # else "from . import name" in the package itself
                return self._member(found, original, seen) if original else (found, "")
        for star in outline.stars:
            found = self.known(star, module)
            exported = self.outline(found).exported if found else None
            if found and (name in exported if exported is not None else not name.startswith("_")):
                brought = self._member(found, name, seen)
                if brought is not None:
                    return brought
        inner = f"{module}.{name}"
        return (inner, "") if self.known(inner) else None

    def imports(self, module: str) -> set[str]:
        """The modules of the project that ``module`` imports something from, anywhere, itself excluded."""
        if module not in self._imports:
            self._imports[module] = self._imported(module)
        return self._imports[module]

    def reached(self, module: str) -> set[str]:
        """The modules that ``module`` imports something from, and those that these do, and so on."""
        if module not in self._reached:
            found: set[str] = set()
            pending = [module]
            while pending:
                new = self.imports(pending.pop()) - found
                found |= new
                pending += new
            self._reached[module] = found
        return self._reached[module]

    def _imported(self, module: str) -> set[str]:
        found: set[str] = set()
        for package, name in _every_import(self._tree(module)):
            defined = self.find(module, package, name) or self.find(module, package, "")
            if defined is not None:
                found.add(defined[0])
        return found - {module}

    def users(self, module: str) -> list[str]:
        """The modules of the project that import something of ``module``, in order."""
        if self._users is None:
            self._users = {}
            for user in sorted(self.files):
                for used in sorted(self.imports(user)):
                    self._users.setdefault(used, []).append(user)
        return self._users.get(module, [])

    def outline(self, module: str) -> Outline:
        """What the top level of a module of the project binds; nothing if it cannot be read."""
        if module not in self._outlines:
            self._outlines[module] = self._outlined(module)
        return self._outlines[module]

    def _tree(self, module: str) -> ast.Module:
        path = self.files.get(module)
        try:
            return ast.parse(path.read_bytes()) if path is not None else ast.Module([], [])
        except (OSError, SyntaxError, ValueError, RecursionError):
            return ast.Module([], [])

    def _outlined(self, module: str) -> Outline:
        defined: set[str] = set()
        imported: dict[str, tuple[str, str]] = {}
        stars: list[str] = []
        exported: frozenset[str] | None = None
        for node in _top(self._tree(module).body):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                defined.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                defined |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
                exported = _exported(node, exported)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    head = alias.name.partition(".")[0]
                    imported[alias.asname or head] = (alias.name if alias.asname else head, "")
            elif isinstance(node, ast.ImportFrom):
                package = self.absolute(module, "." * node.level + (node.module or ""))
                for alias in node.names:
                    if alias.name == "*":
                        stars.append(package)
                    else:
                        imported[alias.asname or alias.name] = (package, alias.name)
        return Outline(frozenset(defined), imported, tuple(stars), exported)


def _top(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when a module is imported, those in branches included."""
    for node in body:
        if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            for name in ("body", "orelse", "finalbody"):
                yield from _top(getattr(node, name, ()))
            for handler in getattr(node, "handlers", ()):
                yield from _top(handler.body)
        else:
            yield node


def _every_import(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            yield from ((package, "" if alias.name == "*" else alias.name) for alias in node.names)


def _exported(node: ast.Assign | ast.AnnAssign | ast.AugAssign, before: frozenset[str] | None) -> frozenset[str] | None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if not any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
        return before
    items = node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else []
    found = frozenset(i.value for i in items if isinstance(i, ast.Constant) and isinstance(i.value, str))
    return found | (before or frozenset()) if isinstance(node, ast.AugAssign) else found


def modules(files: Iterable[Path], root: Path) -> dict[str, Path]:
    """The dotted names of Python files below ``root``, as their own imports say them.

    A folder with an ``__init__.py`` is a package, and its name a part of theirs, that of ``root`` and of the folders
    around it included.
    """
    prefix: list[str] = []
    folder = root
    while (folder / "__init__.py").is_file():
        prefix.insert(0, folder.name)
        folder = folder.parent
    found: dict[str, Path] = {}
    for path in files:
        parts = [*prefix, *path.relative_to(root).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if parts:
            found[".".join(parts)] = path
    return found
