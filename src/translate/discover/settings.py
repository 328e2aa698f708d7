"""``[tool.translate.verify]`` in pyproject.toml: what cannot be found is written there once.

[tool.translate.verify."nets/unet.py"]
model = "UNet(3, 1)"
inputs = ["x: float32[N,3,H,W], H in 32..96 by 32, W in 32..96 by 32"]

[[tool.translate.verify."nets/zoo.py"]]      # a file with several models
model = "small()"
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, cast

from translate.configuration import nearest
from translate.problems import Problem

_KEYS = {"model": str, "translated-model": str, "inputs": list, "weights": str}


class SettingError(ValueError):
    """The table cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Setting:
    """One model of one file."""

    origin: str
    model: str = ""
    translated_model: str = ""
    inputs: tuple[str, ...] = ()
    weights: str = ""


def settings_for(path: Path) -> list[Setting]:
    """What the nearest pyproject.toml upward that has such a table says of a file. Raises SettingError."""
    path = path.resolve()
    try:
        found = nearest(path.parent, "verify")
    except Problem as problem:
        raise SettingError(str(problem)) from None
    return _read(found[1]["verify"], path.relative_to(found[0].parent).as_posix(), found[0]) if found else []


def _read(table: Any, name: str, file: Path) -> list[Setting]:
    where = f"{file.name}: [tool.translate.verify"
    if not isinstance(table, dict):
        raise SettingError(f"{where}]: not a table; write [tool.translate.verify.{name!r}]")
    found: list[Setting] = []
    for pattern, told in cast(dict[str, Any], table).items():
        entries = cast(list[Any], told) if isinstance(told, list) else [told]
        for entry in entries:
            one = _setting(entry, f'{where}."{pattern}"]')
            if fnmatch(name, pattern):
                found.append(one)
    return found


def _setting(entry: Any, where: str) -> Setting:
    if not isinstance(entry, dict):
        raise SettingError(f"{where}: not a table; its keys are {', '.join(_KEYS)}")
    for key, value in cast(dict[str, Any], entry).items():
        if key not in _KEYS:
            raise SettingError(f"{where}: unknown key {key!r}; known are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise SettingError(f"{where}: {key} is not a {'list of strings' if key == 'inputs' else 'string'}")
    read = cast(dict[str, Any], entry)
    inputs = cast(list[Any], read.get("inputs", []))
    if not all(isinstance(i, str) for i in inputs):
        raise SettingError(f"{where}: inputs is not a list of strings")
    return Setting(
        where.replace(": ", " "),
        read.get("model", ""),
        read.get("translated-model", ""),
        tuple(inputs),
        read.get("weights", ""),
    )
