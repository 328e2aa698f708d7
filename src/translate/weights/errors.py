"""What is wrong when two models do not have the same weights."""

from __future__ import annotations

from collections.abc import Sequence


class WeightError(ValueError):
    """The weights of two models do not correspond. ``problems`` has one line for each weight or module.

    ``unbuilt``: a tensor that has no shape, or no counterpart, before the models were called; empty if there is none.
    """

    def __init__(self, problems: Sequence[str], unbuilt: str = "") -> None:
        self.problems, self.unbuilt = tuple(problems), unbuilt
        shown = self.problems[:20]
        more = [f"... and {len(self.problems) - len(shown)} more"] if len(self.problems) > len(shown) else []
        lines = ["the weights of the two models do not correspond:", *shown, *more]
        super().__init__("\n  ".join(lines))
