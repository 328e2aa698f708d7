"""What a rule is, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from translate.rules.signature import Signature


@dataclass(frozen=True)
class Passing:
    """How one source argument reaches the target."""

    targets: tuple[str, ...] = ()
    """Target parameters; none: the argument is left out."""
    inverted: str = ""
    """``1 -`` or ``not``: written before the value."""
    axis: bool = False
    values: dict[Any, Any] | None = None


@dataclass(frozen=True)
class Case:
    only: str | dict[str, Any] | None = None
    set: dict[str, str] = field(default_factory=dict[str, str])
    write: str | None = None
    target: Signature | None = None
    becomes: str = ""
    called: str | None = None
    """How a call of the layer is written, with ``{call}`` for the plain one."""
    assigned: tuple[str, ...] = ()
    """The statements that assign the result of a call to ``{target}``; the first assigns that of the plain call."""
    in_chain: str | None = None
    """How the layer is made where it stands in a chain."""
    gives: str | None = None
    """The channels of the result, where they are not those that the rule says."""
    lazy: str | None = None
    """The case's own target where the size of its input is not known."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One correspondence. See docs/rules.md for the meaning of each key."""

    source: tuple[Signature, ...]
    """The spellings of one thing; the parameters of all are called as those of the first."""
    target: Signature | None
    family: str
    """The file that it stands in, relative to the folder of rules, without its ending."""
    data: dict[str, Any]
    cases: tuple[Case, ...] = ()

    @property
    def name(self) -> str:
        return self.source[0].name

    @property
    def supported(self) -> bool:
        written = any(c.write is not None or c.target is not None for c in self.cases)
        return self.target is not None or written or bool(self.data.keys() & {"write", "code", "inline"})

    @property
    def only(self) -> str | dict[str, Any] | None:
        return self.data.get("only")

    @property
    def tensors(self) -> str:
        return self.data.get("tensors", "none")

    @property
    def write(self) -> str | None:
        return self.data.get("write")

    @property
    def code(self) -> str | None:
        return self.data.get("code")

    @property
    def help(self) -> str:
        return self.data.get("help", "")

    @property
    def differs(self) -> str:
        return self.data.get("differs", "")

    @property
    def training(self) -> bool:
        return bool(self.data.get("training"))

    @property
    def view(self) -> bool:
        return bool(self.data.get("view"))

    @property
    def weights(self) -> dict[str, str | None]:
        return self.data.get("weights") or {}

    def spelling(self, name: str) -> Signature:
        return next(s for s in self.source if s.name == name)

    @cached_property
    def arguments(self) -> dict[str, Passing]:
        if "_arguments" in self.data:  # worked out when the rules were loaded
            return self.data["_arguments"]
        written: dict[str, Any] = self.data.get("arguments") or {}
        return {name: _passing(right) for name, right in written.items()}


def _passing(right: Any) -> Passing:
    if right is None:
        return Passing()
    if isinstance(right, list):
        return Passing(tuple(cast(list[str], right)))
    if isinstance(right, dict):
        mapping = cast(dict[str, Any], right)
        return Passing((mapping["to"],), values=mapping["values"])
    text = str(right).strip()
    for prefix in ("1 -", "not "):
        if text.startswith(prefix):
            return Passing((text.removeprefix(prefix).strip(),), inverted=prefix.strip())
    if text.startswith("axis(") and text.endswith(")"):
        return Passing((text[5:-1].strip(),), axis=True)
    return Passing((text,))
