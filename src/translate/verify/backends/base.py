"""What a backend of Keras must give verification."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from translate.verify.compare import Array
from translate.verify.divergence.trace import Trace

Active = Callable[[], bool]
"""Whether a model is being built or run in float64."""
Patches = tuple[Any, dict[str, Callable[..., Any]]]
"""Whose functions are replaced, and by what."""
Random = Callable[..., Any]
Program = Callable[[Sequence[Any]], dict[str, Any]]
"""From the inputs (tensors; None: left out) to what came out, by path: tensors, and values that are none."""


@dataclass(frozen=True)
class Derivation:
    """A run that can be derived."""

    outputs: dict[str, Any]
    gradients: Callable[[Mapping[str, Array]], list[Array | None]]
    """Of the sum of the outputs, each weighted with an array of its shape: by float inputs, then by variables, then by
    what a trace has noted. None where nothing depends on something. To be called once."""


class Backend(ABC):
    """Tensors, gradients and float64 of one framework under Keras."""

    name: str

    @abstractmethod
    def tensor(self, array: Array) -> Any:
        """A tensor of the shape and type of an array."""

    @abstractmethod
    def is_tensor(self, value: Any) -> bool:
        """Whether a value is a tensor of this framework, also one without numbers."""

    @abstractmethod
    def has_numbers(self, tensor: Any) -> bool:
        """Whether its numbers are known; not while a function is being compiled."""

    @abstractmethod
    def is_float(self, tensor: Any) -> bool: ...

    def array(self, value: Any) -> Array:
        """The numbers of a tensor, of a variable, or of what a model gave instead."""
        return np.array(value.numpy()) if hasattr(value, "numpy") else np.asarray(value)

    def run(self, program: Program, inputs: Sequence[Any]) -> dict[str, Any]:
        """Call a program without deriving it."""
        return program(inputs)

    @abstractmethod
    def derive(
        self, program: Program, inputs: Sequence[Any], variables: Sequence[Any], trace: Trace | None
    ) -> Derivation:
        """Call a program so that it can be derived by its float inputs and by ``variables`` (of Keras).

        What the program assigns to variables is assigned.
        """

    @abstractmethod
    def is_derived(self, tensor: Any) -> bool:
        """During ``derive``: whether a tensor depends on what is derived by."""

    @abstractmethod
    def apart(self, tensor: Any) -> Any:
        """During ``derive``: a tensor of its own with the same numbers, so that its gradient is what comes through it
        alone."""

    def computing(self, dtype: str) -> AbstractContextManager[None]:
        """Around everything that is built or run in a dtype."""
        return nullcontext()

    @abstractmethod
    def exact(self, active: Active) -> AbstractContextManager[None]:
        """Float64 where the framework itself falls back to float32, or errs by more than float64 does."""

    @abstractmethod
    def wide_source(self, active: Active) -> AbstractContextManager[None]:
        """Float64 where code of this framework in a source says float32, or says nothing and means it."""

    def random(
        self, dropout: Callable[..., Any], uniform: Callable[..., Any], normal: Callable[..., Any]
    ) -> list[Patches]:
        """The framework's own random functions, by those that replace Keras'."""
        return []
