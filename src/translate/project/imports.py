"""What a file imports, and which files of the project that is. Read with ``ast``: LibCST would take twenty times as
long."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

Import = tuple[int, str, tuple[str, ...]]
"""``from ..a.b import c, d``: (2, "a.b", ("c", "d")). ``import a.b``: (0, "a.b", ()). A star is a name as well."""


def imports_of(data: bytes) -> tuple[Import, ...]:
    """The imports of a source text, wherever in it they are; none, if it is not Python."""
    if b"import" not in data:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # told by whoever translates it
        return ()
    return tuple(dict.fromkeys(_imports(tree)))


def _imports(tree: ast.Module) -> Iterator[Import]:
    # Imports are statements: there is no need to look into expressions, which are most of a tree.
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ImportFrom):
                yield (child.level, child.module or "", tuple(sorted(alias.name for alias in child.names)))
            elif isinstance(child, ast.Import):
                yield from ((0, alias.name, ()) for alias in child.names)
            elif isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                todo.append(child)


class Modules:
    """The files of a project as modules. Paths are relative to its root, with ``/``."""

    def __init__(self, files: Iterable[str], package: str = "") -> None:
        """``package``: dotted name of the package that the root itself is; empty: it is none."""
        self._files = set(files)
        self._package = package

    def resolve(self, file: str, one: Import) -> Iterator[str]:
        """The files that an import in ``file`` reads; one that is named twice may come twice."""
        level, module, names = one
        folder = PurePosixPath(file).parent
        if level:
            parents = (folder, *folder.parents)
            if level <= len(parents):
                yield from self._read(parents[level - 1], module, names)
            return
        inside = self._within_package(module)
        if inside is not None:
            yield from self._read(PurePosixPath(), inside, names)
        # A script finds what lies beside it; a package may be at the top or below src/.
        for root in dict.fromkeys((folder, PurePosixPath(), PurePosixPath("src"))):
            yield from self._read(root, module, names)

    def _within_package(self, module: str) -> str | None:
        if self._package and (module == self._package or module.startswith(f"{self._package}.")):
            return module[len(self._package) + 1 :]
        return None

    def _read(self, root: PurePosixPath, module: str, names: tuple[str, ...]) -> Iterator[str]:
        parts = module.split(".") if module else []
        if not names:  # "import a.b.c" binds a, through which all three are reached
            yield from (f for n in range(1, len(parts) + 1) if (f := self._file(root.joinpath(*parts[:n]))))
            return
        place = root.joinpath(*parts)
        found = self._file(place)
        if found:
            yield found
        yield from (f for name in names if name != "*" and (f := self._file(place / name)))

    def _file(self, place: PurePosixPath) -> str | None:
        for name in (f"{place}.py", f"{place}/__init__.py" if str(place) != "." else "__init__.py"):
            if name in self._files:
                return name
        return None


def graph(files: Mapping[str, tuple[Import, ...]], package: str = "") -> dict[str, tuple[str, ...]]:
    """For each file the files that it imports, in order, without itself."""
    modules = Modules(files, package)
    return {
        file: tuple(sorted({f for one in imports for f in modules.resolve(file, one)} - {file}))
        for file, imports in files.items()
    }
