"""Which files are checkpoints of which framework."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Framework = Literal["torch", "keras"]
SAFETENSORS = ".safetensors"
ARCHIVE = ".keras"
_SUFFIXES: dict[Framework, tuple[str, ...]] = {
    "torch": (".pt", ".pth", ".bin", ".ckpt", ".pth.tar", SAFETENSORS),
    "keras": (".weights.h5", ARCHIVE, ".h5", ".hdf5"),
}
_WRITTEN: dict[Framework, tuple[str, ...]] = {"torch": (".pt", ".pth", SAFETENSORS), "keras": (".weights.h5", ARCHIVE)}


class CheckpointError(ValueError):
    """A file is not a checkpoint that can be read, or cannot be written. One line that starts with its name."""


def framework_of(path: Path) -> Framework | None:
    """Whose checkpoints have names like this one; None: nobody's."""
    return next((framework for framework, suffixes in _SUFFIXES.items() if _ends(path, suffixes)), None)


def can_write(path: Path, framework: Framework) -> bool:
    """Whether a checkpoint of ``framework`` may be called so."""
    return _ends(path, _WRITTEN[framework])


def readable(framework: Framework) -> str:
    """The endings of files that can be read, in words."""
    return ", ".join(_SUFFIXES[framework])


def writable(framework: Framework) -> str:
    """The endings of files that can be written, in words."""
    return ", ".join(_WRITTEN[framework])


def renamed(path: Path, framework: Framework) -> Path:
    """What a checkpoint is called for ``framework``: the same name with another ending."""
    endings = sorted((s for suffixes in _SUFFIXES.values() for s in suffixes), key=len, reverse=True)
    ending = next((s for s in endings if _ends(path, (s,))), path.suffix)
    return path.with_name(path.name[: len(path.name) - len(ending)] + _WRITTEN[framework][0])


def _ends(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(suffixes)
