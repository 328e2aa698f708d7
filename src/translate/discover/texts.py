"""Where code stands: files, documentation, notebooks; and which files of a project speak of a model."""

from __future__ import annotations

import ast
import doctest
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST = 400_000
_MOST = 400
"""As many files are looked at."""
_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_SKIPPED = {"site-packages", "dist-packages", "node_modules", "build", "dist", "venv", "env", "__pycache__"}
_FENCED = re.compile(r"^```+ *(?:python|py|pycon)?[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SUFFIXES = (".py", ".ipynb", ".md", ".rst")


@dataclass(frozen=True)
class Piece:
    """Some code, and where it begins."""

    name: str
    tree: ast.Module
    first_line: int = 0


def pieces(text: str, name: str, tree: ast.Module) -> Iterator[Piece]:
    """The code of a Python file, then that in its documentation."""
    yield Piece(name, tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            told = ast.get_docstring(node, clean=True)
            first = node.body[0].lineno - 1 if told else 0
            if told:
                yield from _documented(told, name, first)


def _documented(text: str, name: str, first_line: int) -> Iterator[Piece]:
    """``>>>`` examples, all of them together, and fenced blocks."""
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        examples = []
    sources = [("".join(e.source for e in examples), examples[0].lineno)] if examples else []
    for match in _FENCED.finditer(text):
        if ">>>" not in match[1]:
            sources.append((match[1], text.count("\n", 0, match.start(1))))
    for source, line in sources:
        tree = _parsed(source)
        if tree is not None:
            yield Piece(name, tree, first_line + line)


def neighbours(path: Path | None, names: Collection[str], around: Sequence[Path] | None) -> list[list[Piece]]:
    """The code of other files that mention one of the ``names``."""
    mentioned = re.compile(rf"\b({'|'.join(map(re.escape, sorted(names)))})\b") if names else None
    if mentioned is None:
        return []
    found: list[list[Piece]] = []
    for other in around if around is not None else _files(path):
        text = _text(other)
        if text and mentioned.search(text):
            read = list(_of_file(other, text))
            if read:
                found.append(read)
    return found


def _files(path: Path | None) -> Iterator[Path]:
    """The files of the project, those near ``path`` first."""
    if path is None:
        return
    path = path.resolve()
    root = next((f for f in path.parents if any((f / mark).exists() for mark in _MARKS)), None)
    if root is None or root == Path.home() or {"site-packages", "dist-packages"} & set(path.parts):
        root = path.parent
        near = [*root.glob("*"), *root.glob("tests/*")]
    else:
        near = _below(root)
    fitting = [f for f in near if f.suffix in _SUFFIXES and f.is_file() and f != path]
    yield from sorted(fitting, key=lambda f: (f.parent != path.parent, str(f)))[:_MOST]


def _below(root: Path) -> list[Path]:
    found: list[Path] = []
    waiting = [root]
    while waiting and len(found) < 10 * _MOST:
        folder = waiting.pop(0)
        try:
            inside = sorted(folder.iterdir())
        except OSError:
            continue
        for one in inside:
            if one.is_symlink() or one.name.startswith(".") or one.name in _SKIPPED:
                continue
            (waiting if one.is_dir() else found).append(one)
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size < _LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _of_file(path: Path, text: str) -> Iterator[Piece]:
    if path.suffix == ".py":
        tree = _parsed(text)
        if tree is not None:
            yield from pieces(text, path.name, tree)
    elif path.suffix == ".ipynb":
        tree = _parsed(_cells(text))
        if tree is not None:
            yield Piece(path.name, tree)
    else:
        yield from _documented(text, path.name, 0)


def _cells(text: str) -> str:
    """The code of a notebook, without the lines that are for its shell; cells that are not Python are left out."""
    try:
        cells: Any = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return ""
    lines = ["\n".join(line for line in s.split("\n") if not line.lstrip().startswith(("%", "!"))) for s in sources]
    return "\n".join(cell for cell in lines if _parsed(cell) is not None)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
