"""The whole way for one source text."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from translate.diagnostics import Diagnostic

Target = Literal["tf", "torch"]
Layout = Literal["channels_last", "channels_first"]
Io = Literal["target", "source"]


class SourceError(ValueError):
    """The source text cannot be read as Python; ``line`` and ``column`` are 1-based (0: not known)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@dataclass(frozen=True)
class Tensor:
    """One input or output of a unit: axes in the source and in the translation, e.g. NCHW and NHWC ('' : not known)."""

    name: str
    source: str = ""
    target: str = ""


@dataclass(frozen=True)
class Unit:
    """A translated class or function."""

    name: str
    kind: Literal["model", "layer", "function"]
    line: int
    arguments: tuple[str, ...] = ()
    """Of the constructor, or of the function."""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Translation:
    """What came out."""

    code: str
    diagnostics: tuple[Diagnostic, ...] = ()
    translated: dict[str, int] = field(default_factory=dict[str, int])
    """How often each API of the source was translated, e.g. ``{"torch.nn.Conv2d": 7}``."""
    units: tuple[Unit, ...] = ()
    layout: Layout = "channels_last"

    @property
    def complete(self) -> bool:
        """Nothing was left untranslated."""
        return all(d.is_note for d in self.diagnostics)

    def to_json(self) -> dict[str, Any]:
        """Plain data, as docs/report.md describes it."""
        return {
            "complete": self.complete,
            "layout": self.layout,
            "diagnostics": [d.to_json() for d in self.diagnostics],
            "translated": dict(sorted(self.translated.items())),
            "units": [asdict(unit) for unit in self.units],
            "code": self.code,
        }


def translate(
    text: str, to: Target = "tf", *, layout: Layout = "channels_last", io: Io = "target", rules: tuple[Path, ...] = ()
) -> Translation:
    """Translate one source text. Never imports or runs it. Raises SourceError if it is not Python."""
    raise NotImplementedError
