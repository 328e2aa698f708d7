"""One function of the file, and the kinds of things that its names may hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import libcst as cst

TENSOR = "tensor"
"""An atom of what a name may hold: something that exists only when the model runs."""
APPLIED = "layer"
"""Something that is made once and takes tensors each time: a layer, a model."""
RESIZING = "layer that may change the size"
"""Beside it, of layers that may give another last axis than they are given."""
MAKER = "class"
"""Something that makes such a thing when it is called."""
Atom = Any
Atoms = frozenset[Atom]
NOTHING: Atoms = frozenset()
LAYERS: Atoms = frozenset({APPLIED, RESIZING})
"""What holds a layer of which nothing more is known."""

SHAPES = frozenset({"shape", "_keras_shape", "get_shape", "ndim", "dtype"})
STATIC = frozenset({"int", "float", "str", "bool", "len", "isinstance", "type", "int_shape", "ndim", "is_keras_tensor"})
"""What is asked of a tensor that is known before the model runs."""
PASSING = frozenset({"zip", "enumerate", "list", "tuple", "reversed", "sorted", "iter", "next", "dict", "set", "sum"})
"""What gives back what it is given."""

PLAIN, BLOCK, CLOSURE, BUILDER = "plain", "block", "closure", "builder"


@dataclass(eq=False)
class Function:
    """One function of the file."""

    node: cst.FunctionDef
    """With decided conditions folded."""
    original: cst.FunctionDef
    parent: Function | None
    kind: str = PLAIN
    inner: Function | None = None
    """What a closure gives back."""
    env: dict[str, Atoms] = field(default_factory=dict[str, Atoms])
    result: Atoms = NOTHING
    nested: dict[str, Function] = field(default_factory=dict[str, "Function"])
    as_value: bool = False
    """Whether it is passed on, not only called."""
    gone: set[str] = field(default_factory=set[str])
    """Parameters that vanish: tensors to start from, and what serves nothing but names."""
    scope: tuple[cst.CSTNode, ...] = ()

    @property
    def name(self) -> str:
        return self.node.name.value

    @property
    def parameters(self) -> list[cst.Param]:
        return [*self.node.params.posonly_params, *self.node.params.params, *self.node.params.kwonly_params]

    def tensor_parameters(self) -> list[str]:
        return [p.name.value for p in self.parameters if TENSOR in self.env.get(p.name.value, NOTHING)]

    @property
    def staged(self) -> bool:
        return self.kind != PLAIN
