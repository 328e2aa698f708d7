"""Names that other files of the project define."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import libcst as cst

from translate.infer.program import ClassInfo
from translate.infer.values import Api, Imported, Namespace, Value

if TYPE_CHECKING:
    from translate.infer.state import State


class Elsewhere(Protocol):
    """The project around one file."""

    @property
    def module(self) -> str:
        """The file's name in the project, with dots."""
        ...

    def find(self, package: str, name: str) -> tuple[str, str] | None:
        """Which module defines what ``from package import name`` brings, and as which name.

        The name is "" for a module itself, ``package`` begins with dots where the import is relative; with no ``name``
        it is the module that ``import package`` brings. None: nothing of the project.
        """
        ...

    def member(self, module: str, name: str) -> tuple[str, str] | None:
        """The same for an attribute of a module of the project."""
        ...

    def definitions(self, module: str) -> State | None:
        """What that module defines and makes; None: it cannot be read."""
        ...

    def read(self, module: str) -> State | None:
        """How that module reads; None: it cannot be read, or needs to know how this one does."""
        ...

    def goes_round(self, module: str) -> bool:
        """Whether that module and this one need to know each other."""
        ...

    def begun(self, state: State) -> None:
        """The file is being read: who needs it meanwhile gets what is known so far."""
        ...

    def users(self) -> Users:
        """What files that import this one do with its classes."""
        ...


@dataclass(frozen=True)
class Users:
    """What other files do with the classes of one, by their definitions."""

    arguments: dict[cst.CSTNode, dict[str, Value]] = field(default_factory=dict[cst.CSTNode, "dict[str, Value]"])
    """What they give to constructors."""
    subclasses: dict[cst.CSTNode, list[ClassInfo]] = field(default_factory=dict[cst.CSTNode, "list[ClassInfo]"])
    inside: frozenset[cst.CSTNode] = frozenset()
    """Classes of which they make modules within modules."""


NOBODY = Users()


def imported(state: State, package: str, name: str) -> Value | None:
    """What ``from package import name`` binds, if the project has it."""
    found = state.elsewhere.find(package, name) if state.elsewhere is not None else None
    written = f"{package}.{name}".removesuffix(".")
    return None if found is None else _value(*found, written)


def member(state: State, owner: Namespace, name: str) -> Value:
    """An attribute of a module of the project."""
    found = state.elsewhere.member(owner.module, name) if state.elsewhere is not None else None
    written = f"{owner.written}.{name}"
    return Api(written) if found is None else resolved(state, _value(*found, written))


def resolved(state: State, value: Value) -> Value:
    """A name that is used: what it stands for in the file that defines it."""
    if not isinstance(value, Imported):
        return value
    there = state.elsewhere.definitions(value.module) if state.elsewhere is not None else None
    found = there.module.get(value.name) if there is not None else None
    return Api(value.written) if there is None or found is None else resolved(there, found)


def _value(module: str, name: str, written: str) -> Value:
    return Imported(module, name, written) if name else Namespace(module, written)
