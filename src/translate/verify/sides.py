"""What both sides of a comparison have in common, whichever framework they are written in."""

from __future__ import annotations

import dataclasses
import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from translate.verify.axes import Order
from translate.verify.compare import Array
from translate.verify.divergence.origins import Origins
from translate.verify.exceptions import Watch
from translate.verify.load import UserError, UserFile
from translate.verify.masks import Draws
from translate.verify.spec import Fixed, Inputs
from translate.weights import Pair
from translate.weights.checkpoints import CheckpointError, MismatchError

if TYPE_CHECKING:
    from translate.verify.divergence.trace import Trace

Cotangents = Callable[[str, tuple[int, ...]], Array]
"""From the path and shape (the source's) of an output to the weights of its elements in the sum that is derived."""

Arguments: TypeAlias = tuple[list[Any], dict[str, Any]]
"""Positional ones, and those by name."""


@dataclass(frozen=True)
class Run:
    """What came out."""

    outputs: dict[str, Array]
    """By path: ``output``, ``output[1]``, ``output['logits']``. In the order of axes of the side that ran."""
    input_gradients: dict[int, Array] = field(default_factory=dict[int, Array])
    """By the number of the input, in the source's order of axes."""
    weight_gradients: dict[str, Array] = field(default_factory=dict[str, Array])
    """By the path of the parameter in the PyTorch module, in PyTorch's form."""


@dataclass(frozen=True)
class Call:
    """One call of a model; float inputs are given as ``dtype``."""

    arrays: Sequence[Array | None]
    """The inputs in the source's order of axes; None: left out."""
    orders: Sequence[Order] = ()
    """How the side that is called has them; empty: as the source."""
    dtype: str = "float64"
    training: bool = False
    cotangents: Cotangents | None = None
    """If gradients are wanted."""
    output_orders: Mapping[str, Order] = field(default_factory=dict[str, Order])
    """For gradients: how the side that is called has the axes of its outputs; left out: as the source."""
    pairs: Sequence[Pair] = ()
    """For gradients: what to derive by."""
    trace: Trace | None = None
    """Where the calls of submodules are noted, if they are wanted."""

    def order(self, index: int) -> Order:
        """Of one input."""
        array = self.arrays[index]
        return self.orders[index] if self.orders else tuple(range(0 if array is None else array.ndim))

    def given(self) -> Iterator[Array | None]:
        """The inputs as they are handed over."""
        for index, array in enumerate(self.arrays):
            if array is None:
                yield None
                continue
            turned = array.transpose(self.order(index)).copy()
            yield turned.astype(self.dtype) if turned.dtype.kind == "f" else turned

    def cotangent(self, path: str, shape: Sequence[int]) -> Array:
        """What an output of a shape is weighted with, in the order of axes of the side that is called."""
        assert self.cotangents is not None
        order = self.output_orders.get(path, ())
        if len(order) != len(shape):
            order = tuple(range(len(shape)))
        in_source = tuple(shape[order.index(axis)] for axis in range(len(order)))
        return self.cotangents(path, in_source).transpose(order)


@dataclass
class Setting:
    """What both sides share."""

    inputs: Inputs
    seed: int
    draws: Draws
    watch: Watch
    origins: Origins = field(default_factory=Origins)
    running: str = ""
    """The dtype in which one of the models is being built or run."""
    passes: float = 0.0
    """Seconds spent in forward and backward passes."""
    backend: str = "tensorflow"
    """What Keras is asked to run on."""
    device: str = "cpu"
    weights_key: str = ""
    """Where in a file of PyTorch the state dict is."""
    keyed: bool | None = None
    """Whether a source that takes several tensors in one argument takes them in a mapping; None: not known yet."""

    def is_running(self, dtype: str) -> bool:
        return self.running == dtype

    @contextmanager
    def timed(self) -> Generator[None]:
        """A pass of one of the models."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.passes += time.perf_counter() - started

    @contextmanager
    def run_in(self, dtype: str) -> Generator[None]:
        self.running = dtype
        try:
            yield
        finally:
            self.running = ""


class Side(ABC):
    """The source or the translation: how it is built, run and asked. Exceptions of the user's code are UserErrors."""

    def __init__(self, file: UserFile, expression: str, setting: Setting) -> None:
        self.file, self.expression, self.setting = file, expression, setting

    @property
    def is_source(self) -> bool:
        return self.file.side == "source"

    @abstractmethod
    def build(self, dtype: str, *, variant: int = 0) -> Any:
        """A new model (or function), in evaluation mode. Another ``variant``: other random initial values."""

    def run(self, model: Any, call: Call) -> Run:
        """Call a model."""
        with self.setting.draws.run(source=self.is_source), self.setting.run_in(call.dtype):
            return self._run(model, call)

    @abstractmethod
    def _run(self, model: Any, call: Call) -> Run: ...

    @abstractmethod
    def load_file(self, model: Any, path: Path) -> Sequence[str]:
        """Set the weights of a model that was run to those in a file; gives notes.

        Raises MismatchError or CheckpointError.
        """

    def load_weights(self, model: Any, given: Any) -> None:
        """Set the weights of a model that was run: to arrays as the framework takes them, or from a file."""
        if isinstance(given, (str, Path)):
            try:
                self.load_file(model, Path(given))
            except (CheckpointError, MismatchError) as error:
                raise UserError(f"the weights of the {self.file.side}: {error}", type(error).__name__) from None
            return
        with self.file.blamed():
            self.set_weights(model, given)

    @abstractmethod
    def set_weights(self, model: Any, given: Any) -> None:
        """Set the weights of a model that was run to arrays, as the framework takes them."""

    @abstractmethod
    def is_model(self, model: Any) -> bool:
        """Whether it can have weights; else it is a function."""

    @abstractmethod
    def arguments(self, model: Any, tensors: Sequence[Any]) -> Arguments:
        """How a model that was run is given these tensors (or what stands for them; None: left out), in evaluation."""

    @abstractmethod
    def restored(self, model: Any) -> AbstractContextManager[None]:
        """Afterwards parameters and buffers are what they were."""

    @abstractmethod
    def trainable(self, model: Any) -> int:
        """How many numbers training changes."""

    @abstractmethod
    def fresh(self, built: Any, other: Any, pair: Pair) -> Array:
        """The value in ``other`` of what is this side's half of a pair in ``built``; both are the same program."""

    @abstractmethod
    def close(self) -> None:
        """Leave the framework as it was."""

    def packed(self, function: Callable[..., Any], tensors: Sequence[Any], ignored: Sequence[str] = ()) -> list[Any]:
        """Positional arguments for a function: one for each tensor, or all in a list or mapping if it takes but one."""
        named = inspect.signature(function).parameters.values()
        parameters = [p for p in named if p.name not in ignored or p.default is p.empty]
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        if takes_any or len(positional) != 1 or len(tensors) < 2:
            return list(tensors)
        return [self.keyed_tensors(tensors) if self.setting.keyed else list(tensors)]

    def bound(self, function: Callable[..., Any], tensors: Sequence[Any], ignored: Sequence[str] = ()) -> Arguments:
        """The arguments where the inputs are more than one tensor each: tuples, fixed values, some left out.

        By position as long as nothing is left out before, then by the names of the parameters.
        """
        own = {a.name for a in self.setting.inputs.arguments}
        parameters = [p for p in inspect.signature(function).parameters.values() if p.name not in set(ignored) - own]
        names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        by_name = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} | set(names)
        anything = any(p.kind is p.VAR_KEYWORD for p in parameters)
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        for index, found in enumerate(self.setting.inputs.bind(tensors)):
            if found is None:
                continue
            argument, value = found
            known = argument.name in by_name
            in_order = (
                index == len(positional) and not keywords and (not known or names[index : index + 1] == [argument.name])
            )
            if in_order and not isinstance(argument, Fixed):
                positional.append(value)
            elif known or (anything and argument.name):
                keywords[argument.name] = value
            elif index < len(names):
                keywords[names[index]] = value
            else:
                raise UserError(f"the {self.file.side} has no parameter {argument.name!r}", "TypeError")
        return positional, keywords

    def keyed_tensors(self, tensors: Sequence[Any]) -> dict[str, Any]:
        """The tensors by the names that the inputs were given."""
        return {one.name: t for one, t in zip(self.setting.inputs.inputs, tensors, strict=True)}


def leaves(value: Any, path: str = "output") -> Iterator[tuple[str, Any]]:
    """The tensors and numbers in nested lists, tuples, mappings and dataclasses, with their paths. None is nothing."""
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[Any, Any]", value).items():
            yield from leaves(inner, f"{path}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(cast("Sequence[Any]", value)):
            yield from leaves(inner, f"{path}[{index}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            yield from leaves(getattr(value, one.name), f"{path}.{one.name}")
    else:
        yield path, value


def filled(gradients: Sequence[Array | None], like: Sequence[Any], dtype: str) -> list[Array]:
    """Gradients, zeros where nothing depends on something."""
    return [np.zeros(tuple(x.shape), dtype) if g is None else g for x, g in zip(like, gradients, strict=True)]
