"""One measured number."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """A number with its unit, and the most that it may be."""

    name: str
    value: float
    unit: str
    target: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.value <= self.target

    def cells(self) -> tuple[str, str, str, str]:
        target = "" if self.target is None else f"<= {self.target:g} {self.unit}"
        verdict = {None: "", True: "[green]met", False: "[red]missed"}[self.met]
        return (
            self.name,
            f"{self.value:,.3g} {self.unit}" if self.value < 1000 else f"{self.value:,.0f} {self.unit}",
            target,
            verdict,
        )

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}
