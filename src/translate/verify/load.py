"""Importing the user's files, and telling their exceptions in one line."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

_COUNTER = itertools.count()
_EXPRESSION = "--model"


class UserError(Exception):
    """The user's code raised. The message is one line; ``kind`` is the name of the exception's class."""

    def __init__(self, message: str, kind: str) -> None:
        self.kind = kind
        super().__init__(message)


class UserFile:
    """One of the two files: can be imported again and again, each time anew."""

    def __init__(self, path: Path, side: str) -> None:
        self.path = path.resolve()
        self.side = side
        """``source`` or ``translation``, for messages."""
        self._before = set(sys.modules)

    def model(self, expression: str) -> Any:
        """Import the file and evaluate ``expression`` in it. Raises UserError."""
        with self.blamed():
            namespace = vars(self._import())
            return eval(compile(expression, _EXPRESSION, "eval"), namespace)  # it is what the user asked for

    def _import(self) -> ModuleType:
        root, name = self._package()
        self._forget(root)
        if str(root) in sys.path:
            sys.path.remove(str(root))
        sys.path.insert(0, str(root))
        if "." in name:
            return importlib.import_module(name)
        unique = f"{name}_{self.side}_{next(_COUNTER)}"  # not __main__, and no sibling's name
        spec = importlib.util.spec_from_file_location(unique, self.path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.path.name} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[unique] = module
        spec.loader.exec_module(module)
        return module

    def _package(self) -> tuple[Path, str]:
        """The folder to import from, and the dotted name of the file below it."""
        root, name = self.path.parent, self.path.stem
        while (root / "__init__.py").is_file():
            root, name = root.parent, f"{root.name}.{name}"
        return root, name

    def _forget(self, root: Path) -> None:
        """Drop what was imported for the other side or for another dtype: names may be the same, constants differ."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name in self._before or not file:
                continue
            path = Path(file)
            if "site-packages" not in path.parts and "dist-packages" not in path.parts and _beside(path, root):
                del sys.modules[name]

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
            text = " ".join(str(error).split())
            text = text if len(text) <= 300 else text[:300] + "..."
            place = self._place(error)
            raise UserError(
                f"the {self.side} raised {type(error).__name__}: {text}{place}", type(error).__name__
            ) from None

    def _place(self, error: Exception) -> str:
        if isinstance(error, SyntaxError) and error.filename:
            return f" ({Path(error.filename).name}:{error.lineno})"
        root = self._package()[0]
        frames = [
            f
            for f in traceback.extract_tb(error.__traceback__)
            if f.filename == _EXPRESSION or _beside(Path(f.filename), root)
        ]
        if not frames:
            return ""
        last = frames[-1]
        return f" ({_EXPRESSION})" if last.filename == _EXPRESSION else f" ({Path(last.filename).name}:{last.lineno})"


def _beside(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) and "site-packages" not in path.parts
