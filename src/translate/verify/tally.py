"""Counting up what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from translate.verify.result import Comparison

Sizes = dict[str, int]


@dataclass
class Tally:
    """All comparisons so far."""

    found: list[Comparison] = field(default_factory=list[Comparison])
    notes: list[str] = field(default_factory=list[str])
    sizes: list[Sizes] = field(default_factory=list[Sizes])
    failing_sizes: Sizes | None = None
    failing_values: str = ""
    """Which numbers the inputs have there, if they are not random ones."""
    smallest: list[Comparison] = field(default_factory=list[Comparison])
    """What differs on the smallest inputs that do, if these are others than the first that did."""

    @property
    def equal(self) -> bool:
        return all(c.equal for c in self.found)

    def add(self, comparisons: Iterable[Comparison], at: Sizes) -> None:
        """Add what was found at some sizes."""
        fresh = list(comparisons)
        if self.equal and not all(c.equal for c in fresh):
            self.failing_sizes = at
        self.found += fresh

    def made_smaller(self, wrong: list[Comparison], at: Sizes, values: str) -> None:
        """There are smaller inputs that differ."""
        self.failing_sizes, self.failing_values = at, "" if values == "random" else values
        self.smallest = wrong

    def worst(self) -> list[Comparison]:
        """One comparison of each name and dtype: one that failed if there is any, else that with the largest error."""
        worst: dict[tuple[str, str], Comparison] = {}
        for one in self.found:
            other = worst.setdefault((one.name, one.dtype), one)
            if (one.equal, -one.relative) < (other.equal, -other.relative):
                worst[one.name, one.dtype] = one
        return list(worst.values())

    def message(self, seed: int) -> str:
        """The verdict in one line."""
        wrong = [c for c in self.found if not c.equal]
        if not wrong:
            compared = len(self.worst())
            return f"equal: {compared} tensors compared at {len(self.sizes)} combinations of sizes"
        wrong = self.smallest or wrong
        first = wrong[0]
        what = first.detail or f"differs by {first.error:.2g}, where the largest value is {first.scale:.2g}"
        at = ", ".join(f"{n}={s}" for n, s in (self.failing_sizes or {}).items())
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        in_dtype = " in float32" if first.dtype == "float32" else ""
        numbers = f"; inputs {self.failing_values}" if self.failing_values else ""
        return f"{first.name}{in_dtype}: {what} (sizes {at or 'as given'}{numbers}; seed {seed}){more}"
