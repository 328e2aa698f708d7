"""Importing the user's files, and telling their exceptions in one line."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import itertools
import re
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from translate.weights.imports import imported

_COUNTER = itertools.count()
_EXPRESSION = "--model"
_LONGEST = 300
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WRAPPED_BY_KERAS = re.compile(r"Exception encountered when calling .*?\n\n(.*?)\s*Arguments received by .*", re.DOTALL)


class UserError(Exception):
    """The user's code raised. The message is one line; ``kind`` is the name of the exception's class."""

    def __init__(self, message: str, kind: str) -> None:
        self.kind = kind
        super().__init__(message)


class UserFile:
    """One of the two files: can be imported again and again, each time anew."""

    def __init__(self, path: Path, side: str, other: Path) -> None:
        self.path = path.resolve()
        self._roots = [_package(self.path)[0], _package(other.resolve())[0]]
        self.side = side
        """``source`` or ``translation``, for messages."""
        self._before = set(sys.modules)
        self._held: dict[str, bool] = {}

    def holds(self, filename: str) -> bool:
        """Whether a file of Python code is this one, or lies in the user's folder around it."""
        known = self._held.get(filename)
        if known is None:
            known = self._held[filename] = _below(Path(filename), self._roots[0])
        return known

    def model(self, expression: str) -> Any:
        """Import the file and evaluate ``expression`` in it. Raises UserError."""
        with self.blamed():
            namespace = vars(self._import())
            return eval(compile(expression, _EXPRESSION, "eval"), namespace)  # it is what the user asked for

    def _import(self) -> ModuleType:
        root, name = _package(self.path)
        self._forget()
        if str(root) in sys.path:
            sys.path.remove(str(root))
        sys.path.insert(0, str(root))
        if "." in name and _imports_relatively(self.path):
            return importlib.import_module(name)
        unique = f"{self.path.stem}_{self.side}_{next(_COUNTER)}"  # not __main__, and no sibling's name
        spec = importlib.util.spec_from_file_location(unique, self.path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.path.name} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[unique] = module
        spec.loader.exec_module(module)
        return module

    def _forget(self) -> None:
        """Drop what was imported for the other side or for another dtype: names may be the same, constants differ."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name in self._before or not file:
                continue
            if any(_below(Path(file), root) for root in self._roots):
                del sys.modules[name]

    def imported(self) -> set[str]:
        """What this file, and those of the user's that it imported, import: ``tensorflow``, ..."""
        files = [getattr(module, "__file__", None) for name, module in sys.modules.items() if name not in self._before]
        own = {self.path, *(Path(file) for file in files if file and _below(Path(file), self._roots[0]))}
        return {name for path in own if path.suffix == ".py" for name in imported(path.read_bytes())}

    @contextmanager
    def blamed(self) -> Generator[None]:
        """Turn whatever the user's code raises into a UserError that names the place."""
        try:
            yield
        except UserError:
            raise
        except SystemExit as error:
            raise UserError(f"the {self.side} called sys.exit({error.code!r})", "SystemExit") from None
        except Exception as error:  # anything at all may come out of the user's code
            text = _in_one_line(error)
            place = self._place(error)
            raise UserError(
                f"the {self.side} raised {type(error).__name__}: {text}{place}", type(error).__name__
            ) from None

    def _place(self, error: Exception) -> str:
        if isinstance(error, SyntaxError) and error.filename:
            return f" ({Path(error.filename).name}:{error.lineno})"
        root = _package(self.path)[0]
        frames = [
            f
            for f in traceback.extract_tb(error.__traceback__)
            if f.filename == _EXPRESSION or _below(Path(f.filename), root)
        ]
        if not frames:
            return ""
        last = frames[-1]
        return f" ({_EXPRESSION})" if last.filename == _EXPRESSION else f" ({Path(last.filename).name}:{last.lineno})"


def _in_one_line(error: Exception) -> str:
    text = error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)
    wrapped = _WRAPPED_BY_KERAS.fullmatch(_COLOUR.sub("", text))
    line = " ".join((wrapped[1] if wrapped else text).split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "..."


def _package(path: Path) -> tuple[Path, str]:
    """The folder to import a file from, and its dotted name below it."""
    root, name = path.parent, path.stem
    while (root / "__init__.py").is_file():
        root, name = root.parent, f"{root.name}.{name}"
    return root, name


def _imports_relatively(path: Path) -> bool:
    """Whether a file needs its package, whose ``__init__`` may import things that are not installed."""
    tree = ast.parse(path.read_bytes())
    return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in ast.walk(tree))


def _below(path: Path, root: Path) -> bool:
    """In the user's folder, and not in an environment with packages that lies there."""
    return path.is_relative_to(root) and not {"site-packages", "dist-packages"} & set(path.parts)
