"""Where a checkpoint and the model that it is for do not agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """One tensor that only the file or only the model has, or that has another shape there."""

    kind: Literal["missing", "left over", "shape"]
    in_file: str
    """Its name in the file, or what it would be called there."""
    in_model: str = ""
    """Its name in the model; empty if it is left over."""
    file_shape: Shape | None = None
    model_shape: Shape | None = None


class MismatchError(ValueError):
    """A checkpoint does not fit the model."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        self.differences = tuple(differences)
        super().__init__(f"the checkpoint does not fit the model: {in_words(differences)}")


def in_words(differences: Sequence[Difference]) -> str:
    """``3 tensors missing, 2 left over, 1 of another shape``."""
    counts = {kind: sum(d.kind == kind for d in differences) for kind in ("missing", "left over", "shape")}
    words = [f"{n} {'of another shape' if kind == 'shape' else kind}" for kind, n in counts.items() if n]
    return ", ".join(words)


def compared(file: Mapping[str, Shape], model: Mapping[str, tuple[str, Shape]]) -> list[Difference]:
    """What differs between the shapes in a file, by name, and those that a model expects.

    ``model`` has for each name in the file the name in the model, and the shape.
    """
    found: list[Difference] = []
    for name, (called, shape) in model.items():
        if name not in file:
            found.append(Difference("missing", name, called, None, shape))
        elif file[name] != shape:
            found.append(Difference("shape", name, called, file[name], shape))
    return found + [Difference("left over", name, "", shape) for name, shape in file.items() if name not in model]
