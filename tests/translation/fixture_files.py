"""The fixtures: what each folder holds."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures"
BACK = FIXTURES.with_name("fixtures_torch")
"""Keras code, for the way back."""


@dataclass(frozen=True)
class Fixture:
    folder: Path
    model: str
    inputs: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def source(self) -> str:
        return (self.folder / "source.py").read_bytes().decode()

    @property
    def expected_path(self) -> Path:
        return self.folder / "expected.py"


def names(among: Path = FIXTURES) -> list[str]:
    return sorted(path.parent.name for path in among.glob("*/fixture.toml"))


def fixture(name: str, among: Path = FIXTURES) -> Fixture:
    folder = among / name
    told = tomllib.loads((folder / "fixture.toml").read_text(encoding="utf-8"))
    return Fixture(folder, told["model"], tuple(told["inputs"]))
