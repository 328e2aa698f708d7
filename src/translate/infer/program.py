"""Classes and functions of the file being read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from translate.infer.state import State
    from translate.infer.values import Api, Value


@dataclass(frozen=True)
class Stated:
    """What the source says of the sizes of tensors, by the names of classes."""

    channels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of their input, as ``build`` takes it by default."""
    own: frozenset[str] = frozenset()
    """Classes whose constructors take ``in_channels`` in the source already."""


NOTHING = Stated()


@dataclass(eq=False, slots=True)
class FunctionInfo:
    name: str
    node: cst.FunctionDef | cst.Lambda
    scope: dict[str, Value]
    """The names around it."""
    owner: ClassInfo | None = None
    static: bool = False
    home: tuple[cst.CSTNode, ...] = ()
    """The statements that it stands in, outermost first; its own last, unless it is a lambda."""
    state: State | None = None
    """Of the reading of the file that it is in; None: of the one that is read."""

    @property
    def parameters(self) -> list[cst.Param]:
        params = self.node.params
        return [*params.posonly_params, *params.params, *params.kwonly_params]

    @property
    def star(self) -> cst.Param | None:
        star = self.node.params.star_arg
        return star if isinstance(star, cst.Param) else None


@dataclass(eq=False, slots=True)
class ClassInfo:
    name: str
    node: cst.ClassDef
    state: State
    """Of the reading of the file that it is in."""
    bases: list[ClassInfo] = field(default_factory=list["ClassInfo"])
    api_bases: list[Api] = field(default_factory=list["Api"])
    """Bases that belong to a framework or another package."""
    methods: dict[str, FunctionInfo] = field(default_factory=dict[str, FunctionInfo])
    constants: dict[str, Value] = field(default_factory=dict[str, "Value"])
    attributes: dict[str, Value] = field(default_factory=dict[str, "Value"])
    """What ``self.name`` can be, over all assignments."""
    arguments: dict[str, Value] = field(default_factory=dict[str, "Value"])
    """What the constructor is given, over all calls that were seen."""
    made: bool = False
    """Some call of the constructor was seen."""
    inside: bool = False
    """Made by another module, or a base of one that is: a layer rather than a model."""
    subclasses: list[ClassInfo] = field(default_factory=list["ClassInfo"])

    def forget(self) -> None:
        """For another reading: what the last one found goes, but not who makes the class, nor what it defines."""
        self.subclasses, self.attributes, self.arguments = [], {}, {}

    def redefine(self) -> None:
        """Its definition is read (again)."""
        self.bases, self.api_bases, self.methods, self.constants = [], [], {}, {}

    def lineage(self) -> list[ClassInfo]:
        """The class and its bases in the file, nearest first."""
        found: list[ClassInfo] = [self]
        for base in self.bases:
            found += [b for b in base.lineage() if b not in found]
        return found

    def method(self, name: str) -> FunctionInfo | None:
        return next((c.methods[name] for c in self.lineage() if name in c.methods), None)

    def attribute(self, name: str) -> Value | None:
        for info in self.lineage():
            if name in info.attributes:
                return info.attributes[name]
        return next((c.constants[name] for c in self.lineage() if name in c.constants), None)

    def framework_bases(self) -> list[str]:
        return [api.name for info in self.lineage() for api in info.api_bases]
