"""What was read: models, expressions that may build them, and tensors that they are fed somewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class TensorHint:
    """A tensor that someone feeds a model."""

    shape: tuple[int | None, ...]
    """With the batch; None: not known."""
    dtype: str = "float32"
    below: int | None = None
    """Whole numbers are smaller than this."""


@dataclass(frozen=True)
class Build:
    """An expression, in the names of the file, that may build a model."""

    text: str
    origin: str
    """Where it was read, for people: ``net.py:80``, ``defaults``."""


@dataclass(frozen=True)
class Example:
    """The tensors of one call."""

    inputs: tuple[TensorHint, ...]
    origin: str


@dataclass(frozen=True)
class Entry:
    """A model that a file defines."""

    name: str
    kind: Literal["class", "factory", "variable"]
    line: int
    builds: tuple[Build, ...]
    """The likeliest first."""
    examples: tuple[Example, ...] = ()
    sizes: tuple[str, ...] = ()
    """Arguments with defaults that set the size of the images, which may be made smaller."""
    parts: tuple[str, ...] = ()
    """What the only argument of the model is taken apart into: ``image, numbers = inputs``."""
    keyed: bool = False
    """By keys: ``inputs["image"]``."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
