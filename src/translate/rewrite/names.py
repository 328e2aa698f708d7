"""How names of the target are written in one file, and what it must import for that."""

from __future__ import annotations

import re
from collections.abc import Collection

from translate.rules import Dialect


class Names:
    """Names of the target in one file. ``taken``: names that the file uses for something of its own; ``defined``: its
    classes and functions, beside which helpers of the same name get another."""

    def __init__(self, taken: set[str], dialect: Dialect, defined: Collection[str] = ()) -> None:
        self.taken = taken
        self.defined = {*defined, *taken}
        free = {m: n for m, (n, _) in dialect.modules.items() if n not in taken or m in dialect.target}
        self._modules = sorted(free, key=len, reverse=True)
        self.dialect = dialect
        heads = "|".join(dict.fromkeys((*dialect.target, *(m.partition(".")[0] for m in dialect.modules), "helpers")))
        self._pattern = re.compile(rf"(?<![\w.'\"])(?:{heads})(?:\.\w+)+")
        self.used: set[str] = set()
        """Modules of the target that must be imported."""
        self.helpers: list[str] = []

    def shorten(self, text: str) -> str:
        """``keras.layers.Dense(2)`` as this file writes it; notes what it needs."""
        return self._pattern.sub(lambda match: self._one(match[0]), text)

    def text(self, name: str) -> str:
        """How ``keras.layers.Dense`` or ``helpers.X`` is written, without noting that it is used."""
        head, _, rest = name.partition(".")
        if head == "helpers":
            return self.helper(rest)
        module = self._module(name)
        return name if module is None else self.dialect.modules[module][0] + name.removeprefix(module)

    def helper(self, name: str) -> str:
        """What a helper is called here."""
        return f"{name}_" if name in self.defined else name

    def imports(self, wanted: set[str]) -> list[str]:
        """The import statements for what was used and is ``wanted``, those from one module as one."""
        lines: list[str] = []
        for module, (name, line) in self.dialect.modules.items():
            if module not in self.used or name not in wanted:
                continue
            start = line.rpartition(" import ")[0]
            if line.startswith("from ") and lines and lines[-1].startswith(f"{start} import "):
                lines[-1] += f", {name}"
            else:
                lines.append(line)
        return lines

    def _module(self, name: str) -> str | None:
        return next((m for m in self._modules if name.startswith(f"{m}.")), None)

    def _one(self, name: str) -> str:
        head, _, rest = name.partition(".")
        if head == "helpers":
            helper, dot, more = rest.partition(".")
            if helper not in self.helpers:
                self.helpers.append(helper)
            return self.helper(helper) + dot + more
        module = self._module(name)
        if module is not None:
            self.used.add(module)
        return self.text(name)
