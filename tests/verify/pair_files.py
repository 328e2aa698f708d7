"""Hand-written pairs in pairs/: Keras code and the PyTorch code that a right translation of it would be."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

PAIRS = Path(__file__).parent / "pairs"


@dataclass(frozen=True)
class PairOfFiles:
    folder: Path
    model: str
    inputs: tuple[str, ...]
    translated_model: str
    rules: tuple[str, ...]

    @property
    def source(self) -> Path:
        return self.folder / "source.py"

    @property
    def translated(self) -> Path:
        return self.folder / "translated.py"


def names() -> list[str]:
    return sorted(path.parent.name for path in PAIRS.glob("*/pair.toml"))


def pair_of_files(name: str) -> PairOfFiles:
    folder = PAIRS / name
    told = tomllib.loads((folder / "pair.toml").read_text(encoding="utf-8"))
    rules = (str(folder / "rules"),) if (folder / "rules").is_dir() else ()
    return PairOfFiles(folder, told["model"], tuple(told["inputs"]), told.get("translated_model", ""), rules)
