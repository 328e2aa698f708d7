"""What came of moving a checkpoint into the translation of its model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from translate.weights.checkpoints import Difference

Verdict = Literal["written", "mismatch", "failed"]


@dataclass(frozen=True)
class Transferred:
    """The end of one transfer. Only with the verdict ``written`` there is a file."""

    verdict: Verdict
    """``mismatch``: the checkpoint does not fit the model; ``failed``: anything else, ``message`` says what."""
    message: str
    tensors: int = 0
    """How many were moved."""
    numbers: int = 0
    """How many numbers these have."""
    differences: tuple[Difference, ...] = ()
    """Between the checkpoint and its model."""
    notes: tuple[str, ...] = ()
    verification: dict[str, Any] | None = None
    """If both models were run with the weights in the two files: what ``Verification.to_json`` gives."""
    seconds: float = 0.0
    printed: str = ""
    """The end of what the models printed."""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Transferred:
        """Read what ``to_json`` gave, after it was JSON. Raises KeyError, TypeError or ValueError if it is not that."""
        differences = tuple(map(_difference, data["differences"]))
        plain = {name: value for name, value in data.items() if name not in ("differences", "notes")}
        return cls(**plain, differences=differences, notes=tuple(data["notes"]))


def _difference(data: dict[str, Any]) -> Difference:
    in_file, in_model = (None if (s := data[n]) is None else tuple(s) for n in ("file_shape", "model_shape"))
    return Difference(data["kind"], data["in_file"], data["in_model"], in_file, in_model)
