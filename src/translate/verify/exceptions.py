"""Operations that Keras' backend computes less exactly in float64 than float64 is, and what is allowed for that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest import mock

from translate.verify.compare import Tolerance


@dataclass(frozen=True)
class Inexact:
    """One such operation: where it is found, and which calls of it are meant."""

    backend: str
    """Of Keras; on others it is another operation."""
    module: str
    name: str
    argument: str
    exact: tuple[object, ...]
    """Values of ``argument`` with which it is exact after all."""
    tolerance: float
    reason: str


INEXACT = (
    Inexact("tensorflow", "image", "resize", "method", ("nearest",), 1e-5, "TensorFlow resizes with float32 weights"),
)


class Watch:
    """Notes which of them were called, from ``patch`` until ``close``."""

    def __init__(self) -> None:
        self.called: set[Inexact] = set()
        self._stack = ExitStack()

    def patch(self, backend: str) -> None:
        for one in INEXACT:
            if one.backend != backend:
                continue
            owner = getattr(import_module(backend), one.module)
            self._stack.enter_context(mock.patch.object(owner, one.name, self._watched(one, getattr(owner, one.name))))

    def close(self) -> None:
        self._stack.close()

    def _watched(self, one: Inexact, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            if keywords.get(one.argument) not in one.exact:
                self.called.add(one)
            return function(*arguments, **keywords)

        return call

    def widen(self, tolerance: Tolerance) -> Tolerance:
        """The tolerance of a model that calls what was called so far."""
        widest = max((one.tolerance for one in self.called), default=0.0)
        return Tolerance(max(tolerance.relative, widest), max(tolerance.absolute, widest))

    def reasons(self) -> list[str]:
        return sorted(f"{one.reason}: {one.tolerance:g} of the scale is allowed" for one in self.called)
