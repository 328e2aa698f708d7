"""A model that is being tried: what it says about its inputs, and whether it takes some."""

from __future__ import annotations

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from translate.discover.words import words
from translate.verify.load import UserError, UserFile
from translate.verify.spec import Input, Inputs, SpecError

_WANTED = re.compile(r"(?:(?P<dtype>[a-z]+\d*) )?(?P<dimensions>[^<]*?)(?P<bounds> (?:<|in) .*)?")


@dataclass(frozen=True)
class Observed:
    """One call: what it raised, and what the layers wanted that were given an input as it is."""

    problem: UserError | None = None
    wants: Mapping[int, tuple[Input, ...]] = field(default_factory=dict[int, tuple[Input, ...]])
    """By the number of the input; the likelier first."""
    layers: Mapping[int, str] = field(default_factory=dict[int, str])
    """The same layers, for people."""


class Subject(ABC):
    """One framework's way to build and call."""

    framework: str
    integers: str
    """The usual type of whole numbers."""

    def __init__(self, file: UserFile) -> None:
        self.file = file

    @abstractmethod
    def build(self, text: str) -> Any:
        """A new model in evaluation mode. Raises UserError."""

    @abstractmethod
    def call(self, model: Any, tensors: Sequence[Any]) -> Any:
        """Call the model with one tensor an input. Whatever it raises comes out."""

    @abstractmethod
    def run(self, model: Any, inputs: Inputs, sizes: Mapping[str, int], *, cheap: bool = False) -> Observed:
        """Call the model with random numbers."""

    @abstractmethod
    def layers(self, model: Any) -> Iterator[Any]:
        """All layers of a model, outer ones first."""

    @abstractmethod
    def function(self, model: Any) -> Callable[..., Any]:
        """What says which arguments the model takes."""

    def known(self, model: Any) -> tuple[Input, ...] | None:
        """The inputs, where the model itself knows them."""
        return None

    def keeps_traces(self, model: Any) -> bool:
        """Whether a call that fails leaves the model other than it was."""
        return False

    def can_be_cheap(self, model: Any) -> bool:
        """Whether calls without numbers are worth trying."""
        return False

    def image(self) -> tuple[str, ...]:
        """Images as this framework has them, the likelier first."""
        raise NotImplementedError

    def names(self, model: Any) -> list[str]:
        """The arguments that have to be given."""
        ignored = ("self", "training", "mask") if self.framework == "keras" else ("self",)
        parameters = inspect.signature(self.function(model)).parameters.values()
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        found = [p.name for p in parameters if p.kind in kinds and p.default is p.empty and p.name not in ignored]
        return found or [p.name for p in parameters if p.kind is p.VAR_POSITIONAL][:1]

    def wanted_by(self, layer: Any) -> tuple[Input, ...]:
        """What a layer takes, if it is one of those that say so."""
        table: Mapping[str, Sequence[str]] = words()["layers"][self.framework]
        entry = next((table[c.__name__] for c in type(layer).__mro__ if c.__name__ in table), ())
        read = (wanted(text, layer, self.integers) for text in entry)
        return tuple(one for one in read if one is not None)


def wanted(text: str, layer: Any = None, integers: str = "int64", name: str = "x") -> Input | None:
    """``N,in_channels,H,W`` with the numbers of a layer. None if it has no such numbers (yet)."""
    match = _WANTED.fullmatch(text)
    assert match is not None, text
    dimensions: list[str] = []
    for word in match["dimensions"].split(","):
        value = word if len(word) == 1 or word.isdigit() else getattr(layer, word.lstrip("*"), None)
        if value is None or value == 0:
            return None
        values = tuple(value) if isinstance(value, (tuple, list)) else (value,)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        dimensions += [str(v) for v in values]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    bounds = re.sub(
        r"[a-z]\w{2,}", lambda m: str(getattr(layer, m[0])), (match["bounds"] or "").replace(" in ", " IN ")
    )
    dtype = (match["dtype"] or "float32").replace("int64", integers)
    try:
        found = Inputs.parse([f"{name}: {dtype}[{','.join(dimensions)}]{bounds.replace(' IN ', ' in ')}"])
    except SpecError:
        return None
    return found.inputs[0]
