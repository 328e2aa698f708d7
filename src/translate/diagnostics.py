"""What the translator says about a place in the source."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

CODES: dict[str, str] = {
    "T101": "no rule for an API of the source framework",
    "T102": "a rule exists, but not for these arguments",
    "T103": "a construct of the language that is not translated yet",
    "T104": "an in-place operation that changes another name too",
    "T105": "how the axes of a tensor are arranged could not be found out",
    "T106": "functional code that cannot be separated into a constructor and a call",
    "N201": "weight initialisation was left out",
    "N202": "known difference between the frameworks",
    "N203": "the whole file is kept channels first",
    "N204": "a name that the target framework reserves was changed",
    "N205": "what something is was guessed",
    "N206": "a tensor is kept in an attribute while the model runs",
    "N207": "a size that nothing tells: the layer finds it out at its first call",
    "N208": "a comment that ignores something that is not there",
}


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One finding. T-codes: left untranslated (exit status 1). N-codes: notes."""

    line: int
    """1-based line in the source."""
    column: int
    """1-based column in the source."""
    code: str
    message: str
    help: str = ""

    @property
    def is_note(self) -> bool:
        return self.code.startswith("N")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
