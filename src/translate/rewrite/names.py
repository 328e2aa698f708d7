"""How names of the target are written in one file, and what it must import for that."""

from __future__ import annotations

import re

_TARGET = re.compile(r"\bkeras\.(\w+)|\bhelpers\.(\w+)")
SHORT = ("layers", "ops")
"""Modules of Keras that are imported by themselves, as Keras code usually does."""


class Names:
    """Names of the target in one file. ``taken``: names that the file uses for something of its own."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self._short = {name for name in SHORT if name not in taken}
        self.used: set[str] = set()
        """Of ``keras``, ``layers``, ``ops``: what must be imported."""
        self.helpers: list[str] = []

    def shorten(self, text: str) -> str:
        """``keras.layers.Dense(2)`` as this file writes it; notes what it needs."""
        return _TARGET.sub(self._one, text)

    def text(self, name: str) -> str:
        """How ``keras.layers.Dense`` or ``helpers.X`` is written, without noting that it is used."""
        head, _, rest = name.partition(".")
        if head == "helpers":
            return rest
        return rest if head == "keras" and rest.partition(".")[0] in self._short else name

    def _one(self, match: re.Match[str]) -> str:
        module, helper = match[1], match[2]
        if helper is not None:
            if helper not in self.helpers:
                self.helpers.append(helper)
            return helper
        if module in self._short:
            self.used.add(module)
            return module
        self.used.add("keras")
        return f"keras.{module}"
