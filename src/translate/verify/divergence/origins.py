"""In which lines of the user's files modules are made and called."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

Holds = Callable[[str], bool]
"""Whether a file is the user's."""


class Origins:
    """Notes where each module was made, from ``patched`` on."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[weakref.ref[Any], str]] = {}

    def of(self, module: object) -> str:
        """``model.py:12``, or nothing if it is not known."""
        held = self._made.get(id(module))
        return held[1] if held is not None and held[0]() is module else ""

    def patched(self, owner: Any, holds: Holds) -> Any:
        """A context in which every new object of a class is noted that ``owner.__init__`` makes."""
        original, made = owner.__init__, self._made

        # Keras reads this signature: the first parameter has to be called self, and nothing may hide the others.
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            place = line_outside(self, inspect.currentframe(), holds)
            if place:
                made[id(self)] = (weakref.ref(self), place)
            original(self, *args, **kwargs)

        return mock.patch.object(owner, "__init__", init)


def line_outside(module: object, frame: FrameType | None, holds: Holds) -> str:
    """The innermost line of the user's from which something of ``module`` was called."""
    while frame is not None:
        code = frame.f_code
        if holds(code.co_filename) and not _is_method_of(module, frame):
            return f"{Path(code.co_filename).name}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def _is_method_of(module: object, frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_argcount > 0 and frame.f_locals.get(code.co_varnames[0]) is module


def defined(module: object, holds: Holds) -> str:
    """The line in which the user says what a module computes: that of its ``forward`` or ``call``."""
    for name in ("forward", "call"):
        code = getattr(getattr(type(module), name, None), "__code__", None)
        if code is not None and holds(code.co_filename):
            return f"{Path(code.co_filename).name}:{code.co_firstlineno}"
    return ""
